"""Summaries of replications: the distribution of each KPI, milestones by date, in-house shares exceeded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.display import Displayed, Named
from sim.plan import FloatArray
from sim.scenario.loader import Scenario
from sim.study.methods.intervals import Interval, mean_interval, percentile, probability_interval
from sim.study.runs.outcomes import Outcomes

PERCENTILES = {"p5": 0.05, "p50": 0.5, "p95": 0.95}
PASSED = (0.0, 0.1, 0.5)
"""In-house shares whose probability of being exceeded is reported: any, a tenth, half."""
SHARE = "in_house_share."
MOST_DATES = 12
"""Ends of quarters in a horizon above which ends of years are used instead."""


@dataclass(frozen=True, slots=True, repr=False)
class Spread(Displayed):
    """The distribution of a KPI over the `n` runs in which it has a value."""

    n: int
    mean: Interval
    sd: float
    percentiles: dict[str, Interval]


@dataclass(frozen=True, slots=True, repr=False)
class Reached(Displayed):
    """A milestone: the probability that it is reached by the end and by each date, and percentiles of its day."""

    title: str
    probability: Interval
    by: dict[str, Interval]
    percentiles: dict[str, Interval]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date by which milestones may be reached: as a heading, in ISO form, and in days from the start."""

    label: str
    date: str
    days: float


@dataclass(frozen=True, repr=False)
class Replications(Displayed):
    """Replications 0, 1, ... of a scenario, one row of `outcomes` each, with their summaries.

    With `scrambled` inputs are drawn at points; otherwise the replications are independent.
    """

    scenario: Scenario
    outcomes: Outcomes
    scrambled: bool

    @property
    def n(self) -> int:
        """The number of replications."""
        return len(self.outcomes.table)

    @property
    def dropped(self) -> int:
        """The number of replications whose drawn inputs make the scenario invalid; no summary includes them."""
        return int((~self.outcomes.valid).sum())

    @cached_property
    def kpis(self) -> dict[str, Spread]:
        """The distribution of each KPI that some run has."""
        names = (name for name in self.outcomes.names if name not in self.scenario.document.milestones)
        columns = ((name, self.outcomes.column(name)) for name in names)
        return Named({name: spread(column, scrambled=self.scrambled) for name, column in columns})

    @cached_property
    def milestones(self) -> dict[str, Reached]:
        """The probability and the dates of each milestone."""
        return Named({name: reached(self.scenario, name, self.outcomes) for name in self.scenario.document.milestones})

    @cached_property
    def passed(self) -> dict[str, dict[float, Interval]]:
        """The probabilities that each in-house share of the last twelve months exceeds 0, 10 and 50 %."""
        names = (name for name in self.outcomes.names if name.startswith(SHARE))
        return {name.removeprefix(SHARE): passed(self.outcomes.column(name)) for name in names}


def spread(values: FloatArray, *, scrambled: bool) -> Spread:
    """Summarise the values of replications 0, 1, ..., shape (replications,); NaN is a missing value."""
    numbers = values[~np.isnan(values)]
    return Spread(
        len(numbers),
        mean_interval(values, scrambled=scrambled),
        float(numbers.std(ddof=1)) if len(numbers) > 1 else np.nan,
        {name: percentile(values, q) for name, q in PERCENTILES.items()},
    )


def reached(scenario: Scenario, milestone: str, outcomes: Outcomes) -> Reached:
    """Return the probability of a milestone over the valid runs, by the end and by each date, with percentiles."""
    days = outcomes.column(milestone)[outcomes.valid]
    # A date of NaN, not reached, is never below a day.
    by = {d.date: probability_interval(int((days < d.days).sum()), len(days)) for d in deadlines(scenario)}
    return Reached(
        scenario.document.milestones[milestone].title or milestone,
        probability_interval(int((~np.isnan(days)).sum()), len(days)),
        by,
        {name: percentile(days, share) for name, share in PERCENTILES.items()},
    )


def passed(share: FloatArray) -> dict[float, Interval]:
    """Return the probability that a share is above zero, or at least each other level of `PASSED`."""
    numbers = share[~np.isnan(share)]
    return {
        level: probability_interval(int((numbers >= level).sum() if level else (numbers > 0).sum()), len(numbers))
        for level in PASSED
    }


def deadlines(scenario: Scenario) -> tuple[Deadline, ...]:
    """Return the ends of quarters in the horizon; of years where those are many; in abstract time, tenths of it."""
    horizon = scenario.document.horizon
    if horizon.start is None or horizon.end is None:
        length = float(horizon.length or 0.0)
        tenths = [length * k / 10 for k in range(1, 11)]
        # The last deadline is infinite: a milestone at the very end counts as reached by the end.
        return tuple(Deadline(f"{t:g}", f"{t:g}", t if t < length else np.inf) for t in tenths)
    for months in (3, 12):
        ends = list(_ends(horizon.start, horizon.end, months))
        if len(ends) <= MOST_DATES or months == 12:
            break
    found = [Deadline(_label(e, months), e.isoformat(), float((e - horizon.start).days)) for e in ends]
    # A milestone that is reached at all is reached by the end.
    return (*found[:-1], Deadline(found[-1].label, found[-1].date, np.inf))


def _ends(start: dt.date, end: dt.date, months: int) -> Iterator[dt.date]:
    """Yield the first days of the next quarters (or years) after the start, then the end of the horizon."""
    month = start.year * 12 + (start.month - 1) // months * months + months
    while (date := dt.date(month // 12, month % 12 + 1, 1)) < end:
        yield date
        month += months
    yield end


def _label(end: dt.date, months: int) -> str:
    """Return the heading of a period that ends before this day: 2028, or 28Q3."""
    # Ends are first days of the next period; the heading names the period that is over.
    last = end - dt.timedelta(1)
    return str(last.year) if months == 12 else f"{last.year % 100:02d}Q{(last.month + 2) // 3}"
