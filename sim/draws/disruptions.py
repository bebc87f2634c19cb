"""When disruptions strike, and the factors that follow: all of it drawn before the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import pairwise

import numpy as np

from sim.clock import NEVER, all_ticks, ticks
from sim.draws.curves import Curve, constant, product, steps, value
from sim.draws.rates import middles, slope_edges
from sim.draws.streams import quantile, stream, uniforms
from sim.plan import NONE, DisruptionPlan, FloatArray, NoisePlan, Plan, Ref

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Factors:
    """What disruptions do to one site, as step functions, and when its shipments are held (ticks)."""

    capacity: Curve
    cycle_time: Curve
    yields: Curve
    price: Curve
    allocation: Curve
    held: tuple[tuple[int, int], ...]


_ALWAYS = constant(1.0)
UNDISTURBED = Factors(_ALWAYS, _ALWAYS, _ALWAYS, _ALWAYS, _ALWAYS, held=())
"""What disruptions do to a site that none strikes; one object, by which what follows is found again."""


class Variates:
    """Uniforms of one disruption, in order."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator

    def uniform(self) -> float:
        """Draw the next uniform."""
        return float(uniforms(self._generator, 1)[0])

    def duration(self, noise: NoisePlan, vector: FloatArray) -> float:
        """Draw the next duration, in days."""
        u = uniforms(self._generator, 1)
        return float(quantile(noise.shape, value(vector, noise.mean), value(vector, noise.cv), u)[0])


def _scheduled(
    plan: DisruptionPlan, vector: FloatArray, variates: Variates, _days: float, _hazard: Hazard
) -> list[Interval]:
    """Return the one interval of a disruption on a date."""
    assert plan.duration is not None
    begins = value(vector, plan.refs["begins"])
    return [(begins, begins + variates.duration(plan.duration, vector))]


def _random(
    plan: DisruptionPlan, vector: FloatArray, variates: Variates, days: float, hazard: Hazard
) -> list[Interval]:
    """Draw the intervals of a renewal process.

    The next stroke comes at the rate in force after the last has ended.
    """
    assert plan.duration is not None
    intervals: list[Interval] = []
    now = 0.0
    while True:
        now = hazard.arrival(now, -np.log1p(-variates.uniform()))
        length = variates.duration(plan.duration, vector)
        if now >= days:
            return intervals
        intervals.append((now, now + length))
        now += length


def _markov(
    plan: DisruptionPlan, vector: FloatArray, variates: Variates, days: float, _hazard: Hazard
) -> list[Interval]:
    """Draw the intervals of a Markov chain, up at first, whose state is settled at the start of each period."""
    every, fail, recover = (value(vector, plan.refs[k]) for k in ("every", "fail", "recover"))
    intervals: list[Interval] = []
    down, since = False, 0.0
    for period in range(int(np.ceil(days / every))):
        # One uniform a period in either state, so that scenarios with other probabilities share them.
        flips = variates.uniform() < (recover if down else fail)
        if flips and down:
            intervals.append((since, period * every))
        elif flips:
            since = period * every
        down = down != flips
    return [*intervals, (since, np.inf)] if down else intervals


KINDS: dict[str, Callable[[DisruptionPlan, FloatArray, Variates, float, Hazard], list[Interval]]] = {
    "scheduled": _scheduled,
    "random": _random,
    "markov": _markov,
}


class Hazard:
    """A rate that other disruptions raise while they last."""

    def __init__(self, rate: float, raised: Iterable[tuple[Interval, float]]) -> None:
        raised = list(raised)
        edges = sorted({0.0, *(edge for interval, _ in raised for edge in interval)})
        self._edges = [*edges, np.inf]
        self._rates = [
            rate * float(np.prod([factor for (begin, end), factor in raised if begin <= edge < end])) for edge in edges
        ]

    def arrival(self, after: float, exposure: float) -> float:
        """Return the day on which the rate, integrated from `after`, reaches `exposure`; infinite if it never does."""
        for rate, begin, end in zip(self._rates, self._edges, self._edges[1:], strict=False):
            begin = max(begin, after)
            if end <= begin:
                continue
            if rate > 0 and exposure <= rate * (end - begin):
                return begin + exposure / rate
            exposure -= rate * (end - begin) if rate > 0 else 0.0
        return np.inf


