"""Demand of every line, generation by generation: what comes, and what the planner expects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.calendar import Calendar
from sim.clock import all_ticks
from sim.draws.arrivals import Arrivals, arrivals, dated, expected_grain, grain, rate_scale, whole
from sim.draws.changeovers import Changeovers, Outlook, changeovers, views, weights
from sim.draws.curves import path_at, path_before, path_rows, value
from sim.draws.expected import expected_units
from sim.draws.foreseen import outlooks
from sim.draws.rates import Rate, middles, moment_day, path_edges, slope_edges, union
from sim.draws.units import mean_units
from sim.plan import FloatArray, IntArray, LinePlan, PathPlan, Plan
from sim.vocabulary import Interpolate, Pattern


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Demand of one line for one pool. Compared by identity, so that what follows from it can be cached.

    `times` (ticks, increasing) and `units` are what comes; `actual_rate` is its mean. Row v of `forecast` is the rate
    that the planner expects while he holds view v of the changeovers and processes to come; at review k he holds view
    `view[k]`. `expected_at` are the instants (ticks, non-decreasing, beyond the horizon as far as lead times reach) at
    which he expects demand, and `expected[v, i]` the units that view v expects at the first i of them.
    """

    line: int
    generation: int
    pool: int
    times: IntArray
    units: IntArray
    forecast: Rate
    view: IntArray
    expected_at: IntArray
    expected: FloatArray
    actual_rate: Rate


def flows(plan: Plan, seed: int, replication: int, days: int, drawn: Outlook, planned: Outlook) -> list[Flow]:
    """Return the flows of all lines; forecasts reach `days` days.

    Demand follows the outlook `drawn`. What has not come yet planners know by the outlook `planned` alone.
    """
    found: list[Flow] = []
    for index, line in enumerate(plan.lines):
        came = arrivals(plan, line, drawn.vector, seed, replication)
        found += (
            _even_flows(plan, index, days, drawn, planned)
            if came is None
            else _line_flows(plan, index, days, drawn, planned, came)
        )
    return found


@lru_cache(maxsize=32)
def _even_flows(plan: Plan, index: int, days: int, drawn: Outlook, planned: Outlook) -> list[Flow]:
    """Return the flows of a line that draws nothing itself, the same in all replications of the same inputs."""
    return _line_flows(plan, index, days, drawn, planned, None)


def _line_flows(
    plan: Plan, index: int, days: int, drawn: Outlook, planned: Outlook, came: Arrivals | None
) -> list[Flow]:
    """Return the flows of the generations of one line."""
    line, vector, found = plan.lines[index], drawn.vector, []
    until = float(days + 1)
    real = changeovers(line, drawn)
    held, view = views(line, real, planned, plan.calendar.reviews)
    foreseen, month = outlooks(plan, index, drawn)
    # A view of demand is a view of changeovers and a month of processes, together.
    months = int(month.max()) + 1
    together, view = np.unique(view * months + month, return_inverse=True)
    pairs = np.column_stack(np.divmod(together, months))
    edges = _edges(line, vector, plan.calendar.day, until, [real, *held])
    # Shapes (generations, steps) and (views, generations, steps).
    actual_weights = np.array(weights(real, middles(edges)))
    believed = np.array([weights(changes, middles(edges)) for changes in held])[pairs[:, 0]]
    rate = _line_rate(plan, line, vector, planned, edges)
    rates = [rate] if len(foreseen) == 1 else _expected_rates(plan, line, foreseen, planned, edges)
    forecast = np.array([_forecast_rate(line, vector, edges, r, plan.calendar.day) for r in rates])[pairs[:, 1]]
    bias = value(vector, line.forecast_bias, 1.0)
    for number, generation in enumerate(line.generations):
        per_unit = items_per_unit(plan, line, vector, generation.pool)
        actual, share = (Rate(edges, v * actual_weights[number]) for v in (rate * per_unit, np.ones(rate.shape)))
        times, units = _flow_units(line, vector, plan.calendar, actual, came, share)
        daily, shares = Rate(edges, forecast * believed[:, number] * per_unit), Rate(edges, believed[:, number])
        at, expected = expected_units(line, vector, plan.calendar, daily, shares)
        biased = Rate(edges, daily.values * bias)
        found.append(Flow(index, number, generation.pool, times, units, biased, view, at, expected, actual))
    return found


