"""Free places of lines with a limit on work in process: who takes them, and when they are free again."""

from __future__ import annotations

from sim.engines.floor import Floor
from sim.engines.shared.phases import EventPhase, QualificationPhase
from sim.engines.shared.recorder import Lot
from sim.engines.shared.wip import wip_limits
from sim.plan import NONE

SAMPLES = int(QualificationPhase.SAMPLES)


class WipDesk:
    """Frees places as units leave a line; lots that wait for them are looked at again at once.

    Lots take places as they take inputs, from the stockroom.
    """

    def __init__(self, engine: Floor) -> None:
        self._engine, self._limits = engine, wip_limits(engine.draws)
        self._freed: list[int] = self._limits.freed.tolist()
        self._limit: list[int] = self._limits.limit.tolist()

    def fill(self) -> None:
        """What is in a line at the start has its place; there may be more than places."""
        engine, places = self._engine, self._engine.stockroom.places
        for item, limit in enumerate(self._limits.held.tolist()):
            if limit != NONE:
                places[limit] -= engine.stockroom.units[item]
        for lot in engine.live.values():
            if self._limit[lot.source] != NONE:
                places[self._limit[lot.source]] -= lot.good

    def begun(self, source: int, starts: int) -> None:
        """Several units that go into one free places."""
        if self._freed[source] > 0:
            self._free(self._limit[source], self._freed[source] * starts)

    def arrived(self, lot: Lot) -> None:
        """What does not go on in the line leaves it: finished units, samples and scrap."""
        if self._limit[lot.source] == NONE:
            return
        stays = lot.good if self._limits.stays[lot.source] and lot.stage != SAMPLES else 0
        self._free(self._limit[lot.source], (lot.good if lot.seeded else lot.starts) - stays)

    def destroyed(self, item: int, units: int) -> None:
        """Units in stock are gone."""
        if self._limits.held[item] != NONE:
            self._free(int(self._limits.held[item]), units)

    def shrunk(self, source: int, units: int) -> None:
        """Units in process are gone."""
        if self._limit[source] != NONE:
            self._free(self._limit[source], units)

    def _free(self, limit: int, units: int) -> None:
        engine, pool = self._engine, len(self._engine.plan.pools) + limit
        engine.stockroom.places[limit] += units
        if units and engine.queues[pool]:
            engine.agenda.follow_up(EventPhase.PLAN, 0, pool, 1, engine.dispatch, pool)
