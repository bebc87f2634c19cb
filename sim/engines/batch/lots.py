"""Lots: ordered, released, waiting for inputs, at the bottleneck, in process, in stock."""

from __future__ import annotations

import math

from sim.clock import NEVER, TICKS_PER_DAY
from sim.engines.batch.calendar import at, follow_up
from sim.engines.batch.curves import value_at
from sim.engines.batch.lists import pop_first
from sim.engines.batch.open_lots import open_lot
from sim.engines.batch.recording import book_lot, in_transit, pay, period_at, ship
from sim.engines.batch.sites import free_at, leaves_site, work
from sim.engines.batch.state import CYCLE, FULL, LOAD, NOTHING, STRETCH, UNDER_WAY, UNUSED, WAITS, State
from sim.engines.batch.stock import put, take
from sim.engines.batch.variates import variate
from sim.engines.batch.waiting import join_line, join_queue, leave_queue, possible, startable
from sim.engines.batch.wip import lot_arrived, units_joined
from sim.engines.batch.yields import good_per_start, make
from sim.engines.shared.phases import (
    DISPATCH,
    LINE_FREE,
    LINES_LAST,
    PLAN,
    RECEIVE,
    RECEIVED,
    RELEASED,
    REPLENISH,
    SERVE,
    SERVED,
    QualificationPhase,
)
from sim.engines.shared.positions import stage
from sim.engines.shared.rules import lot_count, lot_part, release_time, stretched
from sim.engines.shared.tables import Tables

SAMPLES, VOLUME = int(QualificationPhase.SAMPLES), int(QualificationPhase.VOLUME)


def order(s: State, source: int, starts: int) -> None:
    """Order starts of a source, to be released at once."""
    c, r = s.clock[0], s.sources[source]
    book_order(s, source)
    for i in range(lot_count(starts, r.lot_size)):
        if c.fault:
            return
        c.lot_count += 1
        enter(s, _lot(s, source, c.lot_count, lot_part(starts, r.lot_size, i), VOLUME, c.now, c.now + r.lead))
    _pull(s, source)


def order_evenly(s: State, source: int, entry: int, starts: int, phase: int, begin: int, end: int, due: int) -> None:
    """Order starts of a source, to be released in lots spread evenly over a time, wanted by `due` (ticks).

    `entry` is the place of the order among those of the source; its lots are all released before it is used again.
    """
    c = s.clock[0]
    place = c.entries * source + entry
    o = s.orders[place]
    o.starts, o.stage, o.begin, o.end, o.due, o.ordered = starts, phase, begin, end, due, c.now
    o.first, o.lots, o.appointed = c.lot_count + 1, lot_count(starts, s.sources[source].lot_size), 0
    # Numbers are given in the order of ordering, and end all ties among lots.
    c.lot_count += o.lots
    _appoint(s, place)


def _appoint(s: State, place: int) -> None:
    """Schedule the next lot of an order and those due at the same instant, so that the calendar stays small."""
    o, source = s.orders[place], place // s.clock[0].entries
    size = s.sources[source].lot_size
    time = release_time(o.begin, o.end, o.starts, size, o.appointed)
    while o.appointed < o.lots and release_time(o.begin, o.end, o.starts, size, o.appointed) == time:
        # Priority 1: after the reviews of that instant.
        at(s, time, PLAN, 1, source, o.first + o.appointed, RELEASED, place)
        o.appointed += 1


def release(s: State, t: Tables, place: int, number: int) -> None:
    """Release a lot of an order, which claims its inputs."""
    c, o = s.clock[0], s.orders[place]
    i, source = number - o.first, place // c.entries
    if i + 1 == o.appointed < o.lots:
        _appoint(s, place)
    # Planned dates may turn out too early: nothing is started before it is qualified.
    if stage(t, source, c.now) < o.stage:
        return
    slot = _lot(s, source, number, lot_part(o.starts, s.sources[source].lot_size, i), o.stage, o.ordered, o.due)
    if c.fault:
        return
    enter(s, slot)
    _pull(s, source)


def book_order(s: State, source: int) -> None:
    """Book an order and its cost."""
    c, r = s.clock[0], s.sources[source]
    row = s.by_source[c.period, source]
    row.orders += 1
    row.order_cents += r.order_cents
    s.journal[c.period] += r.order_cents


def _lot(s: State, source: int, number: int, starts: int, phase: int, ordered: int, due: int) -> int:
    """Return the slot of a lot that is released now."""
    slot = _new_slot(s)
    lot = s.lots[slot]
    lot.source, lot.number, lot.starts, lot.stage, lot.seeded = source, number, starts, phase, 0
    lot.ordered, lot.due, lot.promised = ordered, due, s.clock[0].now + s.sources[source].lead
    return slot


