"""Where orders are decided: planned reviews on the calendar, classical stock policies after demand."""

from __future__ import annotations

import math
from bisect import bisect_right

import numpy as np

from sim.draws.curves import TICKS_PER_DAY, ticks, value
from sim.engines import planner, rules
from sim.engines.floor import Floor
from sim.engines.phases import CAUSES, Phase, Stage
from sim.engines.positions import Position, expected_demand, memory, stage
from sim.engines.recorder import Lot
from sim.engines.tables import tables
from sim.plan import NONE, FloatArray, PoolPlan
from sim.scenario.schema.supply import PolicyType

POLICIES = {
    PolicyType.BASE_STOCK: rules.BASE_STOCK,
    PolicyType.MIN_MAX: rules.MIN_MAX,
    PolicyType.REORDER: rules.REORDER,
    PolicyType.PERIODIC: rules.PERIODIC,
}
SAMPLES, RISK, VOLUME = int(Stage.SAMPLES), int(Stage.RISK), int(Stage.VOLUME)


class PlanningDesk:
    """Keeps the planner's books of what is on order, and turns decisions into orders."""

    def __init__(self, engine: Floor) -> None:
        draws, plan = engine.draws, engine.plan
        self._engine, self._draws, self._plan = engine, draws, plan
        self._available, self._backlog, self._waiting = (
            engine.stockroom.available,
            engine.demand_desk.backlog,
            engine.waiting,
        )
        self.tables = tables(draws)
        self.memory = memory(self.tables)
        n = len(plan.sources)
        self.on_order, self.on_order_risk, self.in_process = [0.0] * n, [0.0] * n, [0.0] * n
        self._policies = [StockPolicy(pool, draws.vector) for pool in plan.pools]
        self.learns = any(value(draws.vector, plan.lines[f.line].forecast_revision) > 0.0 for f in draws.flows)
        self.continuous = [watched(pool) for pool in plan.pools]
        self._reviews: list[int] = draws.reviews.tolist()
        self._due = [[0.0] * len(self._reviews) for _ in plan.pools]
        self._seen = [0] * len(draws.flows)
        self._correction = [1.0] * len(draws.flows)
        self._revision = [value(draws.vector, plan.lines[f.line].forecast_revision) for f in draws.flows]
        reviews = len(self._reviews) - 1
        self.cut, self.short = np.zeros((2, reviews, n, CAUSES))
        self.need, self.planned_output = np.zeros((reviews, len(plan.pools))), np.zeros((reviews, len(plan.pools)))

    # --- the books ---------------------------------------------------------------------------

    def book(self, lot: Lot, sign: int) -> None:
        """A lot of a planned item goes on order (sign 1), or has arrived and leaves the books (-1). Samples are not
        counted on.

        Where yield is certain, what came leaves the books: the fraction that it still owes stays.
        """
        source, expected = lot.source, sign * lot.expected
        if lot.stage == SAMPLES:
            return
        units = -lot.good if sign < 0 and self._engine.routes[source].maker.certain else expected
        self.on_order[source] += units
        if sign < 0:
            self.in_process[source] += units
        if lot.stage == RISK:
            self.on_order_risk[source] += expected
        self._due[self._engine.routes[source].pool][self._slot(lot.due)] += expected

    def _slot(self, due: int) -> int:
        """The review period in which a lot is due; the last one holds all that comes later."""
        return min(max(bisect_right(self._reviews, due) - 1, 0), len(self._reviews) - 1)

    def demanded(self, flow: int, units: int) -> None:
        """Demand was seen, for the revision of forecasts."""
        self._seen[flow] += units

    def good_per_start(self, at: int) -> FloatArray:
        """Good units expected of a start begun now, by source."""
        return np.array([route.maker.good_per_start(at) for route in self._engine.routes])

    # --- planned items -----------------------------------------------------------------------

    def schedule(self) -> None:
        """Put all reviews on the calendar."""
        agenda = self._engine.agenda
        if bool(self.tables.planned.any()):
            for k, at in enumerate(self._reviews[:-1]):
                agenda.at(at, Phase.PLAN, 0, 0, k, self._review, k)
        for p, pool in enumerate(self._plan.pools):
            if pool.policy is not PolicyType.PLANNED and pool.review != NONE:
                agenda.at(0, Phase.PLAN, 0, p, 0, self._periodic, (p, 0))

    def _review(self, k: int) -> None:
        engine, now = self._engine, self._engine.agenda.now
        self._revise(k)
        release = planner.review(self.tables, self._position(k, now), self.memory, k)
        self.cut[k], self.short[k] = release.cut, release.short
        self.need[k], self.planned_output[k] = release.need, release.released
        end = self._reviews[k + 1]
        # Raw items first, so that their lots are in hand when what is made of them is released.
        for q in self._plan.order.tolist()[::-1]:
            for r in self._plan.pools[q].sources:
                if release.samples[r]:
                    begin = max(now, int(self.tables.phases[r, 0]))
                    until = min(end, int(self.tables.phases[r, 1]))
                    engine.order_evenly(r, int(release.samples[r]), Stage.SAMPLES, begin, until)
                if release.starts[r]:
                    engine.order_evenly(r, int(release.starts[r]), stage(self.tables, r, now), now, end)

    def _position(self, k: int, now: int) -> Position:
        engine = self._engine
        pools = range(len(self._plan.pools))
        return Position(
            stock=np.array([engine.stockroom.available(p) for p in pools], dtype=np.float64),
            waiting=np.array(engine.waiting, dtype=np.float64),
            due=np.array([rules.total(self._due[p][: k + 1]) for p in pools]),
            on_order=np.array(self.on_order),
            on_order_risk=np.array(self.on_order_risk),
            in_process=np.array(self.in_process),
            committed=np.array([b.committed(now) for b in engine.bottlenecks]),
            backlog=np.array([c.backlog for c in engine.demand_desk.counters], dtype=np.float64),
            good_per_start=self.good_per_start(now),
            correction=np.array(self._correction),
        )

    def _revise(self, k: int) -> None:
        """Correct forecasts by part of the error seen since the last review."""
        if k == 0:
            return
        begin, end = (self._reviews[j] / TICKS_PER_DAY for j in (k - 1, k))
        for f, revision in enumerate(self._revision):
            expected = expected_demand(self.tables, k, f, begin, end)
            if revision > 0.0 and expected > 0.0:
                self._correction[f] += revision * (self._seen[f] / expected - self._correction[f])
            self._seen[f] = 0

    def promised(self) -> FloatArray:
        """Starts that commitments asked for in each review period, shape (reviews, sites)."""
        days = np.diff(self._draws.reviews)[:, None] / TICKS_PER_DAY
        promised = self.memory.promised if bool(self.tables.planned.any()) else self.tables.commitment
        return np.asarray(promised * days)

    # --- classical policies ------------------------------------------------------------------

    def _periodic(self, what: tuple[int, int]) -> None:
        p, k = what
        policy = self._policies[p]
        self.replenish(p)
        at = ticks((k + 1) * policy.review)
        if at < self._draws.end:
            self._engine.agenda.at(at, Phase.PLAN, 0, p, k + 1, self._periodic, (p, k + 1))

    def replenish(self, p: int) -> None:
        """Review a pool, and order what its policy wants."""
        policy = self._policies[p]
        on_order = rules.settled(self.on_order[policy.source])
        # Inventory position: stock and orders, less backlog and what waiting lots claim.
        position = self._available(p) + on_order - self._backlog[p] - self._waiting[p]
        wanted = rules.stock_order(policy.kind, policy.level, policy.reorder, policy.quantity, position)
        if wanted <= 0.0:
            return
        maker = self._engine.routes[policy.source].maker
        good = maker.fixed if maker.fixed is not None else maker.good_per_start(self._engine.agenda.now)
        starts = math.ceil(wanted / good - 1e-9) if good > 0.0 else 0
        if starts > 0:
            self._engine.order(policy.source, starts)


def watched(pool: PoolPlan) -> bool:
    """Whether a stock policy reviews a pool continuously."""
    return pool.policy is not PolicyType.PLANNED and pool.review == NONE


class StockPolicy:
    """A classical replenishment policy in numbers."""

    __slots__ = ("kind", "level", "quantity", "reorder", "review", "source")

    def __init__(self, pool: PoolPlan, vector: FloatArray) -> None:
        self.kind, self.source = POLICIES.get(pool.policy, NONE), pool.sources[0] if pool.sources else NONE
        self.level, self.reorder = value(vector, pool.level), value(vector, pool.reorder)
        self.quantity, self.review = value(vector, pool.quantity), value(vector, pool.review)
