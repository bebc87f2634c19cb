"""A whole scenario, as a user writes it."""

from __future__ import annotations

import datetime as dt
import re
from itertools import combinations, product
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from sim.distributions import Draw
from sim.scenario.schema.conditions import Entry
from sim.scenario.schema.decisions import Decision, taken
from sim.scenario.schema.demand import AnyDisruption, DemandLine
from sim.scenario.schema.payments import Payment
from sim.scenario.schema.quantity import Quantity, Strict, number
from sim.scenario.schema.supply import Item, OpenOrder, ProcessNode, Recipe, Site, Sourcing, WipLimit
from sim.vocabulary import Discounting, Initial, MilestoneRule, YieldNoise

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2200, 1, 1)
"""Between these a run may lie."""


class Horizon(Strict):
    """The time a run covers. Its numbers are settings, not claims about the world."""

    start: dt.date | None = None
    """First day."""
    end: dt.date | None = None
    """Day after the last."""
    length: float | None = Field(None, gt=0)
    """Or, for an abstract model: its length in `time_unit`."""
    time_unit: str | None = None
    """Name of the time unit of an abstract model; it replaces day, month and year in every field."""
    warmup: float = Field(0, ge=0)
    """Statistics start after this time."""
    drain: bool = False
    """Run on after the end, without new demand, until the system is empty."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        """Check that the horizon has two dates in order, or a length."""
        dated, abstract = self.start is not None or self.end is not None, self.length is not None
        if dated == abstract:
            raise ValueError("give either start and end, or length and time_unit")
        if dated and (self.start is None or self.end is None):
            raise ValueError("give both start and end")
        if self.start and self.end and self.end <= self.start:
            raise ValueError(f"end must come after start (start {self.start}, end {self.end})")
        for name, day in (("start", self.start), ("end", self.end)):
            if day and not EARLIEST <= day <= LATEST:
                raise ValueError(f"{name} must lie between {EARLIEST} and {LATEST}; found {day}")
        return self

    @property
    def unit(self) -> str:
        """The name of the time unit of an abstract model."""
        return self.time_unit or "time unit"

    def written(self, unit: str) -> str:
        """Return a unit as it is written in this model.

        In an abstract model its time unit replaces day, month and year.
        """
        return unit if self.length is None else re.sub(r"\b(day|month|year)\b", self.unit, unit)

    @property
    def days(self) -> float:
        """Its length in days, or in time units."""
        if self.start is not None and self.end is not None:
            return float((self.end - self.start).days)
        return float(self.length or 0)


class Money(Strict):
    """How money is counted."""

    currency_year: int | None = None
    """Dollars of this year."""
    discount_rate: Quantity | None = number("1/year", "Yearly discount rate.", None, ge=0, le=1)
    discounting: Discounting = Discounting.REAL
    """real (real probabilities, at `discount_rate`, a hurdle rate) or risk_neutral (each `process` with its drift less its `risk_premium`, all else under real probabilities, at `risk_free_rate`)."""
    risk_free_rate: Quantity | None = number(
        "1/year", "Yearly rate of a safe investment (risk_neutral).", None, ge=0, le=1
    )
    terminal_value: Quantity | None = number(
        "USD", "What the business is worth at the end of the horizon beyond stock and salvage.", None
    )

    @property
    def rate(self) -> str:
        """Where the rate stands at which money is discounted."""
        return "money.risk_free_rate" if self.discounting is Discounting.RISK_NEUTRAL else "money.discount_rate"


class Pool(Entry):
    """Items that stand in for each other."""

    members: list[str] = Field(min_length=1)
    """Items, in order of preference."""


class Share(Entry):
    """An in-house share to report: in-house output over all output of these items."""

    stage: str
    """Stage of the items counted."""
    families: list[str] = []
    """Product families counted (default: all)."""


class Milestone(Entry):
    """A date found in the run."""

    rule: MilestoneRule
    """first_output (first good unit, samples included); output_rate (first of `months` months in which output reaches `level` of the demanded rate); in_house_share (first month in which a share reaches `level`)."""
    items: list[str] = []
    """Items watched."""
    sites: list[str] = []
    """Sites watched (default: all that make the items)."""
    share: str | None = None
    """The share watched (in_house_share)."""
    level: Quantity | None = number("1", "Share to reach.", None, gt=0, le=1)
    months: Quantity = number("unit", "Months in a row.", Quantity(bare=1), ge=1)

    @model_validator(mode="after")
    def _needs(self) -> Self:
        """Check that a milestone has the fields that its rule needs, and no others."""
        if self.rule is MilestoneRule.IN_HOUSE_SHARE:
            if self.share is None or self.items or self.sites:
                raise ValueError("an in_house_share milestone needs share and takes no items or sites")
        elif not self.items or self.share is not None:
            raise ValueError(f"a {self.rule} milestone needs items and takes no share")
        if (self.level is None) != (self.rule is MilestoneRule.FIRST_OUTPUT):
            raise ValueError("a level belongs to output_rate and in_house_share milestones")
        if self.rule is MilestoneRule.FIRST_OUTPUT and "months" in self.model_fields_set:
            raise ValueError(
                "months belong to output_rate and in_house_share milestones; a first output is a single lot"
            )
        return self


class Uncertainty(Strict):
    """Which numbers a study draws, once for each replication. A single run takes their typical values."""

    ranges: Draw = Draw.FIXED
    """How every number with a low and a high that the scenario depends on is drawn; fixed: only those named under `draw`."""
    draw: dict[str, Draw] = {}
    """Single figures of the ledger, and numbers written in place by their path: how they are drawn, or fixed, whatever `ranges` says."""


class Correlation(Strict):
    """Rank correlation between uncertain inputs."""

    inputs: list[str] = Field(min_length=1)
    """Paths or figure ids of uncertain inputs, every two of which are correlated so."""
    others: list[str] = Field([], alias="with")
    """Or: what each of `inputs` is correlated with so."""
    rank: Quantity = number("1", "Spearman correlation.", gt=-1, lt=1)

    @model_validator(mode="after")
    def _two(self) -> Self:
        """Check that a correlation names two inputs or more."""
        if len(self.inputs) < 2 and not self.others:
            raise ValueError("a correlation is between two inputs: name another, here or under with")
        return self

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The inputs that are correlated, two by two, as they are named."""
        return list(product(self.inputs, self.others) if self.others else combinations(self.inputs, 2))


