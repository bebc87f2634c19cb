"""`fabshift compare`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.books import EXCEL, INPUTS, refuse_no_workbook, with_inputs, write_book
from sim.cli.choices import (
    ALL,
    ALLOW_OUTSIDE,
    CLUSTER,
    ENGINE,
    FULL,
    JOBS,
    KPIS,
    LOT_SCALE,
    OUT,
    READINGS,
    SEED,
    SETS,
    WITHOUT,
    Engine,
)
from sim.cli.output import emit_json
from sim.cli.plots import FIGURE, PLOT, target
from sim.cli.studies import asked, progress_of, refuse_unknown_kpis
from sim.errors import MOST_RUNS

if TYPE_CHECKING:
    from sim.study.compare import Comparison


def command(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="A B...", help="Shipped names or paths; the others are compared with A.")
    ],
    n: Annotated[int, typer.Option("-n", min=1, max=MOST_RUNS, help="Runs of each.")] = 128,
    sets: SETS = None,
    inputs: INPUTS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    allow_outside: ALLOW_OUTSIDE = False,
    seed: SEED = 0,
    engine: ENGINE = Engine.BATCH,
    jobs: JOBS = 0,
    lot_scale: LOT_SCALE = "1",
    out: OUT = None,
    cluster: CLUSTER = None,
    kpi: KPIS = None,
    everything: ALL = False,
    full: FULL = False,
    all_pairs: Annotated[bool, typer.Option("--all-pairs", help="Compare each with every one before it too.")] = False,
    excel: EXCEL = None,
    plot: PLOT = None,
    figure: FIGURE = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Compare scenarios with common random numbers."""
    picture = target(plot, figure, "compare")
    refuse_no_workbook(excel)
    if len(scenarios) < 2:
        raise typer.BadParameter("give two scenarios or more", param_hint="A B...")
    from sim.study.compare import compare

    sets = with_inputs(inputs, scenarios, sets, readings, without, allow_outside=allow_outside)
    refuse_unknown_kpis((asked(name, sets, readings, without, allow_outside) for name in scenarios), kpi or ())
    with progress_of(n * len(scenarios), out) as bar:
        found = compare(
            scenarios, n, sets=sets or (), readings=readings or (), without=without or (), allow_outside=allow_outside, seed=seed,
            engine=engine.value, jobs=jobs, lot_scale=lot_scale, out=out, cluster=cluster, progress=bar,
        )  # fmt: skip
    if as_json:
        emit_json(found.to_json())
    else:
        _print(found, kpi or (), out, full=full, everything=everything, all_pairs=all_pairs)
    if picture is not None:
        picture.write(found.plot(picture.name, kpis=kpi or ()), quiet=as_json)
    if excel is not None:
        from sim.report.book.of_studies import compare_book

        write_book(excel, compare_book(found, sys.argv[1:]), quiet=as_json)


def _print(
    found: Comparison, kpis: Sequence[str], out: Path | None, *, full: bool, everything: bool, all_pairs: bool
) -> None:
    from sim.report.compare_report import compare_report
    from sim.report.compare_screen import compare_screen
    from sim.report.render import show

    if full or everything:
        show(compare_report(found, kpis, everything=everything, all_pairs=all_pairs))
    else:
        show(compare_screen(found, kpis, all_pairs=all_pairs))
    if out is not None:
        print(f"\nkept in {out}")
