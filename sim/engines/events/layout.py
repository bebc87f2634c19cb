"""One replication laid out as the engine's state: entities as objects, with all that is constant about them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby, repeat
from typing import Any

import numpy as np

from sim.clock import NEVER, TICKS_PER_DAY, ticks
from sim.draws import Draws
from sim.draws.curves import value
from sim.draws.sources import cents_of
from sim.engines.events.calendar import EventCalendar
from sim.engines.events.curves import steps
from sim.engines.events.state import FlowState, ItemState, PoolState, SiteState, SourceState, State
from sim.engines.events.variates import endless, endless_times
from sim.engines.shared import rules
from sim.engines.shared.phases import CAUSES
from sim.engines.shared.policies import POLICIES, is_planned, ships_parts, watched
from sim.engines.shared.positions import Memory, Position, blank_position, memory
from sim.engines.shared.records import MEASURES, REALS, Rows
from sim.engines.shared.reviews import decide
from sim.engines.shared.tables import Tables, ranked_sites, stock_levels, tables
from sim.engines.shared.wip import WipLimits, wip_limits
from sim.engines.shared.worksheet import Worksheet, worksheet
from sim.engines.shared.yields import known_yield
from sim.plan import NONE

Decide = Callable[[Position, int], object]
MUCH = 5000
"""Starts to plan, source by source and bucket by bucket over all reviews, from which on the compiled planner is looked
for: to load it takes as long as these take in plain Python."""


def lay_out(
    draws: Draws, *, trace: bool, by_compiled: bool, progress: Callable[[float], None] | None
) -> State:  # fmt: skip
    """Return the state before the first event; with `by_compiled`, reviews may run compiled."""
    plan, t = draws.plan, tables(draws)
    remembered, sheet, limits = memory(t), worksheet(t), wip_limits(draws)
    periods, reviews = len(draws.periods) - 1, len(draws.reviews) - 1
    pools, by_period = _pools(draws, limits), [_rows(draws) for _ in range(periods + 1)]
    return State(
        draws=draws,
        plan=plan,
        calendar=EventCalendar(),
        trace=trace,
        progress=progress,
        sources=[_source(draws, r, limits) for r in range(len(plan.sources))],
        sites=_sites(draws),
        pools=pools,
        may_pass=any(pool.bypass for pool in pools),
        items=_items(draws, limits),
        flows=[_flow(draws, f) for f in range(len(draws.flows))],
        edges=draws.periods.tolist(),
        rows=by_period[0],
        period_end=int(draws.periods[1]),
        by_period=by_period,
        totals=_rows(draws),
        reviews=draws.reviews.tolist(),
        tables=t,
        memory=remembered,
        sheet=sheet,
        decide=_planner(draws, t, remembered, sheet, by_compiled=by_compiled),
        correction=[1.0] * len(draws.flows),
        cut=np.zeros((reviews, len(plan.sources), CAUSES)),
        short=np.zeros((reviews, len(plan.sources), CAUSES)),
        starved=np.zeros((reviews, len(plan.pools), CAUSES)),
        need=np.zeros((reviews, len(plan.pools))),
        planned_output=np.zeros((reviews, len(plan.pools))),
        first_good=[NEVER] * len(plan.sources),
    )


def _rows(draws: Draws) -> Rows:
    """Return the counters of a period, all zero."""
    plan = draws.plan
    sizes = {"source": len(plan.sources), "item": len(plan.items), "site": len(plan.sites), "flow": len(draws.flows)}
    columns: Any = {name: [0.0 if name in REALS else 0] * sizes[by] for name, by in MEASURES.items()}
    return Rows(**columns)


def _source(draws: Draws, r: int, limits: WipLimits) -> SourceState:
    """Return the state of a source before its first lot."""
    plan, drawn, source = draws.plan, draws.sources[r], draws.plan.sources[r]
    pool, behind = int(plan.item_pool[source.item]), len(plan.pools)
    inputs = plan.input_pool[plan.inputs_start[r] : plan.inputs_start[r + 1]].tolist()
    return SourceState(
        makes=source.item,
        pool=pool,
        site=source.site,
        priority=plan.pools[pool].priority,
        lot_size=drawn.lot_size,
        shipped_lot=drawn.shipped_lot,
        lead=rules.stretched(TICKS_PER_DAY, drawn.lead_days),
        shipping=drawn.shipping,
        order_cents=drawn.order_cost,
        shipment_cents=drawn.shipment_cost,
        variable_cents=drawn.variable_cost,
        price=steps(drawn.price),
        priced=bool(drawn.price.values.any()),
        planned=is_planned(plan.pools[pool]),
        partial=ships_parts(plan.pools[pool], drawn.lot_size),
        takes=limits.takes[r],
        pulls=[p for p in inputs if watched(plan.pools[p])],
        limit=_behind(int(limits.limit[r]), behind),
        freed=int(limits.freed[r]),
        stays=bool(limits.stays[r]),
        yields=drawn.yields,
        loads=endless(drawn.load),
        cycles=endless_times(drawn.cycle),
        yield_noise=repeat(1.0) if drawn.yield_noise is None else endless(drawn.yield_noise),
        **known_yield(drawn, draws.sites[source.site])._asdict(),
    )


def _behind(limit: int, pools: int) -> int:
    """Return where a limit on work in process stands: behind the pools of the plan."""
    return NONE if limit == NONE else limit + pools


def _sites(draws: Draws) -> list[SiteState]:
    """Return the state of all sites before their first lot."""
    ranked = ranked_sites(draws.plan).tolist()
    return [
        SiteState(
            rate=steps(site.line_rate),
            yields=steps(site.factors.yields),
            stretch=steps(site.factors.cycle_time),
            price=steps(site.factors.price),
            held=site.factors.held,
            lines=[(0, number, 0.0) for number in range(site.lines)],
            ranked=ranked[i],
            closes=site.closes,
        )
        for i, site in enumerate(draws.sites)
    ]


def _pools(draws: Draws, limits: WipLimits) -> list[PoolState]:
    """Return the state of all pools and, behind them, of the lines with a limit on work in process."""
    vector, lines, stock = draws.vector, draws.plan.lines, draws.initial_stock.tolist()

    def priority_of(f: int) -> int:
        return lines[draws.flows[f].line].priority

    order = sorted(range(len(draws.flows)), key=priority_of)
    pools = []
    for p, plan in enumerate(draws.plan.pools):
        level, reorder = stock_levels(plan, vector)
        pool = PoolState(
            members=plan.members,
            counters={
                priority: list(flows)
                for priority, flows in groupby((f for f in order if draws.flows[f].pool == p), priority_of)
            },
            available=sum(stock[item] for item in plan.members),
            planned=is_planned(plan),
            continuous=watched(plan),
            bypass=plan.bypass,
            policy=POLICIES.get(plan.policy, NONE),
            source=plan.sources[0] if plan.sources else NONE,
            level=level,
            reorder=reorder,
            quantity=value(vector, plan.quantity),
            review=value(vector, plan.review),
        )
        pools.append(pool)
    # In a line a lot takes a place as soon as it has all else.
    return pools + [PoolState(is_line=True, bypass=True, available=places) for places in limits.places.tolist()]


def _items(draws: Draws, limits: WipLimits) -> list[ItemState]:
    """Return the state of all items, with their initial stock."""
    stock, pools = draws.initial_stock.tolist(), len(draws.plan.pools)
    return [
        ItemState(
            pool=int(draws.plan.item_pool[i]),
            units=stock[i],
            rate=cents_of(draws.vector, item.holding_cost),
            transit_rate=cents_of(draws.vector, item.transit_cost),
            line=_behind(int(limits.held[i]), pools),
        )
        for i, item in enumerate(draws.plan.items)
    ]


def _flow(draws: Draws, f: int) -> FlowState:
    """Return the state of a flow before its first demand."""
    vector, flow = draws.vector, draws.flows[f]
    line = draws.plan.lines[flow.line]
    return FlowState(
        pool=flow.pool,
        priority=line.priority,
        backlogs=line.backlog,
        patience=-1 if line.cancel_after == NONE else ticks(value(vector, line.cancel_after)),
        delivery=ticks(value(vector, line.delivery_time)),
        shipment_cents=round(cents_of(vector, line.shipment_cost)),
        shortage_cents=cents_of(vector, line.shortage_cost),
        lost_cents=cents_of(vector, line.lost_cost),
        revision=value(vector, line.forecast_revision),
        times=flow.times.tolist(),
        units=flow.units.tolist(),
    )


def _planner(draws: Draws, t: Tables, remembered: Memory, sheet: Worksheet, *, by_compiled: bool) -> Decide:
    """Return what decides a review and leaves the decision in the worksheet.

    It is compiled where there are many reviews and the code was compiled before. The decisions are the same.
    """
    much = int((t.last - t.first[:-1]).sum()) * len(draws.plan.sources)
    if by_compiled and much >= MUCH and bool(t.planned.any()):
        from sim.engines.batch.kept import kept_planner

        blank = blank_position(
            len(draws.plan.pools), len(draws.plan.sites), len(draws.plan.sources), len(draws.flows), 0
        )  # fmt: skip
        compiled = kept_planner(t, blank, remembered, sheet)
        if compiled is not None:
            return compiled
    return lambda position, k: decide(t, position, remembered, sheet, k)
