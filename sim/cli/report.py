"""`fabshift report`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.choices import ALLOW_OUTSIDE, ENGINE, READINGS, SEED, SETS, WITHOUT, Engine
from sim.cli.progress import Progress
from sim.errors import InputError, Problem, argument, problem
from sim.scenario.counterfactual import load_counterfactual
from sim.scenario.loader import load_scenario

ENDINGS = (".html", ".htm")


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path.")],
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help="Write the page there.")],
    sets: SETS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    allow_outside: ALLOW_OUTSIDE = False,
    seed: SEED = 0,
    engine: ENGINE = Engine.BATCH,
) -> None:
    """Write a run as one HTML file."""
    _refuse(html)
    loaded = load_scenario(
        scenario, sets=sets or (), readings=readings or (), without=without or (), allow_outside=allow_outside
    )
    other = load_counterfactual(loaded)
    from sim.api import run, run_against
    from sim.report.page.page import run_page

    with Progress(loaded.name) as bar:
        result = run(loaded, seed=seed, engine=engine.value, progress=bar)
    with Progress(other.name if other is not None else "") as bar:
        against = run_against(result, other, progress=bar)
    try:
        with Progress("the page"):
            page = run_page(result, against, sys.argv[1:])
        html.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError([problem(html, f"can't be written: {error.strerror}")]) from None
    print(f"written to {html}")


def _refuse(html: Path) -> None:
    """Refuse a file that could not be written or opened, before anything is run."""
    if html.suffix.lower() not in ENDINGS:
        raise InputError([Problem(argument("--html"), "", "is no HTML file", repr(str(html)), ", ".join(ENDINGS))])
    if not html.parent.is_dir():
        raise InputError([Problem(argument("--html"), "", "there is no such directory", repr(str(html.parent)))])
