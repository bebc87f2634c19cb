"""`fabshift option`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.books import EXCEL, refuse_no_workbook, write_book
from sim.cli.choices import FULL, JSON, NO_CHANGES, OWN_RUNS, Changes, RunOptions
from sim.cli.files import refuse_unwritable, write_bytes
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.plots import NO_PICTURE, Picture
from sim.cli.studies import progress_of, tell_kept
from sim.errors import MOST_RUNS

if TYPE_CHECKING:
    from sim.flexibility.option import Flexibility

LEAST = 64
PAGES = (".html", ".htm")


@grouped
def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path; it has decisions.")],
    n: Annotated[int, typer.Option("-n", min=LEAST, max=MOST_RUNS, help="Paths; half of them train the rule.")] = 256,
    changes: Changes = NO_CHANGES,
    feature: Annotated[
        list[str] | None,
        typer.Option(
            "--feature",
            metavar="WORD",
            help="Restrict rules to this feature: a kind (demand), or one thing ('capacity of hall'); may be repeated.",
        ),
    ] = None,
    contested: Annotated[
        int,
        typer.Option(
            min=0,
            max=MOST_RUNS,
            metavar="N",
            help="Run fixed plans under each other reading of each contested figure too, on N paths each (64 are usually enough).",
        ),
    ] = 0,
    sooner: Annotated[
        float,
        typer.Option(
            min=0, metavar="DAYS", help="Value it again with lead times after the gates DAYS shorter; doubles the runs."
        ),
    ] = 0.0,
    how: RunOptions = OWN_RUNS,
    full: FULL = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page there.")] = None,
    excel: EXCEL = None,
    picture: Picture = NO_PICTURE,
    as_json: JSON = False,
) -> None:
    """Value the right to choose at the gates of a scenario."""
    wanted = picture.of("option")
    refuse_no_workbook(excel)
    if html is not None:
        refuse_unwritable(html, "--html", PAGES)
    loaded = changes.given([scenario]).load(scenario)
    from sim.flexibility.option import option

    with progress_of(n, how.out, what=loaded.name, foretold=True) as bar:
        found = option(
            loaded, n, features=feature or (), contested=contested, sooner=sooner, progress=bar, announce=bar.expect,
            **how.keywords,
        )  # fmt: skip
    if as_json:
        emit_json(found.to_json())
    else:
        _print(found, full=full)
        tell_kept(how.out)
    if wanted is not None:
        wanted.write(found.plot(wanted.name), quiet=as_json)
    write_option(found, html, excel, quiet=as_json)


def _print(found: Flexibility, *, full: bool) -> None:
    """Print the value of an option: one screen, or every table."""
    from sim.report.option_report import option_report, option_screen
    from sim.report.render import show

    show(option_report(found) if full else option_screen(found))


def write_option(
    found: Flexibility, html: Path | None, excel: Path | None, *, quiet: bool = False, older: str = ""
) -> None:
    """Write the page and the workbook of an option.

    `older` names the version that made an option which was kept, if that is another one.
    """
    if html is not None:
        from sim.report.page.option_page import option_page

        write_bytes(html, option_page(found, sys.argv[1:], older=older).encode())
        if not quiet:
            print(f"\npage written to {html}")
    if excel is not None:
        from sim.report.book.of_option import option_book

        write_book(excel, option_book(found, sys.argv[1:]), quiet=quiet)
