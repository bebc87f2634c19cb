"""`--set PATH=VALUE` and `--reading FIGURE=NAME`, understood against the data that they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError, Mark, Problem, argument, nearest
from sim.ledger import Ledger
from sim.ledger.figure import value_types
from sim.scenario.changes import with_unit
from sim.scenario.compose import Loc, dotted
from sim.scenario.declared import Slot
from sim.scenario.from_csv import CsvTables
from sim.scenario.meant import remedy
from sim.scenario.paths import NoSuchPathError, find
from sim.scenario.read import parse_value
from sim.scenario.written import READING, SET, Written


@dataclass(frozen=True, slots=True)
class Override:
    """One override, understood: the place, its new value (None removes it) and the marks of the value."""

    text: str
    origin: str
    loc: Loc
    slot: Slot | None
    value: Any
    marks: Mapping[Loc, Mark]
    figure: str | None = None
    """The figure of which it is another value, wherever the scenario takes it; the place is then that of no data."""

    @property
    def written(self) -> str:
        """As it stands on the command line."""
        return f"{self.origin} {self.text}"


def understood(
    written: Written, ledger: Ledger, sets: Sequence[str], readings: Sequence[str], problems: list[Problem]
) -> list[Override]:
    """Return the overrides, understood against the data they change; what is wrong is appended to `problems`.

    A path that names no place in the data may be a figure of the `ledger`, which takes another reading or value. No two
    of the overrides returned change the same place, or a place within that of the other. CSV files that they name are
    relative to the current folder.
    """
    read = [_setting(written, text, problems, ledger) for text in sets]
    read += [_reading(written.data, text, problems) for text in readings]
    found: list[Override] = []
    for later in read:
        if later is None:
            continue
        collisions = [_collide(earlier, later, problems) for earlier in found]
        if not any(collisions):
            found.append(later)
    return found


def _collide(earlier: Override, later: Override, problems: list[Problem]) -> bool:
    """Return whether both change the same place, and note it as a problem of the later one."""
    shorter, longer = sorted((earlier.loc, later.loc), key=len)
    if longer[: len(shorter)] != shorter:
        return False
    message = f"collides with {earlier.written}: both change {dotted(shorter)}"
    problems.append(Problem(argument(later.written), dotted(later.loc), message))
    return True


def _split(text: str, origin: str, form: str, problems: list[Problem]) -> tuple[str, str] | None:
    """Return the two sides of `=`, or None after noting what is missing."""
    left, sign, right = text.partition("=")
    if not sign or not left.strip() or not right.strip():
        what = "has no =" if not sign else "has nothing before the =" if not left.strip() else "has nothing after the ="
        problems.append(Problem(argument(f"{origin} {text}"), "", f"an override is written {form}; this {what}"))
        return None
    return left.strip(), right


def _setting(written: Written, text: str, problems: list[Problem], ledger: Ledger) -> Override | None:
    """Return what a --set changes, or None after noting what is wrong."""
    sides = _split(text, SET, "PATH=VALUE", problems)
    if sides is None:
        return None
    path, right = sides
    try:
        value, marks = parse_value(right, f"{SET} {text}")
    except InputError as error:
        problems.extend(error.problems)
        return None
    try:
        loc, slot = find(written.data, path)
    except NoSuchPathError as error:
        if path in ledger:
            return _figure_value(path, value, text, ledger, problems)
        # A figure and a path may both be close: the one that is spelt more alike is suggested.
        close = nearest(path, filter(None, (error.close, nearest(path, ledger)))) or error.close
        problems.append(Problem(argument(f"{SET} {text}"), "", error.why, expected=error.allowed, nearest=close))
        return None
    if slot is not None and value is not None:
        value = CsvTables(Path(), written.folders, f"{SET} {text}", problems, written.unread).fill(
            value, marks, slot, loc
        )
        if value is None:
            return None
    return Override(text, SET, loc, slot, value, marks)


def _figure_value(figure: str, value: Any, text: str, ledger: Ledger, problems: list[Problem]) -> Override | None:
    """Return the override of a figure: another reading if the value names one, else another value in its unit."""
    mark, definition = argument(f"{SET} {text}"), ledger[figure]
    if str(value) in definition.readings:
        return Override(text, SET, ("readings", figure), None, str(value), {(): mark})
    # To Python a truth value is a whole number.
    if isinstance(value, bool) or not isinstance(value, value_types(definition.unit)):
        unit = {"date": "a date", "text": "a name"}.get(definition.unit, f"a number [{definition.unit}]")
        allowed = " or ".join(
            [*([f"a reading ({', '.join(definition.readings)})"] if definition.readings else []), unit]
        )
        found = with_unit(value, "") if value is not None else "nothing"
        problems.append(
            Problem(mark, figure, f"no value of this figure{remedy(value, definition.unit)}", found, allowed)
        )
        return None
    return Override(text, SET, ("figures", figure), None, value, {(): mark}, figure)


def _reading(data: Any, text: str, problems: list[Problem]) -> Override | None:
    """Return what a --reading chooses, or None after noting what is wrong."""
    sides = _split(text, READING, "FIGURE=NAME", problems)
    if sides is None:
        return None
    figure, right = sides
    # The schema refuses what stands there instead.
    if not isinstance(data.get("readings", {}), dict):
        return None
    return Override(text, READING, ("readings", figure), None, right.strip(), {(): argument(f"{READING} {text}")})
