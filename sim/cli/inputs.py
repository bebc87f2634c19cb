"""`fabshift inputs`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.books import EXCEL, refuse_no_workbook, write_book
from sim.cli.choices import ALLOW_OUTSIDE, JSON, READINGS, SCENARIO, SETS, WITHOUT
from sim.cli.files import refuse_unwritable, write_bytes
from sim.cli.output import emit_json
from sim.errors import InputError, Problem, argument, nearest

if TYPE_CHECKING:
    from sim.scenario.listing import ListedInput

CSV = ".csv"


def command(
    scenario: SCENARIO,
    rest: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORD]", help="Inputs with this in their path, title, figure or its statement."),
    ] = None,
    sets: SETS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    allow_outside: ALLOW_OUTSIDE = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Comma-separated values; followed by the name of a .csv file, to that file.")
    ] = False,
    excel: EXCEL = None,
    as_json: JSON = False,
) -> None:
    """List every input of a scenario that can be set."""
    word, file = _word_and_file(rest or [], as_csv=as_csv)
    if (as_csv, as_json, excel is not None).count(True) > 1:
        raise typer.BadParameter("give one of --csv, --json and --excel")
    if word is not None and excel is not None:
        raise typer.BadParameter("a workbook has all inputs; leave WORD out")
    refuse_no_workbook(excel)
    if file is not None:
        refuse_unwritable(file, "--csv", (CSV,))
    from sim.scenario.listing import listed, matching
    from sim.scenario.loader import load_scenario

    loaded = load_scenario(
        scenario, sets=sets or (), readings=readings or (), without=without or (), allow_outside=allow_outside
    )
    every = listed(loaded)
    found = every if word is None else matching(every, word)
    if not found:
        raise InputError([_none(word or "", every)])
    from sim.report.inputs import inputs_csv, inputs_json, inputs_report
    from sim.report.render import show

    if excel is not None:
        from sim.report.book.parts import inputs_book

        write_book(excel, inputs_book(loaded, sys.argv[1:]))
    elif file is not None:
        write_bytes(file, inputs_csv(found).encode())
        print(f"{len(found):,} inputs written to {file}")
    elif as_csv:
        sys.stdout.write(inputs_csv(found))
    elif as_json:
        emit_json(inputs_json(found))
    else:
        show(inputs_report(found, scenario))


def _word_and_file(rest: Sequence[str], *, as_csv: bool) -> tuple[str | None, Path | None]:
    """Return what to look for, and the file to write that follows --csv."""
    words, file = list(rest), None
    # --csv is a flag, so that the name of the file reaches us among the arguments.
    if as_csv and words and words[-1].lower().endswith(CSV):
        file = Path(words.pop())
    if len(words) > 1:
        raise typer.BadParameter(f"give one WORD, not {len(words)}; quote one that has blanks", param_hint="[WORD]")
    return (words[0] if words else None), file


def _none(word: str, every: Sequence[ListedInput]) -> Problem:
    """Return the problem that no input is so called, with the nearest path or figure, or part of one."""
    names = list(dict.fromkeys(name for entry in every for name in (entry.path, entry.figure) if name))
    parts = list(dict.fromkeys(part for name in names for part in name.split(".")))
    close = nearest(word, names) or nearest(word, parts)
    return Problem(
        argument("inputs"), "", "no input has this in its path, title, figure or statement", repr(word), nearest=close
    )
