"""`fabshift option`."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.books import INPUTS, with_inputs
from sim.cli.choices import ALLOW_OUTSIDE, JOBS, READINGS, SEED, SETS, WITHOUT
from sim.cli.output import emit_json
from sim.cli.progress import Progress
from sim.errors import MOST_RUNS
from sim.scenario.loader import load_scenario

LEAST = 64


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path; it has decisions.")],
    n: Annotated[int, typer.Option("-n", min=LEAST, max=MOST_RUNS, help="Paths; half of them train the rule.")] = 256,
    sets: SETS = None,
    inputs: INPUTS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    allow_outside: ALLOW_OUTSIDE = False,
    seed: SEED = 0,
    jobs: JOBS = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Value the freedom to choose at the gates of a scenario."""
    sets = with_inputs(inputs, [scenario], sets, readings, without, allow_outside=allow_outside)
    loaded = load_scenario(
        scenario, sets=sets, readings=readings or (), without=without or (), allow_outside=allow_outside
    )
    from sim.flexibility.option import option
    from sim.report.option_report import option_json, option_report

    with Progress(loaded.name, n, foretold=True) as bar:
        found = option(loaded, n, seed=seed, jobs=jobs, progress=bar)
    if as_json:
        emit_json(option_json(found))
        return
    from sim.report.render import show

    show(option_report(found))
