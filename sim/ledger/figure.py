"""One figure of the ledger and its readings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sim.errors import Mark
from sim.ledger.formula import compiled

Scalar = int | float | dt.date | str
"""What a figure's value may be: a number, a date, or a name."""


def value_types(unit: str) -> tuple[type, ...]:
    """Return the types that a value in this unit may have."""
    return {"date": (dt.date,), "text": (str,)}.get(unit, (int, float))


class Kind(StrEnum):
    """Where a value comes from."""

    STATED = "stated"
    """An article says it."""
    DERIVED = "derived"
    """Calculated from other figures."""
    ASSUMED = "assumed"
    """Published elsewhere or estimated, and chosen by us."""
    LATER_REPORT = "later_report"
    """Reported after, or outside, the articles; never a default."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One source's answer: a value in the figure's unit, and its range where there is one."""

    value: Scalar
    low: float | None
    high: float | None
    kind: Kind
    source: str
    article: str | None = None
    note: str | None = None
    also: tuple[str, ...] = ()
    """Other articles that state the same or, if it is assumed, those it was worked out from."""

    @property
    def articles(self) -> tuple[str, ...]:
        """The articles it depends on, any of which is enough."""
        return (*((self.article,) if self.article else ()), *self.also)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure. With readings, its value, range, kind and source are those of the default reading."""

    id: str
    statement: str
    value: Scalar
    low: float | None
    high: float | None
    unit: str
    kind: Kind
    source: str
    article: str | None = None
    readings: Mapping[str, Reading] = field(default_factory=dict)
    default: str | None = None
    formula: str | None = None
    follows: str | None = None
    context: str | None = None
    also: tuple[str, ...] = ()
    fallback: Reading | str | None = None
    """What takes its place where the articles it depends on are left out: a value, or the id of a figure."""
    left_out: Mapping[str, Reading] = field(default_factory=dict)
    """Readings that went with an article."""
    unsupported: bool = False
    """Whether nothing took the place of what an article says."""
    mark: Mark | None = field(default=None, compare=False)

    @property
    def operands(self) -> tuple[str, ...]:
        """The figures its formula uses, in order of appearance."""
        return compiled(self.formula).operands if self.formula else ()

    @property
    def own(self) -> Reading:
        """Value, range and origin as one reading."""
        return Reading(self.value, self.low, self.high, self.kind, self.source, self.article, None, self.also)
