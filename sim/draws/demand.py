"""Demand of every line, generation by generation: what comes, and what the planner expects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.draws.arrivals import Arrivals, arrivals, dated, evenly, rate_scale, share_of, whole
from sim.draws.changeovers import Outlook, changeovers, views, weights
from sim.draws.curves import all_ticks, path_at, value
from sim.draws.expected import expected_units
from sim.draws.units import mean_units
from sim.plan import FloatArray, IntArray, LinePlan, Plan
from sim.scenario.schema.demand import Pattern


@dataclass(frozen=True, slots=True)
class Flow:
    """Demand of one line for one pool.

    `times` (ticks, increasing) and `units` are what comes; `actual_rate` (units a day) is its mean.
    `forecast[v, d]` is what the planner expects from the start to day d, cumulated, while he holds
    view v of the changeovers to come; at review k he holds view `view[k]`. `expected_at` are the instants
    (ticks, non-decreasing, beyond the horizon as far as lead times reach) at which he expects demand, and
    `expected[v, i]` the units that view v expects at the first i of them.
    """

    line: int
    generation: int
    pool: int
    times: IntArray
    units: IntArray
    forecast: FloatArray
    view: IntArray
    expected_at: IntArray
    expected: FloatArray
    actual_rate: FloatArray


def flows(plan: Plan, seed: int, replication: int, days: int, drawn: Outlook, planned: Outlook) -> list[Flow]:
    """Flows of all lines; `days` is how far forecasts reach. What comes follows the outlook drawn; what
    has not come yet, planners know by the outlook planned alone."""
    found, vector, horizon = [], drawn.vector, plan.calendar.days
    grid = np.arange(days + 1, dtype=np.float64)
    for index, line in enumerate(plan.lines):
        real = changeovers(line, drawn)
        held, view = views(line, real, planned, plan.calendar.reviews)
        actual_weights = weights(real, grid + 0.5)
        # Shape (views, generations, days).
        believed = np.array([weights(changes, grid + 0.5) for changes in held])
        came = arrivals(plan, line, vector, seed, replication)
        rate = mean_rate(line, vector, grid)
        forecast, bias = _forecast_rate(line, vector, grid, rate), value(vector, line.forecast_bias, 1.0)
        for g, generation in enumerate(line.generations):
            per_unit = items_per_unit(plan, line, vector, generation.pool)
            actual = rate * actual_weights[g] * per_unit
            times, units = _flow_units(line, vector, horizon, actual, came, actual_weights[g])
            daily = forecast * believed[:, g] * per_unit
            at, expected = expected_units(line, vector, horizon, daily, believed[:, g])
            found.append(
                Flow(index, g, generation.pool, times, units, _by_day(daily, bias), view, at, expected, actual)
            )
    return found


def items_per_unit(plan: Plan, line: LinePlan, vector: FloatArray, pool: int) -> float:
    """Items in one unit of the line's rate: 1, or for a compute need the inverse of an item's H100e."""
    if line.compute is None:
        return 1.0
    return 1.0 / max(value(vector, plan.items[plan.pools[pool].members[0]].h100e, 1.0), 1e-12)


def _begun(line: LinePlan, vector: FloatArray, grid: FloatArray) -> FloatArray:
    """1 on each day from a line's first demand on, 0 before."""
    return np.asarray(grid + 1 > value(vector, line.begins, 0.0), dtype=np.float64)


def _forecast_rate(line: LinePlan, vector: FloatArray, grid: FloatArray, rate: FloatArray) -> FloatArray:
    """What the planner expects of each day before bias: a forecast rate of its own, else the mean demand."""
    if line.forecast_rate is None:
        return rate
    own = path_at(line.forecast_rate, vector, grid + 0.5) * rate_scale(line, vector)
    return own * _begun(line, vector, grid)


def mean_rate(line: LinePlan, vector: FloatArray, grid: FloatArray) -> FloatArray:
    """Mean demand of each day in units of the rate (H100e for a compute need)."""
    if line.compute is not None:
        level = path_at(line.compute, vector, np.append(grid, grid[-1] + 1.0))
        mean = np.maximum(np.diff(level), 0.0)
    elif line.rate is not None:
        mean = path_at(line.rate, vector, grid + 0.5)
    elif line.pattern in (Pattern.SERIES, Pattern.ORDERS):
        mean = _listed(line, vector, grid)
    else:
        assert line.quantity is not None
        mean = np.full(grid.shape, mean_units(line.quantity, vector) / value(vector, line.every, 1.0))
    return np.asarray(mean * rate_scale(line, vector) * _begun(line, vector, grid))


def _listed(line: LinePlan, vector: FloatArray, grid: FloatArray) -> FloatArray:
    """Listed demand of each day: orders on their day, a value of a series evenly over its period."""
    at, units = dated(line, vector, float(grid[-1] + 1.0))
    if line.pattern is Pattern.ORDERS:
        return np.bincount(at.astype(np.int64), weights=units, minlength=grid.size).astype(np.float64)
    edges = value(vector, line.begins) + value(vector, line.every, 1.0) * np.arange(units.size + 1)
    cumulated = np.append(0.0, np.cumsum(units))
    return np.diff(np.interp(np.append(grid, grid[-1] + 1.0), edges, cumulated))


def _by_day(daily: FloatArray, bias: float) -> FloatArray:
    """Units expected to the end of each day by each view, shape (views, days + 1)."""
    return np.concatenate([np.zeros((len(daily), 1)), np.cumsum(daily * bias, axis=1)], axis=1)


def _flow_units(
    line: LinePlan, vector: FloatArray, days: float, rate: FloatArray, came: Arrivals | None, weight: FloatArray
) -> tuple[IntArray, IntArray]:
    """Times and whole units of one generation."""
    if came is None:
        edges = np.append(np.arange(0.0, days, value(vector, line.every, 1.0)), days)
        at, wanted = edges[:-1], evenly(rate, edges)
    else:
        at, now = came.days, share_of(weight, came.days)
        wanted = came.units * (now if came.which is None else came.which < now)
    units = np.diff(whole(wanted), prepend=0.0).astype(np.int64)
    return all_ticks(at[units > 0]), units[units > 0]


__all__ = ["Flow", "flows", "items_per_unit", "mean_rate"]
