"""Every input of a scenario that can be set by its path: what it is, where it is from, what depends on the same figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from sim.ledger import Ledger, Scalar
from sim.scenario.compose import Loc, dotted
from sim.scenario.declared import Slot
from sim.scenario.lineage import uses
from sim.scenario.loader import Scenario
from sim.scenario.paths import FIXED
from sim.scenario.resolve import Input
from sim.scenario.schema.decisions import Gate
from sim.scenario.schema.quantity import Path, Quantity, Random, Units

SETTING = "setting"
"""Kind of what says how the model works or is run, and claims nothing about the world."""
DEFAULT = "the schema's default"
"""Source of what nobody has written."""
READING = "reading"
"""Kind of the choice among sources that disagree."""
_READINGS = "readings"
_ELSEWHERE = FIXED | {"figures", _READINGS}
_WHOLE = (Quantity, Path, Random, Units, Gate)
_PART_OF_A_KIND = "kind"


@dataclass(frozen=True, slots=True)
class ListedInput:
    """One input: `value`, `low` and `high` in `unit`, as `--set PATH=VALUE` takes them; a date is a date.

    `figure` is the figure of the ledger that it takes, `statement` what that says, `rests_on` the figures which that
    is calculated from or follows, `derived` the figures calculated from it that the scenario uses, and `feeds` the
    other inputs that depend on it. `words` are the only values allowed, where the schema or the ledger lists them;
    `bounds` the limits of the field (`ge`, `gt`, `le`, `lt`).
    """

    path: str
    title: str
    value: Scalar
    low: Scalar | None
    high: Scalar | None
    unit: str
    kind: str
    source: str
    figure: str | None = None
    statement: str = ""
    rests_on: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    bounds: Mapping[str, float] = field(default_factory=dict)

    @property
    def numeric(self) -> bool:
        """Whether it is a number (true and false are none)."""
        return isinstance(self.value, (int, float)) and not isinstance(self.value, bool)


def listed(scenario: Scenario) -> tuple[ListedInput, ...]:
    """Return all inputs of a scenario: readings in force, settings that are written, and quantities."""
    children = _children(scenario)
    readings = (_reading(scenario, figure, children) for figure in scenario.fed if scenario.ledger[figure].readings)
    settings = (_setting(scenario, *found) for found in _settings(scenario.document, ()))
    quantities = (_quantity(scenario, entry, children) for entry in scenario.inputs.values())
    return (*readings, *settings, *quantities)


def matching(inputs: tuple[ListedInput, ...], word: str) -> tuple[ListedInput, ...]:
    """Return the inputs with `word` in their path, title, figure or its statement, in whatever case."""
    wanted = word.casefold()
    return tuple(
        entry
        for entry in inputs
        if any(wanted in text.casefold() for text in (entry.path, entry.title, entry.figure or "", entry.statement))
    )


def _children(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return each figure behind the scenario with those behind it that are calculated from it or follow it."""
    found: dict[str, list[str]] = {}
    for name in scenario.fed:
        for parent in _parents(name, scenario.ledger):
            found.setdefault(parent, []).append(name)
    return {figure: tuple(names) for figure, names in found.items()}


def _parents(name: str, ledger: Ledger) -> tuple[str, ...]:
    """Return the figures that a figure is calculated from or follows."""
    figure = ledger[name]
    return tuple(dict.fromkeys((*figure.operands, *((figure.follows,) if figure.follows else ()))))


