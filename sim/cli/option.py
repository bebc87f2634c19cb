"""`fabshift option`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.books import EXCEL, INPUTS, refuse_no_workbook, with_inputs, write_book
from sim.cli.choices import ALLOW_OUTSIDE, CLUSTER, FULL, JOBS, LOT_SCALE, OUT, READINGS, SEED, SETS, WITHOUT
from sim.cli.files import refuse_unwritable, write_bytes
from sim.cli.output import emit_json
from sim.cli.plots import FIGURE, PLOT, target
from sim.cli.studies import progress_of
from sim.errors import MOST_RUNS
from sim.scenario.loader import load_scenario

if TYPE_CHECKING:
    from sim.flexibility.option import Flexibility

LEAST = 64
PAGES = (".html", ".htm")


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path; it has decisions.")],
    n: Annotated[int, typer.Option("-n", min=LEAST, max=MOST_RUNS, help="Paths; half of them train the rule.")] = 256,
    sets: SETS = None,
    inputs: INPUTS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    allow_outside: ALLOW_OUTSIDE = False,
    feature: Annotated[
        list[str] | None,
        typer.Option(
            "--feature",
            metavar="WORD",
            help="Let rules go by this alone: a kind (demand), or of one thing ('capacity of hall'); may be repeated.",
        ),
    ] = None,
    contested: Annotated[
        int,
        typer.Option(
            min=0,
            max=MOST_RUNS,
            metavar="N",
            help="Run fixed plans under each other reading of each contested figure too, on N paths each (64 tell most).",
        ),
    ] = 0,
    sooner: Annotated[
        float,
        typer.Option(
            min=0, metavar="DAYS", help="Value it again with what choices bring DAYS sooner; doubles the runs."
        ),
    ] = 0.0,
    seed: SEED = 0,
    jobs: JOBS = 0,
    lot_scale: LOT_SCALE = "1",
    out: OUT = None,
    cluster: CLUSTER = None,
    full: FULL = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page there.")] = None,
    excel: EXCEL = None,
    plot: PLOT = None,
    figure: FIGURE = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Value the freedom to choose at the gates of a scenario."""
    picture = target(plot, figure, "option")
    refuse_no_workbook(excel)
    if html is not None:
        refuse_unwritable(html, "--html", PAGES)
    sets = with_inputs(inputs, [scenario], sets, readings, without, allow_outside=allow_outside)
    loaded = load_scenario(
        scenario, sets=sets, readings=readings or (), without=without or (), allow_outside=allow_outside
    )
    from sim.flexibility.option import option

    with progress_of(n, out, what=loaded.name, foretold=True) as bar:
        found = option(
            loaded, n, seed=seed, jobs=jobs, features=feature or (), contested=contested, sooner=sooner, lot_scale=lot_scale,
            out=out, cluster=cluster, progress=bar, announce=bar.expect,
        )  # fmt: skip
    if as_json:
        emit_json(found.to_json())
    else:
        _print(found, out, full=full)
    if picture is not None:
        picture.write(found.plot(picture.name), quiet=as_json)
    write_option(found, html, excel, quiet=as_json)


def _print(found: Flexibility, out: Path | None, *, full: bool) -> None:
    from sim.report.option_report import option_report, option_screen
    from sim.report.render import show

    show(option_report(found) if full else option_screen(found))
    if out is not None:
        print(f"\nkept in {out}")


def write_option(
    found: Flexibility, html: Path | None, excel: Path | None, *, quiet: bool = False, older: str = ""
) -> None:
    """Write the page and the workbook of an option; `older` says what made one that was kept, where that is another version."""
    if html is not None:
        from sim.report.page.option_page import option_page

        write_bytes(html, option_page(found, sys.argv[1:], older=older).encode())
        if not quiet:
            print(f"\npage written to {html}")
    if excel is not None:
        from sim.report.book.of_option import option_book

        write_book(excel, option_book(found, sys.argv[1:]), quiet=quiet)
