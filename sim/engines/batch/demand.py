"""Demand: lines are served from stock by priority, the rest waits or is lost."""

from __future__ import annotations

from sim.engines.batch.calendar import at, follow_up
from sim.engines.batch.lists import append, pop_first
from sim.engines.batch.recording import period_at
from sim.engines.batch.state import NOTHING, State
from sim.engines.batch.stock import available, take
from sim.engines.shared.phases import CANCEL, CANCELS_LAST, DEMANDED, PLAN, REPLENISH, SERVE
from sim.engines.shared.rules import cents, unit_days


def next_demand(s: State, flow: int, k: int) -> None:
    """Schedule the `k`-th demand of a flow; one at a time, so that the calendar stays small."""
    f = s.flows[flow]
    at(s, s.times[f.begin + k], SERVE, f.priority, flow, k, DEMANDED, 0)


def meet(s: State, flow: int, k: int) -> None:
    """Serve the `k`-th demand of a flow when it comes, and let a stock policy review its pool."""
    f, now = s.flows[flow], s.clock[0].now
    units = s.units[f.begin + k]
    left = serve_new(s, flow, units)
    f.seen += units
    if left and f.patience >= 0:
        at(s, now + f.patience, SERVE, CANCELS_LAST, flow, k, CANCEL, now)
    if f.begin + k + 1 < f.end:
        next_demand(s, flow, k + 1)
    if s.pools[f.pool].continuous:
        follow_up(s, PLAN, 0, f.pool, 0, REPLENISH, f.pool)


def serve_new(s: State, flow: int, units: int) -> int:
    """Serve new demand from stock, let the rest wait or be lost, and return the units left waiting."""
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
        # Unit-days of backlog are kept only where waiting costs something.
        if f.shortage_cents != 0.0:
            _accrue(s, flow, c.now)
        f.head, f.tail = append(s, f.head, f.tail, c.now, left)
        f.backlog += left
        s.pools[f.pool].backlog += left
    return int(left)


def serve_backlog(s: State, pool: int, priority: int) -> None:
    """Serve the waiting demand of one priority for a pool, in the order in which it came."""
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
    """Set the units that a stock gives to each flow when claims are met in the order of their instants."""
    p = s.pools[pool]
    for i in range(p.counter_begin, p.counter_end):
        f = s.flows[s.counters[i]]
        f.cursor, f.given = f.head, 0
    while stock > 0:
        # Claims of one instant are met in the order of the flows.
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
    """Serve units to the demand of a flow that waits longest, and book how long it waited."""
    if units == 0:
        return
    f, now = s.flows[flow], s.clock[0].now
    if f.shortage_cents != 0.0:
        _accrue(s, flow, now)
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
    # It may have been served since; then the first who waits came later.
    if f.head == NOTHING or s.nodes[f.head].at != since:
        return
    units = s.nodes[f.head].units
    f.head, f.tail = pop_first(s, f.head, f.tail)
    if f.shortage_cents != 0.0:
        _accrue(s, flow, s.clock[0].now)
    f.backlog -= units
    s.pools[f.pool].backlog -= units
    s.by_flow[s.clock[0].period, flow].cancelled += units


def _hand_out(s: State, flow: int, units: int) -> None:
    """Take units from stock for a flow and book their delivery."""
    c, f = s.clock[0], s.flows[flow]
    take(s, f.pool, units, False)
    row = s.by_flow[c.period, flow]
    row.served += units
    row.deliveries += 1
    row.delivery_cents += f.shipment_cents
    s.journal[c.period] += f.shipment_cents
    # Units count as delivered in the period in which they reach the customer.
    then = c.period if f.delivery == 0 else period_at(s, c.now + f.delivery)
    s.by_flow[then, flow].delivered += units


def _accrue(s: State, flow: int, now: int) -> None:
    """Add up the unit-days of backlog until `now`; to be called before it changes."""
    f = s.flows[flow]
    f.unit_days += unit_days(f.backlog, now - f.last)
    f.last = now


def settle_demand(s: State, until: int) -> None:
    """Book backlog, the cost of waiting and that of lost units at the end of a period."""
    for flow in range(len(s.flows)):
        f = s.flows[flow]
        s.by_flow[s.clock[0].period, flow].backlog = f.backlog
        if f.shortage_cents != 0.0:
            _settle_waiting(s, flow, until)
        if f.lost_cents != 0.0:
            _settle_lost(s, flow)


def _settle_waiting(s: State, flow: int, until: int) -> None:
    """Book the cost of waiting in the period."""
    c, f = s.clock[0], s.flows[flow]
    _accrue(s, flow, until)
    f.owed += f.unit_days * f.shortage_cents
    f.unit_days = 0.0
    # Rounded as one running total, so that cents do not drift with the number of periods.
    due = cents(f.owed) - f.booked
    f.booked += due
    s.by_flow[c.period, flow].shortage_cents += due
    s.journal[c.period] += due


def _settle_lost(s: State, flow: int) -> None:
    """Book the cost of units lost in the period."""
    c, f = s.clock[0], s.flows[flow]
    row = s.by_flow[c.period, flow]
    f.lost += row.lost + row.cancelled
    # Rounded as one running total, so that cents do not drift with the number of periods.
    due = cents(f.lost * f.lost_cents) - f.lost_booked
    f.lost_booked += due
    row.lost_cents += due
    s.journal[c.period] += due
