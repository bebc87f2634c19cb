"""`fabshift report`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.books import EXCEL, INPUTS, refuse_no_workbook, with_inputs, write_book
from sim.cli.choices import ALLOW_OUTSIDE, ENGINE, READINGS, SEED, SETS, WITHOUT, Engine
from sim.cli.files import write_bytes
from sim.cli.output import Progress
from sim.errors import InputError, Problem, argument
from sim.scenario.counterfactual import load_counterfactual
from sim.scenario.loader import load_scenario

ENDINGS = (".html", ".htm")


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path.")],
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the page there.")] = None,
    excel: EXCEL = None,
    sets: SETS = None,
    inputs: INPUTS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    allow_outside: ALLOW_OUTSIDE = False,
    seed: SEED = 0,
    engine: ENGINE = Engine.BATCH,
) -> None:
    """Write a run as one HTML file, as a workbook, or both."""
    if html is None and excel is None:
        raise typer.BadParameter("say what to write: --html FILE, --excel FILE or both")
    if html is not None:
        _refuse(html)
    refuse_no_workbook(excel)
    sets = with_inputs(inputs, [scenario], sets, readings, without, allow_outside=allow_outside)
    loaded = load_scenario(
        scenario, sets=sets or (), readings=readings or (), without=without or (), allow_outside=allow_outside
    )
    other = load_counterfactual(loaded)
    from sim.api import run, run_against

    with Progress() as bar:
        result = run(loaded, seed=seed, engine=engine.value, progress=bar)
    with Progress() as bar:
        against = run_against(result, other, progress=bar)
    if html is not None:
        from sim.report.page.page import run_page

        write_bytes(html, run_page(result, against, sys.argv[1:]).encode())
        print(f"written to {html}")
    if excel is not None:
        from sim.report.book.of_run import run_book

        write_book(excel, run_book(result, against, sys.argv[1:]))


def _refuse(html: Path) -> None:
    """Refuse a file that could not be written or opened, before anything is run."""
    if html.suffix.lower() not in ENDINGS:
        raise InputError([Problem(argument("--html"), "", "is no HTML file", repr(str(html)), ", ".join(ENDINGS))])
    if not html.parent.is_dir():
        raise InputError([Problem(argument("--html"), "", "there is no such directory", repr(str(html.parent)))])
