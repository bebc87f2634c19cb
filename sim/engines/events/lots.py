"""Lots: ordered, released, waiting for inputs, at the bottleneck, in process, in stock."""

from __future__ import annotations

from heapq import heappop

from sim.clock import NEVER
from sim.engines.events.curves import value_at
from sim.engines.events.demand import longest_waiting
from sim.engines.events.recording import book_lot, in_transit, pay, period_at, ship
from sim.engines.events.sites import free_at, leaves_site, work
from sim.engines.events.state import UNDER_WAY, WAITS, OpenLot, SourceState, State
from sim.engines.events.stock import put, take
from sim.engines.events.waiting import join_line, join_queue, leave_queue, startable
from sim.engines.events.wip import lot_arrived, units_joined
from sim.engines.events.yields import good_per_start, make
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
from sim.plan import NONE

SAMPLES, VOLUME = int(QualificationPhase.SAMPLES), int(QualificationPhase.VOLUME)


def order(s: State, source: int, starts: int) -> None:
    """Order starts of a source, to be released at once."""
    r = s.sources[source]
    book_order(s, source)
    for i in range(lot_count(starts, r.lot_size)):
        enter(s, _lot(s, source, lot_part(starts, r.lot_size, i), VOLUME, s.calendar.now + r.lead))
    _pull(s, r)


def order_evenly(s: State, source: int, starts: int, phase: int, begin: int, end: int, due: int) -> None:
    """Order starts of a source, to be released in lots spread evenly over a time, wanted by `due` (ticks)."""
    size = s.sources[source].lot_size
    for i in range(lot_count(starts, size)):
        time = release_time(begin, end, starts, size, i)
        lot = _lot(s, source, lot_part(starts, size, i), phase, due)
        # Priority 1: after the reviews of that instant.
        s.calendar.at(time, PLAN, 1, source, lot.number, RELEASED, lot)


def release(s: State, lot: OpenLot) -> None:
    """Release a lot of an order, which claims its inputs."""
    # Planned dates may turn out too early: nothing is started before it is qualified.
    if stage(s.tables, lot.source, s.calendar.now) < lot.stage:
        return
    enter(s, lot)
    _pull(s, s.sources[lot.source])


def book_order(s: State, source: int) -> None:
    """Book an order and its cost."""
    rows, cost = s.rows, s.sources[source].order_cents
    rows.orders[source] += 1
    if cost:
        rows.order_cents[source] += cost
        rows.journal += cost


def _lot(s: State, source: int, starts: int, phase: int, due: int) -> OpenLot:
    """Return a lot that is ordered now."""
    # Numbers are given in the order of ordering, and end all ties among lots.
    s.lot_count += 1
    return OpenLot(source, s.lot_count, starts, phase, s.calendar.now, due)


def _pull(s: State, r: SourceState) -> None:
    """Schedule a review of the inputs that stock policies watch, since an order claims them."""
    for pool in r.pulls:
        s.calendar.follow_up(PLAN, 0, pool, 0, REPLENISH, pool)


def enter(s: State, lot: OpenLot) -> None:
    """Put a lot on order; it begins when its inputs are there and its turn has come."""
    source, now = lot.source, s.calendar.now
    r = s.sources[source]
    lot.released, lot.promised = now, now + r.lead
    lot.expected = lot.starts * good_per_start(s, source, now)
    s.open_lots[lot.number] = lot
    if not r.planned:
        r.on_order += lot.expected
    if lot.stage == SAMPLES:
        s.rows.sample_starts[source] += lot.starts
    else:
        s.rows.starts[source] += lot.starts
    if not r.takes:
        _begin(s, r, lot)
        return
    lot.where = WAITS
    for pool, units in r.takes:
        p = s.pools[pool]
        p.waiting += units * lot.starts
        join_queue(p, r, lot)
    # Behind others it has to wait, unless it may pass them.
    # It stands in the queue of every input: looking at one of them, the last, is enough.
    if p.queue[0][3] is lot or s.may_pass:
        dispatch(s, pool)


def dispatch(s: State, pool: int) -> None:
    """Let waiting lots begin, in order, as far as inputs reach."""
    # A stack: pools that a lot sets free go below, so that the current one is finished first.
    again = [pool]
    while again:
        lot, starts = startable(s, again[-1])
        if lot is None:
            again.pop()
            continue
        whole = starts == lot.starts
        r = s.sources[lot.source]
        for other, units in r.takes:
            p = s.pools[other]
            p.waiting -= units * starts
            take(s, p, units * starts, consume=True)
            if whole:
                leave_queue(p, lot)
                # Where this lot stood in the way, the next may begin.
                if other not in again:
                    again.insert(0, other)
        if r.freed:
            units_joined(s, r, starts)
        _begin(s, r, lot if whole else _part(s, lot, starts))


