"""A line of demand for a part that is bought, and what planners expect of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.clock import TICKS_PER_DAY
from sim.compiler import compile_plan
from sim.draws import Draws, draw
from sim.draws.demand import Flow
from sim.plan import Plan

Fixture = Callable[..., Any]
END, REACH = 30, 43
"""Horizon, and the day to which expectations reach: a lead time of 10 days, a review and a grain of a day and some."""


def compiled(build: Fixture, line: dict[str, Any], **more: Any) -> Plan:
    """The plan of a part that is bought, with a line of demand."""
    data = {
        "horizon": {"length": END, "time_unit": "day"},
        "items": {"part": {"stage": "s"}},
        "sites": {"vendor": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"buy": {"item": "part", "site": "vendor", "cycle_time": 10}},
        "demand": {"d": {"item": "part", **line}},
        **more,
    }
    return compile_plan(build(data))


def drawn(build: Fixture, line: dict[str, Any], **more: Any) -> Draws:
    """The draws of such a plan."""
    return draw(compiled(build, line, **more), 1)


def dated(flow: Flow) -> dict[float, float]:
    """Days on which something is expected by the first view, and the units."""
    units = np.diff(flow.expected[0])
    return {day: float(n) for day, n in zip((flow.expected_at / TICKS_PER_DAY).tolist(), units, strict=True) if n}


def orders(*dates_and_units: tuple[float, int]) -> list[dict[str, float]]:
    return [{"date": date, "units": units} for date, units in dates_and_units]
