"""`--inputs FILE`: a list of inputs given back, whose changed values are overrides like those of `--set`; `--excel FILE`: workbooks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.files import refuse_unwritable, write_bytes

INPUTS = Annotated[
    Path | None,
    typer.Option(
        "--inputs",
        metavar="FILE",
        help="Override the inputs that were changed in this workbook (its sheet Inputs) or .csv file (fabshift inputs).",
    ),
]


def with_inputs(
    file: Path | None,
    scenarios: Sequence[str],
    sets: Sequence[str] | None,
    readings: Sequence[str] | None = None,
    without: Sequence[str] | None = None,
    *,
    allow_outside: bool = False,
) -> list[str]:
    """Return the overrides of a command: those of --set, then those of --inputs.

    Raises:
        InputError: the file is wrong, or what it changes.
    """
    if file is None:
        return list(sets or ())
    from sim.scenario.given import given

    found = given(
        file, scenarios, sets=sets or (), readings=readings or (), without=without or (), allow_outside=allow_outside
    )
    # To stderr, since stdout may hold a JSON document.
    print(f"note: {file} changes {len(found.sets)} of {found.rows:,} inputs", file=sys.stderr)
    return [*(sets or ()), *found.sets]


EXCEL = Annotated[
    Path | None,
    typer.Option(
        "--excel", metavar="FILE", help="Write a workbook (.xlsx) there: answer, charts, inputs, tables, sources."
    ),
]
_ENDINGS = (".xlsx",)


def refuse_no_workbook(file: Path | None) -> None:
    """Refuse a file that --excel could not write, before anything is run.

    Raises:
        InputError: it has another ending, or cannot be written there.
    """
    if file is not None:
        refuse_unwritable(file, "--excel", _ENDINGS)


def write_book(file: Path, book: bytes, *, quiet: bool = False) -> None:
    """Write a workbook, and say so unless stdout holds a document.

    Raises:
        InputError: it cannot be written.
    """
    write_bytes(file, book)
    if not quiet:
        print(f"\nworkbook written to {file}")