def _part(s: State, lot: OpenLot, starts: int) -> OpenLot:
    """Split off a lot of these starts, which goes ahead of the rest, and return it."""
    s.lot_count += 1
    part = OpenLot(lot.source, s.lot_count, starts, lot.stage, lot.ordered, lot.due)
    part.released, part.promised = lot.released, lot.promised
    part.expected = lot.expected * starts / lot.starts
    lot.starts -= starts
    lot.expected -= part.expected
    s.open_lots[part.number] = part
    return part


def _begin(s: State, r: SourceState, lot: OpenLot) -> None:
    """Move a lot that has its inputs to the bottleneck, or to its queue where priorities differ."""
    lot.where = UNDER_WAY
    where = s.sites[r.site]
    if not where.ranked:
        # First in, first out: nobody can come before it any more, so its line is known now.
        _work(s, r, lot, s.calendar.now)
        return
    # Not yet begun: it counts as in process.
    lot.begin, lot.leave, lot.ready, lot.arrive = s.calendar.now, NEVER, NEVER, NEVER
    join_line(where, r, lot)
    s.calendar.follow_up(PLAN, LINES_LAST, r.site, 0, LINE_FREE, r.site)


def take_turns(s: State, site: int) -> None:
    """Give free lines of a site to the lots that wait for them, the most urgent first."""
    where = s.sites[site]
    while where.queue and free_at(where) <= s.calendar.now:
        lot = heappop(where.queue)[2]
        _work(s, s.sources[lot.source], lot, lot.begin)
        if s.calendar.now < lot.leave < NEVER:
            s.calendar.at(lot.leave, PLAN, LINES_LAST, site, 0, LINE_FREE, site)


def _work(s: State, r: SourceState, lot: OpenLot, came: int) -> None:
    """Put a lot that came to the bottleneck on a line; all its later instants follow."""
    where, load = s.sites[r.site], next(r.loads) * lot.starts
    lot.begin, lot.leave = work(where, load, s.calendar.now)
    if lot.leave >= NEVER:
        # Its integral never completes: it stays in process.
        lot.begin = lot.leave = lot.ready = lot.arrive = NEVER
        return
    make(s, r, lot)
    lot.ready = lot.leave + stretched(next(r.cycles), value_at(where.stretch, lot.begin))
    leaves = leaves_site(where, lot.ready)
    lot.arrive = leaves + r.shipping
    book_lot(s, r, lot, load, came, leaves)
    if lot.arrive < NEVER:
        s.calendar.at(lot.arrive, RECEIVE, 0, lot.source, lot.number, RECEIVED, lot)


def receive(s: State, lot: OpenLot) -> None:
    """Put an arrived lot in stock, and schedule the demand and the lots that wait for it."""
    source, r = lot.source, s.sources[lot.source]
    del s.open_lots[lot.number]
    if not r.planned:
        r.on_order -= lot.expected
    if r.priced:
        pay(s, lot)
    if r.limit != NONE:
        lot_arrived(s, r, lot)
    if s.trace and not lot.seeded:
        s.arrivals.append(lot)
    # Samples are measured and used up: they are no stock.
    if lot.stage == SAMPLES:
        return
    put(s, r.makes, lot.good)
    if lot.seeded:
        s.rows.seeded[source] += lot.good
    else:
        s.rows.received[source] += lot.good
    _wake(s, r.pool, lot.good < lot.expected)


def _wake(s: State, pool: int, less: bool) -> None:
    """Schedule what stock that arrived sets off: demand that waits, stock policies and lots that wait."""
    p = s.pools[pool]
    # Old claims go before new ones of their priority (rank -1), new ones of a higher priority before both.
    if p.backlog:
        for priority, flows in p.counters.items():
            if longest_waiting(s, flows) != NONE:
                s.calendar.follow_up(SERVE, priority, -1, pool, SERVED, (pool, priority))
    # Fewer units than the policy counted on: its position has fallen.
    if less and p.continuous:
        s.calendar.follow_up(PLAN, 0, pool, 2, REPLENISH, pool)
    if p.queue:
        s.calendar.follow_up(PLAN, 0, pool, 1, DISPATCH, pool)


def plant(s: State, source: int, shipments: int, good: int, arrive: int, due: int) -> None:
    """Put a lot begun before the start in process; it ships like any other unless it was in transit already."""
    r = s.sources[source]
    ready = arrive - r.shipping
    # What was ready before the start has left its site and is in transit.
    leaves = leaves_site(s.sites[r.site], ready) if ready >= 0 else ready
    if leaves >= 0:
        ship(r, source, shipments, period_at(s, leaves))
    lot = _lot(s, source, 0, VOLUME, due)
    s.planted += good
    lot.ordered = lot.released = lot.begin = lot.leave = 0
    lot.good, lot.expected, lot.seeded, lot.where = good, float(good), True, UNDER_WAY
    lot.promised, lot.ready, lot.arrive = arrive, ready, leaves + r.shipping
    in_transit(s, r.makes, good, max(ready, 0), lot.arrive)
    s.open_lots[lot.number] = lot
    if not r.planned:
        r.on_order += lot.expected
    s.calendar.at(lot.arrive, RECEIVE, 0, source, lot.number, RECEIVED, lot)
