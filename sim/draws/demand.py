"""Demand of every line, generation by generation: what comes, and what the planner expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim.draws.curves import TICKS_PER_DAY, all_ticks, path_at, value
from sim.draws.streams import stream, uniforms
from sim.plan import NONE, FloatArray, GenerationPlan, IntArray, LinePlan, Plan
from sim.scenario.schema.demand import Pattern


@dataclass(frozen=True, slots=True)
class Flow:
    """Demand of one line for one pool.

    `times` (ticks, increasing) and `units` are what comes; `actual_rate` (units a day) is its mean.
    `forecast[v, d]` is what the planner expects from the start to day d, cumulated, while he holds
    view v of the changeovers to come; at review k he holds view `view[k]`.
    """

    line: int
    generation: int
    pool: int
    times: IntArray
    units: IntArray
    forecast: FloatArray
    view: IntArray
    actual_rate: FloatArray


@dataclass(frozen=True, slots=True)
class Outlook:
    """Inputs, and the day from which each source that a changeover waits for supplies in volume."""

    vector: FloatArray
    ready: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Changeovers:
    """The day on which each generation of a line begins to take over, and the days it takes."""

    begins: tuple[float, ...]
    lengths: tuple[float, ...]


class Events(NamedTuple):
    """Random or listed demand of a line: days, units, and where each arrival wants one generation, chosen by its
    share of the day, a uniform to choose by; all of the same length."""

    days: FloatArray
    units: FloatArray
    which: FloatArray | None


def flows(plan: Plan, seed: int, replication: int, days: int, drawn: Outlook, planned: Outlook) -> list[Flow]:
    """Flows of all lines; `days` is how far forecasts reach. What comes follows the outlook drawn; what
    has not come yet, planners know by the outlook planned alone."""
    found, vector = [], drawn.vector
    for index, line in enumerate(plan.lines):
        grid = np.arange(days + 1, dtype=np.float64)
        real = changeovers(line, drawn)
        views, view = _views(line, real, planned, plan.calendar.reviews)
        weights = _weights(real, grid + 0.5)
        believed = [_weights(changes, grid + 0.5) for changes in views]
        events = _events(plan, line, vector, seed, replication)
        rate = mean_rate(line, vector, grid, plan.calendar.days)
        expected = _expected(line, vector, grid, rate)
        for g, generation in enumerate(line.generations):
            per_unit = items_per_unit(plan, line, vector, generation.pool)
            actual = rate * weights[g] * per_unit
            times, units = _flow_events(line, vector, plan.calendar.days, actual, events, weights[g])
            forecast = np.array([np.append(0.0, np.cumsum(expected * parts[g] * per_unit)) for parts in believed])
            found.append(Flow(index, g, generation.pool, times, units, forecast, view, actual))
    return found


def rate_scale(line: LinePlan, vector: FloatArray) -> float:
    """What one unit of a line's rate or compute need means to the line."""
    return value(vector, line.share, 1.0) * value(vector, line.per_unit, 1.0)


def items_per_unit(plan: Plan, line: LinePlan, vector: FloatArray, pool: int) -> float:
    """Items in one unit of the line's rate: 1, or for a compute need the inverse of an item's H100e."""
    if line.compute is None:
        return 1.0
    return 1.0 / max(value(vector, plan.items[plan.pools[pool].members[0]].h100e, 1.0), 1e-12)


def _begun(line: LinePlan, vector: FloatArray, grid: FloatArray) -> FloatArray:
    """1 on each day from a line's first demand on, 0 before."""
    return np.asarray(grid + 1 > value(vector, line.begins, 0.0), dtype=np.float64)


def _expected(line: LinePlan, vector: FloatArray, grid: FloatArray, rate: FloatArray) -> FloatArray:
    """What the planner expects of each day: a forecast of its own, else the mean demand, with its bias."""
    if line.forecast_rate is not None:
        own = path_at(line.forecast_rate, vector, grid + 0.5) * rate_scale(line, vector)
        rate = own * _begun(line, vector, grid)
    return rate * value(vector, line.forecast_bias, 1.0)