def _new_slot(s: State) -> int:
    """Return a slot for the next lot; slot 0, to be thrown away, with a fault if none is free."""
    c = s.clock[0]
    slot = c.free_lot
    if slot != NOTHING:
        c.free_lot = s.lots[slot].next
        return int(slot)
    if c.lots_used == len(s.lots):
        c.fault = FULL
        return 0
    c.lots_used += 1
    return int(c.lots_used - 1)


def _pull(s: State, source: int) -> None:
    """Schedule a review of the inputs that stock policies watch, since an order claims them."""
    r = s.sources[source]
    for i in range(r.pull_begin, r.pull_end):
        follow_up(s, PLAN, 0, s.pulls[i], 0, REPLENISH, s.pulls[i])


def enter(s: State, slot: int) -> None:
    """Put a lot on order; it begins when its inputs are there and its turn has come."""
    c, lot = s.clock[0], s.lots[slot]
    source, starts = lot.source, lot.starts
    r = s.sources[source]
    lot.released = c.now
    lot.expected = starts * good_per_start(s, source, c.now)
    open_lot(s, slot)
    if not r.planned:
        r.on_order += lot.expected
    if lot.stage == SAMPLES:
        s.by_source[c.period, source].sample_starts += starts
    else:
        s.by_source[c.period, source].starts += starts
    if r.take_begin == r.take_end:
        _begin(s, slot)
        return
    lot.where, node = WAITS, NOTHING
    for i in range(r.take_begin, r.take_end):
        s.pools[s.input_pool[i]].waiting += s.takes[i] * starts
        node = join_queue(s, s.input_pool[i], slot)
    # It stands in the queue of every input: looking at one of them is enough.
    pool = s.input_pool[r.take_end - 1]
    # Behind others it has to wait, unless it may pass them.
    if s.pools[pool].head == node or c.may_pass:
        dispatch(s, pool)


def dispatch(s: State, pool: int) -> None:
    """Let waiting lots begin, in order, as far as inputs reach."""
    c, again, n = s.clock[0], s.again, 1
    # A stack: pools that a lot sets free go below, so that the current one is finished first.
    again[0] = pool
    while n > 0 and not c.fault:
        slot = startable(s, again[n - 1])
        if slot == NOTHING:
            n -= 1
            continue
        r, starts = s.sources[s.lots[slot].source], possible(s, slot)
        whole = starts == s.lots[slot].starts
        for i in range(r.take_begin, r.take_end):
            other, units = s.input_pool[i], s.takes[i] * starts
            s.pools[other].waiting -= units
            take(s, other, units, True)
            if whole:
                leave_queue(s, other, slot)
                # Where this lot stood in the way, the next may begin.
                n = _look_again(s, n, other)
        units_joined(s, s.lots[slot].source, starts)
        _begin(s, slot if whole else _part(s, slot, starts))


def _look_again(s: State, n: int, pool: int) -> int:
    """Put a pool behind the others to look at, unless it is among them, and return their number."""
    for i in range(n):
        if s.again[i] == pool:
            return n
    for i in range(n, 0, -1):
        s.again[i] = s.again[i - 1]
    s.again[0] = pool
    return n + 1


def _part(s: State, slot: int, starts: int) -> int:
    """Split off a lot of these starts, which goes ahead of the rest, and return its slot."""
    s.clock[0].lot_count += 1
    number, lot = s.clock[0].lot_count, s.lots[slot]
    ahead = _lot(s, lot.source, number, starts, lot.stage, lot.ordered, lot.due)
    if s.clock[0].fault:
        return slot
    part = s.lots[ahead]
    part.released, part.promised = lot.released, lot.promised
    part.expected = lot.expected * starts / lot.starts
    lot.starts -= starts
    lot.expected -= part.expected
    open_lot(s, ahead)
    return ahead


def _begin(s: State, slot: int) -> None:
    """Move a lot that has its inputs to the bottleneck, or to its queue where priorities differ."""
    lot, now = s.lots[slot], s.clock[0].now
    site = s.sources[lot.source].site
    lot.where = UNDER_WAY
    if not s.sites[site].ranked:
        # First in, first out: nobody can come before it any more, so its line is known now.
        _work(s, slot, now)
        return
    # Not yet begun: it counts as in process.
    lot.begin, lot.leave, lot.ready, lot.arrive = now, NEVER, NEVER, NEVER
    join_line(s, site, slot)
    follow_up(s, PLAN, LINES_LAST, site, 0, LINE_FREE, site)


