"""`fabshift claims`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.books import EXCEL, refuse_no_workbook, write_book
from sim.cli.choices import FULL, JOBS, JSON, NO_OVERRIDES, SCENARIO, SEED, Overrides
from sim.cli.ends import FAILED
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.progress import Progress


@grouped
def command(
    scenario: SCENARIO,
    n: Annotated[
        int, typer.Option("-n", min=1, help="Replications; larger lots run faster (--set lot_scale=10).")
    ] = 10,
    seed: SEED = 0,
    jobs: JOBS = 0,
    claims: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Your own claims; shipped: those of the articles, for a scenario that builds on no shipped one too.",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if a claim is missed.")] = False,
    overrides: Overrides = NO_OVERRIDES,
    excel: EXCEL = None,
    full: FULL = False,
    as_json: JSON = False,
) -> None:
    """Test the announced figures on a scenario."""
    refuse_no_workbook(excel)
    overrides = overrides.given([scenario])
    from sim.claims import Verdict, judge
    from sim.report.claims_report import as_json as document
    from sim.report.claims_report import claims_report, claims_screen
    from sim.report.render import show

    with Progress("claims", foretold=True) as bar:
        judgement = judge(
            scenario,
            claims=str(claims) if claims is not None else None,
            n=n,
            seed=seed,
            jobs=jobs,
            progress=bar,
            announce=bar.expect,
            **overrides.keywords,
        )
    if as_json:
        emit_json(document(judgement))
    else:
        show(claims_report(judgement) if full else claims_screen(judgement))
    if excel is not None:
        from sim.report.book.of_claims import claims_book

        write_book(excel, claims_book(judgement, sys.argv[1:]), quiet=as_json)
    if strict and any(finding.verdict is Verdict.MISSED for finding in judgement.findings):
        raise typer.Exit(FAILED)
