"""Demand: lines are served from stock by priority, the rest waits or is lost."""

from __future__ import annotations

from sim.clock import NEVER
from sim.engines.events.recording import period_at
from sim.engines.events.state import FlowState, State
from sim.engines.events.stock import take
from sim.engines.shared.phases import CANCEL, CANCELS_LAST, DEMANDED, PLAN, REPLENISH, SERVE
from sim.engines.shared.rules import cents, unit_days
from sim.plan import NONE


def next_demand(s: State, flow: int, k: int) -> None:
    """Schedule the `k`-th demand of a flow; one at a time, so that the calendar stays small."""
    f = s.flows[flow]
    s.calendar.at(f.times[k], SERVE, f.priority, flow, k, DEMANDED, (flow, k))


def meet(s: State, flow: int, k: int) -> None:
    """Serve the `k`-th demand of a flow when it comes, and let a stock policy review its pool."""
    f, units = s.flows[flow], s.flows[flow].units[k]
    left = serve_new(s, flow, units)
    f.seen += units
    if left and f.patience >= 0:
        s.calendar.at(s.calendar.now + f.patience, SERVE, CANCELS_LAST, flow, k, CANCEL, (flow, s.calendar.now))
    if k + 1 < len(f.times):
        next_demand(s, flow, k + 1)
    if s.pools[f.pool].continuous:
        s.calendar.follow_up(PLAN, 0, f.pool, 0, REPLENISH, f.pool)


def serve_new(s: State, flow: int, units: int) -> int:
    """Serve new demand from stock, let the rest wait or be lost, and return the units left waiting."""
    f, rows = s.flows[flow], s.rows
    rows.demanded[flow] += units
    # Those who came before are served before.
    served = 0 if f.backlog else min(units, s.pools[f.pool].available)
    if served:
        rows.from_stock[flow] += served
        _hand_out(s, flow, served)
    left = units - served
    if left and not f.backlogs:
        rows.lost[flow] += left
        return 0
    if left:
        f.waiting.append([s.calendar.now, left])
        _add_backlog(s, f, left)
    return left


def serve_backlog(s: State, pool: int, priority: int) -> None:
    """Serve the waiting demand of one priority for a pool, in the order in which it came."""
    flows, stock = s.pools[pool].counters[priority], s.pools[pool].available
    served = dict.fromkeys(flows, 0)
    while stock:
        flow = longest_waiting(s, flows)
        if flow == NONE:
            break
        units = _serve(s, flow, stock)
        served[flow] += units
        stock -= units
    # What a flow receives at one instant is one delivery.
    for flow, units in served.items():
        if units:
            _hand_out(s, flow, units)


def longest_waiting(s: State, flows: list[int]) -> int:
    """Return the flow with the oldest claim, or NONE; claims of one instant are met in the order of the flows."""
    first: int = NONE
    oldest = NEVER
    for flow in flows:
        waiting = s.flows[flow].waiting
        if waiting and waiting[0][0] < oldest:
            first, oldest = flow, waiting[0][0]
    return first


def _serve(s: State, flow: int, stock: int) -> int:
    """Serve the oldest claim of a flow as far as a stock reaches, book how long it waited and return the units."""
    f = s.flows[flow]
    since, claimed = f.waiting[0]
    units = min(claimed, stock)
    _add_backlog(s, f, -units)
    s.rows.waited[flow] += unit_days(units, s.calendar.now - since)
    f.waiting[0][1] -= units
    if units == claimed:
        f.waiting.popleft()
    return units


def cancel(s: State, flow: int, since: int) -> None:
    """Cancel what is left of a demand that has waited too long."""
    f = s.flows[flow]
    # It may have been served since; then the first who waits came later.
    if f.waiting and f.waiting[0][0] == since:
        units = f.waiting.popleft()[1]
        _add_backlog(s, f, -units)
        s.rows.cancelled[flow] += units


def _add_backlog(s: State, f: FlowState, units: int) -> None:
    """Add units to the backlog of a flow and of its pool."""
    # Unit-days of backlog are kept only where waiting costs something.
    if f.shortage_cents:
        _accrue(f, s.calendar.now)
    f.backlog += units
    s.pools[f.pool].backlog += units


def _hand_out(s: State, flow: int, units: int) -> None:
    """Take units from stock for a flow and book their delivery."""
    f, rows = s.flows[flow], s.rows
    take(s, s.pools[f.pool], units, consume=False)
    rows.served[flow] += units
    rows.deliveries[flow] += 1
    if f.shipment_cents:
        rows.delivery_cents[flow] += f.shipment_cents
        rows.journal += f.shipment_cents
    # Units count as delivered in the period in which they reach the customer.
    period_at(s, s.calendar.now + f.delivery).delivered[flow] += units


def _accrue(f: FlowState, now: int) -> None:
    """Add up the unit-days of backlog until `now`; to be called before it changes."""
    f.unit_days += unit_days(f.backlog, now - f.last)
    f.last = now


def settle_demand(s: State, until: int) -> None:
    """Book backlog, the cost of waiting and that of lost units at the end of a period."""
    for flow, f in enumerate(s.flows):
        s.rows.backlog[flow] = f.backlog
        _settle_waiting(s, flow, until)
        _settle_lost(s, flow)


def _settle_waiting(s: State, flow: int, until: int) -> None:
    """Book the cost of waiting in the period."""
    f, rows = s.flows[flow], s.rows
    _accrue(f, until)
    f.owed += f.unit_days * f.shortage_cents
    f.unit_days = 0.0
    # Rounded as one running total, so that cents do not drift with the number of periods.
    due = cents(f.owed) - f.booked
    f.booked += due
    rows.shortage_cents[flow] += due
    rows.journal += due


def _settle_lost(s: State, flow: int) -> None:
    """Book the cost of units lost in the period."""
    f, rows = s.flows[flow], s.rows
    f.lost += rows.lost[flow] + rows.cancelled[flow]
    # Rounded as one running total, so that cents do not drift with the number of periods.
    due = cents(f.lost * f.lost_cents) - f.lost_booked
    f.lost_booked += due
    rows.lost_cents[flow] += due
    rows.journal += due
