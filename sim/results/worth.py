"""What units delivered are worth on the day of their delivery, and what units left over would fetch at the end."""

from __future__ import annotations

import numpy as np

from sim.draws import Draws
from sim.draws.curves import path_at, path_curve, value
from sim.draws.sites import integral_by_period
from sim.engines.shared.records import Records
from sim.plan import FloatArray, LinePlan, PathPlan
from sim.results.periods import Edges, run_edges


def value_delivered(draws: Draws, records: Records, index: int) -> FloatArray:
    """Dollars of what a line got in each period, shape (periods,).

    A unit counts at the mean of its value over the period of its delivery, which is exact for a value that stays and for
    deliveries that are spread evenly; the shorter the periods (`report_every`), the nearer to the day itself.
    """
    path = _path(draws.plan.lines[index])
    total = np.zeros(len(records.load))
    if path is None:
        return total
    each = _mean(draws, path, run_edges(draws.plan.calendar, records.until))
    for f, flow in enumerate(draws.flows):
        if flow.line == index:
            total = total + records.flow["delivered"][:, f] * (each * _factor(draws, index, flow.pool))
    return total


def value_at_end(draws: Draws, pool: int) -> float | None:
    """Dollars that a unit of a pool would fetch on the last day: the most of the lines that take it.

    None where no line that takes the pool says what a unit is worth, or where something is made from it.
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
    """What a unit of a pool is multiplied by: its compute, where a line values that."""
    plan = draws.plan
    if plan.lines[index].value is not None:
        return 1.0
    return value(draws.vector, plan.items[plan.pools[pool].members[0]].h100e)


def _mean(draws: Draws, path: PathPlan, edges: Edges) -> FloatArray:
    """Mean of a path over each period, shape (periods,)."""
    curve = path_curve(path, draws.vector, draws.plan.calendar.day, edges[-1])
    if len(curve.knots) == 1:
        return np.full(len(edges) - 1, curve.values[0])
    return integral_by_period(curve, edges) / np.diff(edges)
