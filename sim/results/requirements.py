"""The requirements of demand on each pool at mature yields, and whether its sources could meet them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.clock import DAYS_PER_MONTH
from sim.draws import Draws
from sim.draws.sites import integral_by_period
from sim.engines.shared.records import Records
from sim.engines.shared.rules import good_share
from sim.engines.shared.tables import tables
from sim.plan import FloatArray
from sim.results.frames import date_of

LAST_DAYS = 30.0
"""Days before the end over which the demand at the end is averaged."""
OUT_OF_REACH = 2.0
"""Requirements are out of reach above this multiple of all that the sources could make."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A pool whose requirements its sources could never meet.

    `required` and `possible` are good units a month (of abstract time, a time unit) at the end of the horizon; `starts`
    is `required` in starts of the pool's first source. `since` is the first day (or number of time units) of the period
    from which on, to the end, more is required than could be made.
    """

    pool: str
    unit: str
    since: dt.date | float
    required: float
    possible: float
    starts: float


@lru_cache(maxsize=4)
def mature_yield(draws: Draws) -> FloatArray:
    """Return the good units of one start of each source after all learning, shape (sources,)."""
    return np.array(
        [
            s.yields.line
            * s.yields.gross
            * good_share(s.yields.defects, s.yields.expected, s.yields.assembly, 1e9, 1.0)
            for s in draws.sources
        ]
    )


@lru_cache(maxsize=4)
def units_per_flow(draws: Draws) -> FloatArray:
    """Return the units of each pool required for one unit of each flow, at mature yields, shape (pools, flows)."""
    t, yields = tables(draws), mature_yield(draws)
    units = np.zeros((len(t.order), len(t.flow_pool)))
    units[t.flow_pool, np.arange(len(t.flow_pool))] = 1.0
    for parent in t.order.tolist():
        sources = t.pool_source[t.source_start[parent] : t.source_start[parent + 1]]
        total = t.share[sources].sum()
        for place, r in enumerate(sources.tolist()):
            # A parent's needs are those of its sources, weighted by their shares of its good output.
            weight = t.share[r] / total if total > 0.0 else float(place == 0)
            for j in range(t.input_start[r], t.input_start[r + 1]) if yields[r] > 0.0 else ():
                units[t.input_pool[j]] += weight * t.takes[j] / yields[r] * units[parent]
    return units


def shortfalls(draws: Draws) -> list[Shortfall]:
    """Return the pools of which demand at the end requires more than twice what all their sources could make.

    The earliest shortfall comes first. What a source could make is its site's largest capacity or allocation within the
    horizon, at mature yield, as if the site made nothing else.
    """
    yields, units = mature_yield(draws), units_per_flow(draws)
    end, day = draws.plan.calendar.days, draws.plan.calendar.day
    month = DAYS_PER_MONTH if draws.plan.calendar.start is not None else 1.0
    rates = np.array([flow.actual_rate.mean(max(end - LAST_DAYS * day, 0.0), end) for flow in draws.flows])
    found = []
    for p, pool in enumerate(draws.plan.pools):
        # Without the rounding errors of the mean, which would show.
        required = round(float(units[p] @ rates) * month, 6)
        possible = sum(_most(draws, r) * float(yields[r]) for r in pool.sources) * month
        if pool.sources and required > OUT_OF_REACH * possible:
            unit = draws.plan.items[pool.members[0]].unit
            starts = required / max(float(yields[pool.sources[0]]), 1e-12)
            since = _since(draws, pool.sources, units[p], yields)
            found.append((since, Shortfall(pool.name, unit, date_of(draws, since), required, possible, starts)))
    return [shortfall for _, shortfall in sorted(found, key=lambda pair: pair[0])]


def owed(draws: Draws, records: Records) -> list[str]:
    """Return the names of the pools of which the backlog at the end requires units."""
    units = units_per_flow(draws) @ records.flow["backlog"][-1]
    return [pool.name for pool, amount in zip(draws.plan.pools, units.tolist(), strict=True) if amount > 0.0]


def _since(draws: Draws, sources: tuple[int, ...], units: FloatArray, yields: FloatArray) -> float:
    """Return the day from which on, to the end, each period requires more than could be made in it."""
    edges = draws.plan.calendar.periods
    required = sum(u * flow.actual_rate.between(np.array(edges)) for u, flow in zip(units, draws.flows, strict=True))
    possible = sum(float(yields[r]) * _most_by_period(draws, r) for r in sources)
    met = np.flatnonzero(np.asarray(required <= possible))
    return edges[int(met[-1]) + 1 if met.size else 0]


def _most_by_period(draws: Draws, r: int) -> FloatArray:
    """Return the most starts of a source in each period, shape (periods,)."""
    site, edges = draws.sites[draws.plan.sources[r].site], draws.plan.calendar.periods
    load = max(draws.sources[r].load.mean, 1e-12)
    return np.minimum(integral_by_period(site.available, edges) / load, integral_by_period(site.allocation, edges))


def _most(draws: Draws, r: int) -> float:
    """Return the most starts a day of a source within the horizon."""
    site = draws.sites[draws.plan.sources[r].site]
    within = site.available.knots < draws.end
    load = max(draws.sources[r].load.mean, 1e-12)
    allocated = site.allocation.values[site.allocation.knots < draws.end]
    return min(float(site.available.values[within].max()) / load, float(allocated.max()))
