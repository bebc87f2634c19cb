"""Stock: what is there, and what holding it costs."""

from __future__ import annotations

from sim.engines.batch.state import State
from sim.engines.shared.rules import cents, unit_days, whole


def available(s: State, pool: int) -> int:
    """Return the units in stock of a pool, or the free places of a line."""
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
    """Add units that arrive to the stock of an item."""
    # Unit-days are kept only where stock costs something.
    if s.items[item].costly:
        _accrue(s, item, s.clock[0].now)
    s.items[item].units += units


def take(s: State, pool: int, units: int, consume: bool) -> None:
    """Take units from the stock of a pool, member by member, or places from a line.

    With `consume` lots use the units up; without, they serve customers.
    """
    c, p = s.clock[0], s.pools[pool]
    if p.is_line:
        p.places -= units
        return
    for i in range(p.member_begin, p.member_end):
        item = s.items[s.members[i]]
        part = min(units, item.units)
        if part != 0:
            if item.costly:
                _accrue(s, s.members[i], c.now)
            item.units -= part
            units -= part
            if consume:
                s.by_item[c.period, s.members[i]].consumed += part


def _accrue(s: State, item: int, now: int) -> None:
    """Add up unit-days of stock until `now`; to be called before the level changes."""
    i = s.items[item]
    i.unit_days += unit_days(i.units, now - i.last)
    i.last = now


def destroy(s: State, item: int, share: float) -> int:
    """Destroy a share of the stock of an item and return its units."""
    c, i = s.clock[0], s.items[item]
    if i.costly:
        _accrue(s, item, c.now)
    gone = whole(i.units * share)
    i.units -= gone
    s.by_item[c.period, item].destroyed += gone
    return gone


def settle_stock(s: State, until: int) -> None:
    """Book stock levels and holding costs at the end of a period."""
    c = s.clock[0]
    for item in range(len(s.items)):
        i, row = s.items[item], s.by_item[c.period, item]
        row.stock = i.units
        if not i.costly and not i.costly_on_way:
            continue
        _accrue(s, item, until)
        i.owed += row.transit * i.transit_rate
        # Rounded as one running total, so that cents do not drift with the number of periods.
        i.owed += i.unit_days * i.rate
        i.unit_days = 0.0
        due = cents(i.owed) - i.booked
        i.booked += due
        row.holding_cents += due
        s.journal[c.period] += due
