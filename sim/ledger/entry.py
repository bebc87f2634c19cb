"""The YAML form of a figure, checked, and what it becomes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.errors import Mark, Problem, nearest
from sim.ledger.figure import Figure, Kind, Reading, value_types
from sim.ledger.formula import FormulaError, compiled
from sim.units import UnitError, check_unit

ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")

Marker = Callable[[tuple[str | int, ...]], Mark]
"""Gives the place in the file of a key or element."""


class _Value(BaseModel):
    """A value with its range and where it is from."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    value: int | float | dt.date | str | None = None
    """A number in the figure's unit, a date or a name."""
    low: int | float | None = None
    """Low end of the plausible range."""
    high: int | float | None = None
    """High end of the plausible range."""
    source: str | None = None
    """Where it is from, in words."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        """Check that low, value and high do not fall, and that only a number has a range."""
        ends = [end for end in (self.low, self.value, self.high) if end is not None]
        if (self.low is not None or self.high is not None) and not isinstance(self.value, (int, float)):
            raise ValueError("only a number has low and high")
        if ends != sorted(ends):
            raise ValueError("low, value and high must not fall")
        return self


class FallbackEntry(_Value):
    """What takes the place of a figure when the articles it depends on are left out."""

    figure: str | None = None
    """The figure whose value is taken; else give value and source."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        """Check that the fallback is either a figure or a value with its source."""
        if (self.figure is None) == (self.value is None):
            raise ValueError("give either figure, or value and source")
        if self.value is not None:
            _need_source(Kind.ASSUMED, self.source, None)
        elif self.source is not None:
            raise ValueError("a figure has a source of its own")
        return self

    def taken(self) -> Reading | str:
        """Return the assumed value that is taken instead, or the id of the figure."""
        if self.value is None:
            return self.figure or ""
        return Reading(self.value, self.low, self.high, Kind.ASSUMED, self.source or "")


class _Entry(_Value):
    """What figures and readings have in common."""

    article: str | None = None
    """File name of the article that states it."""
    also: list[str] = []
    """Other articles that state the same."""
    rests_on: list[str] = []
    """Articles from which an assumed value was worked out."""

    @model_validator(mode="after")
    def _articles(self) -> Self:
        """Check that articles are named where the kind of value allows it."""
        if self.also and self.article is None:
            raise ValueError("also names more articles beside article")
        if self.rests_on and self.article is not None:
            raise ValueError("rests_on belongs to an assumed value; a stated one has article and also")
        return self


class ReadingEntry(_Entry):
    """One source's answer to a contested figure."""

    value: int | float | dt.date | str
    """A number in the figure's unit, a date or a name."""
    kind: Kind = Field(strict=False)
    """stated, assumed or later_report."""
    note: str | None = None
    """What qualifies it."""

    @model_validator(mode="after")
    def _sourced(self) -> Self:
        """Check that the reading has an origin of its own."""
        if self.kind is Kind.DERIVED:
            raise ValueError("a reading is not derived: it is one source's answer")
        _need_source(self.kind, self.source, self.article)
        return self

    def reading(self) -> Reading:
        """Return the reading that the entry describes."""
        return Reading(
            self.value, self.low, self.high, self.kind, self.source or self.article or "", self.article, self.note,
            # An entry never has both: `also` belongs to a stated value, `rests_on` to an assumed one.
            (*self.also, *self.rests_on),
        )  # fmt: skip


