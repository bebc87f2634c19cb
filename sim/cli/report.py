"""`fabshift report`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.choices import ALLOW_OUTSIDE, ENGINE, JOBS, READINGS, SEED, SETS, WITHOUT, Engine
from sim.cli.output import Progress
from sim.cli.progress import Runs
from sim.cli.studies import asked
from sim.errors import MOST_RUNS, InputError, Problem, argument, problem
from sim.scenario.catalogue import shipped_scenarios
from sim.scenario.counterfactual import load_counterfactual
from sim.scenario.loader import Scenario, load_scenario

if TYPE_CHECKING:
    from sim.claims import Judgement
    from sim.study.montecarlo import MonteCarlo

ENDINGS = (".html", ".htm")


def command(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|DIR",
            help="A shipped name, a path, or a directory that --out of run, montecarlo or compare wrote.",
        ),
    ],
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help="Write the page there.")],
    n: Annotated[
        int | None, typer.Option("-n", min=1, max=MOST_RUNS, help="Of a study of so many runs (default: of one run).")
    ] = None,
    sets: SETS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    allow_outside: ALLOW_OUTSIDE = False,
    seed: SEED = 0,
    engine: ENGINE = Engine.BATCH,
    jobs: JOBS = 0,
    claims: Annotated[
        int, typer.Option(min=0, metavar="N", help="Test announced figures on N replications (0: leave them out).")
    ] = 10,
) -> None:
    """Write a run, a study or a comparison as one HTML file."""
    _refuse(html)
    if scenario not in shipped_scenarios() and Path(scenario).is_dir():
        _refuse_changes(n, sets, readings, without)
        page = _of_directory(Path(scenario), claims, jobs)
    elif n is None:
        loaded = load_scenario(
            scenario, sets=sets or (), readings=readings or (), without=without or (), allow_outside=allow_outside
        )
        page = _of_run(loaded, seed, engine.value, claims, jobs)
    else:
        page = _of_study(scenario, n, sets, readings, without, allow_outside, seed, engine.value, jobs, claims)
    try:
        html.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError([problem(html, f"can't be written: {error.strerror}")]) from None
    print(f"written to {html}")


def _of_run(loaded: Scenario, seed: int, engine: str, claims: int, jobs: int) -> str:
    from sim.api import run, run_against
    from sim.report.page.run_page import run_page

    other = load_counterfactual(loaded)
    with Progress() as bar:
        result = run(loaded, seed=seed, engine=engine, progress=bar)
    with Progress() as bar:
        against = run_against(result, other, progress=bar)
    return run_page(result, against, sys.argv[1:], claims=_judged(loaded, claims, seed, jobs, drawn=False))


def _of_study(
    scenario: str, n: int, sets: Sequence[str] | None, readings: Sequence[str] | None, without: Sequence[str] | None,
    allow_outside: bool, seed: int, engine: str, jobs: int, claims: int,
) -> str:  # fmt: skip
    from sim.study.montecarlo import monte_carlo

    with Runs(n) as bar:
        found = monte_carlo(
            asked(scenario, sets, readings, without, allow_outside),
            n,
            seed=seed,
            engine=engine,
            jobs=jobs,
            progress=bar,
        )
    return _study(found, claims, jobs, "")


def _of_directory(directory: Path, claims: int, jobs: int) -> str:
    from sim.api import run_against
    from sim.report.page.comparison_page import comparison_page
    from sim.report.page.run_page import run_page
    from sim.results.result import Result
    from sim.study.compare import Comparison
    from sim.study.reopen import older, reopen

    with Progress() as bar:
        found = reopen(directory, bar)
    if isinstance(found, Result):
        with Progress() as bar:
            against = run_against(found, load_counterfactual(found.scenario), progress=bar)
        judged = _judged(found.scenario, claims, found.seed, jobs, drawn=False)
        return run_page(found, against, sys.argv[1:], claims=judged)
    if isinstance(found, Comparison):
        return comparison_page(found, sys.argv[1:], older=older(directory))
    return _study(found, claims, jobs, older(directory))


def _study(found: MonteCarlo, claims: int, jobs: int, older: str) -> str:
    """The page of a study, beside one run at typical values."""
    from sim.api import run
    from sim.report.page.study_page import study_page

    with Progress() as bar:
        typical = run(found.scenario, seed=found.seed, engine="batch", progress=bar)
    judged = _judged(found.scenario, claims, found.seed, jobs, drawn=True)
    return study_page(found, typical, sys.argv[1:], claims=judged, older=older)


def _judged(scenario: Scenario, n: int, seed: int, jobs: int, *, drawn: bool) -> Judgement | None:
    """The shipped claims on a scenario, if they are wanted and about it."""
    if n == 0:
        return None
    from sim.claims import judge_shipped

    with Progress() as bar:
        return judge_shipped(scenario, n=n, seed=seed, jobs=jobs, drawn=drawn, progress=bar)


def _refuse_changes(n: int | None, *changes: Sequence[str] | None) -> None:
    """Refuse options that would change what a directory keeps."""
    flags = ("-n", "--set", "--reading", "--without")
    given = [flag for flag, value in zip(flags, (n, *changes), strict=True) if value]
    if given:
        message = "can only be used with a scenario: a directory keeps what was run"
        raise InputError(Problem(argument(flag), "", message) for flag in given)


def _refuse(html: Path) -> None:
    """Refuse a file that could not be written or opened, before anything is run."""
    if html.suffix.lower() not in ENDINGS:
        raise InputError([Problem(argument("--html"), "", "is no HTML file", repr(str(html)), ", ".join(ENDINGS))])
    if not html.parent.is_dir():
        raise InputError([Problem(argument("--html"), "", "there is no such directory", repr(str(html.parent)))])
