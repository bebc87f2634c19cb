"""What a run may count: engines add up units and cents in whole numbers of 64 bits, and compare them as floats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.draws.curves import value
from sim.draws.demand import Flow
from sim.draws.sites import SiteDraws
from sim.draws.sources import SourceDraws
from sim.errors import InputError, Mark, Problem
from sim.plan import FloatArray, Plan, Ref

MOST_UNITS = 2**53
"""Whole numbers up to here are exact as floats too."""
MOST_CENTS = 2**62
MOST_DAYS = 1e6
"""Days that planned lead times and safety cover may add up to: forecasts, kept day by day, reach as far."""
MOST_CAPACITY = 1e18
"""Load a day: what is more counts as infinite everywhere, and would overflow where it is added up."""


def refuse_endless(plan: Plan, sources: Sequence[SourceDraws], sites: Sequence[SiteDraws], cover: FloatArray) -> None:
    """Raise InputError for lead times too long to look ahead so far, and for capacities beyond all counting."""
    place = Mark(plan.name)
    found = []
    if cover.max(initial=0.0) > MOST_DAYS:
        longest = max(range(len(sources)), key=lambda r: sources[r].lead_days)
        days = f"{cover.max():.3g} days down to the customer, of which {sources[longest].lead_days:.3g} here"
        message = "planned lead times and safety cover reach further ahead than any forecast"
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


def refuse_beyond(plan: Plan, vector: FloatArray, flows: Sequence[Flow]) -> None:
    """Raise InputError for demand so large, or so dear, that a run could not count it.

    The bound on money is a wide one: every unit demanded at the highest price, value or cost in the
    scenario, over the whole horizon where it is one for each day.
    """
    found = list(_problems(plan, vector, [int(flow.units.sum(dtype=float)) for flow in flows], flows))
    if found:
        raise InputError(found)


def _problems(plan: Plan, vector: FloatArray, units: Sequence[int], flows: Sequence[Flow]) -> Iterator[Problem]:
    place = Mark(plan.name)
    for number, flow in zip(units, flows, strict=True):
        if number >= MOST_UNITS:
            path, allowed = f"demand.{plan.lines[flow.line].name}", f"less than {MOST_UNITS:.1e} in all"
            yield Problem(place, path, "more units than can be counted: use a larger unit", f"{number:.3g}", allowed)
    dear = max(units, default=0) * _dearest(plan, vector) * 100.0
    if dear >= MOST_CENTS and max(units) < MOST_UNITS:
        line = plan.lines[flows[units.index(max(units))].line].name
        message = "at the highest price in the scenario, more money than can be counted in cents"
        yield Problem(place, f"demand.{line}", message, f"${dear / 100:.3g}", f"less than ${MOST_CENTS / 100:.1e}")


def _dearest(plan: Plan, vector: FloatArray) -> float:
    """The most dollars that any unit or start in the scenario costs, earns or costs over all days."""
    once: list[Ref] = [s.variable_cost for s in plan.sources] + [line.value for line in plan.lines]
    daily = [item.holding_cost for item in plan.items] + [line.shortage_cost for line in plan.lines]
    prices = [float(vector[list(s.price.values)].max()) for s in plan.sources if s.price is not None]
    return max([*prices, *(value(vector, r) for r in once), *(value(vector, r) * plan.calendar.days for r in daily)])
