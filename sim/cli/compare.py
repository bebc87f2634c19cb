"""`fabshift compare`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.books import EXCEL, refuse_no_workbook, write_book
from sim.cli.choices import ALL, FULL, JSON, KPIS, NO_CHANGES, OWN_LOTS, Changes, Execution
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.plots import NO_PICTURE, Picture
from sim.cli.studies import progress_of, refuse_unknown_kpis, tell_kept
from sim.errors import MOST_RUNS

if TYPE_CHECKING:
    from sim.study.compare import Comparison


@grouped
def command(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="A B...", help="Shipped names or paths; the others are compared with A.")
    ],
    n: Annotated[int, typer.Option("-n", min=1, max=MOST_RUNS, help="Runs of each.")] = 128,
    changes: Changes = NO_CHANGES,
    how: Execution = OWN_LOTS,
    kpi: KPIS = None,
    everything: ALL = False,
    full: FULL = False,
    all_pairs: Annotated[bool, typer.Option("--all-pairs", help="Compare each with every one before it too.")] = False,
    excel: EXCEL = None,
    picture: Picture = NO_PICTURE,
    as_json: JSON = False,
) -> None:
    """Compare scenarios with common random numbers."""
    wanted = picture.of("compare")
    refuse_no_workbook(excel)
    if len(scenarios) < 2:
        raise typer.BadParameter("give two scenarios or more", param_hint="A B...")
    from sim.study.compare import compare

    changes = changes.given(scenarios)
    refuse_unknown_kpis(map(changes.base, scenarios), kpi or ())
    with progress_of(n * len(scenarios), how.out) as bar:
        found = compare(scenarios, n, progress=bar, **changes.keywords, **how.keywords)
    if as_json:
        emit_json(found.to_json())
    else:
        _print(found, kpi or (), full=full, everything=everything, all_pairs=all_pairs)
        tell_kept(how.out)
    if wanted is not None:
        wanted.write(found.plot(wanted.name, kpis=kpi or ()), quiet=as_json)
    if excel is not None:
        from sim.report.book.of_studies import compare_book

        write_book(excel, compare_book(found, sys.argv[1:]), quiet=as_json)


def _print(found: Comparison, kpis: Sequence[str], *, full: bool, everything: bool, all_pairs: bool) -> None:
    """Print a comparison: one screen, or every table."""
    from sim.report.compare_report import compare_report
    from sim.report.compare_screen import compare_screen
    from sim.report.render import show

    if full or everything:
        show(compare_report(found, kpis, everything=everything, all_pairs=all_pairs))
    else:
        show(compare_screen(found, kpis, all_pairs=all_pairs))
