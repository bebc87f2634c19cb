"""Stock and demand: what is there, who waits for it, and what both cost."""

from __future__ import annotations

from sim.clock import NEVER
from sim.engines.batch.lists import append, pop_first
from sim.engines.batch.state import NOTHING, State
from sim.engines.shared.rules import cents, segment, unit_days, whole


def period_at(s: State, instant: int) -> int:
    """The period of an instant that is not past; beyond the end a row that nobody reads (with a drain, the last)."""
    c = s.clock[0]
    if instant >= c.end:
        return int(c.edges - 2 if c.drain and instant < NEVER else c.edges - 1)
    return segment(s.edges, instant, c.period)


def ship(s: State, source: int, shipments: int, period: int) -> None:
    """Shipments leave, and what they cost; fewer than none: what was booked ahead does not leave."""
    paid = shipments * s.sources[source].shipment_cents
    s.by_source[period, source].shipments += shipments
    s.by_source[period, source].shipment_cents += paid
    s.journal[period] += paid


def available(s: State, pool: int) -> int:
    """Units in stock of a pool, or free places of a line."""
    p = s.pools[pool]
    if p.is_line:
        return int(p.places)
    if p.only >= 0:
        return int(s.items[p.only].units)
    units = 0
    for i in range(p.member_begin, p.member_end):
        units += s.items[s.members[i]].units
    return units


def put(s: State, item: int, units: int) -> None:
    """Units arrive in stock."""
    if s.items[item].costly:
        _accrue_stock(s, item, s.clock[0].now)
    s.items[item].units += units


def take(s: State, pool: int, units: int, consume: bool) -> None:
    """Take units of a pool that are there, member by member; lots consume them, customers are served.
    Places are taken from a line."""
    c, p = s.clock[0], s.pools[pool]
    if p.is_line:
        p.places -= units
        return
    for i in range(p.member_begin, p.member_end):
        item = s.items[s.members[i]]
        part = min(units, item.units)
        if part != 0:
            if item.costly:
                _accrue_stock(s, s.members[i], c.now)
            item.units -= part
            units -= part
            if consume:
                s.by_item[c.period, s.members[i]].consumed += part


def _accrue_stock(s: State, item: int, now: int) -> None:
    i = s.items[item]
    i.unit_days += unit_days(i.units, now - i.last)
    i.last = now


def destroy(s: State, item: int, share: float) -> int:
    """A share of the stock of an item is gone; returns the units."""
    c, i = s.clock[0], s.items[item]
    if i.costly:
        _accrue_stock(s, item, c.now)
    gone = whole(i.units * share)
    i.units -= gone
    s.by_item[c.period, item].destroyed += gone
    return gone


def in_transit(s: State, item: int, units: int, leave: int, arrive: int) -> None:
    """Book units that are on their way between two instants, in each period for the part that lies in it."""
    c = s.clock[0]
    last = int(c.edges - 2)
    stop = arrive if c.drain and arrive < NEVER else min(arrive, c.end)
    period, at = min(segment(s.edges, leave, c.period), last), leave
    while at < stop and period <= last:
        until = stop if period == last else min(stop, s.edges[period + 1])
        s.by_item[period, item].transit += unit_days(units, until - at)
        at, period = until, period + 1


def settle_stock(s: State, until: int) -> None:
    """Close a period: book levels and holding costs."""
    c = s.clock[0]
    for item in range(len(s.items)):
        i, row = s.items[item], s.by_item[c.period, item]
        row.stock = i.units
        if not i.costly and not i.costly_on_way:
            continue
        _accrue_stock(s, item, until)
        i.owed += row.transit * i.transit_rate
        # Rounded as one running total, so that cents do not drift with the number of periods.
        i.owed += i.unit_days * i.rate
        i.unit_days = 0.0
        due = cents(i.owed) - i.booked
        i.booked += due
        row.holding_cents += due
        s.journal[c.period] += due


def serve_new(s: State, flow: int, units: int) -> int:
    """Serve new demand from stock; what is left waits or is lost. Returns units left waiting."""
    c, f = s.clock[0], s.flows[flow]
    row = s.by_flow[c.period, flow]
    row.demanded += units
    # Those who came before are served before.
    served = 0 if f.backlog else min(units, available(s, f.pool))
    if served:
        row.from_stock += served
        _hand_out(s, flow, served)
    left = units - served
    if left and not f.backlogs:
        row.lost += left
        return 0
    if left:
        if f.shortage_cents != 0.0:
            _accrue_backlog(s, flow, c.now)
        f.head, f.tail = append(s, f.head, f.tail, c.now, left)
        f.backlog += left
        s.pools[f.pool].backlog += left
    return int(left)


