"""Stock and lots that disruptions destroy.

The remainder of a lot keeps the lot's place and instants; what was booked ahead for the lost units is reversed.
"""

from __future__ import annotations

from sim.clock import NEVER
from sim.engines.events.recording import in_transit, period_at, ship
from sim.engines.events.state import UNDER_WAY, OpenLot, State
from sim.engines.events.stock import destroy
from sim.engines.events.wip import lot_shrunk, stock_destroyed
from sim.engines.shared.phases import PLAN, REPLENISH, QualificationPhase
from sim.engines.shared.rules import lot_count, whole

SAMPLES = int(QualificationPhase.SAMPLES)


def strike(s: State, i: int) -> None:
    """Destroy a share of stock, then of lots in process; stock policies see at once what is gone."""
    loss = s.draws.losses[i]
    for item in loss.items if loss.stock else ():
        stock_destroyed(s, item, destroy(s, item, loss.stock))
    for site in loss.sites if loss.wip else ():
        _strike_lots(s, site, loss.wip)
    for pool in loss.pools:
        if s.pools[pool].continuous:
            s.calendar.follow_up(PLAN, 0, pool, 0, REPLENISH, pool)


def _strike_lots(s: State, site: int, share: float) -> None:
    """Destroy a share of what is in process at a site, cut from lot to lot so that fractions add up."""
    seen = gone = 0
    for lot in s.open_lots.values():
        if s.sources[lot.source].site == site and lot.where == UNDER_WAY and lot.ready > s.calendar.now:
            units = lot.good if lot.seeded else lot.starts
            seen += units
            cut = whole(seen * share) - gone
            gone += cut
            if cut:
                _shrink(s, lot, units, units - cut)
    for source, r in enumerate(s.sources):
        # A first good unit that is still to come may be among those destroyed.
        if r.site == site and s.first_good[source] > s.calendar.now:
            s.first_good[source] = _first_good(s, source)


def _shrink(s: State, lot: OpenLot, units: int, left: int) -> None:
    """Leave `left` of the `units` of a lot: starts, or good units if it was seeded."""
    r, rows = s.sources[lot.source], s.rows
    lot_shrunk(s, lot.source, units - left)
    if lot.seeded:
        rows.seeded_destroyed[lot.source] += units - left
    else:
        rows.scrapped[lot.source] += units - left
        lot.starts = left
    if lot.ready < NEVER:
        _take_back(s, lot, units, left)
    expected = lot.expected * left / units
    if not r.planned:
        r.on_order -= lot.expected - expected
    lot.expected = expected


def _take_back(s: State, lot: OpenLot, units: int, left: int) -> None:
    """Correct what was booked when a lot began, each in the period of its instant."""
    source, r, good, made = lot.source, s.sources[lot.source], lot.good * left // units, period_at(s, lot.ready)
    if not lot.seeded:
        out = lot.out * left // units
        made.out[source] += out - lot.out
        made.scrapped[source] += (left - out) - (units - lot.out)
        if lot.stage == SAMPLES:
            made.samples[source] += good - lot.good
        else:
            made.good[source] += good - lot.good
        lot.out = out
    if lot.stage != SAMPLES:
        in_transit(s, r.makes, good - lot.good, lot.ready, lot.arrive)
    if left == 0:
        shipments = 1 if lot.seeded else lot_count(units, r.shipped_lot)
        ship(r, source, -shipments, period_at(s, lot.arrive - r.shipping))
    lot.good = good


def _first_good(s: State, source: int) -> int:
    """Return when the first good unit of a source comes, of lots now in process."""
    lots = (lot for lot in s.open_lots.values() if lot.source == source and lot.where == UNDER_WAY)
    return min((lot.ready for lot in lots if lot.ready < NEVER and lot.good and not lot.seeded), default=NEVER)
