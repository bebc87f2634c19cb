"""Lots on their way: ordered, released, waiting for inputs, at the bottleneck, under way, in stock."""

from __future__ import annotations

from sim.clock import NEVER
from sim.engines.batch.calendar import (
    DISPATCH,
    LINE_FREE,
    PLAN,
    RECEIVE,
    RECEIVED,
    RELEASED,
    REPLENISH,
    SERVE,
    SERVED,
    at,
    follow_up,
    later,
)  # fmt: skip
from sim.engines.batch.lists import pop_first
from sim.engines.batch.shop import free_at, good_per_start, leaves_site, make, price_at, value_at, variate, work
from sim.engines.batch.state import (
    CYCLE,
    FULL,
    LOAD,
    NOTHING,
    PRICE,
    QUEUED,
    STRETCH,
    UNDER_WAY,
    UNUSED,
    Records,
    State,
)
from sim.engines.batch.store import in_transit, period_at, put, ship, take
from sim.engines.batch.waiting import join_line, join_queue, leave_queue, look_again, possible, startable
from sim.engines.batch.wip import lot_arrived, units_joined
from sim.engines.shared.phases import QualificationPhase
from sim.engines.shared.positions import stage
from sim.engines.shared.rules import cents, lot_count, lot_part, release_time, stretched
from sim.engines.shared.tables import Tables

SAMPLES, RISK, VOLUME = 1, 2, 3
TAKES_TURNS = 10**6
"""A line takes its next lot when all orders of the instant are known."""
assert (SAMPLES, RISK, VOLUME) == (QualificationPhase.SAMPLES, QualificationPhase.RISK, QualificationPhase.VOLUME)


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
    """Order starts of a source, to be released in lots spread evenly over a time: all before the next such entry."""
    c = s.clock[0]
    place = c.entries * source + entry
    o = s.orders[place]
    o.starts, o.stage, o.begin, o.end, o.due, o.ordered = starts, phase, begin, end, due, c.now
    o.first, o.lots, o.appointed = c.lot_count + 1, lot_count(starts, s.sources[source].lot_size), 0
    c.lot_count += o.lots
    _appoint(s, place)


def _appoint(s: State, place: int) -> None:
    """Put the next lot of an order on the calendar, and those due at the same instant: one by one the calendar
    stays small."""
    o, source = s.orders[place], place // s.clock[0].entries
    size = s.sources[source].lot_size
    time = release_time(o.begin, o.end, o.starts, size, o.appointed)
    while o.appointed < o.lots and release_time(o.begin, o.end, o.starts, size, o.appointed) == time:
        at(s, time, PLAN, 1, source, o.first + o.appointed, RELEASED, place)
        o.appointed += 1


def release(s: State, t: Tables, place: int, number: int) -> None:
    """A lot of an order is released, and claims its inputs."""
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
    c, r = s.clock[0], s.sources[source]
    row = s.by_source[c.period, source]
    row.orders += 1
    row.order_cents += r.order_cents
    s.journal[c.period] += r.order_cents


def _lot(s: State, source: int, number: int, starts: int, phase: int, ordered: int, due: int) -> int:
    """A lot that is released now."""
    slot = new_slot(s)
    lot = s.lots[slot]
    lot.source, lot.number, lot.starts, lot.stage, lot.seeded = source, number, starts, phase, 0
    lot.ordered, lot.due, lot.promised = ordered, due, s.clock[0].now + s.sources[source].lead
    return slot


def new_slot(s: State) -> int:
    """A slot for the next lot; the first one, to be thrown away, if none is free."""
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
    """Orders claim inputs: stock policies that watch those inputs review them."""
    r = s.sources[source]
    for i in range(r.pull_begin, r.pull_end):
        follow_up(s, PLAN, 0, s.pulls[i], 0, REPLENISH, s.pulls[i])