class OtherReadings(Strict):
    """A counterfactual under readings of its own."""

    scenario: str | None = None
    """A shipped name, or a path relative to this file (default: this scenario)."""
    readings: dict[str, str] = Field(min_length=1)
    """Readings of contested figures that it takes, whatever ours are."""
    name: str | None = Field(None, min_length=1)
    """What reports call it (default: the scenario's name and these readings)."""


class Document(Strict):
    """A scenario file after `extends` has been applied."""

    title: str
    """One line for `fabshift list`."""
    question: str | None = None
    """The question the scenario answers."""
    extends: str | None = None
    """The scenario this one changes: a shipped name, or a path relative to this file."""
    against: str | OtherReadings | None = None
    """The counterfactual that `run` compares it with: a shipped name, a path relative to this file, or a mapping with the `readings` that differ."""
    bare_numbers: str | None = None
    """What the file's bare numbers are; without it a bare number is an error."""
    figures: dict[str, Any] = {}
    """Figures of your own, written as in the ledger."""
    readings: dict[str, str] = {}
    """Which reading of a contested figure to take."""
    horizon: Horizon
    """The time covered."""
    report_every: int | Literal["month", "day"] = "month"
    """Reporting period: month, day or a number of days. Milestones and discounting use calendar months whatever it is."""
    review_every: int | Literal["month", "day"] = "month"
    """Planning period: month, day or a number of days."""
    initial: Initial = Initial.EMPTY
    """pipeline (stock and evenly aged work in process) or empty."""
    yield_noise: YieldNoise = YieldNoise.OFF
    """off, binomial, or gamma (defects clustered by lot)."""
    lot_scale: int = Field(1, ge=1)
    """Multiplies every lot size: larger lots run faster, with as many shipments as the lots they stand for."""
    money: Money = Money()
    """How money is counted."""
    nodes: dict[str, ProcessNode] = {}
    """Process nodes."""
    items: dict[str, Item] = Field(min_length=1)
    """Everything that is counted: dies, packages, boards, products."""
    pools: dict[str, Pool] = {}
    """Items that stand in for each other."""
    sites: dict[str, Site] = Field(min_length=1)
    """Places that make things."""
    recipes: dict[str, Recipe] = Field(min_length=1)
    """What each site makes, from what."""
    sourcing: dict[str, Sourcing] = {}
    """Who makes each item or pool (default: every recipe that makes it, split equally)."""
    wip_limits: dict[str, WipLimit] = {}
    """Limits on the work in process of lines of sites."""
    open_orders: list[OpenOrder] = []
    """Orders placed before the start and not yet received."""
    payments: dict[str, Payment] = {}
    """Money that depends on no volume: designs, masks, fees."""
    demand: dict[str, DemandLine] = Field(min_length=1)
    """Demand lines."""
    disruptions: dict[str, AnyDisruption] = {}
    """Disruptions: what may interrupt supply."""
    decisions: dict[str, Decision] = {}
    """Choices made at gates: on dates, or after milestones."""
    plan: dict[str, str] = {}
    """The choice that a run takes at each decision (default: the first that may follow what is chosen before)."""
    uncertainty: Uncertainty = Uncertainty()
    """Which numbers a study draws from their ranges."""
    correlations: list[Correlation] = []
    """Rank correlations between uncertain inputs."""
    shares: dict[str, Share] = {}
    """In-house shares to report (default: one for each stage)."""
    milestones: dict[str, Milestone] = {}
    """Dates to find."""
    notes: list[str] = []
    """Sentences the run prints beside its headline."""

    def __repr__(self) -> str:
        """Return the title alone: the whole of it would fill a screen."""
        return f"Document({self.title!r})"

    __str__ = __repr__

    @property
    def chosen(self) -> dict[str, str]:
        """The choice taken at each decision."""
        return taken(self.decisions, self.plan)
