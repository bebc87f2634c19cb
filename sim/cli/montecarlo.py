"""`fabshift montecarlo`."""

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
from sim.cli.plots import FIGURE, PLOT, Target, target
from sim.cli.progress import Progress
from sim.cli.studies import asked, progress_of, refuse_unknown_kpis
from sim.errors import MOST_RUNS

if TYPE_CHECKING:
    from sim.study.montecarlo import MonteCarlo

FEW = 256
MOST = 8192


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path.")],
    n: Annotated[
        int | None,
        typer.Option("-n", min=1, max=MOST_RUNS, help=f"Runs ({FEW}); with --until, at most so many ({MOST})."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="KPI:HALFWIDTH", help="Stop when the 95 % interval is so narrow (fill_rate:0.005)."),
    ] = None,
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
    excel: EXCEL = None,
    plot: PLOT = None,
    figure: FIGURE = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Run many replications and show what they say."""
    picture = target(plot, figure, "montecarlo")
    refuse_no_workbook(excel)
    from sim.study.montecarlo import monte_carlo

    sets = with_inputs(inputs, [scenario], sets, readings, without, allow_outside=allow_outside)
    base = asked(scenario, sets, readings, without, allow_outside)
    refuse_unknown_kpis([base], kpi or ())
    most = n or (FEW if until is None else MOST)
    with progress_of(most, out) as bar:
        found = monte_carlo(
            base, most, seed=seed, engine=engine.value, jobs=jobs, until=until, lot_scale=lot_scale, out=out, cluster=cluster,
            progress=bar,
        )  # fmt: skip
    if as_json:
        emit_json(found.to_json())
    else:
        _print(found, kpi or (), out, full=full, everything=everything)
    if picture is not None:
        _draw(found, picture, quiet=as_json)
    if excel is not None:
        from sim.report.book.of_studies import montecarlo_book

        write_book(excel, montecarlo_book(found, sys.argv[1:]), quiet=as_json)


def _draw(found: MonteCarlo, picture: Target, *, quiet: bool) -> None:
    """Write the figure; where it needs what the runs were over time, they are run again."""
    from sim.report.figures.of_montecarlo import OVER_TIME
    from sim.study.runs import series

    if picture.name in OVER_TIME:
        with Progress("again for the figure", min(found.n, series.MOST)) as bar:
            found.run_again(bar)
    picture.write(found.plot(picture.name), quiet=quiet)


def _print(found: MonteCarlo, kpis: Sequence[str], out: Path | None, *, full: bool, everything: bool) -> None:
    from sim.report.montecarlo_report import montecarlo_report, montecarlo_screen
    from sim.report.render import show

    whole = full or everything
    show(montecarlo_report(found, kpis, everything=everything) if whole else montecarlo_screen(found, kpis))
    if out is not None:
        print(f"\nkept in {out}")
