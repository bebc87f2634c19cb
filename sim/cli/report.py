"""`fabshift report`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.books import EXCEL, refuse_no_workbook, write_book
from sim.cli.choices import ENGINE, JOBS, NO_CHANGES, SEED, Changes, Engine
from sim.cli.explain import explained
from sim.cli.files import write_bytes
from sim.cli.grouped import grouped
from sim.cli.progress import Progress
from sim.errors import MOST_RUNS, InputError, Problem, argument
from sim.scenario.catalogue import shipped_scenarios
from sim.scenario.counterfactual import load_counterfactual
from sim.scenario.loader import Scenario

if TYPE_CHECKING:
    from sim.api import Against
    from sim.claims import Judgement
    from sim.results.result import Result
    from sim.scenario.override import Asked
    from sim.study.compare import Comparison
    from sim.study.montecarlo import MonteCarlo

ENDINGS = (".html", ".htm")


@grouped
def command(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|DIR",
            help="A shipped name, a path, or a directory that --out of run, montecarlo, compare or option wrote.",
        ),
    ],
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the page there.")] = None,
    excel: EXCEL = None,
    n: Annotated[
        int | None, typer.Option("-n", min=1, max=MOST_RUNS, help="Of a study of so many runs (default: of one run).")
    ] = None,
    changes: Changes = NO_CHANGES,
    seed: SEED = 0,
    engine: ENGINE = Engine.BATCH,
    jobs: JOBS = 0,
    claims: Annotated[
        int, typer.Option(min=0, metavar="N", help="Test announced figures on N replications (0: leave them out).")
    ] = 10,
    explain: Annotated[
        list[str] | None,
        typer.Option(
            "--explain", metavar="KPI", help="First find what this KPI depends on, for a tornado; may be repeated."
        ),
    ] = None,
) -> None:
    """Write a run, a study, a comparison or an option as one HTML file, as a workbook, or both."""
    if html is None and excel is None:
        raise typer.BadParameter("say what to write: --html FILE, --excel FILE or both")
    if html is not None:
        _refuse(html)
    refuse_no_workbook(excel)
    found: Result | MonteCarlo | Comparison
    if scenario not in shipped_scenarios() and Path(scenario).is_dir():
        _refuse_changes(n, changes, explain)
        from sim.flexibility.kept import is_option

        if is_option(Path(scenario)):
            _write_option(Path(scenario), html, excel)
            return
        found = _reopened(Path(scenario))
        from sim.study.reopen import older
        from sim.study.runs.store import MANIFEST

        old = older(Path(scenario)) if (Path(scenario) / MANIFEST).is_file() else ""
        _write(found, html, excel, old, claims, jobs)
        return
    changes = changes.given([scenario])
    base = changes.base(scenario)
    for kpi in explain or ():
        explained(base, kpi, seed=seed, jobs=jobs)
    found = _run(changes.load(scenario), seed, engine.value) if n is None else _study(base, n, seed, engine.value, jobs)
    _write(found, html, excel, "", claims, jobs)


def _run(loaded: Scenario, seed: int, engine: str) -> Result:
    """Return one run of a scenario."""
    from sim.api import run

    with Progress(loaded.name) as bar:
        return run(loaded, seed=seed, engine=engine, progress=bar)


def _study(base: Asked, n: int, seed: int, engine: str, jobs: int) -> MonteCarlo:
    """Return a study of n replications."""
    from sim.study.montecarlo import monte_carlo

    with Progress(base.scenario, n) as bar:
        return monte_carlo(base, n, seed=seed, engine=engine, jobs=jobs, progress=bar)


def _reopened(directory: Path) -> Result | MonteCarlo | Comparison:
    """Return the run, study or comparison that a directory keeps."""
    from sim.study.reopen import reopen

    with Progress(str(directory)) as bar:
        return reopen(directory, bar)


def _write_option(directory: Path, html: Path | None, excel: Path | None) -> None:
    """Write the page and the workbook of an option that is kept."""
    from sim.cli.option import write_option
    from sim.flexibility.kept import reopened
    from sim.study.reopen import older

    with Progress(str(directory)):
        found = reopened(directory)
    write_option(found, html, excel, older=older(directory))


def _against(found: Result) -> Against | None:
    """Return the comparison of a run with its counterfactual, or None if it has none."""
    from sim.api import run_against

    other = load_counterfactual(found.scenario)
    with Progress(other.name if other is not None else "") as bar:
        return run_against(found, other, progress=bar)


def _write(
    found: Result | MonteCarlo | Comparison, html: Path | None, excel: Path | None, older: str, claims: int, jobs: int
) -> None:
    """Write the page and the workbook.

    `older` names the version that made a study which was kept, if that is another one.
    """
    from sim.results.result import Result

    against = _against(found) if isinstance(found, Result) else None
    if html is not None:
        write_bytes(html, _page(found, against, older, claims, jobs).encode())
        print(f"written to {html}")
    if excel is not None:
        from sim.report.book.of_any import book_of

        write_book(excel, book_of(found, against, sys.argv[1:]))


def _page(found: Result | MonteCarlo | Comparison, against: Against | None, older: str, claims: int, jobs: int) -> str:
    """Return the page of a run, of a comparison, or of a study beside one run at typical values."""
    from sim.report.page.comparison_page import comparison_page
    from sim.report.page.run_page import run_page
    from sim.report.page.study_page import study_page
    from sim.results.result import Result
    from sim.study.compare import Comparison

    if isinstance(found, Comparison):
        return comparison_page(found, sys.argv[1:], older=older)
    judged = _judged(found.scenario, claims, found.seed, jobs, drawn=not isinstance(found, Result))
    if isinstance(found, Result):
        return run_page(found, against, sys.argv[1:], claims=judged)
    typical = _run(found.scenario, found.seed, "batch")
    return study_page(found, typical, sys.argv[1:], claims=judged, older=older)


def _judged(scenario: Scenario, n: int, seed: int, jobs: int, *, drawn: bool) -> Judgement | None:
    """Return the shipped claims on a scenario, judged in n replications; None if n is 0 or they are not about it."""
    if n == 0:
        return None
    from sim.claims import judge_shipped

    with Progress("claims") as bar:
        return judge_shipped(scenario, n=n, seed=seed, jobs=jobs, drawn=drawn, progress=bar)


def _refuse_changes(n: int | None, changes: Changes, explain: Sequence[str] | None) -> None:
    """Refuse options that would change what a directory keeps.

    Raises:
        InputError: one was given; it lists them all.
    """
    flags = {
        "-n": n, "--set": changes.sets, "--reading": changes.readings, "--without": changes.without,
        "--inputs": changes.inputs, "--explain": explain,
    }  # fmt: skip
    given = [flag for flag, value in flags.items() if value]
    if given:
        message = "can only be used with a scenario: a directory keeps what was run"
        raise InputError(Problem(argument(flag), "", message) for flag in given)


def _refuse(html: Path) -> None:
    """Refuse a page that could not be written or opened, before anything is run.

    Raises:
        InputError: it has another ending, or there is no directory to hold it.
    """
    if html.suffix.lower() not in ENDINGS:
        raise InputError([Problem(argument("--html"), "", "is no HTML file", repr(str(html)), ", ".join(ENDINGS))])
    if not html.parent.is_dir():
        raise InputError([Problem(argument("--html"), "", "there is no such directory", repr(str(html.parent)))])
