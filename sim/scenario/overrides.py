"""`--set PATH=VALUE` and `--reading FIGURE=NAME`: changes to a scenario from the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError, Mark, Problem, argument, nearest
from sim.ledger import Ledger, LedgerError
from sim.ledger.figure import value_types
from sim.scenario.compose import Loc, dotted
from sim.scenario.declared import Slot, step
from sim.scenario.from_csv import CsvTables
from sim.scenario.layers import refuse_nulls
from sim.scenario.marks import forget
from sim.scenario.meant import remedy
from sim.scenario.paths import NoSuchPathError, find
from sim.scenario.source import parse_value
from sim.units import UnitError, convert

SET = "--set"
READING = "--reading"
_UNSAID = ("", "1", "date", "text")


@dataclass(frozen=True, slots=True)
class Change:
    """What an override changed, in words: `24 month (figure fab.ramp)` -> `36 month`."""

    path: str
    old: str
    new: str
    origin: str


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


def is_override(mark: Mark) -> bool:
    """Whether a place was written on the command line."""
    return mark.writer.file.startswith((f"{SET} ", f"{READING} "))


def read_overrides(
    data: Any,
    sets: Sequence[str],
    readings: Sequence[str],
    problems: list[Problem],
    ledger: Ledger,
    folders: Sequence[Path],
    unread: set[str],
) -> list[Override]:
    """Understand all overrides against the data they change; what is wrong is appended to `problems`.

    What names no place in the data may be a figure of the `ledger`, which takes another reading or value.

    No two of those returned change the same place, or a place within that of the other. CSV files that they name are
    relative to the current folder and below one of the `folders` (none: anywhere); `unread` takes the paths for which
    such a file gives no value.
    """
    read = [_setting(data, text, problems, ledger, folders, unread) for text in sets]
    read += [_reading(data, text, problems) for text in readings]
    found: list[Override] = []
    for later in read:
        if later is None:
            continue
        collisions = [_collide(earlier, later, problems) for earlier in found]
        if not any(collisions):
            found.append(later)
    return found


def _collide(earlier: Override, later: Override, problems: list[Problem]) -> bool:
    """Whether both change the same place, which is a problem of the later one."""
    shorter, longer = sorted((earlier.loc, later.loc), key=len)
    if longer[: len(shorter)] != shorter:
        return False
    message = f"collides with {earlier.written}: both change {dotted(shorter)}"
    problems.append(Problem(argument(later.written), dotted(later.loc), message))
    return True


def _split(text: str, origin: str, form: str, problems: list[Problem]) -> tuple[str, str] | None:
    """The two sides of `=`."""
    left, sign, right = text.partition("=")
    if not sign or not left.strip() or not right.strip():
        what = "has no =" if not sign else "has nothing before the =" if not left.strip() else "has nothing after the ="
        problems.append(Problem(argument(f"{origin} {text}"), "", f"an override is written {form}; this {what}"))
        return None
    return left.strip(), right


def _setting(
    data: Any, text: str, problems: list[Problem], ledger: Ledger, folders: Sequence[Path], unread: set[str]
) -> Override | None:
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
        loc, slot = find(data, path)
    except NoSuchPathError as error:
        if path in ledger:
            return _figure_value(path, value, text, ledger, problems)
        close = nearest(path, filter(None, (error.close, nearest(path, ledger)))) or error.close
        problems.append(Problem(argument(f"{SET} {text}"), "", error.why, expected=error.allowed, nearest=close))
        return None
    if slot is not None and value is not None:
        value = CsvTables(Path(), folders, f"{SET} {text}", problems, unread).fill(value, marks, slot, loc)
        if value is None:
            return None
    return Override(text, SET, loc, slot, value, marks)


def _figure_value(figure: str, value: Any, text: str, ledger: Ledger, problems: list[Problem]) -> Override | None:
    """Another reading of a figure, if the value is the name of one, else another value in the figure's unit."""
    mark, definition = argument(f"{SET} {text}"), ledger[figure]
    if str(value) in definition.readings:
        return Override(text, SET, ("readings", figure), None, str(value), {(): mark})
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
    sides = _split(text, READING, "FIGURE=NAME", problems)
    if sides is None:
        return None
    figure, right = sides
    if not isinstance(data.get("readings", {}), dict):
        return None  # what stands there instead is refused by the schema
    return Override(text, READING, ("readings", figure), None, right.strip(), {(): argument(f"{READING} {text}")})


def apply(data: dict[str, Any], marks: dict[Loc, Mark], overrides: Sequence[Override], problems: list[Problem]) -> None:
    """Write the values into the data and their marks into `marks`."""
    for override in overrides:
        if override.figure is not None:
            continue
        parent: Any = data
        for i, key in enumerate(override.loc[:-1]):
            inside = step(parent, key)
            if inside is None:
                inside = parent[key] = {}
                marks[override.loc[: i + 1]] = argument(override.written)
            parent = inside
        if isinstance(parent, (dict, list)):
            _write(parent, override, marks, problems)


