"""The value of units delivered, on the day of delivery, and of units left over, at the end of the horizon."""

from __future__ import annotations

from functools import partial

import numpy as np

from sim.draws import Draws
from sim.draws.curves import path_at, path_curve, value
from sim.draws.recall import inputs_of, recall
from sim.draws.sites import integral_by_period
from sim.engines.shared.records import Records
from sim.plan import FloatArray, LinePlan, PathPlan
from sim.results.periods import Edges, run_edges


def value_delivered(draws: Draws, records: Records, index: int) -> FloatArray:
    """Return the value in dollars of what was delivered to a line in each period, shape (periods,).

    A unit counts at the mean of its value over the period of its delivery. This is exact where the value is constant or
    deliveries are spread evenly, and the closer to the day of delivery, the shorter the periods (`report_every`).
    """
    path = _path(draws.plan.lines[index])
    total = np.zeros(len(records.load))
    if path is None:
        return total
    edges, inputs = run_edges(draws.plan.calendar, records.until), inputs_of(path, draws.vector)
    each = recall(draws.plan, ("value", index), (inputs, edges[-1]), partial(_mean, draws, path, edges))
    for f, flow in enumerate(draws.flows):
        if flow.line == index:
            total = total + records.flow["delivered"][:, f] * (each * _factor(draws, index, flow.pool))
    return total


def value_at_end(draws: Draws, pool: int) -> float | None:
    """Return the value in dollars of a unit of a pool on the last day, the highest of the lines that take it.

    None where no such line states a value, or where the pool is a material of a recipe.
    """
    plan = draws.plan
    if pool in plan.input_pool:
        return None
    end, found = np.array([plan.calendar.days]), []
    for flow in draws.flows:
        path = _path(plan.lines[flow.line])
        if flow.pool == pool and path is not None:
            found.append(float(path_at(path, draws.vector, end)[0]) * _factor(draws, flow.line, pool))
    return max(found, default=None)


def _path(line: LinePlan) -> PathPlan | None:
    return line.value_per_h100e if line.value is None else line.value


def _factor(draws: Draws, index: int, pool: int) -> float:
    """Return the H100-equivalents of a unit of a pool where the line values compute, else 1."""
    plan = draws.plan
    if plan.lines[index].value is not None:
        return 1.0
    return value(draws.vector, plan.items[plan.pools[pool].members[0]].h100e)


def _mean(draws: Draws, path: PathPlan, edges: Edges) -> FloatArray:
    """Return the mean of a path over each period, shape (periods,)."""
    curve = path_curve(path, draws.vector, draws.plan.calendar.day, edges[-1])
    if len(curve.knots) == 1:
        return np.full(len(edges) - 1, curve.values[0])
    return integral_by_period(curve, edges) / np.diff(edges)
