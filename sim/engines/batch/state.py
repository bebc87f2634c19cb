"""The whole state of a replication: entities as records of arrays, which the other modules read and write.

Entities are records of structured arrays, so that what belongs together lies together. Everything has
a fixed size: lots, events and the nodes of linked lists live in slots that are used again.

Short names mean the same in all modules: `s` is the state, `c` its clock, `e` an event, `r` a source, `p` a pool, `f` a
flow, `i` an item, `o` an order, `n` a node or a row of noise; and, where reviews are held, `t` the tables, `p` the
position, `m` the memory and `w` the worksheet of the planner.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines.batch.compiling.addresses import LINE
from sim.engines.shared.records import MEASURES, dtype_of
from sim.plan import FloatArray, IntArray

Records = Any
"""An array of records, or one: numpy's types do not know their fields."""


def _record(integers: str, reals: str = "") -> np.dtype[Any]:
    """Return the type of a record with these fields, integers first."""
    return np.dtype([(n, np.int64) for n in integers.split()] + [(n, np.float64) for n in reals.split()], align=True)


def _in_lines(*lines: list[tuple[str, type]]) -> np.dtype[Any]:
    """Return the type of a record of whole lines of memory, each with these fields.

    Lots and events are met by the thousand and in no order: what they cost is the lines that are read.
    """
    names, kinds, offsets = [], [], []
    for i, fields in enumerate(lines):
        line = np.dtype([(n, kind) for together, kind in fields for n in together.split()], align=True)
        assert line.itemsize <= LINE
        for name in line.names or ():
            names.append(name)
            kinds.append(line[name])
            offsets.append(LINE * i + line.fields[name][1])  # type: ignore[index]
    described = {"names": names, "formats": kinds, "offsets": offsets, "itemsize": LINE * len(lines)}
    return np.dtype(described, align=True)  # type: ignore[call-overload,no-any-return]


CLOCK = _record(
    "now turn phase end drain running fault period period_end edges count lot_count planted may_pass binomial traced "
    "heap_size soon_size bucket last_bucket ahead ahead_bucket shift free_lot free_node free_event lots_used nodes_used events_used "
    "arrived callback planner entries open_entries pipeline"
)
"""Where the run stands. `free_*` head the lists of slots that are free again, `*_used` count those ever used;
`open_entries` of `open_lots` are in use; each source has `entries` orders at once;
`pipeline` says whether the plan goes back before the start;
`callback` is the address of what is told how many periods are over, 0 if nobody is; `planner` that of
`reviews.decide`;
events of the instants t with the same t >> `shift` share a bucket, all beyond the last one that."""

SOURCE = _record(
    "makes pool site priority lot_size shipped_lot lead shipping order_cents shipment_cents planned partial priced has_fixed certain perfect "
    "learns inherits limit freed stays take_begin take_end pull_begin pull_end survival expected "
    "started first worked leaving_head leaving_tail leaving",
    "variable_cents fixed share_fixed line gross scale keep offset carry_out carry_good on_order",
)
SITE = _record("line_begin line_end endless held_begin held_end ranked head tail closes")
POOL = _record(
    "member_begin member_end only continuous planned bypass counter_begin counter_end policy source head tail "
    "waiting backlog is_line places",
    "level reorder quantity review",
)
"""Behind the pools of the plan stand lines with a limit on work in process, with their free `places`."""
ITEM = _record("units costly costly_on_way last booked line", "rate transit_rate owed unit_days")
FLOW = _record(
    "pool priority backlogs patience delivery shipment_cents begin end head tail backlog last booked lost lost_booked seen cursor given",
    "shortage_cents lost_cents owed revision unit_days",
)
LOT = _in_lines(
    [("number ordered released begin ready arrive out", np.int64)],
    [("starts due promised leave good", np.int64), ("expected", np.float64), ("source place next", np.int32),
     ("stage where seeded", np.int8)],
)  # fmt: skip
"""What the planner looks at and what an arrival needs come last and together. `where` is one of the constants below;
`place` is that of the lot in `open_lots`, `next` links free slots."""
UNUSED, WAITS, UNDER_WAY = range(3)
ORDER = _record("starts stage begin end due ordered first lots appointed")
"""What is left to release of an order: lots numbered from `first`, of which so many are on the calendar."""