def _write(parent: Any, override: Override, marks: dict[Loc, Mark], problems: list[Problem]) -> None:
    key = override.loc[-1]
    old = step(parent, key)
    if override.value is not None:
        refuse_nulls(override.value, override.loc, lambda loc: override.marks[loc[len(override.loc) :]], problems)
        forget(marks, override.loc, old)
        parent[key] = override.value
        marks.update({(*override.loc, *loc): mark for loc, mark in override.marks.items()})
    elif isinstance(parent, dict) and old is not None:
        forget(marks, override.loc, parent.pop(key))
    else:
        what = (
            "an element of a list cannot be removed; set the whole list"
            if isinstance(parent, list)
            else "there is nothing to remove"
        )
        problems.append(Problem(argument(override.written), dotted(override.loc), what))


def changes(before: Any, overrides: Sequence[Override], old: Ledger, new: Ledger) -> list[Change]:
    """Old -> new of every override; `old` and `new` are the ledgers without and with `--reading`."""
    found = []
    for override in overrides:
        if override.loc[0] == "readings" and len(override.loc) == 2:
            found.append(_reading_change(override, old, new))
            continue
        if override.figure is not None:
            unit, was = old[override.figure].unit, old.resolve(override.figure).value
            found.append(
                Change(override.figure, with_unit(was, unit), with_unit(override.value, unit), override.origin)
            )
            continue
        value: Any = before
        for key in override.loc:
            value = step(value, key)
        unit = override.slot.unit if override.slot is not None else ""
        was, now = show(value, unit, old), show(override.value, unit, new) if override.value is not None else "removed"
        found.append(Change(dotted(override.loc), was, now, override.origin))
    return found


def _reading_change(override: Override, old: Ledger, new: Ledger) -> Change:
    figure = str(override.loc[1])
    shown = [
        f"{ledger.reading_name(figure)}: {with_unit(ledger.resolve(figure).value, new[figure].unit)}"
        for ledger in (old, new)
    ]
    return Change(figure, shown[0], shown[1], override.origin)


def show(value: Any, unit: str, ledger: Ledger) -> str:
    """A written value as a person reads it: `24 month (figure fab.ramp)`, `0.9 (assumed)`."""
    if value is None:
        return "not set"
    if isinstance(value, dict) and isinstance(value.get("figure"), str):
        return f"{_figure(value, unit, ledger)}(figure {value['figure']})"
    if isinstance(value, dict):
        for kind in ("assumed", "derived"):
            if kind in value:
                return f"{with_unit(value[kind], value.get('unit') or unit)} ({kind})"
    if isinstance(value, list) and value and all(isinstance(part, dict) and "at" in part for part in value):
        ends = [
            f"{show(part.get('value'), unit, ledger)} at {show(part['at'], 'date', ledger)}"
            for part in (value[0], value[-1])
        ]
        return f"{len(value)} dated points, {ends[0]} to {ends[1]}" if len(value) > 1 else ends[0]
    return with_unit(value, unit)


def _figure(value: Mapping[str, Any], unit: str, ledger: Ledger) -> str:
    """The value of a figure in the field's unit and a space, or nothing if it has none."""
    try:
        reading = ledger.resolve(value["figure"], value.get("reading"))
        own = ledger[value["figure"]].unit
        number = getattr(reading, str(value["at"])) if value.get("at") in ("low", "high") else reading.value
        if isinstance(number, (int, float)) and unit not in _UNSAID:
            return f"{with_unit(convert(number, own, unit), unit)} "
        return f"{with_unit(number, own)} "
    except (LedgerError, UnitError):
        return ""


def with_unit(value: Any, unit: str) -> str:
    """A value as a person reads it, with its unit where that says anything."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        number = f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else f"{value:.10g}"
        return number if unit in _UNSAID else f"{number} {unit}"
    if isinstance(value, dt.date):
        return value.isoformat()
    text = value if isinstance(value, str) else _flow(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _flow(value: Any) -> str:
    """Data in YAML's short form."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(part) for part in value) + "]"
    return "null" if value is None else with_unit(value, "")


def check_readings(
    data: Any, ledger: Ledger, mark: Any, problems: list[Problem], broken: Collection[str] = ()
) -> dict[str, str]:
    """The readings that the ledger has; the others are problems, except of figures that are broken themselves."""
    good: dict[str, str] = {}
    chosen = data.get("readings")
    for figure, name in chosen.items() if isinstance(chosen, dict) else ():
        place = mark(("readings", figure))
        path = f"readings.{figure}"
        if figure in broken:
            continue
        if figure not in ledger:
            problems.append(Problem(place, path, "the ledger has no such figure", nearest=nearest(figure, ledger)))
        elif not isinstance(name, str):
            continue  # the schema refuses it
        elif name in ledger[figure].left_out:
            if is_override(place):
                message = f"the reading {name!r} rests on an article that is left out"
                problems.append(Problem(place, path, message, expected=", ".join(ledger[figure].readings) or None))
        elif name not in ledger[figure].readings:
            names = list(ledger[figure].readings)
            message = (
                f"{name!r} is no reading of this figure" if names else "this figure has no readings to choose from"
            )
            problems.append(
                Problem(place, path, message, expected=", ".join(names) or None, nearest=nearest(name, names))
            )
        else:
            good[figure] = name
    return good
