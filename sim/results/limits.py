"""What holds a plan below what it is to have: tools that are not delivered yet."""

from __future__ import annotations

from sim.compiler.references import MONTH
from sim.draws import Draws
from sim.draws.sites import intended_curve


def held_capacity(draws: Draws) -> dict[str, tuple[float, float]]:
    """Sites that need tools: capacity at the end of the horizon, as it is there and as intended.

    In load a month, in an abstract model a time unit.
    """
    plan, last = draws.plan, draws.periods[-1:]
    month = MONTH if plan.calendar.start is not None else 1.0
    found = {}
    for site, drawn in zip(plan.sites, draws.sites, strict=True):
        if site.tools is not None:
            curves = drawn.nameplate, intended_curve(site, draws.vector, plan.calendar)
            there, intended = (float(curve.at_all(last)[0]) * month for curve in curves)
            found[site.name] = there, intended
    return found