def mean_rate(line: LinePlan, vector: FloatArray, grid: FloatArray, horizon: float) -> FloatArray:
    """Mean demand of each day in units of the rate (H100e for a compute need)."""
    if line.compute is not None:
        level = path_at(line.compute, vector, np.append(grid, grid[-1] + 1.0))
        mean = np.maximum(np.diff(level), 0.0)
    elif line.rate is not None:
        mean = path_at(line.rate, vector, grid + 0.5)
    elif line.pattern is Pattern.SERIES:
        mean = _listed(line, vector, grid, horizon)
    else:
        mean = np.full(grid.shape, value(vector, line.quantity) / value(vector, line.every, 1.0))
    return np.asarray(mean * rate_scale(line, vector) * _begun(line, vector, grid))


def _listed(line: LinePlan, vector: FloatArray, grid: FloatArray, horizon: float) -> FloatArray:
    """The mean of listed demand. A list that ends within the horizon ends the demand; one that reaches
    its end is taken to go on beyond it."""
    every = value(vector, line.every, 1.0)
    over = value(vector, line.begins, 0.0) + every * len(line.values)
    mean = float(np.mean(vector[list(line.values)])) / every
    return np.where((grid < over) | (over >= horizon), mean, 0.0)


def changeovers(line: LinePlan, outlook: Outlook) -> Changeovers:
    """Changeovers of a line when all goes as the outlook says."""
    begins: list[float] = []
    for generation in line.generations:
        begins.append(float(_begins(generation, outlook, begins)))
    return Changeovers(tuple(begins), _lengths(line, outlook.vector))


def _lengths(line: LinePlan, vector: FloatArray) -> tuple[float, ...]:
    return tuple(value(vector, generation.days) for generation in line.generations)


def _begins(generation: GenerationPlan, outlook: Outlook, before: Sequence[Any]) -> Any:
    """The day a changeover begins, or one for each of several beginnings of those before: its date or its cadence
    after the one before, but not before one of the sources it waits for is ready."""
    wished: Any = value(outlook.vector, generation.begins, -np.inf)
    if generation.cadence != NONE and before:
        previous = np.where(before[-1] > -np.inf, before[-1], 0.0)
        wished = previous + value(outlook.vector, generation.cadence)
    if generation.wait_for:
        wished = np.maximum(wished, min(outlook.ready[r] for r in generation.wait_for))
    return wished


def _views(
    line: LinePlan, real: Changeovers, planned: Outlook, reviews: Sequence[float]
) -> tuple[list[Changeovers], IntArray]:
    """The views of its changeovers that planners come to hold, and which one they hold at each review.

    Those begun are known as they are, those to come as planned. One that is late is expected from the next review on.
    """
    if len(line.generations) == 1:
        return [real], np.zeros(len(reviews) - 1, dtype=np.int64)
    now, later = np.array(reviews[:-1]), np.array(reviews[1:])
    begins: list[FloatArray] = []
    lengths: list[FloatArray] = []
    planned_lengths = _lengths(line, planned.vector)
    for generation, begin, length, wished in zip(
        line.generations, real.begins, real.lengths, planned_lengths, strict=True
    ):
        begun = begin <= now
        expected = np.where(begun, begin, _begins(generation, planned, begins))
        begins.append(np.where(begun | (expected > now), expected, later))
        lengths.append(np.where(begun, length, wished))
    place: dict[Changeovers, int] = {}
    known = (Changeovers(b, n) for b, n in zip(_by_review(begins), _by_review(lengths), strict=True))
    held = [place.setdefault(view, len(place)) for view in known]
    return list(place), np.array(held, dtype=np.int64)


def _by_review(columns: list[FloatArray]) -> Iterator[tuple[float, ...]]:
    """What is known of each generation, review by review."""
    return zip(*(column.tolist() for column in columns), strict=True)


def _weights(changes: Changeovers, days: FloatArray) -> list[FloatArray]:
    """The share of the line that each generation takes on each day; they add up to one."""
    arrived = [np.ones(days.shape)]
    for begin, length in zip(changes.begins[1:], changes.lengths[1:], strict=True):
        progress = np.where(days >= begin, 1.0, 0.0)
        if length > 0 and begin < np.inf:
            progress = np.clip((days - begin) / length, 0.0, 1.0)
        arrived.append(np.minimum(arrived[-1], progress))
    arrived.append(np.zeros(days.shape))
    return [now - then for now, then in pairwise(arrived)]