def serve_backlog(s: State, pool: int, priority: int) -> None:
    """Serve those of one priority who wait for a pool, in the order they came."""
    p, stock = s.pools[pool], available(s, pool)
    if p.counter_end - p.counter_begin == 1:
        flow = s.counters[p.counter_begin]
        _serve(s, flow, min(stock, s.flows[flow].backlog))
        return
    _share_out(s, pool, priority, stock)
    for i in range(p.counter_begin, p.counter_end):
        if s.flows[s.counters[i]].priority == priority:
            _serve(s, s.counters[i], s.flows[s.counters[i]].given)


def _share_out(s: State, pool: int, priority: int, stock: int) -> None:
    """Units that a stock gives to each counter when claims are met in the order of their instants."""
    p = s.pools[pool]
    for i in range(p.counter_begin, p.counter_end):
        f = s.flows[s.counters[i]]
        f.cursor, f.given = f.head, 0
    while stock > 0:
        first, since = NOTHING, 0
        for i in range(p.counter_begin, p.counter_end):
            f = s.flows[s.counters[i]]
            if f.priority == priority and f.cursor != NOTHING and (first == NOTHING or s.nodes[f.cursor].at < since):
                first, since = s.counters[i], s.nodes[f.cursor].at
        if first == NOTHING:
            return
        f = s.flows[first]
        part = min(s.nodes[f.cursor].units, stock)
        f.given += part
        stock -= part
        f.cursor = s.nodes[f.cursor].after


def _serve(s: State, flow: int, units: int) -> None:
    if units == 0:
        return
    f, now = s.flows[flow], s.clock[0].now
    if f.shortage_cents != 0.0:
        _accrue_backlog(s, flow, now)
    f.backlog -= units
    s.pools[f.pool].backlog -= units
    row, left = s.by_flow[s.clock[0].period, flow], units
    while left:
        first = s.nodes[f.head]
        part = min(left, first.units)
        row.waited += unit_days(part, now - first.at)
        left -= part
        first.units -= part
        if first.units == 0:
            f.head, f.tail = pop_first(s, f.head, f.tail)
    _hand_out(s, flow, units)


def cancel(s: State, flow: int, since: int) -> None:
    """Cancel what is left of a demand that has waited too long."""
    f = s.flows[flow]
    if f.head == NOTHING or s.nodes[f.head].at != since:
        return
    units = s.nodes[f.head].units
    f.head, f.tail = pop_first(s, f.head, f.tail)
    if f.shortage_cents != 0.0:
        _accrue_backlog(s, flow, s.clock[0].now)
    f.backlog -= units
    s.pools[f.pool].backlog -= units
    s.by_flow[s.clock[0].period, flow].cancelled += units


def _hand_out(s: State, flow: int, units: int) -> None:
    c, f = s.clock[0], s.flows[flow]
    take(s, f.pool, units, False)
    row = s.by_flow[c.period, flow]
    row.served += units
    row.deliveries += 1
    row.delivery_cents += f.shipment_cents
    s.journal[c.period] += f.shipment_cents
    then = c.period if f.delivery == 0 else period_at(s, c.now + f.delivery)
    s.by_flow[then, flow].delivered += units


def _accrue_backlog(s: State, flow: int, now: int) -> None:
    f = s.flows[flow]
    f.unit_days += unit_days(f.backlog, now - f.last)
    f.last = now


def settle_demand(s: State, until: int) -> None:
    """Close a period: book levels, the cost of waiting and that of units lost in it."""
    for flow in range(len(s.flows)):
        f = s.flows[flow]
        s.by_flow[s.clock[0].period, flow].backlog = f.backlog
        if f.shortage_cents != 0.0:
            _settle_waiting(s, flow, until)
        if f.lost_cents != 0.0:
            _settle_lost(s, flow)


def _settle_waiting(s: State, flow: int, until: int) -> None:
    c, f = s.clock[0], s.flows[flow]
    _accrue_backlog(s, flow, until)
    f.owed += f.unit_days * f.shortage_cents
    f.unit_days = 0.0
    due = cents(f.owed) - f.booked
    f.booked += due
    s.by_flow[c.period, flow].shortage_cents += due
    s.journal[c.period] += due


def _settle_lost(s: State, flow: int) -> None:
    """Book the cost of units lost in the period; the running total is rounded, so that cents do not drift."""
    c, f = s.clock[0], s.flows[flow]
    row = s.by_flow[c.period, flow]
    f.lost += row.lost + row.cancelled
    due = cents(f.lost * f.lost_cents) - f.lost_booked
    f.lost_booked += due
    row.lost_cents += due
    s.journal[c.period] += due
