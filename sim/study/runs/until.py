"""When a study has enough runs: the wanted half-width of an interval.

It is looked at only after fixed numbers of replications, of which the first is large enough for the
error to be well known, so that stopping just when chance makes the interval narrow is rare: fixed-width
intervals hold their level in the limit (Chow & Robbins 1965), and fall short of it when they may stop
early (Law, Simulation Modeling and Analysis, section 9.4.1).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sim.errors import InputError, Problem, argument
from sim.scenario.loader import Scenario
from sim.study.methods.intervals import ENOUGH, Interval, mean_interval, probability_interval
from sim.study.runs.outcomes import Outcomes
from sim.study.runs.outputs import SHARES, missing
from sim.study.runs.replicated import Replicated
from sim.study.runs.run import Stop

FORM = "KPI:HALFWIDTH (fill_rate:0.005)"


@dataclass(frozen=True, slots=True)
class Until:
    """Stop when half the interval of a KPI's mean, or of a milestone's probability, is as small."""

    name: str
    half_width: float

    def interval(self, scenario: Scenario, outcomes: Outcomes, *, scrambled: bool) -> Interval:
        """The interval that is to be narrow."""
        values = outcomes.column(self.name)
        if self.name in scenario.document.milestones:
            return probability_interval(int((values == values).sum()), int(outcomes.valid.sum()))
        return mean_interval(values, scrambled=scrambled)

    def enough(self, scenario: Scenario, outcomes: Outcomes, *, scrambled: bool) -> bool:
        """Whether it is."""
        return self.interval(scenario, outcomes, scrambled=scrambled).half_width <= self.half_width


def read_until(text: str, names: Iterable[str]) -> Until:
    """Understand KPI:HALFWIDTH against the names that a run has.

    Raises:
        InputError: it has another form, no such name, or no positive half-width.
    """
    name, _, width = (part.strip() for part in text.rpartition(":"))
    known = list(names)
    problem = None
    if not name:
        problem = Problem(argument("--until"), "", "write " + FORM, repr(text))
    elif name not in known:
        problem = missing("--until", name, known)
    elif not 0 < _number(width) < math.inf:
        problem = Problem(argument("--until"), "", "the half-width is not a positive number", repr(width), FORM)
    elif name.startswith(SHARES) and _number(width) >= 1:
        message = "a share is between 0 and 1, and half of its interval is less"
        problem = Problem(argument("--until"), "", message, repr(width), "0.005 or 0.5 %")
    if problem is not None:
        raise InputError([problem])
    return Until(name, _number(width))


def _number(text: str) -> float:
    """A number, which may be given in per cent; NaN if it is none."""
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return math.nan


def checks(most: int) -> Iterator[int]:
    """Numbers of replications after which to look: 64, 96, 128, 192, 256, ..., all scrambles equally filled."""
    size = ENOUGH
    while size < most:
        yield from (n for n in (size, size * 3 // 2) if n < most)
        size *= 2


def stop(until: Until, design: Replicated) -> Stop:
    """The rule for a design: the interval of every variant is narrow enough."""

    def enough(outcomes: Outcomes) -> bool:
        parts = zip(design.variants, design.parts(outcomes), strict=True)
        return all(until.enough(v.scenario, part, scrambled=design.scrambled) for v, part in parts)

    return Stop(tuple(design.blocks_of(n) for n in checks(design.n)), enough)