def take_turns(s: State, site: int) -> None:
    """Give free lines of a site to the lots that wait for them, the most urgent first."""
    now, where = s.clock[0].now, s.sites[site]
    while where.head != NOTHING and free_at(s, site) <= now:
        slot = s.nodes[where.head].lot
        where.head, where.tail = pop_first(s, where.head, where.tail)
        _work(s, slot, s.lots[slot].begin)
        if now < s.lots[slot].leave < NEVER:
            at(s, s.lots[slot].leave, PLAN, LINES_LAST, site, 0, LINE_FREE, site)


def _work(s: State, slot: int, came: int) -> None:
    """Put a lot that came to the bottleneck on a line; all its later instants follow."""
    lot = s.lots[slot]
    source = lot.source
    r = s.sources[source]
    load = variate(s, source, LOAD) * lot.starts
    lot.begin, lot.leave = work(s, r.site, load)
    if lot.leave >= NEVER:
        # Its integral never completes: it stays in process.
        lot.begin = lot.leave = lot.ready = lot.arrive = NEVER
        return
    make(s, slot)
    lot.ready = lot.leave + stretched(_cycle(s, source), value_at(s, r.site, STRETCH, lot.begin))
    leaves = leaves_site(s, r.site, lot.ready)
    lot.arrive = leaves + r.shipping
    book_lot(s, slot, load, came, leaves)
    if lot.arrive < NEVER:
        at(s, lot.arrive, RECEIVE, 0, source, lot.number, RECEIVED, slot)


def _cycle(s: State, source: int) -> int:
    """Return the cycle time of the next lot of a source in ticks, rounded up."""
    return math.ceil(variate(s, source, CYCLE) * TICKS_PER_DAY)


def receive(s: State, slot: int) -> None:
    """Put an arrived lot in stock, and schedule the demand and the lots that wait for it."""
    c, lot = s.clock[0], s.lots[slot]
    source = lot.source
    r = s.sources[source]
    if not r.planned:
        r.on_order -= lot.expected
    if r.priced:
        pay(s, slot)
    lot_arrived(s, slot)
    if not lot.seeded:
        _trace(s, slot)
    # Samples are measured and used up: they are no stock.
    if lot.stage != SAMPLES:
        put(s, r.makes, lot.good)
        if lot.seeded:
            s.by_source[c.period, source].seeded += lot.good
        else:
            s.by_source[c.period, source].received += lot.good
        _wake(s, r.pool, lot.good < lot.expected)
    lot.where, lot.next = UNUSED, c.free_lot
    c.free_lot = slot


def _wake(s: State, pool: int, less: bool) -> None:
    """Schedule what stock that arrived sets off: demand that waits, stock policies and lots that wait."""
    p = s.pools[pool]
    # Old claims go before new ones of their priority (rank -1), new ones of a higher priority before both.
    if p.backlog:
        seen, last = False, 0
        for i in range(p.counter_begin, p.counter_end):
            f = s.flows[s.counters[i]]
            if f.backlog and not (seen and f.priority == last):
                seen, last = True, f.priority
                follow_up(s, SERVE, last, -1, pool, SERVED, pool)
    # Fewer units than the policy counted on: its position has fallen.
    if less and p.continuous:
        follow_up(s, PLAN, 0, pool, 2, REPLENISH, pool)
    if p.head != NOTHING:
        follow_up(s, PLAN, 0, pool, 1, DISPATCH, pool)


def _trace(s: State, slot: int) -> None:
    """Keep a copy of an arrived lot if the run is traced."""
    c = s.clock[0]
    if not c.traced:
        return
    if c.arrived == len(s.arrivals):
        c.fault = FULL
        return
    s.arrivals[c.arrived] = s.lots[slot]
    c.arrived += 1


def plant(s: State, source: int, shipments: int, good: int, arrive: int, due: int) -> None:
    """Put a lot begun before the start in process; it ships like any other unless it was in transit already."""
    r, slot = s.sources[source], _new_slot(s)
    ready = arrive - r.shipping
    # What was ready before the start has left its site and is in transit.
    leaves = leaves_site(s, r.site, ready) if ready >= 0 else ready
    if leaves >= 0:
        ship(s, source, shipments, period_at(s, leaves))
    c, lot = s.clock[0], s.lots[slot]
    c.lot_count += 1
    c.planted += good
    lot.source, lot.number, lot.starts, lot.stage, lot.ordered, lot.due = source, c.lot_count, 0, VOLUME, 0, due
    lot.good, lot.expected, lot.seeded, lot.where = good, float(good), 1, UNDER_WAY
    lot.released = lot.begin = lot.leave = 0
    lot.promised, lot.ready, lot.arrive = arrive, ready, leaves + r.shipping
    in_transit(s, r.makes, good, max(ready, 0), lot.arrive)
    open_lot(s, slot)
    if not r.planned:
        r.on_order += lot.expected
    at(s, lot.arrive, RECEIVE, 0, source, lot.number, RECEIVED, slot)
