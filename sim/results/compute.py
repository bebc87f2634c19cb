"""Compute on demand lines: delivered, idle in the fleet, and needed in service."""

from __future__ import annotations

import numpy as np

from sim.draws import Draws
from sim.draws.arrivals import rate_scale
from sim.draws.curves import path_at, value
from sim.engines.shared.records import Records
from sim.plan import NONE, FloatArray


def delivered(draws: Draws, records: Records, index: int, measure: str = "h100e") -> FloatArray:
    """Return a measure (`h100e`, `watts`, `tops`) of what was delivered to a line in each period, shape (periods,)."""
    plan = draws.plan
    total = np.zeros(len(records.flow["delivered"]))
    for f, flow in enumerate(draws.flows):
        if flow.line == index:
            item = plan.items[plan.pools[flow.pool].members[0]]
            total = total + value(draws.vector, getattr(item, measure)) * records.flow["delivered"][:, f]
    return total


def idle(draws: Draws, records: Records, index: int) -> FloatArray:
    """Return the idle H100-equivalents delivered to a line by the end of each period, shape (periods,)."""
    share = value(draws.vector, draws.plan.lines[index].idle_share)
    return share * np.cumsum(delivered(draws, records, index))


def lent(draws: Draws, records: Records, index: int, first: int) -> float:
    """Return the idle H100-equivalents delivered from period `first` on that serve the compute need of a line.

    A line takes the same share of the idle compute as of the need.
    """
    line = draws.plan.lines[index]
    grown = (idle(draws, records, other) for other in line.idle_of)
    return rate_scale(line, draws.vector) * float(sum(path[-1] - (path[first - 1] if first else 0.0) for path in grown))


def has_idle(draws: Draws) -> bool:
    """Return whether any line states which share of its compute is idle."""
    return any(line.idle_share != NONE for line in draws.plan.lines)


def asking(draws: Draws) -> list[int]:
    """Return the lines with a compute need."""
    return [index for index, line in enumerate(draws.plan.lines) if line.compute is not None]


def asked_at(draws: Draws, index: int, days: FloatArray) -> FloatArray:
    """Return the H100-equivalents that a line with a compute need requires in service on these days, same shape."""
    line = draws.plan.lines[index]
    assert line.compute is not None
    return path_at(line.compute, draws.vector, days) * rate_scale(line, draws.vector)


def asked(draws: Draws) -> dict[int, tuple[float, float]]:
    """Return the H100-equivalents required by each line with a compute need at the ends of warm-up and horizon."""
    calendar = draws.plan.calendar
    ends = np.array([calendar.warmup, calendar.days])
    levels = {index: asked_at(draws, index, ends).tolist() for index in asking(draws)}
    return {index: (first, last) for index, (first, last) in levels.items()}