def _origin(scenario: Scenario, figure: str, path: str, children: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return what a list shows of the figure of an input."""
    return {
        "figure": figure,
        "statement": scenario.ledger[figure].statement,
        "rests_on": _parents(figure, scenario.ledger),
        "derived": children.get(figure, ()),
        "feeds": tuple(other for other in uses(scenario, figure) if other != path),
    }


def _quantity(scenario: Scenario, entry: Input, children: Mapping[str, tuple[str, ...]]) -> ListedInput:
    """Return a quantity as it is listed."""
    value, low, high = (_written(scenario, entry.unit, number) for number in (entry.value, entry.low, entry.high))
    assert value is not None
    origin = _origin(scenario, entry.figure, entry.path, children) if entry.figure else {}
    unit = scenario.document.horizon.written(entry.unit)
    title = _title(scenario, entry.path)
    loc = tuple(int(part) if part.isdecimal() else part for part in entry.path.split("."))
    default = entry.kind == "bare" and not scenario.context.written.says(loc)
    source = DEFAULT if default else entry.source
    return ListedInput(entry.path, title, value, low, high, unit, entry.kind, source, bounds=entry.bounds, **origin)


def _written(scenario: Scenario, unit: str, value: float | str | None) -> Scalar | None:
    """Return a value of an input as it is written: a date, which inputs have in days from the start, as the date."""
    start = scenario.document.horizon.start
    if unit == "date" and start is not None and isinstance(value, (int, float)):
        return start + dt.timedelta(days=int(value))
    return value


def _reading(scenario: Scenario, figure: str, children: Mapping[str, tuple[str, ...]]) -> ListedInput:
    """Return the reading in force of a figure as it is listed."""
    ledger = scenario.ledger
    name, path = ledger.reading_name(figure) or "", f"{_READINGS}.{figure}"
    source, words = ledger.resolve(figure).source, tuple(ledger[figure].readings)
    origin = _origin(scenario, figure, path, children)
    return ListedInput(path, "", name, None, None, "text", READING, source, words=words, **origin)


def _setting(scenario: Scenario, loc: Loc, value: Scalar, words: tuple[str, ...]) -> ListedInput:
    """Return a setting as it is listed; its source is its place in the file."""
    path = dotted(loc)
    mark = scenario.mark(path)
    place = f"{PurePath(mark.file).name}:{mark.line}" if mark.line else mark.file
    place = place if loc in scenario.marks else DEFAULT
    unit = {bool: "text", str: "text", dt.date: "date"}.get(type(value), "1")
    return ListedInput(path, _title(scenario, path), value, None, None, unit, SETTING, place, words=words)


def _settings(node: BaseModel, loc: Loc) -> Iterator[tuple[Loc, Scalar, tuple[str, ...]]]:
    """Yield place, value and words of the settings: numbers, dates, truth values and words that are no quantities.

    Those of the run as a whole are listed where they have their default too, all others where they are written.
    """
    played = loc in ((), ("horizon",))
    for name, info in type(node).model_fields.items():
        key = info.alias or name
        if (played or name in node.model_fields_set) and not (not loc and key in _ELSEWHERE) and key != _PART_OF_A_KIND:
            yield from _setting_of(getattr(node, name), (*loc, key), _words(info.annotation))


def _setting_of(value: Any, loc: Loc, words: tuple[str, ...]) -> Iterator[tuple[Loc, Scalar, tuple[str, ...]]]:
    """Yield place, value and words of the settings within one value."""
    if isinstance(value, BaseModel) and not isinstance(value, _WHOLE):
        yield from _settings(value, loc)
    elif isinstance(value, (dict, list)):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _setting_of(part, (*loc, key), _words(type(part)))
    elif isinstance(value, StrEnum):
        yield loc, str(value), words
    # Free text (a title, a note) changes nothing: only words from a list are settings.
    elif isinstance(value, (bool, int, float, dt.date)) or (isinstance(value, str) and words):
        yield loc, value, words


def _words(annotation: Any) -> tuple[str, ...]:
    """Return the only values that may stand at a place, or () where others may."""
    found: list[str] = []
    for option in Slot(annotation).options:
        if option is bool:
            found += ["true", "false"]
        elif get_origin(option) is Literal:
            found += [str(word) for word in get_args(option)]
        elif isinstance(option, type) and issubclass(option, StrEnum):
            found += [str(word) for word in option]
        else:
            return ()
    return tuple(found)


def _title(scenario: Scenario, path: str) -> str:
    """Return the title of the entry that an input belongs to, or ""."""
    section, _, rest = path.partition(".")
    entries = getattr(scenario.document, section, None)
    if not isinstance(entries, dict):
        return ""
    # Names are compared as a whole, since some keys, such as ids of figures, have dots.
    name = next((name for name in entries if rest == name or rest.startswith(f"{name}.")), "")
    return getattr(entries.get(name), "title", None) or ""
