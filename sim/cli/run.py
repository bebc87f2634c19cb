"""`fabshift run`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.choices import ENGINE, READINGS, SEED, SETS, WITHOUT, Engine
from sim.cli.output import Progress, emit_json
from sim.errors import MOST_RUNS
from sim.scenario.loader import Scenario, load_scenario
from sim.scenario.overrides import READING


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path.")],
    sets: SETS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    seed: SEED = 0,
    replication: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=MOST_RUNS - 1,
            metavar="K",
            help="Draw the uncertain inputs as replication K of a study (default: typical).",
        ),
    ] = None,
    engine: ENGINE = Engine.EVENTS,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write manifest, KPIs and Parquet frames there.")
    ] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Record every lot (lots.parquet with --out).")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite other results in DIR.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Run a scenario once and show it."""
    loaded = load_scenario(scenario, sets=sets or (), readings=readings or (), without=without or ())
    _idle_readings(loaded)
    from sim.api import run

    with Progress() as bar:
        result = run(loaded, seed=seed, replication=replication, engine=engine.value, trace=trace, progress=bar)
    if out is not None:
        result.save(out, force=force)
    if as_json:
        emit_json(result.to_json())
        return
    from sim.report.render import show
    from sim.report.run_report import run_report

    show(run_report(result))
    if out is not None:
        print(f"\nwritten to {out}")
    elif trace:
        print("note: --trace without --out: the lots are written nowhere", file=sys.stderr)


def _idle_readings(scenario: Scenario) -> None:
    """Say of each `--reading` whose figure nothing in the scenario rests on that it changes nothing."""
    chosen = [change.path for change in scenario.changes if change.origin == READING]
    if not chosen:
        return
    from sim.ledger import behind

    taken = [i.figure for i in scenario.inputs.values() if i.figure]
    part = behind([*taken, *scenario.switches], scenario.ledger)
    for figure in chosen:
        if figure not in part:
            print(f"note: {figure} plays no part in {scenario.name}", file=sys.stderr)