def _line_rate(plan: Plan, line: LinePlan, vector: FloatArray, planned: Outlook, edges: FloatArray) -> FloatArray:
    """Return the mean demand a day of a line between edges, beyond what idle compute meets."""
    idle = [_idle_rate(plan, plan.lines[i], vector, planned, float(edges[-1])) for i in line.idle_of]
    return mean_rate(line, vector, edges, idle)


def _expected_rates(
    plan: Plan, line: LinePlan, foreseen: Sequence[FloatArray], planned: Outlook, edges: FloatArray
) -> Sequence[FloatArray] | FloatArray:
    """Return `_line_rate` with each of several vectors, which differ in the levels of processes alone."""
    vector = foreseen[0]
    if line.compute is not None and not line.idle_of:
        level = _powered(line, path_rows(line.compute, foreseen, edges, before=True), vector, edges, path_before)
        rates = _growth(np.maximum.accumulate(level, axis=-1), edges)
    elif line.rate is not None:
        rates = path_rows(line.rate, foreseen, middles(edges))
    else:
        return [_line_rate(plan, line, v, planned, edges) for v in foreseen]
    return np.asarray(rates * rate_scale(line, vector) * _begun(line, vector, edges))


def _edges(line: LinePlan, vector: FloatArray, day: float, until: float, held: Sequence[Changeovers]) -> FloatArray:
    """Return edges from 0 to `until` between which a line's rate and the shares of its generations are constant."""
    levels = [p for p in (line.compute, line.power and line.power.available) if p]
    paths = [path_edges(p, vector, day, until) for p in (line.rate, *levels, line.forecast_rate)]
    # What a step adds to a compute need, or to the power for it, is ordered on the day before; what a choice adds, from its
    # gate on, since nobody knows of it on that day.
    before = [path_edges(p, vector, day, until) - day for p in levels if p.interpolate is Interpolate.STEP or p.process]
    before += [np.array([moment_day(s, vector) + day for p in levels for s in p.splices])]
    changes = {pair for c in held for pair in zip(c.begins[1:], c.lengths[1:], strict=True) if pair[0] < np.inf}
    over = [np.append(slope_edges(b, b + length, day, until), [b, b + length]) for b, length in sorted(changes)]
    begins = [value(vector, line.begins), _forecast_begins(line, vector, day)]
    return union(until, begins, *paths, *before, *over, *_listed_edges(line, vector, day, until))


def _listed_edges(line: LinePlan, vector: FloatArray, day: float, until: float) -> list[FloatArray]:
    """Return the edges of the days of orders, or of the periods of a series."""
    if line.pattern not in (Pattern.SERIES, Pattern.ORDERS):
        return []
    at, units = dated(line, vector, until)
    if line.pattern is Pattern.ORDERS:
        first = np.floor(at / day + 1e-9)
        return [first * day, (first + 1) * day]
    return [_periods(line, vector, units.size)]


def _periods(line: LinePlan, vector: FloatArray, count: int) -> FloatArray:
    """Return the edges of the periods of a series."""
    return np.asarray(
        value(vector, line.begins) + value(vector, line.every, 1.0) * np.arange(count + 1), dtype=np.float64
    )


def items_per_unit(plan: Plan, line: LinePlan, vector: FloatArray, pool: int) -> float:
    """Return the items in one unit of a line's rate: 1, or for a compute need the inverse of an item's H100e."""
    if line.compute is None:
        return 1.0
    return 1.0 / max(value(vector, plan.items[plan.pools[pool].members[0]].h100e, 1.0), 1e-12)


def _begun(line: LinePlan, vector: FloatArray, edges: FloatArray) -> FloatArray:
    """Return 1 between edges from a line's first demand on, 0 before."""
    return np.asarray(middles(edges) > value(vector, line.begins, 0.0), dtype=np.float64)


def _forecast_rate(line: LinePlan, vector: FloatArray, edges: FloatArray, rate: FloatArray, day: float) -> FloatArray:
    """Return what the planner expects a day, before bias: a forecast rate of its own, else the mean demand."""
    if line.forecast_rate is None:
        return rate
    own = path_at(line.forecast_rate, vector, middles(edges)) * rate_scale(line, vector)
    return np.asarray(own * (middles(edges) > _forecast_begins(line, vector, day)))


def _forecast_begins(line: LinePlan, vector: FloatArray, day: float) -> float:
    """Return when a forecast rate begins to count: with the period, or the day, of the first demand."""
    period = expected_grain(line, vector, day)
    return float(np.floor(value(vector, line.begins) / period + 1e-9)) * period


