"""`fabshift lint`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.choices import JSON, NO_CHANGES, SCENARIO, Changes
from sim.cli.ends import FAILED
from sim.cli.grouped import grouped
from sim.cli.output import emit_json


@grouped
def command(
    scenario: SCENARIO,
    changes: Changes = NO_CHANGES,
    bounds: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Bounds of your own, put over scenarios/bounds.yaml.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is within its bound.")] = False,
    as_json_: JSON = False,
) -> None:
    """Compare every input with records and physical bounds; exit 1 if one goes beyond."""
    loaded = changes.given([scenario]).load(scenario)
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
