"""Sales of idle capacity of own sites to outside customers."""

from __future__ import annotations

import numpy as np

from sim.draws import Draws
from sim.draws.curves import path_curve, price_curve, value
from sim.draws.sites import integral_by_period
from sim.engines.shared.records import Records
from sim.plan import FloatArray


def sold(draws: Draws, records: Records, s: int) -> FloatArray:
    """Return the load of a site sold in each period: idle capacity, at most the outside demand; shape (periods,)."""
    plan, site = draws.plan, draws.plan.sites[s]
    units = np.zeros(len(records.load))
    if site.outside_sales is None:
        return units
    calendar = plan.calendar
    wanted = path_curve(site.outside_sales.demand, draws.vector, calendar.day, calendar.days)
    able = integral_by_period(draws.sites[s].available, calendar.periods)
    idle = _idle(able - records.load[: len(able), s])
    units[: len(able)] = np.minimum(idle, integral_by_period(wanted, calendar.periods))
    return units


def _idle(left: FloatArray) -> FloatArray:
    """Return the idle capacity in each period, from capacity less load.

    The load of a lot is booked when it begins, so what exceeds the capacity of a period is processed in the next.
    """
    idle, owed = np.zeros_like(left), 0.0
    for period, here in enumerate(left.tolist()):
        idle[period], owed = max(here - owed, 0.0), max(owed - here, 0.0)
    return idle


def gained(draws: Draws, records: Records, s: int) -> FloatArray:
    """Return the dollars that outside sales bring in each period, net of variable cost, shape (periods,).

    They are sold at the mean price of the period.
    """
    sales, calendar = draws.plan.sites[s].outside_sales, draws.plan.calendar
    units = sold(draws, records, s)
    if sales is None:
        return units
    price = price_curve(sales.price, draws.vector, calendar.day, calendar.days)
    mean = integral_by_period(price, calendar.periods) / np.diff(calendar.periods)
    units[: len(mean)] *= mean - value(draws.vector, sales.variable_cost)
    return units
