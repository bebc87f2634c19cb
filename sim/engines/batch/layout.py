"""One replication laid out as the engine's state: entities as records, sequences end to end."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.clock import NEVER, TICKS_PER_DAY, ticks
from sim.draws import Draws
from sim.draws.curves import Curve, value
from sim.draws.sources import cents_of
from sim.engines.batch import state as layout
from sim.engines.batch.room import BUCKETS, room
from sim.engines.batch.state import NOTHING, State, blank
from sim.engines.batch.supply import Supply
from sim.engines.shared import rules
from sim.engines.shared.phases import CAUSES
from sim.engines.shared.policies import POLICIES, is_planned, ships_parts, watched
from sim.engines.shared.tables import Tables, ranked_sites, stock_levels
from sim.engines.shared.wip import WipLimits, wip_limits
from sim.engines.shared.yields import KnownYield, known_yield
from sim.plan import NONE, IntArray, Plan
from sim.vocabulary import YieldNoise


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


def lay_out(draws: Draws, t: Tables, supply: Supply, *, slots: int, trace: bool, told: bool) -> State:
    """Return the state before the first event, with `slots` lots and room in proportion for events and nodes."""
    plan = draws.plan
    held = joined([[i for pair in site.factors.held for i in pair] for site in draws.sites])
    flows = joined([flow.times for flow in draws.flows])
    members = joined([pool.members for pool in plan.pools])
    counters = joined(_counters(draws))
    pulls = _pulls(plan)
    limits = wip_limits(draws)
    taken = joined([[number for pair in pairs for number in pair] for pairs in limits.takes])
    lines = np.cumsum([0, *(site.lines for site in draws.sites)], dtype=np.int64)
    curves, knots, values = _curves(draws)
    items, sites, pools = (joined([getattr(x, of) for x in draws.losses]) for of in ("items", "sites", "pools"))
    # Sources share these tables, the largest of all: each is laid out once.
    survival = {id(t): t for source in draws.sources for t in (source.yields.survival, source.yields.expected)}
    periods, reviews = len(draws.periods), len(draws.reviews)
    # One entry for samples and one for each bucket of the longest review period.
    entries = int(np.max(np.diff(t.first))) + 1
    s = State(
        clock=_clock(draws, t, trace, supply.address, told, entries),
        sources=_sources(draws, pulls, list(survival), taken.starts // 2),
        sites=blank(layout.SITE, len(draws.sites)),
        pools=_pools(draws, members, counters),
        items=blank(layout.ITEM, len(plan.items)),
        flows=_flows(draws, flows),
        orders=blank(layout.ORDER, entries * len(plan.sources)),
        arrivals=blank(layout.LOT, slots * 4 if trace else 1),
        **room(slots)._asdict(),
        noise=supply.noise,
        drawn=supply.drawn,
        curves=curves,
        knots=knots,
        values=values,
        line_free=np.zeros(lines[-1], dtype=np.int64),
        line_step=np.zeros(lines[-1], dtype=np.int64),
        line_credit=np.zeros(lines[-1]),
        held=held.values.reshape(-1, 2),
        defects=np.array([source.yields.defects for source in draws.sources]),
        survival=np.array(list(survival.values())),
        assembly=np.array([source.yields.assembly for source in draws.sources]),
        # Copies: a column of pairs is not contiguous, which to numba is another type.
        input_pool=taken.values.reshape(-1, 2)[:, 0].copy(),
        takes=taken.values.reshape(-1, 2)[:, 1].copy(),
        pulls=pulls.values,
        members=members.values,
        counters=counters.values,
        again=np.zeros(len(plan.pools) + len(plan.wip_limits) + 1, dtype=np.int64),
        times=flows.values,
        units=joined([flow.units for flow in draws.flows]).values,
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
        losses=_losses(draws, items, sites, pools),
        struck_items=items.values,
        struck_sites=sites.values,
        struck_pools=pools.values,
        seeded_stock=np.zeros(len(plan.items), dtype=np.int64),
        cut=np.zeros((reviews - 1, len(plan.sources), CAUSES)),
        short=np.zeros((reviews - 1, len(plan.sources), CAUSES)),
        starved=np.zeros((reviews - 1, len(plan.pools), CAUSES)),
        need=np.zeros((reviews - 1, len(plan.pools))),
        planned_output=np.zeros((reviews - 1, len(plan.pools))),
    )
    rates = np.array([cents_of(draws.vector, item.holding_cost) for item in plan.items])
    on_way = np.array([cents_of(draws.vector, item.transit_cost) for item in plan.items])
    fill(s.items, units=draws.initial_stock, rate=rates, costly=rates > 0.0)
    fill(s.items, transit_rate=on_way, costly_on_way=on_way > 0.0)
    fill(
        s.sites,
        line_begin=lines[:-1],
        line_end=lines[1:],
        held_begin=held.starts[:-1] // 2,
        held_end=held.starts[1:] // 2,
    )
    # A rate that is infinite at last means no bottleneck, however the curve begins.
    fill(s.sites, endless=[math.isinf(site.line_rate.values[-1]) for site in draws.sites])
    _limit(s, limits, len(plan.pools))
    fill(s.sites, ranked=ranked_sites(plan), head=NOTHING, tail=NOTHING, closes=t.closes)
    return s


def _clock(draws: Draws, t: Tables, trace: bool, callback: int, told: bool, entries: int) -> Any:
    """Return the record of where the run stands before the first event."""
    plan, clock = draws.plan, blank(layout.CLOCK, 1)
    fill(
        clock, phase=-1, end=draws.end, drain=plan.calendar.drain, running=1, period_end=draws.periods[1],
        edges=len(draws.periods), may_pass=bool(plan.wip_limits) or any(pool.bypass for pool in plan.pools), traced=trace, callback=callback, told=told,
        binomial=plan.yield_noise is YieldNoise.BINOMIAL, bucket=-1, last_bucket=BUCKETS - 1,
        entries=entries, pipeline=plan.initial_pipeline and bool(t.planned.any()), first_open=NOTHING, last_open=NOTHING, free_lot=NOTHING, free_node=NOTHING, free_event=NOTHING, shift=max(int(draws.end).bit_length() - BUCKETS.bit_length() + 1, 0),
    )  # fmt: skip
    return clock


def _known(draws: Draws) -> list[KnownYield]:
    """Return what is known of the yield of each source before it makes anything."""
    return [
        known_yield(source, draws.sites[plan.site])
        for plan, source in zip(draws.plan.sources, draws.sources, strict=True)
    ]


def _sources(draws: Draws, pulls: Joined, survival: list[int], takes: IntArray) -> Any:
    """Return the records of all sources before their first lot."""
    plan, sources = draws.plan, blank(layout.SOURCE, len(draws.sources))
    pools = [int(plan.item_pool[source.item]) for source in plan.sources]
    fill(
        sources, makes=[s.item for s in plan.sources], pool=pools, site=[s.site for s in plan.sources],
        priority=[plan.pools[pool].priority for pool in pools],
        planned=[is_planned(plan.pools[pool]) for pool in pools],
        partial=[ships_parts(plan.pools[p], s.lot_size) for p, s in zip(pools, draws.sources, strict=True)],
        take_begin=takes[:-1], take_end=takes[1:],
        pull_begin=pulls.starts[:-1], pull_end=pulls.starts[1:],
        priced=[s.price.values.any() for s in draws.sources],
        lead=[rules.stretched(TICKS_PER_DAY, s.lead_days) for s in draws.sources], order_cents=[s.order_cost for s in draws.sources],
        shipment_cents=[s.shipment_cost for s in draws.sources], variable_cents=[s.variable_cost for s in draws.sources],
    )  # fmt: skip
    for name in ("lot_size", "shipped_lot", "shipping"):
        sources[name] = [getattr(source, name) for source in draws.sources]
    known = _known(draws)
    for name in KnownYield._fields:
        sources[name] = [getattr(one, name) for one in known]
    for name in ("line", "gross", "learns", "scale", "inherits", "keep"):
        sources[name] = [getattr(source.yields, name) for source in draws.sources]
    fill(
        sources, survival=[survival.index(id(s.yields.survival)) for s in draws.sources],
        expected=[survival.index(id(s.yields.expected)) for s in draws.sources],
        first=-1,
        leaving_head=NOTHING, leaving_tail=NOTHING,
    )  # fmt: skip
    return sources


@lru_cache(maxsize=64)
def _pulls(plan: Plan) -> Joined:
    """Return the input pools of each source whose stock policies review them when orders claim inputs."""
    inputs = [plan.input_pool[b:e].tolist() for b, e in zip(plan.inputs_start[:-1], plan.inputs_start[1:], strict=True)]
    return joined([[p for p in pools if watched(plan.pools[p])] for pools in inputs])


def _counters(draws: Draws) -> list[list[int]]:
    """Return the flows that each pool serves, by priority."""
    lines = draws.plan.lines
    order = sorted(range(len(draws.flows)), key=lambda f: (lines[draws.flows[f].line].priority, f))
    return [[f for f in order if draws.flows[f].pool == pool] for pool in range(len(draws.plan.pools))]


def _pools(draws: Draws, members: Joined, counters: Joined) -> Any:
    """Return the records of all pools and, behind them, of the lines with a limit on work in process."""
    plan, vector = draws.plan, draws.vector
    every = blank(layout.POOL, len(plan.pools) + len(plan.wip_limits))
    pools = every[: len(plan.pools)]

    def numbers(name: str) -> list[float]:
        return [value(vector, getattr(pool, name)) for pool in plan.pools]

    levels = [stock_levels(pool, vector) for pool in plan.pools]
    fill(
        pools, member_begin=members.starts[:-1], member_end=members.starts[1:],
        only=[pool.members[0] if len(pool.members) == 1 else NOTHING for pool in plan.pools],
        counter_begin=counters.starts[:-1], counter_end=counters.starts[1:],
        continuous=[watched(pool) for pool in plan.pools], bypass=[pool.bypass for pool in plan.pools],
        planned=[is_planned(pool) for pool in plan.pools],
        policy=[POLICIES.get(pool.policy, NOTHING) for pool in plan.pools],
        source=[pool.sources[0] if pool.sources else NOTHING for pool in plan.pools], head=NOTHING, tail=NOTHING,
        level=[level for level, _ in levels], reorder=[reorder for _, reorder in levels], quantity=numbers("quantity"), review=numbers("review"),
    )  # fmt: skip
    return every


def _limit(s: State, limits: WipLimits, behind: int) -> None:
    """Fill in lines with a limit on work in process, which stand behind the pools, and who uses them."""
    # In a line a lot takes a place as soon as it has all else.
    fill(s.pools[behind:], is_line=1, bypass=1, places=limits.places, only=NOTHING, head=NOTHING, tail=NOTHING)
    fill(s.sources, freed=limits.freed, stays=limits.stays)
    s.sources["limit"] = np.where(limits.limit == NONE, NOTHING, limits.limit + behind)
    s.items["line"] = np.where(limits.held == NONE, NOTHING, limits.held + behind)


def _flows(draws: Draws, times: Joined) -> Any:
    """Return the records of all flows before their first demand."""
    plan, vector, flows = draws.plan, draws.vector, blank(layout.FLOW, len(draws.flows))
    lines = [plan.lines[flow.line] for flow in draws.flows]
    fill(
        flows, pool=[flow.pool for flow in draws.flows], priority=[line.priority for line in lines],
        backlogs=[line.backlog for line in lines], begin=times.starts[:-1], end=times.starts[1:],
        patience=[-1 if line.cancel_after == NONE else ticks(value(vector, line.cancel_after)) for line in lines],
        delivery=[ticks(value(vector, line.delivery_time)) for line in lines],
        shipment_cents=[round(cents_of(vector, line.shipment_cost)) for line in lines],
        shortage_cents=[cents_of(vector, line.shortage_cost) for line in lines],
        lost_cents=[cents_of(vector, line.lost_cost) for line in lines],
        revision=[value(vector, line.forecast_revision) for line in lines], head=NOTHING, tail=NOTHING,
    )  # fmt: skip
    return flows


def _losses(draws: Draws, items: Joined, sites: Joined, pools: Joined) -> Any:
    """Return the records of all losses."""
    losses = blank(layout.LOSS, len(draws.losses))
    fill(
        losses,
        at=[x.at for x in draws.losses],
        stock=[x.stock for x in draws.losses],
        wip=[x.wip for x in draws.losses],
    )
    for name, part in (("item", items), ("site", sites), ("pool", pools)):
        losses[f"{name}_begin"], losses[f"{name}_end"] = part.starts[:-1], part.starts[1:]
    return losses


def _curves(draws: Draws) -> tuple[Any, IntArray, NDArray[np.float64]]:
    """Return the curves of each site, in the order of their kinds, then the price of each source, as joined arrays."""
    every: list[Curve] = []
    for site in draws.sites:
        every += [site.line_rate, site.factors.yields, site.factors.cycle_time, site.factors.price]
    every += [source.price for source in draws.sources]
    knots, values = joined([c.knots for c in every]), joined([c.values for c in every], np.float64)
    curves = blank(layout.CURVE, len(every))
    fill(curves, begin=knots.starts[:-1], end=knots.starts[1:])
    return curves, knots.values, values.values
