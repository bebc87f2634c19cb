"""Stock: what is there, and what holding it costs."""

from __future__ import annotations

from sim.engines.events.state import ItemState, PoolState, State
from sim.engines.shared.rules import cents, unit_days, whole


def put(s: State, item: int, units: int) -> None:
    """Add units that arrive to the stock of an item."""
    i = s.items[item]
    # Unit-days are kept only where stock costs something.
    if i.rate:
        _accrue(i, s.calendar.now)
    i.units += units
    s.pools[i.pool].available += units


def take(s: State, p: PoolState, units: int, *, consume: bool) -> None:
    """Take units from the stock of a pool, member by member, or places from a line.

    With `consume` lots use the units up; without, they serve customers.
    """
    p.available -= units
    for item in p.members:
        i = s.items[item]
        part = min(units, i.units)
        if part:
            if i.rate:
                _accrue(i, s.calendar.now)
            i.units -= part
            units -= part
            if consume:
                s.rows.consumed[item] += part


def destroy(s: State, item: int, share: float) -> int:
    """Destroy a share of the stock of an item and return its units."""
    i = s.items[item]
    if i.rate:
        _accrue(i, s.calendar.now)
    gone = whole(i.units * share)
    i.units -= gone
    s.pools[i.pool].available -= gone
    s.rows.destroyed[item] += gone
    return gone


def _accrue(i: ItemState, now: int) -> None:
    """Add up unit-days of stock until `now`; to be called before the level changes."""
    i.unit_days += unit_days(i.units, now - i.last)
    i.last = now


def settle_stock(s: State, until: int) -> None:
    """Book stock levels and holding costs at the end of a period."""
    rows = s.rows
    for item, i in enumerate(s.items):
        rows.stock[item] = i.units
        _accrue(i, until)
        i.owed += rows.transit[item] * i.transit_rate
        # Rounded as one running total, so that cents do not drift with the number of periods.
        i.owed += i.unit_days * i.rate
        i.unit_days = 0.0
        due = cents(i.owed) - i.booked
        i.booked += due
        rows.holding_cents[item] += due
        rows.journal += due
