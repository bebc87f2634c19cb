"""A replication laid out for the planner: flat arrays, the same for every engine."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.draws import Draws
from sim.draws.curves import TICKS_PER_DAY, value
from sim.draws.yields import EXPERIENCE_END
from sim.engines.rules import good_share
from sim.plan import NONE, BoolArray, FloatArray, IntArray, Plan
from sim.scenario.schema.supply import PolicyType, SourcingPolicy

SPLIT, IN_HOUSE_FIRST, PHASE_OUT, LEAST_COST = range(4)
_SOURCING = {
    SourcingPolicy.SPLIT: SPLIT,
    SourcingPolicy.IN_HOUSE_FIRST: IN_HOUSE_FIRST,
    SourcingPolicy.PHASE_OUT: PHASE_OUT,
    SourcingPolicy.LEAST_COST: LEAST_COST,
}


class Tables(NamedTuple):
    """What the planner may read. P pools, S sites, R sources, F flows, K reviews.

    `*_start` arrays mark ranges: the sources of pool p are `pool_source[source_start[p] :
    source_start[p + 1]]`, in order of preference. Rates are per day. Every [k, ...] row holds what
    is known at review k: the capacity, allocation and price in force at that instant. The forecast of
    flow f, cumulated by day, is `forecast[forecast_row[k, f]]`.
    """

    order: IntArray
    planned: BoolArray
    priority: IntArray
    source_start: IntArray
    pool_source: IntArray
    source_pool: IntArray
    source_site: IntArray
    in_house: BoolArray
    input_start: IntArray
    input_pool: IntArray
    takes: IntArray
    sourcing: IntArray
    overflow: BoolArray
    floor: FloatArray
    phase_out: FloatArray
    on_announced: BoolArray
    share: FloatArray
    lead: FloatArray
    load: FloatArray
    phases: IntArray
    risk_rate: FloatArray
    sample_rate: FloatArray
    reviews: IntArray
    capacity: FloatArray
    allocation: FloatArray
    commitment: FloatArray
    notice: FloatArray
    announced: FloatArray
    unit_cost: FloatArray
    flow_pool: IntArray
    cover: FloatArray
    forecast: FloatArray
    forecast_row: IntArray


@lru_cache(maxsize=4)
def tables(draws: Draws) -> Tables:
    """Lay out one replication for the planner; nobody may write into it."""
    plan, vector = draws.plan, draws.vector
    starts = np.cumsum([0, *(len(p.sources) for p in plan.pools)])
    reviews = draws.reviews[:-1]
    phase_out = np.array([[value(vector, ref) for ref in p.phase_out] for p in plan.pools])
    first_rows = np.cumsum([0, *(len(f.forecast) for f in draws.flows)])[:-1]
    return Tables(
        order=plan.order,
        planned=np.array([p.policy is PolicyType.PLANNED for p in plan.pools]),
        priority=np.array([p.priority for p in plan.pools], dtype=np.int64),
        source_start=starts.astype(np.int64),
        pool_source=np.array([r for p in plan.pools for r in p.sources], dtype=np.int64),
        source_pool=plan.item_pool[[s.item for s in plan.sources]],
        source_site=np.array([s.site for s in plan.sources], dtype=np.int64),
        in_house=np.array([plan.sites[s.site].in_house for s in plan.sources]),
        input_start=plan.inputs_start,
        input_pool=plan.input_pool,
        takes=np.concatenate([s.takes for s in draws.sources]).astype(np.int64),
        sourcing=np.array([_SOURCING[p.sourcing] for p in plan.pools], dtype=np.int64),
        overflow=np.array([p.overflow for p in plan.pools]),
        floor=np.array([value(vector, p.floor) for p in plan.pools]),
        phase_out=phase_out,
        on_announced=np.array([p.withdraw_on_announced for p in plan.pools]),
        share=_shares(plan, draws),
        lead=draws.lead,
        load=np.array([s.load.mean for s in draws.sources]),
        phases=np.array([[s.sample_begins, s.risk_begins, s.volume_begins] for s in draws.sources], dtype=np.int64),
        risk_rate=np.array([s.risk_rate for s in draws.sources]),
        sample_rate=np.array([s.sample_rate for s in draws.sources]),
        reviews=draws.reviews,
        capacity=np.column_stack([site.available.at_all(reviews) for site in draws.sites]),
        allocation=np.column_stack([site.allocation.at_all(reviews) for site in draws.sites]),
        commitment=np.column_stack([site.commitment.at_all(reviews) for site in draws.sites]),
        notice=np.array([site.notice for site in draws.sites]),
        announced=_announced(draws),
        unit_cost=_unit_cost(draws),
        flow_pool=np.array([f.pool for f in draws.flows], dtype=np.int64),
        cover=draws.cover,
        forecast=np.concatenate([f.forecast for f in draws.flows]),
        forecast_row=np.column_stack([first + f.view for first, f in zip(first_rows, draws.flows, strict=True)]),
    )


def _shares(plan: Plan, draws: Draws) -> FloatArray:
    """Wished shares of each pool's sources; equal where none is given, none where only others are."""
    share = np.ones(len(plan.sources))
    for pool in plan.pools:
        given = [r for r in pool.sources if plan.sources[r].share != NONE]
        for r in pool.sources:
            if given:
                share[r] = draws.sources[r].share if r in given else 0.0
    return share


def _announced(draws: Draws) -> FloatArray:
    """Announced good output of each source, cumulated by day, shape (R, days + 1)."""
    days = draws.flows[0].forecast.shape[1] if draws.flows else 1
    grid = np.arange(days) * TICKS_PER_DAY
    total = np.zeros((len(draws.sources), days))
    for r, source in enumerate(draws.plan.sources):
        announced, y = draws.sites[source.site].announced, draws.sources[r].yields
        if not announced.values.any():
            continue
        rates = announced.at_all(grid)
        mature = y.line * y.gross * good_share(y.defects, y.expected, y.assembly, EXPERIENCE_END, 1.0)
        total[r] = np.concatenate([[0.0], np.cumsum(rates * mature)[:-1]])
    return total


def _unit_cost(draws: Draws) -> FloatArray:
    """Cost of a start at each review in dollars, shape (K, R)."""
    days = draws.reviews[:-1] // TICKS_PER_DAY
    cost = np.zeros((len(days), len(draws.sources)))
    for r, source in enumerate(draws.sources):
        factor = draws.sites[draws.plan.sources[r].site].factors.price.at_all(draws.reviews[:-1])
        price = source.price[np.minimum(days, len(source.price) - 1)] * factor
        cost[:, r] = (price + source.variable_cost) / 100.0
    return cost
