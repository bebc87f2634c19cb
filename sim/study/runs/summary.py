"""What a table of replications says: the spread of each KPI, milestones by date, shares passed."""

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
"""In-house shares to pass: any, a tenth, half."""
SHARE = "in_house_share."
MOST_DATES = 12


@dataclass(frozen=True, slots=True, repr=False)
class Spread(Displayed):
    """A KPI over the runs: in `n` of them it has a value."""

    n: int
    mean: Interval
    sd: float
    percentiles: dict[str, Interval]


@dataclass(frozen=True, slots=True, repr=False)
class Reached(Displayed):
    """A milestone: how probably it is reached by the end and by each date, and when (days, if it is)."""

    title: str
    probability: Interval
    by: dict[str, Interval]
    percentiles: dict[str, Interval]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date by which milestones may be reached: as a heading, as it is written, in days from the start."""

    label: str
    date: str
    days: float


@dataclass(frozen=True, repr=False)
class Replications(Displayed):
    """Replications 0, 1, ... of a scenario, one row of `outcomes` each, and what they say.

    `scrambled`: its inputs were drawn at points; else the replications are independent.
    """

    scenario: Scenario
    outcomes: Outcomes
    scrambled: bool

    @property
    def n(self) -> int:
        """Replications."""
        return len(self.outcomes.table)

    @property
    def dropped(self) -> int:
        """Replications whose drawn inputs make no valid scenario; nothing counts them."""
        return int((~self.outcomes.valid).sum())

    @cached_property
    def kpis(self) -> dict[str, Spread]:
        """The spread of each KPI that some run has."""
        names = (name for name in self.outcomes.names if name not in self.scenario.document.milestones)
        columns = ((name, self.outcomes.column(name)) for name in names)
        return Named({name: spread(column, scrambled=self.scrambled) for name, column in columns})

    @cached_property
    def milestones(self) -> dict[str, Reached]:
        """How probably and when each milestone is reached."""
        return Named({name: reached(self.scenario, name, self.outcomes) for name in self.scenario.document.milestones})

    @cached_property
    def passed(self) -> dict[str, dict[float, Interval]]:
        """How probably each in-house share of the last twelve months is passed: 0, 10 and 50 %."""
        names = (name for name in self.outcomes.names if name.startswith(SHARE))
        return {name.removeprefix(SHARE): passed(self.outcomes.column(name)) for name in names}


def spread(values: FloatArray, *, scrambled: bool) -> Spread:
    """The spread of the values of replications 0, 1, ..., shape (replications,); NaN counts as no value."""
    numbers = values[~np.isnan(values)]
    return Spread(
        len(numbers),
        mean_interval(values, scrambled=scrambled),
        float(numbers.std(ddof=1)) if len(numbers) > 1 else np.nan,
        {name: percentile(values, q) for name, q in PERCENTILES.items()},
    )


def reached(scenario: Scenario, milestone: str, outcomes: Outcomes) -> Reached:
    """What the valid runs say about a milestone."""
    days = outcomes.column(milestone)[outcomes.valid]
    by = {d.date: probability_interval(int((days < d.days).sum()), len(days)) for d in deadlines(scenario)}
    return Reached(
        scenario.document.milestones[milestone].title or milestone,
        probability_interval(int((~np.isnan(days)).sum()), len(days)),
        by,
        {name: percentile(days, q) for name, q in PERCENTILES.items()},
    )


def passed(share: FloatArray) -> dict[float, Interval]:
    """How probably a share is more than nothing, or at least each other share to pass, where there is one."""
    numbers = share[~np.isnan(share)]
    return {
        level: probability_interval(int((numbers >= level).sum() if level else (numbers > 0).sum()), len(numbers))
        for level in PASSED
    }


def deadlines(scenario: Scenario) -> tuple[Deadline, ...]:
    """Ends of quarters up to the horizon's; of years where those are many; of abstract time, tenths of it."""
    horizon = scenario.document.horizon
    if horizon.start is None or horizon.end is None:
        length = float(horizon.length or 0.0)
        tenths = [length * k / 10 for k in range(1, 11)]
        return tuple(Deadline(f"{t:g}", f"{t:g}", t if t < length else np.inf) for t in tenths)
    for months in (3, 12):
        ends = list(_ends(horizon.start, horizon.end, months))
        if len(ends) <= MOST_DATES or months == 12:
            break
    found = [Deadline(_label(e, months), e.isoformat(), float((e - horizon.start).days)) for e in ends]
    # What is reached at all is reached by the end.
    return (*found[:-1], Deadline(found[-1].label, found[-1].date, np.inf))


def _ends(start: dt.date, end: dt.date, months: int) -> Iterator[dt.date]:
    """First days of the next quarters (years) after the start; the last is the horizon's end."""
    month = start.year * 12 + (start.month - 1) // months * months + months
    while (date := dt.date(month // 12, month % 12 + 1, 1)) < end:
        yield date
        month += months
    yield end


def _label(end: dt.date, months: int) -> str:
    last = end - dt.timedelta(1)
    return str(last.year) if months == 12 else f"{last.year % 100:02d}Q{(last.month + 2) // 3}"
