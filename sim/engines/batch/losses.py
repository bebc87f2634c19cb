"""Stock and lots that disruptions destroy.

The remainder of a lot keeps the lot's place and instants; what was booked ahead for the lost units is reversed.
"""

from __future__ import annotations

from sim.clock import NEVER
from sim.engines.batch.calendar import follow_up
from sim.engines.batch.open_lots import forget_arrived
from sim.engines.batch.recording import in_transit, period_at, ship
from sim.engines.batch.state import UNDER_WAY, State
from sim.engines.batch.stock import destroy
from sim.engines.batch.wip import lot_shrunk, stock_destroyed
from sim.engines.shared.phases import PLAN, REPLENISH, QualificationPhase
from sim.engines.shared.rules import lot_count, whole

SAMPLES = int(QualificationPhase.SAMPLES)


def strike(s: State, i: int) -> None:
    """Destroy a share of stock, then of lots in process; stock policies see at once what is gone."""
    loss = s.losses[i]
    if loss.stock != 0.0:
        for k in range(loss.item_begin, loss.item_end):
            gone = destroy(s, s.struck_items[k], loss.stock)
            stock_destroyed(s, s.struck_items[k], gone)
    if loss.wip != 0.0:
        for k in range(loss.site_begin, loss.site_end):
            _strike_lots(s, s.struck_sites[k], loss.wip)
    for k in range(loss.pool_begin, loss.pool_end):
        pool = s.struck_pools[k]
        if s.pools[pool].continuous:
            follow_up(s, PLAN, 0, pool, 0, REPLENISH, pool)


def _strike_lots(s: State, site: int, share: float) -> None:
    """Destroy a share of what is in process at a site, cut from lot to lot so that fractions add up."""
    now, seen, gone = s.clock[0].now, 0, 0
    for i in range(forget_arrived(s)):
        slot = s.open_lots[i]
        lot = s.lots[slot]
        if s.sources[lot.source].site == site and lot.where == UNDER_WAY and lot.ready > now:
            units = lot.good if lot.seeded else lot.starts
            seen += units
            cut = whole(seen * share) - gone
            gone += cut
            if cut:
                _shrink(s, slot, units, units - cut)
    for source in range(len(s.sources)):
        # A first good unit that is still to come may be among those destroyed.
        if s.sources[source].site == site and s.first_good[source] > now:
            s.first_good[source] = _first_good(s, source)


def _shrink(s: State, slot: int, units: int, left: int) -> None:
    """Leave `left` of the `units` of a lot: starts, or good units if it was seeded."""
    c, lot = s.clock[0], s.lots[slot]
    row = s.by_source[c.period, lot.source]
    lot_shrunk(s, lot.source, units - left)
    if lot.seeded:
        row.seeded_destroyed += units - left
    else:
        row.scrapped += units - left
        lot.starts = left
    if lot.ready < NEVER:
        _take_back(s, slot, units, left)
    expected = lot.expected * left / units
    if not s.sources[lot.source].planned:
        s.sources[lot.source].on_order -= lot.expected - expected
    lot.expected = expected


def _take_back(s: State, slot: int, units: int, left: int) -> None:
    """Correct what was booked when a lot began, each in the period of its instant."""
    lot = s.lots[slot]
    r, good, made = s.sources[lot.source], lot.good * left // units, period_at(s, lot.ready)
    if not lot.seeded:
        out = lot.out * left // units
        row = s.by_source[made, lot.source]
        row.out += out - lot.out
        row.scrapped += (left - out) - (units - lot.out)
        if lot.stage == SAMPLES:
            row.samples += good - lot.good
        else:
            row.good += good - lot.good
        lot.out = out
    if lot.stage != SAMPLES:
        in_transit(s, r.makes, good - lot.good, lot.ready, lot.arrive)
    if left == 0:
        shipments = 1 if lot.seeded else lot_count(units, r.shipped_lot)
        ship(s, lot.source, -shipments, period_at(s, lot.arrive - r.shipping))
    lot.good = good


def _first_good(s: State, source: int) -> int:
    """Return when the first good unit of a source comes, of lots now in process."""
    first = NEVER
    # Whoever arrived was forgotten just before.
    for i in range(s.clock[0].open_entries):
        lot = s.lots[s.open_lots[i]]
        if lot.source == source and lot.where == UNDER_WAY and lot.ready < first and lot.good and not lot.seeded:
            first = lot.ready
    return int(first)
