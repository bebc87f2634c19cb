"""`fabshift lint`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.books import INPUTS, with_inputs
from sim.cli.choices import ALLOW_OUTSIDE, READINGS, SETS, WITHOUT
from sim.cli.ends import FAILED
from sim.cli.output import emit_json
from sim.scenario.loader import load_scenario


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path.")],
    sets: SETS = None,
    inputs: INPUTS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    allow_outside: ALLOW_OUTSIDE = False,
    bounds: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Bounds of your own, put over scenarios/bounds.yaml.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is within its bound.")] = False,
    as_json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Hold every input against records and physical bounds; exit 1 if one goes beyond."""
    sets = with_inputs(inputs, [scenario], sets, readings, without, allow_outside=allow_outside)
    loaded = load_scenario(
        scenario, sets=sets or (), readings=readings or (), without=without or (), allow_outside=allow_outside
    )
    from sim.linting import as_json, compare, load_rules
    from sim.report.lint_report import lint_report
    from sim.report.render import show

    compared = compare(loaded, load_rules(loaded.ledger, bounds))
    found = [finding for finding in compared if everything or finding.beyond]
    if as_json_:
        emit_json([as_json(finding) for finding in found])
    else:
        show(lint_report(loaded, found))
    if any(finding.beyond for finding in compared):
        raise typer.Exit(FAILED)
