"""`fabshift scorecard`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.choices import AS_KNOWN, JOBS, JSON, NO_OVERRIDES, SEED, Overrides
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.progress import Progress
from sim.errors import MOST_RUNS


@grouped
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
    overrides: Overrides = NO_OVERRIDES,
    as_json: JSON = False,
) -> None:
    """Compare what was announced, and what a scenario expects, with what has been reported since."""
    if scenario is None and (overrides.sets or overrides.readings or overrides.inputs):
        raise typer.BadParameter("--set, --inputs and --reading change a scenario; name one")
    if claims is not None and reports is None:
        raise typer.BadParameter("the shipped reports are about the shipped claims; give --reports with --claims")
    if scenario is not None:
        overrides = overrides.given([scenario])
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
            progress=bar,
            announce=bar.expect,
            **overrides.keywords,
        )
    if as_json:
        emit_json(document(card))
    else:
        show(scorecard_report(card))
