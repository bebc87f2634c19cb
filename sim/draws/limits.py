"""How far ahead a run may look and how much capacity it may count: bounds on what is only known once curves are drawn.

What can be bounded from the plan alone, before anything is drawn, is in `sim.compiler.limits`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.clock import TICKS_PER_DAY
from sim.draws.sites import SiteDraws
from sim.draws.sources import SourceDraws
from sim.errors import InputError, Problem, argument
from sim.plan import FloatArray, Plan

MOST_DAYS = 1e6
"""Days that planned lead times, order periods and safety cover may add up to: forecasts, kept by day, reach as far."""
MOST_CAPACITY = 1e18
"""Load a day: what is more counts as infinite everywhere, and would overflow where it is added up."""


def refuse_endless(plan: Plan, sources: Sequence[SourceDraws], sites: Sequence[SiteDraws], cover: FloatArray) -> None:
    """Check that lead times are not too long to look ahead, and that capacities can be counted.

    `cover` are the days from each pool to each customer, shape (pools, flows).

    Raises:
        InputError: one of them is beyond its limit.
    """
    place = argument(plan.name)
    found = []
    if cover.max(initial=0.0) > MOST_DAYS:
        own = [source.lead_days + source.order_ticks / TICKS_PER_DAY for source in sources]
        longest = int(np.argmax(own))
        days = f"{cover.max():.3g} days down to the customer, of which {own[longest]:.3g} here"
        message = "planned lead times, order periods and safety cover reach further ahead than any forecast"
        name = f"recipes.{plan.sources[longest].name}"
        found.append(Problem(place, name, message, days, f"up to {MOST_DAYS:.0e} days in all"))
    for site, drawn in zip(plan.sites, sites, strict=True):
        installed = drawn.nameplate.values
        most = float(installed[np.isfinite(installed)].max(initial=0.0))
        if most > MOST_CAPACITY:
            message = "more capacity than can be counted: use a larger unit"
            found.append(
                Problem(place, f"sites.{site.name}", message, f"{most:.3g} a day", f"up to {MOST_CAPACITY:.0e}")
            )
    if found:
        raise InputError(found)
