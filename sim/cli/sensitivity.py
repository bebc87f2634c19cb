"""`fabshift sensitivity`."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.books import INPUTS, with_inputs
from sim.cli.choices import (
    ALLOW_OUTSIDE,
    CLUSTER,
    ENGINE,
    JOBS,
    LOT_SCALE,
    OUT,
    OUTPUTS,
    READINGS,
    SEED,
    SETS,
    WITHOUT,
    Engine,
)
from sim.cli.output import emit_json
from sim.cli.plots import FIGURE, PLOT, target
from sim.cli.studies import asked, progress_of


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path.")],
    method: Annotated[
        str,
        typer.Option(
            metavar="METHOD",
            help="tornado: one input at a time; morris: screening; sobol: decomposition of the variance.",
        ),
    ] = "tornado",
    kpi: OUTPUTS = None,
    n: Annotated[
        int | None,
        typer.Option("-n", min=1, help="Runs behind each bar (1), trajectories (morris: 10), rows (sobol: 128)."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Inputs shown; of sobol: on their own, all others together.")] = 10,
    sets: SETS = None,
    inputs: INPUTS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    allow_outside: ALLOW_OUTSIDE = False,
    seed: SEED = 0,
    engine: ENGINE = Engine.BATCH,
    jobs: JOBS = 0,
    lot_scale: LOT_SCALE = "auto",
    out: OUT = None,
    cluster: CLUSTER = None,
    plot: PLOT = None,
    figure: FIGURE = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Rank the uncertain inputs of a scenario by what they do to a KPI."""
    picture = target(plot, figure, method)
    from sim.study.sensitivity import sensitivity

    sets = with_inputs(inputs, [scenario], sets, readings, without, allow_outside=allow_outside)
    base = asked(scenario, sets, readings, without, allow_outside)
    with progress_of(0, out) as bar:
        found = sensitivity(
            base, method=method, kpis=kpi or (), n=n, top=top, seed=seed, jobs=jobs, engine=engine.value,
            lot_scale=lot_scale, out=out, cluster=cluster, progress=bar, announce=bar.expect,
        )  # fmt: skip
    from sim.report.sensitivity_report import sensitivity_json, sensitivity_report

    if as_json:
        emit_json(sensitivity_json(found))
    else:
        from sim.report.render import show

        show(sensitivity_report(found, top))
    if picture is not None:
        picture.write(found.plot(picture.name), quiet=as_json)