def enter(s: State, slot: int) -> None:
    """A lot goes on order; it begins when its inputs are there and its turn has come."""
    c, lot = s.clock[0], s.lots[slot]
    source, starts = lot.source, lot.starts
    r = s.sources[source]
    lot.released = c.now
    lot.expected = starts * good_per_start(s, source, c.now)
    _open(s, slot)
    if not r.planned:
        r.on_order += lot.expected
    if lot.stage == SAMPLES:
        s.by_source[c.period, source].sample_starts += starts
    else:
        s.by_source[c.period, source].starts += starts
    if r.take_begin == r.take_end:
        _begin(s, slot)
        return
    lot.where, node = QUEUED, NOTHING
    for i in range(r.take_begin, r.take_end):
        s.pools[s.input_pool[i]].waiting += s.takes[i] * starts
        node = join_queue(s, s.input_pool[i], slot)
    pool = s.input_pool[r.take_end - 1]
    # Behind others it has to wait, unless it may pass them.
    if s.pools[pool].head == node or c.may_pass:
        dispatch(s, pool)


def _open(s: State, slot: int) -> None:
    """A lot joins those that are released and have not arrived."""
    c, lot = s.clock[0], s.lots[slot]
    lot.before, lot.after = c.last_open, NOTHING
    if c.last_open == NOTHING:
        c.first_open = slot
    else:
        s.lots[c.last_open].after = slot
    c.last_open = slot


def _close(s: State, slot: int) -> None:
    """A lot that has arrived leaves them."""
    c, lot = s.clock[0], s.lots[slot]
    if lot.before == NOTHING:
        c.first_open = lot.after
    else:
        s.lots[lot.before].after = lot.after
    if lot.after == NOTHING:
        c.last_open = lot.before
    else:
        s.lots[lot.after].before = lot.before


def dispatch(s: State, pool: int) -> None:
    """Let waiting lots begin, in order, as far as inputs reach."""
    c, again, n = s.clock[0], s.again, 1
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
                n = look_again(s, n, other)
        units_joined(s, s.lots[slot].source, starts)
        _begin(s, slot if whole else _part(s, slot, starts))


def _part(s: State, slot: int, starts: int) -> int:
    """A lot of these starts that goes ahead of the rest, which keeps its place."""
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
    _open(s, ahead)
    return ahead


def _begin(s: State, slot: int) -> None:
    """Inputs are there: queue at the bottleneck, where priorities differ until a line is free."""
    lot, now = s.lots[slot], s.clock[0].now
    site = s.sources[lot.source].site
    lot.where = UNDER_WAY
    if not s.sites[site].ranked:
        _work(s, slot, now)
        return
    # Not yet begun: it counts as in process.
    lot.begin, lot.leave, lot.ready, lot.arrive = now, NEVER, NEVER, NEVER
    join_line(s, site, slot)
    follow_up(s, PLAN, TAKES_TURNS, site, 0, LINE_FREE, site)


def take_turns(s: State, site: int) -> None:
    """Lots of a site go to lines that are free, the most urgent first."""
    now, where = s.clock[0].now, s.sites[site]
    while where.head != NOTHING and free_at(s, site) <= now:
        slot = s.nodes[where.head].lot
        where.head, where.tail = pop_first(s, where.head, where.tail)
        _work(s, slot, s.lots[slot].begin)
        if now < s.lots[slot].leave < NEVER:
            at(s, s.lots[slot].leave, PLAN, TAKES_TURNS, site, 0, LINE_FREE, site)


def _work(s: State, slot: int, came: int) -> None:
    """A lot that came to the bottleneck takes a line: every later instant of it follows now."""
    now, lot = s.clock[0].now, s.lots[slot]
    source = lot.source
    r = s.sources[source]
    load = variate(s, source, LOAD) * lot.starts
    lot.begin, lot.leave = work(s, r.site, load)
    if lot.leave >= NEVER:
        # Its integral never completes: it stays in process.
        lot.begin = lot.leave = lot.ready = lot.arrive = NEVER
        return
    make(s, slot)
    lot.ready = lot.leave + stretched(int(variate(s, source, CYCLE)), value_at(s, r.site, STRETCH, lot.begin))
    leaves = leaves_site(s, r.site, lot.ready)
    lot.arrive = leaves + r.shipping
    _book_way(s, slot, load, came, leaves)
    if now < lot.arrive < NEVER:
        later(s, lot.arrive, 0, RECEIVE, 0, source, lot.number, RECEIVED, slot)
    elif lot.arrive == now:
        follow_up(s, RECEIVE, 0, source, lot.number, RECEIVED, slot)


