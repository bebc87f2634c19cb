"""Stock and lots that disruptions destroy."""

from __future__ import annotations

from sim.clock import NEVER
from sim.draws.losses import Loss
from sim.engines.floor import Floor
from sim.engines.planning_desk import PlanningDesk
from sim.engines.shared.phases import EventPhase, QualificationPhase
from sim.engines.shared.recorder import Lot
from sim.engines.shared.rules import lot_count, whole
from sim.engines.wip import WipDesk


class LossDesk:
    """Destroys what disruptions strike. A lot keeps its place and its instants, with what is left of it: what was
    booked ahead of it is taken back."""

    def __init__(self, engine: Floor, desk: PlanningDesk, wip: WipDesk) -> None:
        self._engine, self._desk, self._wip = engine, desk, wip

    def schedule(self) -> None:
        """Put all losses on the calendar."""
        for i, loss in enumerate(self._engine.draws.losses):
            self._engine.agenda.at(loss.at, EventPhase.DISRUPT, 0, i, 0, self._strike, loss)

    def _strike(self, loss: Loss) -> None:
        """Destroy stock, then lots; stock policies see at once what is gone."""
        engine = self._engine
        for item in loss.items if loss.stock else ():
            self._wip.destroyed(item, engine.stockroom.destroy(item, loss.stock, engine.agenda.now, engine.rows))
        for site in loss.sites if loss.wip else ():
            self._strike_lots(site, loss.wip)
        for pool in loss.pools:
            if self._desk.continuous[pool]:
                engine.agenda.follow_up(EventPhase.PLAN, 0, pool, 0, self._desk.replenish, pool)

    def _strike_lots(self, site: int, share: float) -> None:
        """A share of what is in process at a site, cut from lot to lot so that fractions add up."""
        engine, seen, gone = self._engine, 0, 0
        for lot in engine.open_lots.values():
            if (
                engine.routes[lot.source].site != site
                or lot.number not in engine.live
                or lot.ready <= engine.agenda.now
            ):
                continue
            units = lot.good if lot.seeded else lot.starts
            seen += units
            cut = whole(seen * share) - gone
            gone += cut
            if cut:
                self._shrink(lot, units, units - cut)
        for route in engine.routes:
            if route.site == site and engine.recorder.first_good[route.source] > engine.agenda.now:
                engine.recorder.first_good[route.source] = self._first_good(route.source)

    def _shrink(self, lot: Lot, units: int, left: int) -> None:
        """Leave so much of a lot of so many starts (seeded: good units)."""
        engine, source = self._engine, lot.source
        self._wip.shrunk(source, units - left)
        if lot.seeded:
            engine.rows.seeded_destroyed[source] += units - left
        else:
            engine.rows.scrapped[source] += units - left
            lot.starts = left
        if lot.ready < NEVER:
            self._take_back(lot, units, left)
        expected = lot.expected * left / units
        if not engine.routes[source].planned:
            self._desk.on_order[source] -= lot.expected - expected
        lot.expected = expected

    def _take_back(self, lot: Lot, units: int, left: int) -> None:
        """Correct what was booked when the lot began, each in the period of its instant."""
        recorder, route, source = self._engine.recorder, self._engine.routes[lot.source], lot.source
        good, made = lot.good * left // units, recorder.at(lot.ready)
        if not lot.seeded:
            out = lot.out * left // units
            made.out[source] += out - lot.out
            made.scrapped[source] += (left - out) - (units - lot.out)
            (made.samples if lot.stage == QualificationPhase.SAMPLES else made.good)[source] += good - lot.good
            lot.out = out
        if self._engine.stockroom.costly_on_way[route.item] and lot.stage != QualificationPhase.SAMPLES:
            recorder.in_transit(route.item, good - lot.good, lot.ready, lot.arrive)
        if left == 0:
            shipments = 1 if lot.seeded else lot_count(units, route.shipped_lot)
            recorder.at(lot.arrive - route.shipping).shipped(source, -shipments, route.shipment_cents)
        lot.good = good

    def _first_good(self, source: int) -> int:
        """When the first good unit of a source comes, of lots now under way."""
        lots = self._engine.live.values()
        return min(
            (x.ready for x in lots if x.source == source and x.ready < NEVER and x.good and not x.seeded), default=NEVER
        )