def _idle_rate(plan: Plan, line: LinePlan, vector: FloatArray, planned: Outlook, until: float) -> Rate:
    """Return the H100e a day by which the idle compute of a line grows.

    All that is demanded counts as delivered and changed over as planned.
    """
    changes = changeovers(line, planned)
    edges = _edges(line, vector, plan.calendar.day, until, [changes])
    pools = [generation.pool for generation in line.generations]
    each = [
        items_per_unit(plan, line, vector, p) * value(vector, plan.items[plan.pools[p].members[0]].h100e) for p in pools
    ]
    compute = sum(h100e * share for h100e, share in zip(each, weights(changes, middles(edges)), strict=True))
    return Rate(edges, np.asarray(value(vector, line.idle_share) * mean_rate(line, vector, edges) * compute))


def mean_rate(line: LinePlan, vector: FloatArray, edges: FloatArray, idle: Sequence[Rate] = ()) -> FloatArray:
    """Return the mean demand a day between `edges` (days), shape (len(edges) - 1,).

    The unit is that of the rate; for a compute need H100e, beyond what is `idle` elsewhere.
    """
    if line.compute is not None:
        level = compute_level(line, line.compute, vector, edges, at=path_before)
        if idle or line.compute.process:  # What has been ordered serves a need that falls and rises again.
            level = np.maximum.accumulate(level - sum(rate.cumulated(edges) for rate in idle))
        mean = _growth(level, edges)
    elif line.rate is not None:
        mean = path_at(line.rate, vector, middles(edges))
    elif line.pattern in (Pattern.SERIES, Pattern.ORDERS):
        mean = _listed(line, vector, edges) / np.diff(edges)
    else:
        assert line.quantity is not None
        mean = np.full(len(edges) - 1, mean_units(line.quantity, vector) / value(vector, line.every, 1.0))
    return np.asarray(mean * rate_scale(line, vector) * _begun(line, vector, edges))


def compute_level(
    line: LinePlan, need: PathPlan, vector: FloatArray, days: FloatArray, *, at: Callable[..., FloatArray] = path_at
) -> FloatArray:
    """Return the compute in H100e that a line's whole need asks to have in service on these days.

    It is limited by the power there is. `at` reads a path.
    """
    return _powered(line, at(need, vector, days), vector, days, at)


def _growth(level: FloatArray, edges: FloatArray) -> FloatArray:
    """Return what a level gains a day between edges, where it rises; shape (..., len(edges) - 1)."""
    return np.asarray(np.maximum(np.diff(level), 0.0) / np.diff(edges))


def _powered(
    line: LinePlan, level: FloatArray, vector: FloatArray, days: FloatArray, at: Callable[..., FloatArray]
) -> FloatArray:
    """Return the part of compute on these days for which there is power; shape as `level`, (..., len(days))."""
    if line.power is None:
        return level
    powered = at(line.power.available, vector, days) / value(vector, line.power.per_compute)
    return np.asarray(np.minimum(level, powered))


def _listed(line: LinePlan, vector: FloatArray, edges: FloatArray) -> FloatArray:
    """Return listed demand between edges: orders where they fall, values of a series evenly over their periods."""
    at, units = dated(line, vector, float(edges[-1]))
    if line.pattern is Pattern.ORDERS:
        place = np.searchsorted(edges, at + 1e-9, side="right") - 1
        return np.bincount(place, weights=units, minlength=len(edges) - 1)[: len(edges) - 1].astype(np.float64)
    return np.diff(np.interp(edges, _periods(line, vector, units.size), np.append(0.0, np.cumsum(units))))


def _flow_units(
    line: LinePlan, vector: FloatArray, calendar: Calendar, rate: Rate, came: Arrivals | None, share: Rate
) -> tuple[IntArray, IntArray]:
    """Return times (ticks) and whole units of the demand of one generation."""
    if came is None:
        edges = np.append(np.arange(0.0, calendar.days, grain(line, vector, calendar.day)), calendar.days)
        at, wanted = edges[:-1], rate.between(edges)
    else:
        at, now = came.days, share.at(came.days)
        # An arrival goes to the generation if its uniform lies below the share of the line then; dated demand is
        # divided by shares.
        wanted = came.units * (now if came.which is None else came.which < now)
    units = np.diff(whole(wanted), prepend=0.0).astype(np.int64)
    return all_ticks(at[units > 0]), units[units > 0]


__all__ = ["Flow", "compute_level", "flows", "items_per_unit", "mean_rate"]
