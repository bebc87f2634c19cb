"""What a run leaves in the books: amounts in the period of their instant, which may lie ahead."""

from __future__ import annotations

from sim.clock import NEVER
from sim.engines.batch.curves import price_at, value_at
from sim.engines.batch.state import PRICE, UNDER_WAY, WAITS, Records, State
from sim.engines.batch.yields import good_per_start
from sim.engines.shared.phases import QualificationPhase
from sim.engines.shared.rules import cents, lot_count, segment, unit_days

SAMPLES = int(QualificationPhase.SAMPLES)


def period_at(s: State, instant: int) -> int:
    """Return the period of an instant that is not past.

    Beyond the end it is a row that nobody reads; with a drain, the last period.
    """
    c = s.clock[0]
    if instant >= c.end:
        return int(c.edges - 2 if c.drain and instant < NEVER else c.edges - 1)
    return segment(s.edges, instant, c.period)


def ship(s: State, source: int, shipments: int, period: int) -> None:
    """Book shipments and their cost; a negative number takes back what was booked ahead."""
    paid = shipments * s.sources[source].shipment_cents
    s.by_source[period, source].shipments += shipments
    s.by_source[period, source].shipment_cents += paid
    s.journal[period] += paid


def in_transit(s: State, item: int, units: int, leave: int, arrive: int) -> None:
    """Book the unit-days of units in transit between two instants, in each period for its part."""
    # Where nothing is to be paid for it, nobody asks.
    if not s.items[item].costly_on_way:
        return
    c = s.clock[0]
    last = int(c.edges - 2)
    # With a drain the last period lasts until everything has arrived.
    stop = arrive if c.drain and arrive < NEVER else min(arrive, c.end)
    period, at = min(segment(s.edges, leave, c.period), last), leave
    while at < stop and period <= last:
        until = stop if period == last else min(stop, s.edges[period + 1])
        s.by_item[period, item].transit += unit_days(units, until - at)
        at, period = until, period + 1


def book_lot(s: State, slot: int, load: float, came: int, leaves: int) -> None:
    """Book what a lot does until it leaves the site, each in the period of its instant.

    All of its instants are known when it takes a line, so a lot needs no event of its own for leaving the line or
    being ready; a disruption that destroys part of it takes back what was booked ahead.
    """
    c, lot = s.clock[0], s.lots[slot]
    source, site = lot.source, s.sources[lot.source].site
    _book_wait(s, slot, site, came)
    begun = left = made = sent = c.period
    # A lot that leaves within the current period has all its instants in it.
    if leaves >= c.period_end:
        begun, left = period_at(s, lot.begin), period_at(s, lot.leave)
        made, sent = period_at(s, lot.ready), period_at(s, leaves)
    if s.sources[source].variable_cents != 0.0:
        spent = cents(lot.starts * s.sources[source].variable_cents)
        s.by_source[begun, source].variable_cents += spent
        s.journal[begun] += spent
    s.by_site[left, site].load += load
    _book_made(s, slot, s.by_source[made, source])
    if lot.stage != SAMPLES:
        in_transit(s, s.sources[source].makes, lot.good, lot.ready, lot.arrive)
    # Lots made larger to save time go with as many shipments as the lots they stand for.
    ship(s, source, lot_count(lot.starts, s.sources[source].shipped_lot), sent)


def _book_made(s: State, slot: int, row: Records) -> None:
    """Book what a lot makes: units out, scrapped and good."""
    lot = s.lots[slot]
    row.out += lot.out
    row.scrapped += lot.starts - lot.out
    if lot.stage == SAMPLES:
        row.samples += lot.good
    else:
        row.good += lot.good
    if lot.good and lot.ready < s.first_good[lot.source]:
        s.first_good[lot.source] = lot.ready


def _book_wait(s: State, slot: int, site: int, came: int) -> None:
    """Book whether and how long a lot waits at a bottleneck, and how long it is in the system."""
    lot, row = s.lots[slot], s.by_site[s.clock[0].period, site]
    row.lots += 1
    row.delayed += lot.begin > came
    row.wait += lot.begin - came
    if lot.arrive < NEVER:
        row.time_in_system += lot.arrive - came


def pay(s: State, slot: int) -> None:
    """Pay the outside supplier of an arrived lot, at the price of that day.

    The factor of disruptions on the price is that of the day on which the lot began.
    """
    c, lot = s.clock[0], s.lots[slot]
    r = s.sources[lot.source]
    starts = float(lot.starts)
    if lot.seeded:
        # Seeded lots have no starts: those that would give as many good units are paid for.
        starts = lot.good / max(good_per_start(s, lot.source, 0), 1e-9)
    paid = cents(starts * (price_at(s, lot.source, c.now) * value_at(s, r.site, PRICE, lot.begin)))
    s.by_source[c.period, lot.source].purchase_cents += paid
    s.journal[c.period] += paid


def count_lots(s: State, edge: int) -> None:
    """Count lots that wait for inputs, are in process or in transit at the end of a period."""
    period = s.clock[0].period
    for slot in range(s.clock[0].lots_used):
        lot = s.lots[slot]
        row = s.by_source[period, lot.source]
        if lot.where == WAITS:
            row.waiting += lot.starts
        elif lot.where == UNDER_WAY:
            if lot.seeded:
                s.under_way[period] += lot.good
            elif lot.ready >= edge:
                row.in_process += lot.starts
            elif lot.stage != SAMPLES:
                row.in_transit += lot.good
