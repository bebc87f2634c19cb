"""A file of claims, as a user writes it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from sim.scenario.schema.quantity import Quantity, Strict, number


class Per(StrEnum):
    """How units are counted over a window."""

    TOTAL = "total"
    MEAN_MONTH = "mean_month"
    PEAK_MONTH = "peak_month"


class Window(Strict):
    """Reporting periods that lie within two days, both included."""

    since: Quantity | None = number("date", "First day (default: the first of the run).", None)
    until: Quantity | None = number("date", "Last day (default: the last of the run).", None)
    per: Per = Per.TOTAL
    """total; mean_month or peak_month (units a month)."""


class Production(Window):
    """Units of some items, from all recipes that make them or some of those."""

    items: list[str] = Field(min_length=1)
    """Items counted."""
    sites: list[str] = []
    """Sites counted (default: all)."""
    in_house: bool | None = None
    """Own sites alone, or outside sites alone (default: both)."""


class Delivery(Window):
    """What some demand lines received."""

    demand: list[str] = Field(min_length=1)
    """Demand lines counted."""


class Operation(Window):
    """What own sites cost and save."""

    sites: list[str] = Field(min_length=1)
    """In-house sites counted, with all that they make."""


class Measure(Strict):
    """One thing that is measured: in a run, or by the ledger's arithmetic."""

    milestone: str | None = None
    """The date of a milestone of the scenario."""
    gap: list[str] | None = Field(None, min_length=2)
    """Months from one milestone to the next: the longest, of all that the scenario has in this order."""
    kpi: str | None = None
    """An indicator of the run, as `run --json` names it."""
    made: Production | None = None
    """Good units made, samples not counted."""
    starts: Production | None = None
    """Units (wafers, panels, ...) started."""
    finished: Production | None = None
    """Units finished, good or not."""
    delivered: Delivery | None = None
    """Units delivered."""
    compute: Delivery | None = None
    """Compute delivered, in H100e."""
    net: Operation | None = None
    """Net cash of own sites in USD: good units at the least that one costs outside, less outlay, fixed and variable cost."""
    formula: str | None = None
    """Arithmetic over figures, written as in the ledger."""

    @property
    def form(self) -> str | None:
        """Which of the measures it is, or None unless it is exactly one."""
        given = [name for name in Measure.model_fields if getattr(self, name) is not None]
        return given[0] if len(given) == 1 else None


class Over(Measure):
    """What a measure is divided by."""

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if self.form in (None, "milestone"):
            raise ValueError(f"give exactly one of {', '.join(f for f in Measure.model_fields if f != 'milestone')}")
        return self


class Expectation(Measure):
    """What must hold: a measure between bounds, or milestones in an order."""

    before: list[str] | None = Field(None, min_length=2)
    """Milestones, each earlier than the next."""
    over: Over | None = None
    """The measure is divided by this one."""
    by: Quantity | None = number("date", "The date must not be later.", None)
    not_before: Quantity | None = number("date", "The date must not be earlier.", None)
    at_least: Quantity | None = number("", "The number must not be smaller.", None)
    at_most: Quantity | None = number("", "The number must not be larger.", None)
    unit: str | None = None
    """Unit of a formula, an indicator or a quotient, if it is not a plain number or money in USD."""

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.form is None) == (self.before is None) or (self.form is None and self._measures()):
            raise ValueError(f"give exactly one of {', '.join([*Measure.model_fields, 'before'])}")
        return self

    @model_validator(mode="after")
    def _bounds_fit(self) -> Self:
        dates, numbers = (self.by, self.not_before), (self.at_least, self.at_most)
        if self.before is not None:
            if any((*dates, *numbers, self.over, self.unit)):
                raise ValueError("an order of milestones takes no bounds")
        elif not any((*dates, *numbers)):
            raise ValueError("a bound is missing: by or not_before for dates, at_least or at_most for numbers")
        elif any(dates) and (any(numbers) or self.over or self.form not in ("milestone", "formula")):
            raise ValueError("by and not_before bound a date: a milestone, or a formula that gives one")
        elif any(numbers) and self.form == "milestone":
            raise ValueError("a milestone is a date: bound it with by or not_before")
        if self.unit is not None and self.over is None and self.form not in ("kpi", "formula"):
            raise ValueError("only a formula, a kpi or a quotient has a unit of its own")
        return self

    def _measures(self) -> int:
        return sum(getattr(self, name) is not None for name in Measure.model_fields)


class AnnouncedTerm(Strict):
    """When something is announced for: the days from `since` to `until`, both included."""

    since: Quantity | None = number("date", "First day (default: any day up to the last).", None)
    until: Quantity = number("date", "Last day.")


class Contradiction(Strict):
    """What another source says of the same thing."""

    figure: str
    """The figure that holds it."""
    reading: str | None = None
    """Which reading of it."""


class Claim(Strict):
    """One claim of an article, and what would prove it wrong."""

    statement: str = Field(min_length=1)
    """What is claimed and how it is tested, in our own words."""
    figure: str
    """The stated figure; its article is the claim's."""
    reading: str | None = None
    """Which reading of it is claimed, if it has several."""
    announced_for: AnnouncedTerm | None = None
    """When it is to come about, if a date is announced; the scorecard compares reports with it."""
    measured: str | None = None
    """What the expectation measures, in a few words."""
    expect: Expectation | None = None
    """What must hold if it is true."""
    needs: list[str] = []
    """Parts of a scenario (`sites.fab`) without which the claim says nothing about it."""
    readings: dict[str, str] = {}
    """Readings of other figures under which it is tested."""
    contradicted_by: list[Contradiction] = []
    """Figures of other sources that may say otherwise; their values are compared."""
    untestable: str | None = None
    """Why nothing can prove it wrong."""

    @model_validator(mode="after")
    def _testable_or_not(self) -> Self:
        if self.untestable is not None and (self.expect is not None or self.contradicted_by):
            raise ValueError("a claim that is untestable has no expect and no contradicted_by")
        if self.untestable is None and self.expect is None and not self.contradicted_by:
            raise ValueError("say what to expect, contradicted_by what, or why it is untestable")
        if self.measured is None and self.expect is not None:
            raise ValueError("say in a few words what expect measures (measured: ...)")
        return self


class ClaimsFile(Strict):
    """A file of claims."""

    bare_numbers: str | None = None
    """What the file's bare numbers are; without it a bare number is an error."""
    figures: dict[str, Any] = {}
    """Figures of your own, written as in the ledger."""
    claims: dict[str, Claim] = Field(min_length=1)
    """Claims by name."""
