"""Money that no unit and no capacity costs: designs, masks, fees, prepayments, grants."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from sim.scenario.schema.conditions import Entry
from sim.scenario.schema.quantity import Quantity, Strict, number


class Payment(Entry):
    """A payment that depends on no volume: once, or again and again."""

    amount: Quantity = number("USD", "Paid each time; a negative amount is received.")
    at: Quantity | None = number("date", "Day on which it is paid; one before the horizon is not counted.", None)
    qualification: str | None = None
    """Or the recipe with whose qualification it is paid: on the day from which sample starts are allowed."""
    every: Quantity | None = number("month", "Paid again after so many months (default: once).", None, gt=0)
    until: Quantity | None = number(
        "date", "With every: day from which it is no longer paid (default: the end of the horizon).", None
    )

    @model_validator(mode="after")
    def _dated(self) -> Self:
        """Check that a payment has one date or one qualification, and is repeated if it has an end."""
        if (self.at is None) == (self.qualification is None):
            raise ValueError("give either at, a date, or qualification, a recipe")
        if self.until is not None and self.every is None:
            raise ValueError("until belongs to a payment that is repeated: give every too")
        return self


class ChoicePayment(Strict):
    """A single payment that a choice brings: a fee for breaking or reopening a contract, a settlement."""

    title: str | None = None
    """A name for people."""
    after: Quantity = number("day", "Days from the gate on.", Quantity(bare=0), ge=0)
    amount: Quantity = number("USD", "Paid once; a negative amount is received.")
