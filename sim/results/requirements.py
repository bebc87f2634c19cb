"""What the demand requires of each stage at mature yields, and whether it could ever be met."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.draws import Draws
from sim.draws.sites import integral_by_period
from sim.engines.positions import Position, multipliers
from sim.engines.rules import good_share
from sim.engines.tables import tables
from sim.plan import FloatArray
from sim.results.frames import date_of

MONTH = 30.4375
OUT_OF_REACH = 2.0
"""Requirements beyond this multiple of all that sources could make are called out of reach."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A pool whose sources could never make what is required of it.

    `required` and `possible` are good units a month in the last month of the horizon; `starts` is
    `required` in starts of the pool's first source. `since` is the first day (or number of time units) of
    the period from which, to the end, more is required than could be made.
    """

    pool: str
    unit: str
    since: dt.date | float
    required: float
    possible: float
    starts: float


def mature_yield(draws: Draws) -> FloatArray:
    """Good units of one start of each source when all is learned, shape (sources,)."""
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
    """Units of each pool in one unit of each flow, at mature yields, shape (pools, flows)."""
    t = tables(draws)
    none, sources = np.zeros(len(t.order)), np.zeros(len(t.source_pool))
    position = Position(
        none, none, none, sources, sources, sources, np.zeros(len(draws.sites)), np.zeros(len(t.flow_pool)),
        mature_yield(draws), np.ones(len(t.flow_pool)),
    )  # fmt: skip
    return multipliers(t, position, t.share)[0]


def shortfalls(draws: Draws) -> list[Shortfall]:
    """Pools of which the demand at the end requires more than twice what all their sources could make, those
    that fail first before the others.

    What a source could make is its site's largest capacity or allocation within the horizon, at
    mature yield, as if the site made nothing else.
    """
    yields, units = mature_yield(draws), units_per_flow(draws)
    last = int(draws.plan.calendar.days)
    rates = np.array([flow.actual_rate[max(last - 30, 0) : max(last, 1)].mean() for flow in draws.flows])
    found = []
    for p, pool in enumerate(draws.plan.pools):
        required = float(units[p] @ rates) * MONTH
        possible = sum(_most(draws, r) * float(yields[r]) for r in pool.sources) * MONTH
        if pool.sources and required > OUT_OF_REACH * possible:
            unit = draws.plan.items[pool.members[0]].unit
            starts = required / max(float(yields[pool.sources[0]]), 1e-12)
            since = _since(draws, pool.sources, units[p], yields)
            found.append((since, Shortfall(pool.name, unit, date_of(draws, since), required, possible, starts)))
    return [shortfall for _, shortfall in sorted(found, key=lambda pair: pair[0])]


def _since(draws: Draws, sources: tuple[int, ...], units: FloatArray, yields: FloatArray) -> float:
    """The day from which, to the end, the demand of each period requires more than could be made in it."""
    edges = draws.plan.calendar.periods
    required = sum(u * integral(flow.actual_rate, edges) for u, flow in zip(units, draws.flows, strict=True))
    possible = sum(float(yields[r]) * _most_by_period(draws, r) for r in sources)
    met = np.flatnonzero(np.asarray(required <= possible))
    return edges[int(met[-1]) + 1 if met.size else 0]


def integral(daily: FloatArray, edges: tuple[float, ...]) -> FloatArray:
    """What daily rates add up to in each period, shape (periods,)."""
    cumulated = np.concatenate([[0.0], np.cumsum(daily)])
    return np.diff(np.interp(edges, np.arange(cumulated.size, dtype=np.float64), cumulated))


def _most_by_period(draws: Draws, r: int) -> FloatArray:
    """Most starts of a source in each period, shape (periods,)."""
    site, edges = draws.sites[draws.plan.sources[r].site], draws.plan.calendar.periods
    load = max(draws.sources[r].load.mean, 1e-12)
    return np.minimum(integral_by_period(site.available, edges) / load, integral_by_period(site.allocation, edges))


def _most(draws: Draws, r: int) -> float:
    """Most starts a day of a source within the horizon."""
    site = draws.sites[draws.plan.sources[r].site]
    within = site.available.knots < draws.end
    load = max(draws.sources[r].load.mean, 1e-12)
    allocated = site.allocation.values[site.allocation.knots < draws.end]
    return min(float(site.available.values[within].max()) / load, float(allocated.max()))
