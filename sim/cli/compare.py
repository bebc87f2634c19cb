"""`fabshift compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.choices import (
    ALL,
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
from sim.cli.studies import asked, progress_of, refuse_unknown_kpis
from sim.errors import MOST_RUNS


def command(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="A B...", help="Shipped names or paths; the others are held against A.")
    ],
    n: Annotated[int, typer.Option("-n", min=1, max=MOST_RUNS, help="Runs of each.")] = 128,
    sets: SETS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    seed: SEED = 0,
    engine: ENGINE = Engine.BATCH,
    jobs: JOBS = 0,
    lot_scale: LOT_SCALE = "1",
    out: OUT = None,
    cluster: CLUSTER = None,
    kpi: KPIS = None,
    everything: ALL = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Compare scenarios on the same luck."""
    if len(scenarios) < 2:
        raise typer.BadParameter("give two scenarios or more", param_hint="A B...")
    from sim.study.compare import compare

    refuse_unknown_kpis((asked(name, sets, readings, without) for name in scenarios), kpi or ())
    with progress_of(n * len(scenarios), out) as bar:
        found = compare(
            scenarios, n, sets=sets or (), readings=readings or (), without=without or (), seed=seed,
            engine=engine.value, jobs=jobs, lot_scale=lot_scale, out=out, cluster=cluster, progress=bar,
        )  # fmt: skip
    if as_json:
        emit_json(found.to_json())
        return
    from sim.report.compare_report import compare_report
    from sim.report.render import show

    show(compare_report(found, kpi or (), everything=everything))
    if out is not None:
        print(f"\nkept in {out}")