class FigureEntry(_Entry):
    """A figure as it is written."""

    statement: str = Field(min_length=1)
    """What it says, in our own words."""
    unit: str
    """Unit of all its numbers; date or text for what is no amount."""
    kind: Kind | None = Field(None, strict=False)
    """stated, assumed, later_report; derived if it has a formula."""
    readings: dict[str, ReadingEntry] = {}
    """What different sources answer."""
    default: str | None = None
    """The reading taken unless a scenario chooses."""
    formula: str | None = None
    """How it is calculated from other figures."""
    follows: str | None = None
    """The figure whose chosen reading's name it takes."""
    context: str | None = None
    """Why it is used in no scenario."""
    fallback: FallbackEntry | None = None
    """What takes its place when the articles it depends on are left out."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        """Check that the figure has exactly one of value, readings and formula, and only the fields that go with it."""
        forms = [self.value is not None, bool(self.readings), self.formula is not None]
        if sum(forms) != 1:
            raise ValueError("give exactly one of value, readings or formula")
        if self.readings:
            self._check_readings()
        elif self.default is not None or self.follows is not None:
            raise ValueError("default and follows belong to a figure with readings")
        if self.formula is not None:
            if self.kind not in (None, Kind.DERIVED) or self.low is not None or self.high is not None or self.article:
                raise ValueError("a figure with a formula is derived; its range is calculated too")
        elif self.kind is Kind.DERIVED:
            raise ValueError("a derived figure needs a formula")
        if self.value is not None:
            if self.kind is None:
                raise ValueError("kind is missing: stated, assumed or later_report")
            _need_source(self.kind, self.source, self.article)
        return self

    @model_validator(mode="after")
    def _values_fit_the_unit(self) -> Self:
        """Check that the unit is known and that all values are of its type: dates, texts or numbers."""
        try:
            check_unit(self.unit)
        except UnitError as error:
            raise ValueError(str(error)) from error
        allowed = value_types(self.unit)
        values = [self.value, *(reading.value for reading in self.readings.values())]
        values += [self.fallback.value] if self.fallback is not None else []
        for value in values:
            if value is not None and not isinstance(value, allowed):
                raise ValueError(f"the value {value!r} does not fit the unit {self.unit!r}")
        return self

    def _check_readings(self) -> None:
        """Check that kind and source stand in the readings, and that the default names one of them."""
        if (
            any(field is not None for field in (self.kind, self.low, self.high, self.source, self.article))
            or self.also
            or self.rests_on
        ):
            raise ValueError("with readings, kind, range, source and article stand in each reading")
        if self.default not in self.readings:
            close = nearest(self.default or "", self.readings)
            hint = f"; did you mean {close!r}?" if close else ""
            raise ValueError(f"default must name a reading: {', '.join(self.readings)}{hint}")
        if self.readings[self.default].kind is Kind.LATER_REPORT:
            raise ValueError("a later report is never the default")

    def figure(self, id: str, mark: Mark) -> Figure:
        """Return the figure that the entry describes.

        The value of a formula stays empty: the ledger fills it in under the readings chosen.
        """
        readings = {name: entry.reading() for name, entry in self.readings.items()}
        if self.default is not None:
            own = readings[self.default]
        else:
            kind = self.kind or Kind.DERIVED
            source = self.source or self.article or f"calculated: {self.formula}"
            value = "" if self.value is None else self.value
            own = Reading(value, self.low, self.high, kind, source, self.article, None, (*self.also, *self.rests_on))
        return Figure(
            id, self.statement, own.value, own.low, own.high, self.unit, own.kind, own.source, own.article,
            readings, self.default, self.formula, self.follows, self.context, own.also,
            self.fallback.taken() if self.fallback else None, mark=mark,
        )  # fmt: skip


def _need_source(kind: Kind, source: str | None, article: str | None) -> None:
    """Check that a value names its article if it is stated, and else has a source."""
    if kind is Kind.STATED and not article:
        raise ValueError("a stated figure names its article")
    if kind is not Kind.STATED and not (source or "").strip():
        raise ValueError(f"a figure that is {kind} needs a source")


def read_entries(
    data: Mapping[str, Any], mark: Marker, problems: list[Problem], under: tuple[str, ...] = ()
) -> dict[str, Figure]:
    """Return the figures in a mapping from id to entry; what is wrong is appended to `problems`.

    `mark` returns the place of a key below `under`.
    """
    figures: dict[str, Figure] = {}
    for id, entry in data.items():
        where = (*under, id)
        if not ID.fullmatch(str(id)):
            expected = "small letters, digits and _, in parts joined by dots"
            problems.append(Problem(mark(where), id, "not a figure id", str(id), expected))
            continue
        try:
            figure = FigureEntry.model_validate(entry).figure(id, mark(where))
            if figure.formula is not None:
                compiled(figure.formula)
            figures[id] = figure
        except FormulaError as error:
            problems.append(Problem(mark((*where, "formula")), f"{id}.formula", str(error)))
        except ValidationError as error:
            problems.extend(_explain(error, id, where, mark))
    return figures


def _explain(error: ValidationError, id: str, where: tuple[str, ...], mark: Marker) -> list[Problem]:
    """Return one problem for each complaint of pydantic."""
    problems = []
    for detail in error.errors():
        # For a union pydantic adds the name of the type that it tried to the location.
        location = tuple(part for part in detail["loc"] if part not in ("int", "float", "date", "str"))
        path = ".".join([id, *(str(part) for part in location)])
        message = detail["msg"].removeprefix("Value error, ")
        close = None
        if detail["type"] == "extra_forbidden":
            inside: dict[str, type[BaseModel]] = {"readings": ReadingEntry, "fallback": FallbackEntry}
            fields = inside.get(str(location[0]) if len(location) > 1 else "", FigureEntry).model_fields
            message, close = "unknown key", nearest(str(location[-1]), fields)
        problems.append(Problem(mark((*where, *location)), path, message, nearest=close))
    return problems
