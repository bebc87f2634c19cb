"""Units in stock, and what holding them costs."""

from __future__ import annotations

from sim.draws import Draws
from sim.draws.sources import cents_of
from sim.engines.shared.recorder import Rows
from sim.engines.shared.rules import cents, unit_days, whole
from sim.engines.shared.wip import wip_limits


class Stockroom:
    """Stock of every item. Pools are taken from member by member, in their order of preference; behind them stand the
    free `places` of lines with a limit on work in process."""

    def __init__(self, draws: Draws) -> None:
        plan = draws.plan
        self.units: list[int] = draws.initial_stock.tolist()
        self.places: list[int] = wip_limits(draws).places.tolist()
        self.members = [list(pool.members) for pool in plan.pools]
        self._only = [pool.members[0] if len(pool.members) == 1 else -1 for pool in plan.pools]
        self._rates = [cents_of(draws.vector, item.holding_cost) for item in plan.items]
        self._costly = [rate > 0.0 for rate in self._rates]
        self._transit_rates = [cents_of(draws.vector, item.transit_cost) for item in plan.items]
        self.costly_on_way = [rate > 0.0 for rate in self._transit_rates]
        """Whether units of each item cost something in transit."""
        self._unit_days = [0.0] * len(self.units)
        self._last = [0] * len(self.units)
        self._owed = [0.0] * len(self.units)
        self._booked = [0] * len(self.units)

    def available(self, pool: int) -> int:
        """Units in stock of a pool, or free places of a line."""
        if pool >= len(self.members):
            return self.places[pool - len(self.members)]
        only = self._only[pool]
        return self.units[only] if only >= 0 else sum(self.units[item] for item in self.members[pool])

    def put(self, item: int, units: int, now: int) -> None:
        """Units arrive in stock."""
        if self._costly[item]:
            self._accrue(item, now)
        self.units[item] += units

    def take_all(self, pool: int, units: int, now: int, taken: list[int]) -> bool:
        """Take units of a pool if they are all there; whether they were."""
        only = self._only[pool]
        if only < 0 or self._costly[only]:
            if self.available(pool) < units:
                return False
            self.take(pool, units, now, taken)
            return True
        if self.units[only] < units:
            return False
        self.units[only] -= units
        taken[only] += units
        return True

    def take(self, pool: int, units: int, now: int, taken: list[int] | None = None) -> None:
        """Take units of a pool that are there; adds what each item gave to `taken`. Places are taken from a line."""
        if pool >= len(self.members):
            self.places[pool - len(self.members)] -= units
            return
        for item in self.members[pool]:
            part = min(units, self.units[item])
            if part:
                if self._costly[item]:
                    self._accrue(item, now)
                self.units[item] -= part
                units -= part
                if taken is not None:
                    taken[item] += part

    def destroy(self, item: int, share: float, now: int, rows: Rows) -> int:
        """A share of the stock of an item is gone; returns the units."""
        if self._costly[item]:
            self._accrue(item, now)
        gone = whole(self.units[item] * share)
        self.units[item] -= gone
        rows.destroyed[item] += gone
        return gone

    def _accrue(self, item: int, now: int) -> None:
        self._unit_days[item] += unit_days(self.units[item], now - self._last[item])
        self._last[item] = now

    def settle(self, now: int, rows: Rows) -> None:
        """Close a period: book levels and holding costs up to `now`."""
        rows.stock[:] = self.units
        for item, costly in enumerate(self._costly):
            if not costly and not self.costly_on_way[item]:
                continue
            self._accrue(item, now)
            self._owed[item] += rows.transit[item] * self._transit_rates[item]
            # Rounded as one running total, so that cents do not drift with the number of periods.
            self._owed[item] += self._unit_days[item] * self._rates[item]
            self._unit_days[item] = 0.0
            due = cents(self._owed[item]) - self._booked[item]
            self._booked[item] += due
            rows.holding_cents[item] += due
            rows.journal += due
