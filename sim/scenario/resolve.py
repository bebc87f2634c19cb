"""Every quantity of a scenario with its value in the field's own unit, its range and its origin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.distributions import Draw
from sim.errors import Problem
from sim.ledger import Ledger, LedgerError
from sim.scenario.compose import Loc, dotted
from sim.scenario.meant import remedy
from sim.scenario.schema import Document
from sim.scenario.schema.decisions import Gate
from sim.scenario.schema.quantity import Path, Quantity, Random, Units
from sim.scenario.written import Written, is_override
from sim.units import UnitError, convert
from sim.vocabulary import At


@dataclass(frozen=True, slots=True)
class Input:
    """One resolved number, date or name of a scenario.

    `value`, `low` and `high` are in `unit`, the unit that the field declares; a date is in days
    from the start of the horizon. `figure` is None for a number written in place. `follows`: value
    and range are those that the figure has under the readings chosen; else the input says one of them. `known`:
    planners know what is drawn from the start on.
    """

    path: str
    value: float | str
    low: float | None
    high: float | None
    draw: Draw
    unit: str
    kind: str
    figure: str | None
    reading: str | None
    source: str
    bounds: Mapping[str, float]
    follows: bool
    known: bool

    @property
    def ranged(self) -> bool:
        """Whether it is a number with a low and a high that differ."""
        return isinstance(self.value, float) and None not in (self.low, self.high) and self.low != self.high


class Inputs(Mapping[str, Input]):
    """All resolved inputs by dotted path."""

    def __init__(self, inputs: Mapping[str, Input]) -> None:
        self._inputs = dict(inputs)

    def __getitem__(self, path: str) -> Input:
        return self._inputs[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._inputs)

    def __len__(self) -> int:
        return len(self._inputs)

    def number(self, path: str) -> float:
        """Return the value of a numeric input, in its unit.

        Raises:
            KeyError: the path is none, or has a name.
        """
        value = self._inputs[path].value
        if isinstance(value, str):
            raise KeyError(f"{path} holds a name")
        return value


class UnresolvedError(Exception):
    """Why one quantity has no value."""


Field = tuple[str, dict[str, float]]
"""The unit and the bounds of a field."""


def quantities(model: BaseModel) -> Iterator[tuple[Loc, Quantity, str, dict[str, float]]]:
    """Yield the quantities of a document or a part of one: location, quantity, unit and bounds of its field.

    What a choice puts in the place of a path has the unit and the bounds of that path.
    """
    # Decisions come last: the values of a choice have the unit of a path, which may be declared anywhere.
    fields: dict[str, Field] = {}
    for loc, node, unit, bounds in _walk(model, (), "", {}):
        if isinstance(node, Path):
            fields[dotted(loc)] = unit, bounds
        elif loc[0] != "decisions":
            yield loc, node, unit, bounds
    decisions = model.decisions if isinstance(model, Document) else {}
    for loc, node, unit, bounds in _walk(decisions, ("decisions",), "", {}):
        # The last key is where the path stands; one that is not there is refused by the checks.
        unit, bounds = fields.get(str(loc[-1]), (unit, bounds))
        if isinstance(node, Quantity):
            yield loc, node, unit, bounds


def paths_over_time(document: Document) -> dict[Loc, Path]:
    """Return every path over time of a document, by its location."""
    return {loc: node for loc, node, _, _ in _walk(document, (), "", {}) if isinstance(node, Path)}


def _walk(
    node: Any, loc: Loc, unit: str, bounds: dict[str, float]
) -> Iterator[tuple[Loc, Quantity | Path, str, dict[str, float]]]:
    """Yield the quantities of a node, and each path over time before those in it, with units and bounds."""
    if isinstance(node, Quantity):
        yield loc, node, unit, bounds
    elif isinstance(node, Random):
        # A constant is written without `mean`, and its path is that of the field itself.
        written_short = node.cv is None and "shape" not in node.model_fields_set
        yield from _walk(node.mean, loc if written_short else (*loc, "mean"), unit, bounds)
        if node.cv is not None:
            yield from _walk(node.cv, (*loc, "cv"), "1", {"ge": 0})
    elif isinstance(node, Units):
        yield from _units(node, loc, unit, bounds)
    elif isinstance(node, Path):
        yield loc, node, unit, bounds
        if node.constant is not None:
            yield from _walk(node.constant, loc, unit, bounds)
        for i, point in enumerate(node.points):
            yield from _walk(point.at, (*loc, "points", i, "at"), "date", {})
            yield from _walk(point.value, (*loc, "points", i, "value"), unit, bounds)
        if node.ends is not None:
            yield from _walk(node.ends, (*loc, "ends"), "date", {})
        if node.process is not None:
            yield from _walk(node.process, (*loc, "process"), "", {})
    elif isinstance(node, Gate):
        yield from _walk(node.date, loc, "date", bounds)
        if node.milestone is not None:
            yield from _walk(node.lag, (*loc, "lag"), "day", {"ge": 0})
    elif isinstance(node, BaseModel):
        for name, field in type(node).model_fields.items():
            field_unit, field_bounds = _declared(field)
            # A field that declares no unit takes that of the field around it.
            yield from _walk(getattr(node, name), (*loc, field.alias or name), field_unit or unit, field_bounds)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _walk(value, (*loc, key), unit, bounds)
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from _walk(value, (*loc, i), unit, bounds)


def _units(
    node: Units, loc: Loc, unit: str, bounds: dict[str, float]
) -> Iterator[tuple[Loc, Quantity, str, dict[str, float]]]:
    """Yield the numbers of a random number of units; a constant has the path of the field itself."""
    if node.mean is not None:
        yield (loc if "shape" not in node.model_fields_set else (*loc, "mean")), node.mean, unit, bounds
    if node.cv is not None:
        yield (*loc, "cv"), node.cv, "1", {"ge": 0}
    for i, value in enumerate(node.values):
        yield (*loc, "values", i), value, unit, bounds
    for i, weight in enumerate(node.weights):
        yield (*loc, "weights", i), weight, "1", {"ge": 0}


def _declared(field: FieldInfo) -> tuple[str | None, dict[str, float]]:
    """Return the unit and the bounds that a field declares."""
    extra = field.json_schema_extra
    if not isinstance(extra, dict):
        return None, {}
    bounds = {
        key: float(limit)
        for key, limit in extra.items()
        if key in ("ge", "gt", "le", "lt") and isinstance(limit, (int, float))
    }
    unit = extra.get("unit")
    return (unit if isinstance(unit, str) else None), bounds


def resolve(document: Document, ledger: Ledger, written: Written, problems: list[Problem]) -> Inputs:
    """Return every quantity with its value; what has none is appended to `problems`."""
    inputs: dict[str, Input] = {}
    for loc, quantity, unit, bounds in quantities(document):
        path = ".".join(map(str, loc))
        try:
            inputs[path] = resolve_one(path, quantity, unit, bounds, document, ledger)
        except (UnresolvedError, UnitError, LedgerError) as error:
            problems.append(Problem(written.blame(loc), path, str(error)))
    return Inputs(inputs)


def sourced(inputs: Inputs, written: Written, given: Mapping[str, str]) -> Inputs:
    """Return the inputs with the origin of each bare number: an override, or what its file says its bare numbers are.

    `given` are figures that were given another value, which makes their inputs overrides too.
    """
    found = {}
    for path, entry in inputs.items():
        mark = written.mark(tuple(int(part) if part.isdecimal() else part for part in path.split(".")))
        if entry.figure in given:
            entry = replace(entry, kind="override")
        elif entry.kind == "bare" and is_override(mark):
            entry = replace(entry, kind="override", source=mark.writer.file)
        elif entry.kind == "bare" and mark.writer.file in written.licences:
            entry = replace(entry, source=written.licences[mark.writer.file])
        found[path] = entry
    return Inputs(found)


def resolve_one(
    path: str, quantity: Quantity, unit: str, bounds: Mapping[str, float], document: Document, ledger: Ledger
) -> Input:
    """Return one quantity with its value, low and high in the unit of its field.

    Raises:
        UnresolvedError, UnitError, LedgerError: it has no value.
    """
    if quantity.figure is None:
        value, low, high, from_unit = quantity.literal, quantity.low, quantity.high, quantity.unit or unit
        kind = "bare" if quantity.bare is not None else ("derived" if quantity.derived is not None else "assumed")
        reading, source = None, quantity.source or document.bare_numbers or "the schema's default"
        follows = False
    else:
        figure = ledger.figures.get(quantity.figure)
        if figure is None:
            raise UnresolvedError(f"no figure {quantity.figure!r} in the ledger")
        found = ledger.resolve(quantity.figure, quantity.reading)
        value, low, high, from_unit = found.value, found.low, found.high, figure.unit
        kind, reading, source = str(found.kind), quantity.reading, found.source
        low, high = (
            (quantity.low if quantity.low is not None else low),
            (quantity.high if quantity.high is not None else high),
        )
        # A quantity with an end, a draw or a range of its own does not move with its figure when a study draws that.
        own = (
            quantity.at is not At.TYPICAL
            or quantity.draw is not Draw.FIXED
            or quantity.low is not None
            or quantity.high is not None
        )
        follows = not own and quantity.reading in (None, ledger.reading_name(quantity.figure))
        # A figure may have been reported later as a whole; hindsight is not taken unless somebody chooses it.
        if kind == "later_report" and quantity.reading is None and quantity.figure not in document.readings:
            raise UnresolvedError(f"{quantity.figure} is a later report; choose it under readings to use it")
        if quantity.at is not At.TYPICAL:
            value = low if quantity.at is At.LOW else high
            # A study has put a value in force, which has no range: it stands for its ends too.
            if value is None and quantity.figure in ledger.pinned:
                value = found.value
            if value is None:
                raise UnresolvedError(f"{quantity.figure} has no {quantity.at} value")
            if quantity.draw is Draw.FIXED:
                # An end of a range has no range of its own.
                low = high = None
    draw = quantity.draw
    if draw is not Draw.FIXED and (low is None or high is None):
        # Where a study has put values in force, a figure without a range is one of them or follows one: it is not
        # drawn again.
        if quantity.figure is None or not ledger.pinned:
            raise UnresolvedError(f"to draw it {draw}, it needs a low and a high")
        draw = Draw.FIXED
    convert_one = _converter(unit, from_unit, document)
    return Input(
        path=path,
        value=convert_one(value),
        low=None if low is None else float(convert_one(low)),
        high=None if high is None else float(convert_one(high)),
        draw=draw,
        unit=unit,
        kind=kind,
        figure=quantity.figure,
        reading=reading,
        source=source,
        bounds=bounds,
        follows=follows,
        known=quantity.known is not None,
    )


def _converter(unit: str, from_unit: str, document: Document) -> Callable[[Any], Any]:
    """Return a function from a written value to the field's unit."""
    start = document.horizon.start

    def date(value: Any) -> float:
        """Return the days from the start of the horizon or, in an abstract model, the time itself."""
        if isinstance(value, dt.date) and start is not None:
            return float((value - start).days)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and start is None:
            return float(value)
        wanted = "a date such as 2027-01-31" if start is not None else "a number of time units"
        shown = value if isinstance(value, dt.date) else repr(value)
        raise UnresolvedError(f"expected {wanted}, found {shown}{remedy(value, unit)}")

    def text(value: Any) -> str:
        """Return a name as it is."""
        if isinstance(value, str):
            return value
        raise UnresolvedError(f"expected a name, found {value!r}")

    def numeric(value: Any) -> float:
        """Return a number in the field's unit."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise UnresolvedError(f"expected a number [{unit}], found {value!r}{remedy(value, unit)}")
        if from_unit == unit:
            return float(value)
        return convert(float(value), from_unit, unit)

    return {"date": date, "text": text}.get(unit, numeric)
