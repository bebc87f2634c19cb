"""Entities as records before the first event, made once for all replications that share what they follow from.

Whoever lays out a replication copies those that a run writes into.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.clock import TICKS_PER_DAY, ticks
from sim.draws.curves import Curve, value
from sim.draws.demand import Flow
from sim.draws.losses import Loss
from sim.draws.recall import inputs_of, recall
from sim.draws.sites import SiteDraws
from sim.draws.sources import SourceDraws, cents_of
from sim.engines.batch import state as layout
from sim.engines.batch.state import NOTHING, Records, blank
from sim.engines.shared import rules
from sim.engines.shared.policies import POLICIES, is_planned, ships_parts, watched
from sim.engines.shared.tables import ranked_sites, stock_levels
from sim.engines.shared.yields import known_yield
from sim.plan import NONE, FloatArray, IntArray, Plan, PoolPlan, SourcePlan


class Joined(NamedTuple):
    """Sequences end to end, and where each begins; the last entry of `starts` is the end."""

    values: NDArray[Any]
    starts: IntArray


def joined(parts: list[Any], dtype: type = np.int64) -> Joined:
    """Lay sequences end to end and return them with their beginnings."""
    arrays: list[NDArray[Any]] = [np.asarray(part, dtype=dtype) for part in parts]
    starts = np.cumsum([0, *(len(a) for a in arrays)], dtype=np.int64)
    return Joined(np.concatenate([*arrays, np.zeros(0, dtype)]), starts)


def fill(records: Any, **columns: Any) -> None:
    """Set columns of records."""
    for name, column in columns.items():
        records[name] = column


class Sites(NamedTuple):
    """The records of sites, the intervals for which disruptions hold them, the number of their lines, and curves."""

    records: Records
    held: IntArray
    lines: int
    curves: list[Curve]


@lru_cache(maxsize=16)
def sites_of(plan: Plan, sites: tuple[SiteDraws, ...]) -> Sites:
    """Return the sites; their curves are in the order of the kinds of curve."""
    held = joined([[i for pair in site.factors.held for i in pair] for site in sites])
    lines = np.cumsum([0, *(site.lines for site in sites)], dtype=np.int64)
    records = blank(layout.SITE, len(sites))
    fill(
        records, line_begin=lines[:-1], line_end=lines[1:], held_begin=held.starts[:-1] // 2, held_end=held.starts[1:] // 2,
        # A rate that is infinite at last means no bottleneck, however the curve begins.
        endless=[math.isinf(site.line_rate.values[-1]) for site in sites],
        ranked=ranked_sites(plan), head=NOTHING, tail=NOTHING, closes=[site.closes for site in sites],
    )  # fmt: skip
    factors = [[site.line_rate, site.factors.yields, site.factors.cycle_time, site.factors.price] for site in sites]
    return Sites(records, held.values.reshape(-1, 2), int(lines[-1]), [curve for four in factors for curve in four])


class Sources(NamedTuple):
    """The records of sources, and the yields and prices that they name."""

    records: Records
    defects: FloatArray
    survival: FloatArray
    assembly: FloatArray
    prices: list[Curve]


@lru_cache(maxsize=16)
def sources_of(plan: Plan, sources: tuple[SourceDraws, ...], sites: tuple[SiteDraws, ...]) -> Sources:
    """Return the sources, of which only whether they have noise is known."""
    rows = [
        _source(made, (pool := int(plan.item_pool[made.item])), plan.pools[pool], source, sites[made.site])
        for made, source in zip(plan.sources, sources, strict=True)
    ]
    records, pulls = np.array(rows, dtype=layout.SOURCE), pulls_of(plan)
    # Sources share these tables, the largest of all: each is laid out once.
    survival = {id(t): t for source in sources for t in (source.yields.survival, source.yields.expected)}
    number = {table: n for n, table in enumerate(survival)}
    fill(
        records, pull_begin=pulls.starts[:-1], pull_end=pulls.starts[1:],
        survival=[number[id(s.yields.survival)] for s in sources], expected=[number[id(s.yields.expected)] for s in sources],
    )  # fmt: skip
    return Sources(
        records,
        np.array([source.yields.defects for source in sources]),
        np.array(list(survival.values())),
        np.array([source.yields.assembly for source in sources]),
        [source.price for source in sources],
    )


@lru_cache(maxsize=256)
def _source(made: SourcePlan, place: int, pool: PoolPlan, source: SourceDraws, site: SiteDraws) -> Any:
    """Return the record of one source, which supplies pool number `place`, without what depends on the others."""
    yields, known, records = source.yields, known_yield(source, site), blank(layout.SOURCE, 1)
    fill(
        records, makes=made.item, pool=place, site=made.site, priority=pool.priority, planned=is_planned(pool),
        partial=ships_parts(pool, source.lot_size), lot_size=source.lot_size, shipped_lot=source.shipped_lot,
        lead=rules.stretched(TICKS_PER_DAY, source.lead_days), shipping=source.shipping, order_cents=source.order_cost,
        shipment_cents=source.shipment_cost, variable_cents=source.variable_cost, priced=source.price.values.any(),
        line=yields.line, gross=yields.gross, learns=yields.learns, scale=yields.scale, inherits=yields.inherits,
        keep=yields.keep, first=-1, leaving_head=NOTHING, leaving_tail=NOTHING, limit=NOTHING, **known._asdict(),
    )  # fmt: skip
    return records[0]


@lru_cache(maxsize=64)
def pulls_of(plan: Plan) -> Joined:
    """Return the input pools of each source whose stock policies review them when orders claim inputs."""
    inputs = [plan.input_pool[b:e].tolist() for b, e in zip(plan.inputs_start[:-1], plan.inputs_start[1:], strict=True)]
    return joined([[p for p in pools if watched(plan.pools[p])] for pools in inputs])


@lru_cache(maxsize=64)
def takes_of(taken: tuple[tuple[tuple[int, int], ...], ...]) -> tuple[IntArray, IntArray, IntArray]:
    """Return the pools and units that a start of each source takes, end to end, and where each source begins."""
    starts = np.cumsum([0, *map(len, taken)], dtype=np.int64)
    pairs = np.array([pair for pairs in taken for pair in pairs], dtype=np.int64).reshape(-1, 2)
    # Copies: a column of pairs is not contiguous, which to numba is another type.
    return pairs[:, 0].copy(), pairs[:, 1].copy(), starts


class Flows(NamedTuple):
    """What comes to all flows, end to end, and the flows of each pool by priority, end to end."""

    times: Joined
    units: IntArray
    counters: Joined


@lru_cache(maxsize=4)
def flows_of(flows: tuple[Flow, ...], priorities: tuple[int, ...], pools: int) -> Flows:
    """Return what comes to all flows, and whom each pool serves, by the priorities of the flows."""
    order = sorted(range(len(flows)), key=lambda f: (priorities[f], f))
    counters = [[f for f in order if flows[f].pool == pool] for pool in range(pools)]
    return Flows(
        joined([flow.times for flow in flows]), joined([flow.units for flow in flows]).values, joined(counters)
    )


def flow_records(plan: Plan, vector: FloatArray, flows: tuple[Flow, ...]) -> Records:
    """Return the records of all flows but for what comes to them."""
    lines = [plan.lines[flow.line] for flow in flows]

    def made() -> Records:
        records = blank(layout.FLOW, len(flows))
        fill(
            records, pool=[flow.pool for flow in flows], priority=[line.priority for line in lines],
            backlogs=[line.backlog for line in lines],
            patience=[-1 if line.cancel_after == NONE else ticks(value(vector, line.cancel_after)) for line in lines],
            delivery=[ticks(value(vector, line.delivery_time)) for line in lines],
            shipment_cents=[round(cents_of(vector, line.shipment_cost)) for line in lines],
            shortage_cents=[cents_of(vector, line.shortage_cost) for line in lines],
            lost_cents=[cents_of(vector, line.lost_cost) for line in lines],
            revision=[value(vector, line.forecast_revision) for line in lines], head=NOTHING, tail=NOTHING,
        )  # fmt: skip
        return records

    # Not `inputs_of`: what a line values varies from path to path, and stands in no record.
    inputs = [
        vector[
            [
                line.cancel_after,
                line.delivery_time,
                line.shipment_cost,
                line.shortage_cost,
                line.lost_cost,
                line.forecast_revision,
            ]
        ].tobytes()
        for line in lines
    ]
    return recall(plan, "flow records", (*inputs, *[(flow.line, flow.pool) for flow in flows]), made)


def pools_of(plan: Plan, vector: FloatArray) -> Records:
    """Return the records of all pools but for whom they serve, with room for lines with a limit behind them."""

    def made() -> Records:
        every = blank(layout.POOL, len(plan.pools) + len(plan.wip_limits))
        members, levels = joined([pool.members for pool in plan.pools]), [stock_levels(p, vector) for p in plan.pools]

        def numbers(name: str) -> list[float]:
            return [value(vector, getattr(pool, name)) for pool in plan.pools]

        fill(
            every[: len(plan.pools)], member_begin=members.starts[:-1], member_end=members.starts[1:],
            only=[pool.members[0] if len(pool.members) == 1 else NOTHING for pool in plan.pools],
            continuous=[watched(pool) for pool in plan.pools], bypass=[pool.bypass for pool in plan.pools],
            planned=[is_planned(pool) for pool in plan.pools],
            policy=[POLICIES.get(pool.policy, NOTHING) for pool in plan.pools],
            source=[pool.sources[0] if pool.sources else NOTHING for pool in plan.pools], head=NOTHING, tail=NOTHING,
            level=[level for level, _ in levels], reorder=[reorder for _, reorder in levels],
            quantity=numbers("quantity"), review=numbers("review"),
        )  # fmt: skip
        return every

    return recall(plan, "pool records", inputs_of(plan.pools, vector), made)


@lru_cache(maxsize=64)
def members_of(plan: Plan) -> IntArray:
    """Return the items that the pools' records name in `member_begin` and `member_end`."""
    return np.array([item for pool in plan.pools for item in pool.members], dtype=np.int64)


