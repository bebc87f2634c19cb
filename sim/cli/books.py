"""`--inputs FILE`: a list of inputs given back, whose changed values are overrides like those of `--set`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

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
    """The overrides of a command: those of --set, then those of --inputs.

    Raises:
        InputError: the file is wrong, or what it changes.
    """
    if file is None:
        return list(sets or ())
    from sim.scenario.given import given

    found = given(
        file, scenarios, sets=sets or (), readings=readings or (), without=without or (), allow_outside=allow_outside
    )
    print(f"note: {file} changes {len(found.sets)} of {found.rows:,} inputs", file=sys.stderr)
    return [*(sets or ()), *found.sets]
