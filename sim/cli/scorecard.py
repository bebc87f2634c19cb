"""`fabshift scorecard`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.choices import AS_KNOWN
from sim.cli.output import emit_json


def command(
    as_known: AS_KNOWN = None,
    reports: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own reports instead of the shipped ones.")
    ] = None,
    claims: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own claims instead of the shipped ones.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Compare what was announced with what has been reported since."""
    from sim.claims.scorecard import scorecard
    from sim.report.render import show
    from sim.report.scorecard_report import as_json as document
    from sim.report.scorecard_report import scorecard_report

    card = scorecard(claims=claims, reports=reports, as_known=as_known and as_known.date())
    if as_json:
        emit_json(document(card))
    else:
        show(scorecard_report(card))
