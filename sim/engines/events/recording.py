"""What a run leaves in the books: amounts in the period of their instant, which may lie ahead."""

from __future__ import annotations

from bisect import bisect_right

from sim.clock import NEVER
from sim.engines.events.curves import value_at
from sim.engines.events.state import UNDER_WAY, WAITS, OpenLot, SourceState, State
from sim.engines.events.yields import good_per_start
from sim.engines.shared.phases import QualificationPhase
from sim.engines.shared.records import Rows
from sim.engines.shared.rules import cents, lot_count, unit_days

SAMPLES = int(QualificationPhase.SAMPLES)


def period_at(s: State, instant: int) -> Rows:
    """Return the counters of the period of an instant that is not past.

    Beyond the end they are counters that nobody reads; with a drain, those of the last period.
    """
    # Nothing is booked in the past, so what comes before the end of this period belongs to it.
    if instant < s.period_end:
        return s.rows
    if instant >= s.draws.end:
        return s.by_period[-2 if s.plan.calendar.drain and instant < NEVER else -1]
    return s.by_period[bisect_right(s.edges, instant) - 1]


def ship(r: SourceState, source: int, shipments: int, rows: Rows) -> None:
    """Book shipments and their cost; a negative number takes back what was booked ahead."""
    paid = shipments * r.shipment_cents
    rows.shipments[source] += shipments
    if paid:
        rows.shipment_cents[source] += paid
        rows.journal += paid


def in_transit(s: State, item: int, units: int, leave: int, arrive: int) -> None:
    """Book the unit-days of units in transit between two instants, in each period for its part."""
    # Where nothing is to be paid for it, nobody asks.
    if s.items[item].transit_rate <= 0.0:
        return
    last = len(s.edges) - 2
    # With a drain the last period lasts until everything has arrived.
    stop = arrive if s.plan.calendar.drain and arrive < NEVER else min(arrive, s.draws.end)
    period, at = min(bisect_right(s.edges, leave) - 1, last), leave
    while at < stop and period <= last:
        until = stop if period == last else min(stop, s.edges[period + 1])
        s.by_period[period].transit[item] += unit_days(units, until - at)
        at, period = until, period + 1


def book_lot(s: State, r: SourceState, lot: OpenLot, load: float, came: int, leaves: int) -> None:
    """Book what a lot does until it leaves the site, each in the period of its instant.

    All of its instants are known when it takes a line, so a lot needs no event of its own for leaving the line or
    being ready; a disruption that destroys part of it takes back what was booked ahead.
    """
    source = lot.source
    _book_wait(s.rows, r.site, lot, came)
    begun = left = made = sent = s.rows
    # A lot that leaves within the current period has all its instants in it.
    if leaves >= s.period_end:
        begun, left = period_at(s, lot.begin), period_at(s, lot.leave)
        made, sent = period_at(s, lot.ready), period_at(s, leaves)
    if r.variable_cents:
        spent = cents(lot.starts * r.variable_cents)
        begun.variable_cents[source] += spent
        begun.journal += spent
    left.load[r.site] += load
    made.out[source] += lot.out
    made.scrapped[source] += lot.starts - lot.out
    if lot.stage == SAMPLES:
        made.samples[source] += lot.good
    else:
        made.good[source] += lot.good
        in_transit(s, r.makes, lot.good, lot.ready, lot.arrive)
    if lot.good and lot.ready < s.first_good[source]:
        s.first_good[source] = lot.ready
    # Lots made larger to save time go with as many shipments as the lots they stand for.
    ship(r, source, lot_count(lot.starts, r.shipped_lot), sent)


def _book_wait(rows: Rows, site: int, lot: OpenLot, came: int) -> None:
    """Book whether and how long a lot waits at a bottleneck, and how long it is in the system."""
    rows.lots[site] += 1
    if lot.begin > came:
        rows.delayed[site] += 1
        rows.wait[site] += lot.begin - came
    if lot.arrive < NEVER:
        rows.time_in_system[site] += lot.arrive - came


def pay(s: State, lot: OpenLot) -> None:
    """Pay the outside supplier of an arrived lot, at the price of that day.

    The factor of disruptions on the price is that of the day on which the lot began.
    """
    rows, r, starts = s.rows, s.sources[lot.source], float(lot.starts)
    if lot.seeded:
        # Seeded lots have no starts: those that would give as many good units are paid for.
        starts = lot.good / max(good_per_start(s, lot.source, 0), 1e-9)
    factor = value_at(s.sites[r.site].price, lot.begin)
    paid = cents(starts * (value_at(r.price, s.calendar.now) * factor))
    rows.purchase_cents[lot.source] += paid
    rows.journal += paid


def count_lots(s: State, edge: int) -> None:
    """Count lots that wait for inputs, are in process or in transit at the end of a period."""
    rows = s.rows
    for lot in s.open_lots.values():
        if lot.where == WAITS:
            rows.waiting[lot.source] += lot.starts
        elif lot.where == UNDER_WAY and not lot.seeded:
            if lot.ready >= edge:
                rows.in_process[lot.source] += lot.starts
            elif lot.stage != SAMPLES:
                rows.in_transit[lot.source] += lot.good
