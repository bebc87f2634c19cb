"""Compute on demand lines: delivered, idle in the fleet, and its growth beside the growth asked for."""

from __future__ import annotations

import numpy as np

from sim.draws import Draws
from sim.draws.arrivals import rate_scale
from sim.draws.curves import path_at, value
from sim.engines.shared.records import Records
from sim.plan import NONE, FloatArray


def delivered(draws: Draws, records: Records, index: int, measure: str = "h100e") -> FloatArray:
    """A measure of what one line got in each period, shape (periods,)."""
    plan = draws.plan
    total = np.zeros(len(records.flow["delivered"]))
    for f, flow in enumerate(draws.flows):
        if flow.line == index:
            item = plan.items[plan.pools[flow.pool].members[0]]
            total = total + value(draws.vector, getattr(item, measure)) * records.flow["delivered"][:, f]
    return total


def idle(draws: Draws, records: Records, index: int) -> FloatArray:
    """H100-equivalents that stand idle in all that a line got up to each period's end, shape (periods,)."""
    share = value(draws.vector, draws.plan.lines[index].idle_share)
    return share * np.cumsum(delivered(draws, records, index))


def lent(draws: Draws, records: Records, index: int, first: int) -> float:
    """H100-equivalents of the idle compute delivered from period `first` on that serve the compute need of a line, which takes
    its share of them as of the need."""
    line = draws.plan.lines[index]
    grown = (idle(draws, records, other) for other in line.idle_of)
    return rate_scale(line, draws.vector) * float(sum(path[-1] - (path[first - 1] if first else 0.0) for path in grown))


def has_idle(draws: Draws) -> bool:
    """Whether any line says what share of its compute stands idle."""
    return any(line.idle_share != NONE for line in draws.plan.lines)


def asking(draws: Draws) -> list[int]:
    """Lines that say how much compute they need in service."""
    return [index for index, line in enumerate(draws.plan.lines) if line.compute is not None]


def asked_at(draws: Draws, index: int, days: FloatArray) -> FloatArray:
    """H100-equivalents that a line with a compute need asks to have in service on these days, same shape."""
    line = draws.plan.lines[index]
    assert line.compute is not None
    return path_at(line.compute, draws.vector, days) * rate_scale(line, draws.vector)


def asked(draws: Draws) -> dict[int, tuple[float, float]]:
    """Lines with a compute need: what they ask to have in service at the start and at the end (after warm-up)."""
    calendar = draws.plan.calendar
    ends = np.array([calendar.warmup, calendar.days])
    levels = {index: asked_at(draws, index, ends).tolist() for index in asking(draws)}
    return {index: (first, last) for index, (first, last) in levels.items()}
