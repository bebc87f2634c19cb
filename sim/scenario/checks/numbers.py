"""Numbers: bare ones that nobody answers for, bounds, ranges, whole numbers."""

from __future__ import annotations

import math
import re

from sim.errors import broken_bound
from sim.scenario.checks.context import Context, amount
from sim.scenario.resolve import Input
from sim.scenario.written import is_override

BARE = (
    "a bare value; write {figure: ID}, {assumed: X, source: WHY} or {derived: X, source: HOW}, "
    "or say once at the top of this file what its bare numbers are (bare_numbers: ...)"
)
WHOLE = re.compile(
    r"sites\.[^.]+\.lines|recipes\.[^.]+\.(lot_size|minimum|multiple)|milestones\.[^.]+\.months|wip_limits\.[^.]+\.limit|items\.[^.]+\.initial_stock"
    r"|items\.[^.]+\.policy\.(level|reorder|quantity|safety)|open_orders\.\d+\.quantity"
    r"|demand\.[^.]+\.((quantity\.)?values\.\d+|orders\.\d+\.units)"
)


def check(context: Context) -> None:
    """Check that every number lies within its field's bounds and in its own range."""
    for path, entry in context.inputs.items():
        for message, found in _faults(path, entry):
            loc = tuple(int(part) if part.isdecimal() else part for part in path.split("."))
            context.add(loc, message, found=found)


def check_origins(context: Context) -> None:
    """Check that every number has an origin.

    A bare one is allowed where its own file says what its bare numbers are, and on the command line.
    """
    for loc, quantity in context.quantities.values():
        if quantity.bare is None or not context.written.says(loc):
            continue
        mark = context.written.mark(loc)
        if not is_override(mark) and mark.writer.file not in context.written.licences:
            context.add(loc, BARE, found=str(quantity.bare))


def _faults(path: str, entry: Input) -> list[tuple[str, str | None]]:
    """Return all that is wrong with one number, as messages with what was found."""
    if isinstance(entry.value, str):
        return []
    # Finite numbers may overflow when they are converted to the unit of the field.
    if not all(math.isfinite(number) for number in (entry.value, entry.low or 0, entry.high or 0)):
        return [(f"is too large in {entry.unit}", None)]
    faults: list[tuple[str, str | None]] = []
    for what, value in (("", entry.value), ("its low ", entry.low), ("its high ", entry.high)):
        if value is not None and (bound := broken_bound(value, entry.bounds)) is not None:
            hint = (
                f" ({value:g} % is written {value / 100:g})"
                # A share between 2 and 100 was most likely meant in per cent.
                if entry.bounds.get("le") == 1 and 2 <= value <= 100
                else ""
            )
            faults.append((f"{what}must be {bound}{hint}", amount(value, entry.unit)))
    ends = [number for number in (entry.low, entry.value, entry.high) if number is not None]
    if ends != sorted(ends):
        shown = ", ".join(
            f"{name} {amount(end, entry.unit)}"
            for name, end in (("low", entry.low), ("value", entry.value), ("high", entry.high))
            if end is not None
        )
        faults.append(("low, value and high must not fall", shown))
    if WHOLE.fullmatch(path) and entry.value != int(entry.value):
        smaller = "; use a smaller unit" if entry.value < 1 else ""
        faults.append((f"must be a whole number{smaller}", amount(entry.value, entry.unit)))
    return faults
