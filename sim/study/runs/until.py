"""When a study has enough runs: once the interval of a KPI has the wanted half-width.

The interval is checked only after fixed numbers of replications. The first is large enough for a good estimate of the
error, so that the study rarely stops because the interval is narrow by chance. Fixed-width intervals have their nominal
coverage in the limit (Chow & Robbins 1965), and less if they may stop early (Law, Simulation Modeling and Analysis,
section 9.4.1).
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
    """Stop when the interval of a KPI's mean, or of a milestone's probability, has this half-width or less."""

    name: str
    half_width: float

    def interval(self, scenario: Scenario, outcomes: Outcomes, *, scrambled: bool) -> Interval:
        """Return the interval that must be narrow enough."""
        values = outcomes.column(self.name)
        if self.name in scenario.document.milestones:
            # NaN, not equal to itself, stands for a milestone that is not reached.
            return probability_interval(int((values == values).sum()), int(outcomes.valid.sum()))
        return mean_interval(values, scrambled=scrambled)

    def enough(self, scenario: Scenario, outcomes: Outcomes, *, scrambled: bool) -> bool:
        """Return whether the interval is narrow enough."""
        return self.interval(scenario, outcomes, scrambled=scrambled).half_width <= self.half_width


def read_until(text: str, names: Iterable[str]) -> Until:
    """Parse KPI:HALFWIDTH; `names` are the KPIs and milestones of a run.

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
    """Return a number that may be a percentage; NaN if the text is none."""
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return math.nan


def checks(most: int) -> Iterator[int]:
    """Yield the numbers of replications after which to check: 64, 96, 128, 192, 256, ...

    All scrambles then have the same number of points.
    """
    size = ENOUGH
    while size < most:
        yield from (n for n in (size, size * 3 // 2) if n < most)
        size *= 2


def stop(until: Until, design: Replicated) -> Stop:
    """Return the rule for a design: stop when the interval of every variant is narrow enough."""

    def enough(outcomes: Outcomes) -> bool:
        parts = zip(design.variants, design.parts(outcomes), strict=True)
        return all(until.enough(v.scenario, part, scrambled=design.scrambled) for v, part in parts)

    return Stop(tuple(design.blocks_of(n) for n in checks(design.n)), enough)
