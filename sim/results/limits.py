"""Capacity and compute that a plan intends and does not reach, for want of tools or of power."""

from __future__ import annotations

import numpy as np

from sim.clock import DAYS_PER_MONTH
from sim.draws import Draws
from sim.draws.arrivals import rate_scale
from sim.draws.curves import path_at
from sim.draws.demand import compute_level
from sim.draws.sites import intended_curve


def held_capacity(draws: Draws) -> dict[str, tuple[float, float]]:
    """Return the capacity at the end of the horizon, installed and intended, of sites that need tools and do not close.

    In load a month, in an abstract model a time unit.
    """
    plan, last = draws.plan, draws.periods[-1:]
    month = DAYS_PER_MONTH if plan.calendar.start is not None else 1.0
    found = {}
    for site, drawn in zip(plan.sites, draws.sites, strict=True):
        if site.tools is not None and drawn.closes > draws.end:
            curves = drawn.nameplate, intended_curve(site, draws.vector, plan.calendar)
            there, intended = (float(curve.at_all(last)[0]) * month for curve in curves)
            found[site.name] = there, intended
    return found


def held_compute(draws: Draws) -> dict[str, tuple[float, float]]:
    """Return the H100e in service at the end of the horizon, with power and wanted, of lines that need power."""
    end = np.array([draws.plan.calendar.days])
    found = {}
    for line in draws.plan.lines:
        if line.power is not None and line.compute is not None:
            part = rate_scale(line, draws.vector)
            powered = float(compute_level(line, line.compute, draws.vector, end)[0]) * part
            found[line.name] = powered, float(path_at(line.compute, draws.vector, end)[0]) * part
    return found