def _events(plan: Plan, line: LinePlan, vector: FloatArray, seed: int, replication: int) -> Events | None:
    """A line's random or listed events; None where demand falls evenly."""
    if line.pattern is Pattern.EVEN:
        return None
    days, begins = plan.calendar.days, value(vector, line.begins, 0.0)
    every, scale = value(vector, line.every, 1.0), rate_scale(line, vector)
    generator = stream(seed, replication, f"demand/{line.stream}")
    if line.pattern is Pattern.POISSON:
        at = _poisson(line, vector, generator, begins, days, scale)
        units: FloatArray = np.ones(at.size)
    else:
        n = max(int(np.ceil((days - begins) / every)), 0)
        if line.pattern is Pattern.SERIES:
            units = vector[list(line.values)][:n] * scale
            n = units.size
        elif line.pattern is Pattern.PERIODIC:
            units = np.full(n, value(vector, line.quantity) * scale)
        else:
            from scipy import special

            normals = special.ndtri(uniforms(generator, n))
            drawn = (value(vector, line.quantity) + value(vector, line.sd) * normals) * scale
            units = np.asarray(np.maximum(drawn, 0.0), dtype=np.float64)
        at = np.asarray(begins + every * np.arange(n), dtype=np.float64)
    if line.pattern is Pattern.POISSON and len(line.generations) > 1:
        return Events(at, units, uniforms(stream(seed, replication, f"demand/{line.stream}/generation"), at.size))
    return Events(at, units, None)


def _poisson(
    line: LinePlan, vector: FloatArray, generator: np.random.Generator, begins: float, days: float, scale: float
) -> FloatArray:
    """Arrivals of a Poisson process with a rate that follows the path: unit exponentials through the
    inverse of the cumulated rate (exact for a constant rate)."""
    assert line.rate is not None
    grid = np.arange(np.floor(begins), np.ceil(days) + 1)
    mean = path_at(line.rate, vector, grid[:-1] + 0.5) * scale
    cumulated = np.concatenate([[0.0], np.cumsum(mean)])
    total, gaps = float(cumulated[-1]), np.zeros(0)
    while gaps.sum() < total:
        block = -np.log1p(-uniforms(generator, max(1024, int(total - gaps.sum()))))
        gaps = np.concatenate([gaps, block])
    exposure = np.cumsum(gaps)
    exposure = exposure[exposure < total]
    constant = bool(mean.size) and bool(np.all(mean == mean[0]))
    at = grid[0] + exposure / mean[0] if constant else np.interp(exposure, cumulated, grid)
    return np.asarray(at[(at >= begins) & (at < days)])


def _flow_events(
    line: LinePlan, vector: FloatArray, days: float, rate: FloatArray, events: Events | None, weight: FloatArray
) -> tuple[IntArray, IntArray]:
    """Times and whole units of one generation; fractions are carried to its next event."""
    if events is None:
        every = value(vector, line.every, 1.0)
        at = np.arange(0.0, days, every)
        cumulated = np.concatenate([[0.0], np.cumsum(rate)])
        grid = np.arange(cumulated.size, dtype=np.float64)
        wanted = np.diff(np.interp(np.append(at, min(at[-1] + every, days)), grid, cumulated))
    else:
        at = events.days
        now = weight[np.minimum(at.astype(np.int64), weight.size - 1)]
        if events.which is not None:
            now = np.where(events.which < now, 1.0, 0.0)
        wanted = events.units * now
    # What passes 64 bits is refused as soon as it is added up.
    whole = np.minimum(np.floor(np.cumsum(wanted) + 1e-6), 2.0**62).astype(np.int64)
    units_out = np.diff(whole, prepend=0)
    keep = units_out > 0
    return all_ticks(at[keep]), units_out[keep]


__all__ = ["TICKS_PER_DAY", "Changeovers", "Flow", "Outlook", "changeovers", "flows", "rate_scale"]
