"""Values that a scenario takes from the columns of a CSV file."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from sim.scenario.schema.quantity import Quantity, Strict, number
from sim.vocabulary import Interpolate


class InPlace(StrEnum):
    """What a number written in place may be."""

    ASSUMED = "assumed"
    DERIVED = "derived"


class Csv(Strict):
    """Columns of a CSV file in the place of a path over time, a list of values or a list of dated orders."""

    csv: str = Field(min_length=1)
    """The CSV file, relative to the file that names it; its first line names the columns."""
    date: str | None = None
    """The column of dates (2026-07 is the first of the month, or 2026-07-15), for a path or orders; in an abstract model, of times."""
    value: str
    """The column of values."""
    recipe: str | None = None
    """The column of recipes, for open orders."""
    unit: str | None = None
    """The unit of the values (default: the field's own)."""
    kind: InPlace | None = None
    """What the dates and values are: assumed or derived; without it they are bare, as in a file with `bare_numbers`."""
    source: str | None = None
    """Where they are from, or why they are assumed."""
    interpolate: Interpolate | None = None
    """How a path runs between its points."""
    ends: Quantity | None = number("date", "The last date that a path speaks for.", None)
