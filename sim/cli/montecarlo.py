"""`fabshift montecarlo`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.books import EXCEL, refuse_no_workbook, write_book
from sim.cli.choices import ALL, FULL, JSON, KPIS, NO_CHANGES, OWN_LOTS, SCENARIO, Changes, Execution
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.plots import NO_PICTURE, Picture, Target
from sim.cli.progress import Progress
from sim.cli.studies import progress_of, refuse_unknown_kpis, tell_kept
from sim.errors import MOST_RUNS

if TYPE_CHECKING:
    from sim.study.montecarlo import MonteCarlo

FEW = 256
MOST = 8192


@grouped
def command(
    scenario: SCENARIO,
    n: Annotated[
        int | None,
        typer.Option("-n", min=1, max=MOST_RUNS, help=f"Runs ({FEW}); with --until, at most so many ({MOST})."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="KPI:HALFWIDTH", help="Stop when the 95 % interval is so narrow (fill_rate:0.005)."),
    ] = None,
    changes: Changes = NO_CHANGES,
    how: Execution = OWN_LOTS,
    kpi: KPIS = None,
    everything: ALL = False,
    full: FULL = False,
    excel: EXCEL = None,
    picture: Picture = NO_PICTURE,
    as_json: JSON = False,
) -> None:
    """Run many replications and show what they say."""
    wanted = picture.of("montecarlo")
    refuse_no_workbook(excel)
    from sim.study.montecarlo import monte_carlo

    base = changes.given([scenario]).base(scenario)
    refuse_unknown_kpis([base], kpi or ())
    most = n or (FEW if until is None else MOST)
    with progress_of(most, how.out) as bar:
        found = monte_carlo(base, most, until=until, progress=bar, **how.keywords)
    if as_json:
        emit_json(found.to_json())
    else:
        _print(found, kpi or (), full=full, everything=everything)
        tell_kept(how.out)
    if wanted is not None:
        _draw(found, wanted, quiet=as_json)
    if excel is not None:
        from sim.report.book.of_studies import montecarlo_book

        write_book(excel, montecarlo_book(found, sys.argv[1:]), quiet=as_json)


def _draw(found: MonteCarlo, picture: Target, *, quiet: bool) -> None:
    """Write the figure; where it shows the runs over time, these are run again."""
    from sim.report.figures.of_montecarlo import OVER_TIME
    from sim.study.runs import series

    if picture.name in OVER_TIME:
        with Progress("again for the figure", min(found.n, series.MOST)) as bar:
            found.run_again(bar)
    picture.write(found.plot(picture.name), quiet=quiet)


def _print(found: MonteCarlo, kpis: Sequence[str], *, full: bool, everything: bool) -> None:
    """Print a study: one screen, or every table."""
    from sim.report.montecarlo_report import montecarlo_report, montecarlo_screen
    from sim.report.render import show

    whole = full or everything
    show(montecarlo_report(found, kpis, everything=everything) if whole else montecarlo_screen(found, kpis))