EVENT = _in_lines([("time sequence count what priority", np.int64), ("rank turn", np.int32), ("phase kind", np.int8)])
NODE = _record("before after at units lot")
"""A node of a doubly linked list: waiting demand, lots that wait for inputs, or lots that will leave a line."""
NOISE = _record("stream at table", "typical")
"""Variates of one kind for one source: so many were drawn of a stream, through a table of quantiles by their mean,
which is `typical`; all are, if `stream` is -1."""
CURVE = _record("begin end at")
"""A step function in `knots` and `values`, read forward from `at`."""
LOSS = _record("at item_begin item_end site_begin site_end pool_begin pool_end", "stock wip")
"""What a disruption destroys when it begins: ranges of `struck_items`, `struck_sites` and `struck_pools`, and shares
destroyed."""

BY_SOURCE, BY_ITEM, BY_SITE, BY_FLOW = (
    np.dtype([(n, dtype_of(n)) for n, by in MEASURES.items() if by == entity], align=True)
    for entity in ("source", "item", "site", "flow")
)
"""Counters of one period for one entity."""

LOAD, CYCLE, YIELD_NOISE = range(3)
"""Kinds of noise."""
NORMAL = 0
"""Table of the standard normal distribution, where yields are binomial."""
RATE, YIELDS, STRETCH, PRICE = range(4)
"""Curves of a site: rate of a line, and what disruptions do to yield, cycle time and price."""
CURVES = 4
FULL, ENDLESS, UNPLANNED = 1, 2, 3
"""Faults: no slot is free; more rounds than may be at one instant; the planner failed."""
NOTHING = -1


class State(NamedTuple):
    """All arrays of a replication. Periods have a row more than there are: it takes what lies beyond the end.

    Of each event `links` names the one after it in its bucket, or among those that are free, and `arriving` the lot that
    arrives at it. `open_lots` are slots of lots in the order of their release (`open_lots.py`). `keys` are those of each
    stream for all rounds, `uniforms` its last four, `quantiles` tables end to end (`supply.py`). `orders` are those of each source that are being released, samples first; `line_free` and `line_step` are when each
    parallel line is free and the step of its rate then, `line_credit` what it could do of the next lot until then;
    `curves` are those of each site, in the order of their kinds, and then the price of each source; `input_pool` and
    `takes` what starts need (places on a line included), `pulls` the pools whose policies watch that, both in ranges of
    sources; `members`, `counters`, `order` and `pool_sources` index items, flows, pools and sources. `under_way` are
    seeded good units not yet arrived at the end of each period.
    """

    clock: Records
    sources: Records
    sites: Records
    pools: Records
    items: Records
    flows: Records
    orders: Records
    lots: Records
    arrivals: Records
    events: Records
    heap_time: IntArray
    heap_event: IntArray
    buckets: NDArray[np.int32]
    links: NDArray[np.int32]
    arriving: NDArray[np.int32]
    soon: IntArray
    nodes: Records
    open_lots: NDArray[np.int32]
    noise: Records
    keys: IntArray
    uniforms: FloatArray
    quantiles: FloatArray
    curves: Records
    knots: IntArray
    values: FloatArray
    line_free: IntArray
    line_step: IntArray
    line_credit: FloatArray
    held: IntArray
    defects: FloatArray
    survival: FloatArray
    assembly: FloatArray
    input_pool: IntArray
    takes: IntArray
    pulls: IntArray
    members: IntArray
    counters: IntArray
    again: IntArray
    times: IntArray
    units: IntArray
    edges: IntArray
    reviews: IntArray
    by_source: Records
    by_item: Records
    by_site: Records
    by_flow: Records
    journal: IntArray
    under_way: IntArray
    first_good: IntArray
    open_orders: IntArray
    losses: Records
    struck_items: IntArray
    struck_sites: IntArray
    struck_pools: IntArray
    seeded_stock: IntArray
    cut: FloatArray
    short: FloatArray
    starved: FloatArray
    need: FloatArray
    planned_output: FloatArray


def blank(dtype: np.dtype[Any], *shape: int) -> NDArray[Any]:
    """Return records of zeros."""
    return np.zeros(shape, dtype=dtype)
