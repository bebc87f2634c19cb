"""One replication laid out as the engine's state: entities as records, sequences end to end."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from sim.clock import NEVER
from sim.draws import Draws
from sim.draws.curves import Curve
from sim.engines.batch import state as layout
from sim.engines.batch.entities import (
    Flows,
    fill,
    flow_records,
    flows_of,
    items_of,
    losses_of,
    members_of,
    pools_of,
    pulls_of,
    sites_of,
    sources_of,
    takes_of,
)
from sim.engines.batch.room import room
from sim.engines.batch.state import NOTHING, Records, State, blank
from sim.engines.batch.supply import supply
from sim.engines.shared.phases import CAUSES
from sim.engines.shared.policies import is_planned
from sim.engines.shared.tables import Tables
from sim.engines.shared.wip import WipLimits, wip_limits
from sim.plan import NONE, FloatArray, IntArray, Plan
from sim.vocabulary import YieldNoise


def lay_out(draws: Draws, t: Tables, *, slots: int, buckets: int, trace: bool, callback: int) -> State:
    """Return the state before the first event, with `slots` lots and room in proportion for events and nodes.

    The calendar has that many `buckets`, a power of two: order and results do not depend on their number.
    """
    plan, vector, common = draws.plan, draws.vector, draws.common
    sites, sources = sites_of(plan, draws.sites), sources_of(plan, common, draws.sites)
    priorities = tuple([plan.lines[flow.line].priority for flow in draws.flows])
    flows, losses, limits = (
        flows_of(draws.flows, priorities, len(plan.pools)),
        losses_of(draws.losses),
        wip_limits(draws),
    )
    input_pool, takes, taken = takes_of(limits.takes)
    curves, knots, values = _curves([*sites.curves, *sources.prices])
    periods, reviews = len(draws.periods), len(draws.reviews)
    # One entry for samples and one for each bucket of the longest review period.
    entries = int(np.diff(t.first).max()) + 1
    s = State(
        clock=_clock(plan, draws.end, int(draws.periods[1])).copy(),
        sources=sources.records.copy(),
        sites=sites.records.copy(),
        pools=pools_of(plan, vector).copy(),
        items=items_of(plan, vector).copy(),
        flows=flow_records(plan, vector, draws.flows).copy(),
        orders=blank(layout.ORDER, entries * len(plan.sources)),
        arrivals=blank(layout.LOT, slots * 4 if trace else 1),
        **room(slots, buckets)._asdict(),
        **supply(draws)._asdict(),
        curves=curves,
        knots=knots,
        values=values,
        line_free=np.zeros(sites.lines, dtype=np.int64),
        line_step=np.zeros(sites.lines, dtype=np.int64),
        line_credit=np.zeros(sites.lines),
        held=sites.held,
        defects=sources.defects,
        survival=sources.survival,
        assembly=sources.assembly,
        input_pool=input_pool,
        takes=takes,
        pulls=pulls_of(plan).values,
        members=members_of(plan),
        counters=flows.counters.values,
        again=np.zeros(len(plan.pools) + len(plan.wip_limits) + 1, dtype=np.int64),
        times=flows.times.values,
        units=flows.units,
        edges=np.array(draws.periods),
        reviews=np.array(draws.reviews),
        by_source=blank(layout.BY_SOURCE, periods, len(plan.sources)),
        by_item=blank(layout.BY_ITEM, periods, len(plan.items)),
        by_site=blank(layout.BY_SITE, periods, len(plan.sites)),
        by_flow=blank(layout.BY_FLOW, periods, len(draws.flows)),
        journal=np.zeros(periods, dtype=np.int64),
        under_way=np.zeros(periods, dtype=np.int64),
        first_good=np.full(len(plan.sources), NEVER),
        open_orders=np.array(draws.open_orders),
        losses=losses.records,
        struck_items=losses.items,
        struck_sites=losses.sites,
        struck_pools=losses.pools,
        seeded_stock=np.zeros(len(plan.items), dtype=np.int64),
        cut=np.zeros((reviews - 1, len(plan.sources), CAUSES)),
        short=np.zeros((reviews - 1, len(plan.sources), CAUSES)),
        starved=np.zeros((reviews - 1, len(plan.pools), CAUSES)),
        need=np.zeros((reviews - 1, len(plan.pools))),
        planned_output=np.zeros((reviews - 1, len(plan.pools))),
    )
    shift = max(draws.end.bit_length() - buckets.bit_length() + 1, 0)
    fill(s.clock, traced=trace, callback=callback, entries=entries, last_bucket=buckets - 1, shift=shift)
    fill(s.sources, take_begin=taken[:-1], take_end=taken[1:])
    s.items["units"] = draws.initial_stock
    _serve(s, flows, len(plan.pools))
    if plan.wip_limits:
        _limit(s, limits, len(plan.pools))
    return s


@lru_cache(maxsize=64)
def _clock(plan: Plan, end: int, period_end: int) -> Records:
    """Return the record of where the run stands before the first event."""
    clock = blank(layout.CLOCK, 1)
    fill(
        clock, phase=-1, end=end, drain=plan.calendar.drain, running=1, period_end=period_end,
        edges=len(plan.calendar.periods), may_pass=bool(plan.wip_limits) or any(pool.bypass for pool in plan.pools),
        binomial=plan.yield_noise is YieldNoise.BINOMIAL, bucket=-1,
        pipeline=plan.initial_pipeline and any(map(is_planned, plan.pools)),
        free_lot=NOTHING, free_node=NOTHING, free_event=NOTHING, ahead=NOTHING,
    )  # fmt: skip
    return clock


def _serve(s: State, flows: Flows, pools: int) -> None:
    """Fill in what comes to flows, and which of them each pool serves."""
    times, counters = flows.times.starts, flows.counters.starts
    fill(s.flows, begin=times[:-1], end=times[1:])
    fill(s.pools[:pools], counter_begin=counters[:-1], counter_end=counters[1:])


def _limit(s: State, limits: WipLimits, behind: int) -> None:
    """Fill in lines with a limit on work in process, which stand behind the pools, and who uses them."""
    # In a line a lot takes a place as soon as it has all else.
    fill(s.pools[behind:], is_line=1, bypass=1, places=limits.places, only=NOTHING, head=NOTHING, tail=NOTHING)
    fill(s.sources, freed=limits.freed, stays=limits.stays)
    s.sources["limit"] = np.where(limits.limit == NONE, NOTHING, limits.limit + behind)
    s.items["line"] = np.where(limits.held == NONE, NOTHING, limits.held + behind)


def _curves(every: list[Curve]) -> tuple[Any, IntArray, FloatArray]:
    """Return the records of curves, and their knots and values end to end."""
    curves, ends = blank(layout.CURVE, len(every)), np.cumsum([len(curve.knots) for curve in every])
    fill(curves[1:], begin=ends[:-1])
    fill(curves, end=ends)
    return curves, np.concatenate([curve.knots for curve in every]), np.concatenate([curve.values for curve in every])