def _book_way(s: State, slot: int, load: float, came: int, leaves: int) -> None:
    """Book what the lot does until it leaves the site, each in the period of its instant."""
    c, lot = s.clock[0], s.lots[slot]
    source, site = lot.source, s.sources[lot.source].site
    here = s.by_site[c.period, site]
    here.lots += 1
    here.delayed += lot.begin > came
    here.wait += lot.begin - came
    if lot.arrive < NEVER:
        here.time_in_system += lot.arrive - came
    begun = left = made = sent = c.period
    if leaves >= c.period_end:
        begun, left = period_at(s, lot.begin), period_at(s, lot.leave)
        made, sent = period_at(s, lot.ready), period_at(s, leaves)
    if s.sources[source].variable_cents != 0.0:
        spent = cents(lot.starts * s.sources[source].variable_cents)
        s.by_source[begun, source].variable_cents += spent
        s.journal[begun] += spent
    s.by_site[left, site].load += load
    _book_made(s, slot, s.by_source[made, source])
    if s.items[s.sources[source].makes].costly_on_way and lot.stage != SAMPLES:
        in_transit(s, s.sources[source].makes, lot.good, lot.ready, lot.arrive)
    # Lots made larger to save time go with as many shipments as the lots they stand for.
    ship(s, source, lot_count(lot.starts, s.sources[source].shipped_lot), sent)


def _book_made(s: State, slot: int, row: Records) -> None:
    lot = s.lots[slot]
    row.out += lot.out
    row.scrapped += lot.starts - lot.out
    if lot.stage == SAMPLES:
        row.samples += lot.good
    else:
        row.good += lot.good
    if lot.good and lot.ready < s.first_good[lot.source]:
        s.first_good[lot.source] = lot.ready


def receive(s: State, slot: int) -> None:
    """A lot arrives in stock; those who wait for it are served, then lots that need it begin."""
    c, lot = s.clock[0], s.lots[slot]
    source = lot.source
    r = s.sources[source]
    _close(s, slot)
    if not r.planned:
        r.on_order -= lot.expected
    if r.priced:
        _pay(s, slot)
    lot_arrived(s, slot)
    if not lot.seeded:
        _trace(s, slot)
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
    """Stock came: old claims go before new ones of their priority, new ones of a higher before both."""
    p = s.pools[pool]
    if p.backlog:
        seen, last = False, 0
        for i in range(p.counter_begin, p.counter_end):
            f = s.flows[s.counters[i]]
            if f.backlog and not (seen and f.priority == last):
                seen, last = True, f.priority
                follow_up(s, SERVE, last, -1, pool, SERVED, pool)
    if less and p.continuous:
        follow_up(s, PLAN, 0, pool, 2, REPLENISH, pool)
    if p.head != NOTHING:
        follow_up(s, PLAN, 0, pool, 1, DISPATCH, pool)


def _trace(s: State, slot: int) -> None:
    c = s.clock[0]
    if not c.traced:
        return
    if c.arrived == len(s.arrivals):
        c.fault = FULL
        return
    s.arrivals[c.arrived] = s.lots[slot]
    c.arrived += 1


def _pay(s: State, slot: int) -> None:
    """An outside supplier is paid when the lot arrives, at the price of that day."""
    c, lot = s.clock[0], s.lots[slot]
    r = s.sources[lot.source]
    starts = float(lot.starts)
    if lot.seeded:
        starts = lot.good / max(good_per_start(s, lot.source, 0), 1e-9)
    paid = cents(starts * (price_at(s, lot.source, c.now) * value_at(s, r.site, PRICE, lot.begin)))
    s.by_source[c.period, lot.source].purchase_cents += paid
    s.journal[c.period] += paid


def plant(s: State, source: int, shipments: int, good: int, arrive: int, due: int) -> None:
    """A lot begun before the start: it ships like any other, unless it was on its way already."""
    r, slot = s.sources[source], new_slot(s)
    ready = arrive - r.shipping
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
    if s.items[r.makes].costly_on_way:
        in_transit(s, r.makes, good, max(ready, 0), lot.arrive)
    _open(s, slot)
    if not r.planned:
        r.on_order += lot.expected
    at(s, lot.arrive, RECEIVE, 0, source, lot.number, RECEIVED, slot)
