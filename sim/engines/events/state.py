"""The whole state of a replication: entities as objects, which the other modules read and write.

Short names mean the same in all of them: `s` is the state, `r` a source, `p` a pool, `f` a flow, `i` an item, `where` a
site, `y` the yield curve of a source, `t` the tables of the planner.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from sim.draws import Draws
from sim.draws.yields import YieldCurve
from sim.engines.events.calendar import EventCalendar
from sim.engines.shared import records
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.records import Rows
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import Worksheet
from sim.plan import FloatArray, Plan

WAITS, UNDER_WAY = range(2)
"""Where a released lot is: waiting for inputs, or beyond that."""


class Steps(NamedTuple):
    """A step function: `values[i]` holds from `knots[i]` (ticks) to the next knot."""

    knots: list[int]
    values: list[float]


class OpenLot(records.Lot):
    """A lot that was released and has not arrived: `where` is one of the constants above."""

    __slots__ = ("where",)
    where: int


@dataclass(slots=True)
class SourceState:
    """One source: how its lots are made and shipped, and what its yield has learned.

    `takes` are the pools and units that a start takes, a place on a line included; `pulls` are those pools whose
    policies review them whenever orders claim units; `loads`, `cycles` (in ticks) and `yield_noise` are endless
    variates, one for each lot; `on_order` are good units expected of open lots. `first` is the instant of the first
    lot, `worked` the starts begun, and `leaving` the instants and starts of those that have not left the line; carries
    are fractions of a unit owed to the next lot.
    """

    makes: int
    pool: int
    site: int
    priority: int
    lot_size: int
    shipped_lot: int
    lead: int
    shipping: int
    order_cents: int
    shipment_cents: int
    variable_cents: float
    price: Steps
    priced: bool
    planned: bool
    partial: bool
    takes: tuple[tuple[int, int], ...]
    pulls: list[int]
    limit: int
    freed: int
    stays: bool
    loads: Iterator[float]
    cycles: Iterator[int]
    yield_noise: Iterator[float]
    yields: YieldCurve
    has_fixed: bool
    fixed: float
    share_fixed: float
    certain: bool
    perfect: bool
    on_order: float = 0.0
    started: bool = False
    first: int = -1
    offset: float = 0.0
    worked: int = 0
    leaving: list[tuple[int, int]] = field(default_factory=list)
    carry_out: float = 0.0
    carry_good: float = 0.0


Line: TypeAlias = tuple[int, int, float]
"""One of a site's parallel lines: when it is free, its number, and its spare load until then.

The spare load is what the line could process of the next lot before it is free.
"""


@dataclass(slots=True)
class SiteState:
    """A bottleneck of identical parallel lines.

    `yields`, `stretch` and `price` are factors of disruptions on yield, cycle time and price. `lines` is a heap, so the
    first is that which is free first. `queue` is a heap of lots that wait for a line, where priorities differ
    (`ranked`). Shipments ready within one of the intervals `held` leave at its end. From `closes` on nothing is ordered
    from it.
    """

    rate: Steps
    yields: Steps
    stretch: Steps
    price: Steps
    held: tuple[tuple[int, int], ...]
    lines: list[Line]
    ranked: bool
    closes: int
    queue: list[tuple[int, int, OpenLot]] = field(default_factory=list)


@dataclass(slots=True)
class PoolState:
    """Items that are substitutes for each other, their stock policy, and who waits for them.

    `available` are the units in stock of its items. `counters` are flows of demand by priority, `queue` is a heap of
    lots, and `waiting` the units that these claim. The pools of the plan are followed by the lines with a limit on work
    in process, of which the free places are `available`.
    """

    members: tuple[int, ...] = ()
    counters: dict[int, list[int]] = field(default_factory=dict)
    is_line: bool = False
    available: int = 0
    planned: bool = False
    continuous: bool = False
    bypass: bool = True
    policy: int = -1
    source: int = -1
    level: float = 0.0
    reorder: float = 0.0
    quantity: float = 0.0
    review: float = 0.0
    queue: list[tuple[int, int, int, OpenLot]] = field(default_factory=list)
    waiting: int = 0
    backlog: int = 0


@dataclass(slots=True)
class ItemState:
    """Stock of an item, and the cents a unit-day costs in stock (`rate`) and in transit.

    `unit_days` are those from the last settlement to `last`. `owed` is the exact cost so far, of which `booked` cents are
    booked.
    """

    pool: int
    units: int
    rate: float
    transit_rate: float
    line: int
    unit_days: float = 0.0
    last: int = 0
    owed: float = 0.0
    booked: int = 0


@dataclass(slots=True)
class FlowState:
    """Demand of one line and generation.

    `waiting` contains [since, units] in order of arrival. `seen` is demand since the last review. `lost` are units lost
    or cancelled so far, for which `lost_booked` cents are booked.
    """

    pool: int
    priority: int
    backlogs: bool
    patience: int
    delivery: int
    shipment_cents: int
    shortage_cents: float
    lost_cents: float
    revision: float
    times: list[int]
    units: list[int]
    waiting: deque[list[int]] = field(default_factory=deque)
    backlog: int = 0
    seen: int = 0
    unit_days: float = 0.0
    last: int = 0
    owed: float = 0.0
    booked: int = 0
    lost: int = 0
    lost_booked: int = 0


@dataclass(slots=True)
class State:
    """The state of a replication.

    `rows` are the counters of this period, which ends at `period_end`, and `by_period` those of all periods, with one
    more for what is after the end. `open_lots` are lots released and not arrived, by number, in the order of release;
    `arrivals` are those that have arrived, if the run is traced. `totals` are the sums of counters over closed periods.
    `may_pass` is whether lots may pass others in any queue. `decide` plans a review and leaves the decision in the
    worksheet `sheet`; what is kept of it is by review.
    """

    draws: Draws
    plan: Plan
    calendar: EventCalendar
    trace: bool
    progress: Callable[[float], None] | None
    sources: list[SourceState]
    sites: list[SiteState]
    pools: list[PoolState]
    may_pass: bool
    items: list[ItemState]
    flows: list[FlowState]
    edges: list[int]
    rows: Rows
    period_end: int
    by_period: list[Rows]
    totals: Rows
    reviews: list[int]
    tables: Tables
    memory: Memory
    sheet: Worksheet
    decide: Callable[[Position, int], object]
    correction: list[float]
    cut: FloatArray
    short: FloatArray
    starved: FloatArray
    need: FloatArray
    planned_output: FloatArray
    first_good: list[int]
    seeded_stock: list[int] = field(default_factory=list)
    planted: int = 0
    lot_count: int = 0
    open_lots: dict[int, OpenLot] = field(default_factory=dict)
    arrivals: list[records.Lot] = field(default_factory=list)
    until: int = 0
    worst_units: int = 0
    worst_cents: int = 0
