"""Units in stock, and what holding them costs."""

from __future__ import annotations

from sim.draws import Draws
from sim.draws.curves import TICKS_PER_DAY
from sim.draws.sources import cents
from sim.engines.recorder import Recorder
from sim.engines.rules import cents as round_cents


class Stockroom:
    """Stock of every item. Pools are taken from member by member, in their order of preference."""

    def __init__(self, draws: Draws, recorder: Recorder) -> None:
        plan = draws.plan
        self.units: list[int] = draws.initial_stock.tolist()
        self.members = [list(pool.members) for pool in plan.pools]
        self._rates = [cents(draws.vector, item.holding_cost) for item in plan.items]
        self._costly = [rate > 0.0 for rate in self._rates]
        self._unit_ticks = [0] * len(self.units)
        self._last = [0] * len(self.units)
        self._owed = [0.0] * len(self.units)
        self._booked = [0] * len(self.units)
        self._recorder = recorder

    def available(self, pool: int) -> int:
        """Units in stock of a pool."""
        members = self.members[pool]
        return self.units[members[0]] if len(members) == 1 else sum(self.units[item] for item in members)

    def put(self, item: int, units: int, now: int) -> None:
        """Units arrive in stock."""
        if self._costly[item]:
            self._accrue(item, now)
        self.units[item] += units

    def take(self, pool: int, units: int, now: int) -> list[tuple[int, int]]:
        """Take units of a pool that are there; returns (item, units)."""
        taken = []
        for item in self.members[pool]:
            part = min(units, self.units[item])
            if part:
                if self._costly[item]:
                    self._accrue(item, now)
                self.units[item] -= part
                units -= part
                taken.append((item, part))
        return taken

    def _accrue(self, item: int, now: int) -> None:
        self._unit_ticks[item] += self.units[item] * (now - self._last[item])
        self._last[item] = now

    def settle(self, now: int, period: int) -> None:
        """Close a period: book levels and holding costs up to `now`."""
        recorder = self._recorder
        recorder.item["stock"][period][:] = self.units
        for item, costly in enumerate(self._costly):
            if not costly:
                continue
            self._accrue(item, now)
            # Rounded as one running total, so that cents do not drift with the number of periods.
            self._owed[item] += self._unit_ticks[item] / TICKS_PER_DAY * self._rates[item]
            self._unit_ticks[item] = 0
            due = round_cents(self._owed[item]) - self._booked[item]
            self._booked[item] += due
            recorder.money(recorder.item["holding_cents"], period, item, due)
