"""A replication laid out for the planner: flat arrays, the same for every engine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.clock import NEVER, TICKS_PER_DAY, ticks
from sim.draws import Draws
from sim.draws.curves import value
from sim.draws.demand import Flow
from sim.draws.sites import SiteDraws
from sim.draws.sources import SourceDraws, cover_days, order_days
from sim.engines.shared.buckets import buckets
from sim.engines.shared.expectations import (
    Instants,
    SiteOutlook,
    SourceOutlook,
    instants,
    site_outlook,
    source_outlook,
)
from sim.engines.shared.rules import stretched
from sim.plan import NONE, BoolArray, FloatArray, IntArray, Plan, PoolPlan
from sim.vocabulary import PolicyType, SourcingPolicy

SPLIT, IN_HOUSE_FIRST, PHASE_OUT, LEAST_COST = range(4)
_SOURCING = {
    SourcingPolicy.SPLIT: SPLIT,
    SourcingPolicy.IN_HOUSE_FIRST: IN_HOUSE_FIRST,
    SourcingPolicy.PHASE_OUT: PHASE_OUT,
    SourcingPolicy.LEAST_COST: LEAST_COST,
}


class Tables(NamedTuple):
    """What the planner may read. P pools, S sites, R sources, F flows, K reviews, J buckets of time.

    `*_start` arrays mark ranges: the sources of pool p are `pool_source[source_start[p] : source_start[p + 1]]`, in
    order of preference; those at site s likewise. Instants and durations are in ticks, rates per tick. Review k plans
    buckets `first[k]` to `last[k] - 1`, between `edges` (J + 1); what is known at review k alone stands in row k. Row v
    of `expected` holds what is expected of a flow until each edge, cumulative, and `next_due` the first instant after
    each edge at which it is expected; flow f holds row `belief[k, f]`. `capacity`, `shift`, `level`, `factor`, `until`
    and `granted` are those of `expectations.SiteOutlook`; from `closes` (S,) on nothing is released at a site, as
    review k knows it from `closing[k]` on (K, S); `ceiling` is the most that a stock policy has in stock and on order,
    at a review each `every` ticks (P,). `allocation` and `commitment` are starts up to each edge, cumulative (V, S, J +
    1), as `capacity` and, by source, `announced` are: what is known at review k, after `gate[k]` gates, stands there,
    since planners know no choice before its gate.
    """

    order: IntArray
    planned: BoolArray
    ceiling: FloatArray
    every: IntArray
    priority: IntArray
    source_start: IntArray
    pool_source: IntArray
    source_pool: IntArray
    source_site: IntArray
    site_start: IntArray
    site_source: IntArray
    in_house: BoolArray
    input_start: IntArray
    input_pool: IntArray
    takes: IntArray
    contested: BoolArray
    sourcing: IntArray
    overflow: BoolArray
    floor: FloatArray
    phase_out: FloatArray
    on_announced: BoolArray
    share: FloatArray
    by_share: BoolArray
    minimum: IntArray
    multiple: IntArray
    order_period: IntArray
    lot_size: IntArray
    lead: IntArray
    safety: IntArray
    load: FloatArray
    phases: IntArray
    closes: IntArray
    closing: IntArray
    risk_begins: IntArray
    volume_begins: IntArray
    risk_rate: FloatArray
    sample_rate: FloatArray
    reviews: IntArray
    edges: IntArray
    nearest: IntArray
    scale: IntArray
    gate: IntArray
    first: IntArray
    last: IntArray
    endless: BoolArray
    capacity: FloatArray
    shift: IntArray
    level: FloatArray
    factor: FloatArray
    until: IntArray
    granted: FloatArray
    bound: BoolArray
    allocation: FloatArray
    commitment: FloatArray
    notice: FloatArray
    announced: FloatArray
    unit_cost: FloatArray
    flow_pool: IntArray
    expected: FloatArray
    next_due: IntArray
    belief: IntArray


@lru_cache(maxsize=2)
def tables(draws: Draws) -> Tables:
    """Return one replication laid out for the planner; nobody may write into it."""
    plan, vector = draws.plan, draws.vector
    fixed = _fixed(plan)
    seen = (*(expected for _, expected in draws.foreseen), draws)
    view = np.searchsorted([until for until, _ in draws.foreseen], draws.reviews[:-1], side="right").astype(np.int64)
    grid = buckets(draws, np.array([_reach(one) for one in seen]), view)
    moments = instants(draws.reviews.tobytes(), grid.edges.tobytes())
    known = [_known(one, moments) for one in seen]
    outlooks = [one.sites for one in known]

    def seen_from(by_view: Sequence[Any]) -> Any:
        """Return for each review the row (K, ...) of the arrays known in its own view."""
        return by_view[0] if len(by_view) == 1 else np.array(by_view)[view, np.arange(len(view))]

    risk_begins, volume_begins = (seen_from(times) for times in zip(*(one.sources[:2] for one in known), strict=True))
    # In volume at the start means in volume before it: the initial pipeline is planned from the first edge on.
    in_use = volume_begins[0] <= 0
    volume_begins = np.where(in_use, grid.edges[0], volume_begins)
    forecasts = [one.forecasts for one in known]
    rows = np.cumsum([0, *(len(expected) for expected, _, _ in forecasts)])
    return Tables(
        **fixed,
        **_of_sources(draws.common),
        **_of_sites(draws.sites),
        ceiling=np.array([_ceiling(p, vector) for p in plan.pools]),
        every=np.array([0 if p.review == NONE else ticks(value(vector, p.review)) for p in plan.pools], dtype=np.int64),
        contested=_contested(plan, draws),
        floor=np.array([value(vector, p.floor) for p in plan.pools]),
        phase_out=np.array([_phase_out(p, vector) for p in plan.pools]),
        share=_shares(plan, draws),
        safety=np.array([stretched(TICKS_PER_DAY, days) for days in draws.safety.tolist()], dtype=np.int64),
        closing=np.array([[site.closes for site in one.sites] for one in seen], dtype=np.int64)[view],
        risk_begins=risk_begins,
        volume_begins=volume_begins,
        reviews=draws.reviews,
        gate=view,
        **grid._asdict(),
        capacity=np.array([o.capacity for o in outlooks]),
        shift=seen_from([o.shift for o in outlooks]),
        level=seen_from([o.level for o in outlooks]),
        factor=seen_from([o.factor for o in outlooks]),
        until=seen_from([o.until for o in outlooks]),
        granted=seen_from([o.granted for o in outlooks]),
        allocation=np.array([o.allocation for o in outlooks]),
        commitment=np.array([o.commitment for o in outlooks]),
        announced=np.array([one.sources.announced for one in known]),
        unit_cost=seen_from([one.sources.unit_cost for one in known]),
        flow_pool=np.array([f.pool for f in draws.flows], dtype=np.int64),
        expected=np.concatenate([expected for expected, _, _ in forecasts]),
        next_due=np.concatenate([due for _, due, _ in forecasts]),
        belief=seen_from([belief + row for (_, _, belief), row in zip(forecasts, rows, strict=False)]),
    )


@lru_cache(maxsize=16)
def _of_sources(sources: tuple[SourceDraws, ...]) -> dict[str, Any]:
    """Return the arrays that follow from sources alone, of which runs share many."""
    return dict(
        takes=np.concatenate([s.takes for s in sources]).astype(np.int64),
        minimum=np.array([s.minimum for s in sources], dtype=np.int64),
        multiple=np.array([s.multiple for s in sources], dtype=np.int64),
        order_period=np.array([s.order_ticks for s in sources], dtype=np.int64),
        lot_size=np.array([s.lot_size for s in sources], dtype=np.int64),
        lead=np.array([stretched(TICKS_PER_DAY, s.lead_days) for s in sources], dtype=np.int64),
        load=np.array([s.load.mean for s in sources]),
        phases=np.array([[s.sample_begins, s.risk_begins, s.volume_begins] for s in sources], dtype=np.int64),
        risk_rate=np.array([s.risk_rate / TICKS_PER_DAY for s in sources]),
        sample_rate=np.array([s.sample_rate / TICKS_PER_DAY for s in sources]),
    )


@lru_cache(maxsize=16)
def _of_sites(sites: tuple[SiteDraws, ...]) -> dict[str, Any]:
    """Return the arrays that follow from sites alone, of which runs share many."""
    return dict(
        closes=np.array([site.closes for site in sites], dtype=np.int64),
        endless=np.array([bool(np.isinf(site.planned.values[-1])) for site in sites]),
        bound=np.array([bool(np.isfinite(site.granted.values).any()) for site in sites]),
        notice=np.array([site.notice * TICKS_PER_DAY for site in sites]),
    )


class _Known(NamedTuple):
    """What one view of things to come expects."""

    sites: SiteOutlook
    sources: SourceOutlook
    forecasts: tuple[FloatArray, IntArray, IntArray]


def _known(draws: Draws, moments: Instants) -> _Known:
    """Return what one view of the future expects."""
    at = tuple([draws.sites[source.site] for source in draws.plan.sources])
    sources = source_outlook(draws.common, at, moments)
    return _Known(site_outlook(draws.sites, moments), sources, _forecasts(draws.flows, moments))


def promised(tables: Tables) -> FloatArray:
    """Return the starts that commitments ask for in each review period (K, S)."""
    k = np.arange(len(tables.gate))
    until, since = (tables.commitment[tables.gate[k], :, tables.first[k + i]] for i in (1, 0))
    return np.asarray(until - since)


@lru_cache(maxsize=64)
def _fixed(plan: Plan) -> dict[str, Any]:
    """Return the arrays that are the same in all replications of a plan."""
    sites = np.array([s.site for s in plan.sources], dtype=np.int64)
    return dict(
        order=plan.order,
        planned=np.array([p.policy is PolicyType.PLANNED for p in plan.pools]),
        priority=np.array([p.priority for p in plan.pools], dtype=np.int64),
        source_start=np.cumsum([0, *(len(p.sources) for p in plan.pools)], dtype=np.int64),
        pool_source=np.array([r for p in plan.pools for r in p.sources], dtype=np.int64),
        source_pool=plan.item_pool[[s.item for s in plan.sources]],
        source_site=sites,
        site_start=np.searchsorted(np.sort(sites), np.arange(len(plan.sites) + 1)).astype(np.int64),
        site_source=np.argsort(sites, kind="stable").astype(np.int64),
        in_house=np.array([plan.sites[s.site].in_house for s in plan.sources]),
        input_start=plan.inputs_start,
        input_pool=plan.input_pool,
        sourcing=np.array([_SOURCING[p.sourcing] for p in plan.pools], dtype=np.int64),
        overflow=np.array([p.overflow for p in plan.pools]),
        on_announced=np.array([p.withdraw_on_announced for p in plan.pools]),
        by_share=np.array([any(plan.sources[r].share != NONE for r in p.sources) for p in plan.pools]),
    )


@lru_cache(maxsize=64)
def _reach(draws: Draws) -> float:
    """Return the most days from the start of a lot to a customer, with its own time and a bucket at finite sites."""
    plan = draws.plan
    # Starts within a bucket may be pulled together.
    bucket = min(7.0 / plan.calendar.unit_days, float(np.max(np.diff(draws.reviews))) / TICKS_PER_DAY)
    own = [
        common.lead_days + (_bottleneck_days(common, draws.sites[source.site]) + bucket)
        for source, common in zip(plan.sources, draws.common, strict=True)
    ]
    leads = np.array([max((own[r] for r in pool.sources), default=0.0) for pool in plan.pools])
    leads += order_days(plan, draws.sources)
    return float(cover_days(plan, [f.pool for f in draws.flows], leads, draws.safety).max(initial=0.0))


@lru_cache(maxsize=256)
def _bottleneck_days(source: SourceDraws, site: SiteDraws) -> float:
    """Return the days of a full lot at the bottleneck at its highest rate; 0 at an endless site."""
    most = float(site.planned.values.max())
    return max(source.lot_size, 1) * source.load.mean / most if np.isfinite(most) and most > 0.0 else 0.0


def _contested(plan: Plan, draws: Draws) -> BoolArray:
    """Return which sites of limited capacity several pools share (S,)."""
    users: list[set[int]] = [set() for _ in plan.sites]
    for source in plan.sources:
        users[source.site].add(int(plan.item_pool[source.item]))
    limited = [not np.isinf(site.planned.values[-1]) for site in draws.sites]
    return np.array([len(pools) > 1 and finite for pools, finite in zip(users, limited, strict=True)])


@lru_cache(maxsize=64)
def ranked_sites(plan: Plan) -> BoolArray:
    """Return at which sites lots of stock policies queue by priority (S,); reviews release in its order already."""
    ranks: list[set[int]] = [set() for _ in plan.sites]
    classical = np.zeros(len(plan.sites), dtype=np.bool_)
    for source in plan.sources:
        pool = plan.pools[int(plan.item_pool[source.item])]
        ranks[source.site].add(pool.priority)
        classical[source.site] |= pool.policy is not PolicyType.PLANNED
    limited = np.array([not site.unlimited for site in plan.sites])
    return np.asarray(classical & limited & np.array([len(found) > 1 for found in ranks]))


@lru_cache(maxsize=16)
def _forecasts(flows: tuple[Flow, ...], moments: Instants) -> tuple[FloatArray, IntArray, IntArray]:
    """Return what each view expects of each flow: cumulative units and next instant by edge, and the row by review.

    Shapes are (V, J + 1) twice, with the views of all flows end to end, and (K, F).
    """
    edges, views = moments.edges, [len(flow.expected) for flow in flows]
    expected = np.zeros((sum(views), len(edges)))
    next_due = np.full((sum(views), len(edges)), NEVER, dtype=np.int64)
    row = 0
    for flow in flows:
        place = np.searchsorted(flow.expected_at, edges, side="right")
        rows = slice(row, row + len(flow.expected))
        expected[rows] = flow.expected[:, place]
        due = np.full(flow.expected.shape, NEVER, dtype=np.int64)
        due[:, :-1] = np.where(flow.expected[:, 1:] > flow.expected[:, :-1], flow.expected_at, NEVER)
        # The minimum from the right: the next instant at which anything more is expected.
        next_due[rows] = np.minimum.accumulate(due[:, ::-1], axis=1)[:, ::-1][:, place]
        row = rows.stop
    begins = np.cumsum([0, *views])[:-1]
    view = [begin + flow.view for begin, flow in zip(begins, flows, strict=True)]
    none = np.zeros((len(moments.reviews) - 1, 0), dtype=np.int64)
    return expected, next_due, np.column_stack(view) if view else none


def _ceiling(pool: PoolPlan, vector: FloatArray) -> float:
    """Return the most that a stock policy brings stock and orders to; for (T, Q), what each review adds."""
    level, reorder = stock_levels(pool, vector)
    if pool.policy is PolicyType.REORDER:
        return reorder + value(vector, pool.quantity)
    return value(vector, pool.quantity) if pool.policy is PolicyType.PERIODIC else level


def stock_levels(pool: PoolPlan, vector: FloatArray) -> tuple[float, float]:
    """Return the order-up-to level and the reorder point of a stock policy, safety stock included."""
    safety = value(vector, pool.safety)
    return value(vector, pool.level) + safety, value(vector, pool.reorder) + safety


def _phase_out(pool: PoolPlan, vector: FloatArray) -> list[float]:
    """Return begin and end of a phase-out in ticks, and the final share."""
    begin, end, final = (value(vector, ref) for ref in pool.phase_out)
    return [begin * TICKS_PER_DAY, end * TICKS_PER_DAY, final]


def _shares(plan: Plan, draws: Draws) -> FloatArray:
    """Return the wished share of each source (R,): equal where its pool gives none, 0 where only others have one."""
    share = np.ones(len(plan.sources))
    for pool in plan.pools:
        given = [r for r in pool.sources if plan.sources[r].share != NONE]
        for r in pool.sources:
            if given:
                share[r] = draws.sources[r].share if r in given else 0.0
    return share
