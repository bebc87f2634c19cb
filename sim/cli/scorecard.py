"""`fabshift scorecard`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.books import INPUTS, with_inputs
from sim.cli.choices import ALLOW_OUTSIDE, AS_KNOWN, JOBS, READINGS, SEED, SETS
from sim.cli.output import emit_json
from sim.cli.progress import Progress
from sim.errors import MOST_RUNS


def command(
    scenario: Annotated[
        str | None, typer.Argument(metavar="[SCENARIO]", help="Adds the probabilities in runs of this scenario.")
    ] = None,
    as_known: AS_KNOWN = None,
    n: Annotated[int, typer.Option("-n", min=1, max=MOST_RUNS, help="Replications, uncertain inputs drawn.")] = 64,
    seed: SEED = 0,
    jobs: JOBS = 0,
    reports: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own reports instead of the shipped ones.")
    ] = None,
    claims: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own claims instead of the shipped ones.")
    ] = None,
    sets: SETS = None,
    inputs: INPUTS = None,
    readings: READINGS = None,
    allow_outside: ALLOW_OUTSIDE = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Compare what was announced, and what a scenario expects, with what has been reported since."""
    if scenario is None and (sets or readings or inputs):
        raise typer.BadParameter("--set, --inputs and --reading change a scenario; name one")
    if claims is not None and reports is None:
        raise typer.BadParameter("the shipped reports are about the shipped claims; give --reports with --claims")
    if scenario is not None:
        sets = with_inputs(inputs, [scenario], sets, readings, allow_outside=allow_outside)
    from sim.claims.scorecard import scorecard
    from sim.report.render import show
    from sim.report.scorecard_report import as_json as document
    from sim.report.scorecard_report import scorecard_report

    with Progress("scorecard", foretold=True) as bar:
        card = scorecard(
            scenario,
            claims=claims,
            reports=reports,
            as_known=as_known.date() if as_known else None,
            n=n,
            seed=seed,
            jobs=jobs,
            sets=sets or (),
            readings=readings or (),
            progress=bar,
            announce=bar.expect,
            allow_outside=allow_outside,
        )
    if as_json:
        emit_json(document(card))
    else:
        show(scorecard_report(card))
