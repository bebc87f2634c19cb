"""`fabshift sweep`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.books import INPUTS, with_inputs
from sim.cli.choices import (
    ALL,
    ALLOW_OUTSIDE,
    CLUSTER,
    ENGINE,
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
    from sim.study.sweep import Sweep


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path.")],
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary",
            metavar="PATH=a,b,c",
            help="Values of an input (12,24 or 12..36/5), or of a figure by its id, readings by name; may be repeated.",
        ),
    ],
    n: Annotated[int, typer.Option("-n", min=1, max=MOST_RUNS, help="Runs at each point.")] = 32,
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
    plot: PLOT = None,
    figure: FIGURE = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Run a grid of inputs with common random numbers."""
    picture = target(plot, figure, "sweep")
    from math import prod

    from sim.study.sweep import sweep
    from sim.study.vary import read_varies

    sets = with_inputs(inputs, [scenario], sets, readings, without, allow_outside=allow_outside)
    base = asked(scenario, sets, readings, without, allow_outside)
    refuse_unknown_kpis([base], kpi or ())
    points = prod(len(v.values) for v in read_varies(vary))
    with progress_of(n * points, out) as bar:
        found = sweep(
            base,
            vary,
            n,
            seed=seed,
            engine=engine.value,
            jobs=jobs,
            lot_scale=lot_scale,
            out=out,
            cluster=cluster,
            progress=bar,
        )
    if as_json:
        emit_json(found.to_json())
    else:
        _print(found, kpi or (), out, everything=everything)
    if picture is not None:
        picture.write(found.plot(picture.name, kpis=kpi or ()), quiet=as_json)


def _print(found: Sweep, kpis: Sequence[str], out: Path | None, *, everything: bool) -> None:
    from sim.report.render import show
    from sim.report.sweep_report import sweep_report

    show(sweep_report(found, kpis, everything=everything))
    if out is not None:
        print(f"\nkept in {out}")