def items_of(plan: Plan, vector: FloatArray) -> Records:
    """Return the records of all items but for their stock."""

    def made() -> Records:
        records = blank(layout.ITEM, len(plan.items))
        rates = np.array([cents_of(vector, item.holding_cost) for item in plan.items])
        on_way = np.array([cents_of(vector, item.transit_cost) for item in plan.items])
        fill(records, rate=rates, costly=rates > 0.0, transit_rate=on_way, costly_on_way=on_way > 0.0, line=NOTHING)
        return records

    return recall(plan, "item records", inputs_of(plan.items, vector), made)


class Losses(NamedTuple):
    """The records of losses, and the items, sites and pools that they strike."""

    records: Records
    items: IntArray
    sites: IntArray
    pools: IntArray


@lru_cache(maxsize=16)
def losses_of(losses: tuple[Loss, ...]) -> Losses:
    """Return what disruptions destroy."""
    records = blank(layout.LOSS, len(losses))
    fill(records, at=[x.at for x in losses], stock=[x.stock for x in losses], wip=[x.wip for x in losses])
    struck = []
    for of in ("item", "site", "pool"):
        part = joined([getattr(loss, f"{of}s") for loss in losses])
        records[f"{of}_begin"], records[f"{of}_end"] = part.starts[:-1], part.starts[1:]
        struck.append(part.values)
    return Losses(records, *struck)