def strokes(plan: Plan, vector: FloatArray, seed: int, replication: int, days: float) -> list[list[Interval]]:
    """Draw when each disruption is in force: (begin, end) in days."""
    sorter: TopologicalSorter[int] = TopologicalSorter({i: set() for i in range(len(plan.disruptions))})
    for i, disruption in enumerate(plan.disruptions):
        for other, _ in disruption.raises:
            sorter.add(other, i)
    found: list[list[Interval]] = [[] for _ in plan.disruptions]
    # A disruption that raises the rates of others is drawn before them.
    for i in sorter.static_order():
        disruption = plan.disruptions[i]
        raised = [
            (interval, value(vector, factor))
            for j, other in enumerate(plan.disruptions)
            for target, factor in other.raises
            if target == i
            for interval in found[j]
        ]
        hazard = Hazard(value(vector, disruption.refs.get("rate", NONE)), raised)
        variates = Variates(stream(seed, replication, f"disruption/{disruption.stream}"))
        found[i] = KINDS[disruption.kind](disruption, vector, variates, days, hazard)
    return found


def site_factors(plan: Plan, vector: FloatArray, struck: list[list[Interval]], site: int) -> Factors:
    """Return the factors of disruptions at one site, and when its shipments are held."""
    here = [(disruption, struck[i]) for i, disruption in enumerate(plan.disruptions) if site in disruption.sites]

    def together(pick: Callable[[DisruptionPlan], Ref], *, recovers: bool = False) -> Curve:
        return product([
            _struck_by(disruption, vector, begin, end, value(vector, pick(disruption)), plan.calendar.day, recovers)
            for disruption, intervals in here
            if pick(disruption) != NONE
            for begin, end in intervals
        ])  # fmt: skip

    held = sorted(
        (ticks(begin), NEVER if end == np.inf else ticks(end))
        for disruption, intervals in here
        if disruption.effects.shipments_held
        for begin, end in intervals
    )
    return Factors(
        capacity=together(lambda disruption: disruption.effects.capacity, recovers=True),
        cycle_time=together(lambda disruption: disruption.effects.cycle_time),
        yields=together(lambda disruption: disruption.effects.yields),
        price=together(lambda disruption: disruption.effects.price),
        allocation=together(lambda disruption: disruption.effects.allocation),
        held=tuple(held),
    )


def _struck_by(
    disruption: DisruptionPlan, vector: FloatArray, begin: float, end: float, factor: float, day: float, recovers: bool
) -> Curve:
    """Return the factor of one stroke as a curve: in force from `begin` to `end` (days), then back to 1.

    It goes back at once, along a slope, or from point to point. A real day is `day`.
    """
    points = [(0.0, factor)]
    if recovers and disruption.recovery_points:
        points += [(float(vector[after]), float(vector[then])) for after, then in disruption.recovery_points]
    elif recovers and value(vector, disruption.recovery) > 0.0:
        points.append((value(vector, disruption.recovery), 1.0))
    if end == np.inf:
        return steps([0, ticks(begin)], [1.0, factor])
    at, values = [np.array([0, ticks(begin)])], [np.array([1.0, factor])]
    for (since, level), (after, then) in pairwise(points):
        edges = slope_edges(since, after, day, np.inf)
        at.append(all_ticks(end + edges[:-1]))
        values.append(level + (then - level) * (middles(edges) - since) / (after - since))
    last, level = points[-1] if len(points) > 1 else (0.0, 1.0)
    return steps(np.concatenate([*at, [ticks(end + last)]]), np.concatenate([*values, [level]]))
