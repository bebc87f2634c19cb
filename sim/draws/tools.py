"""What deliveries of tools leave of a site's planned growth."""

from __future__ import annotations

import numpy as np

from sim.clock import TICKS_PER_DAY, all_ticks
from sim.draws.curves import Curve, combine, path_curve, steps, value
from sim.draws.rates import times_until
from sim.plan import Calendar, FloatArray, ToolsPlan


def with_tools(plan: ToolsPlan, planned: Curve, stood: float, vector: FloatArray, calendar: Calendar) -> Curve:
    """Return planned capacity, cut to what there are tools for, in load a day.

    What `stood` before the start has its own tools; all else needs those delivered since. Tools that come before they
    are needed are kept. Deliveries are counted at the end of each day, so that no capacity is there before its tools
    are.
    """
    each = value(vector, plan.per_capacity)
    if each <= 0.0:
        return planned
    return combine(np.minimum, planned, _equipped(plan, each, stood, vector, calendar))


def _equipped(plan: ToolsPlan, each: float, stood: float, vector: FloatArray, calendar: Calendar) -> Curve:
    """Return the capacity for which there are tools, day by day."""
    supply = path_curve(plan.supply, vector, calendar.day, calendar.days)
    edges = np.append(times_until(calendar.days, calendar.day), calendar.days)
    knots = np.union1d(supply.knots[supply.knots < edges[-1] * TICKS_PER_DAY], all_ticks(edges))
    came = np.cumsum(supply.at_all(knots[:-1]) * np.diff(knots)) / TICKS_PER_DAY
    return steps(knots, stood + np.append(0.0, came) / each)
