"""Where orders are decided: planned reviews on the calendar, classical stock policies after demand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from sim.clock import NEVER, ticks
from sim.draws.curves import value
from sim.engines.batch.planning import BEFORE, decide
from sim.engines.floor import Floor
from sim.engines.shared import initial, rules
from sim.engines.shared.phases import CAUSES, EventPhase, QualificationPhase
from sim.engines.shared.positions import IN_CYCLE, QUEUED, WAITING, Position, blank_position, expected_between, memory
from sim.engines.shared.recorder import Lot
from sim.engines.shared.release import planned_stage
from sim.engines.shared.tables import promised, stock_levels, tables
from sim.engines.shared.worksheet import worksheet
from sim.plan import NONE, FloatArray, IntArray, PoolPlan
from sim.scenario.schema.supply import PolicyType

POLICIES = {
    PolicyType.BASE_STOCK: rules.BASE_STOCK,
    PolicyType.MIN_MAX: rules.MIN_MAX,
    PolicyType.REORDER: rules.REORDER,
    PolicyType.PERIODIC: rules.PERIODIC,
}
SAMPLES = int(QualificationPhase.SAMPLES)
MUCH = 5000
"""Starts to plan, source by source and bucket by bucket over all reviews, from which on the compiled planner is looked for: to
load it takes as long as these take in plain Python."""


class PlanningDesk:
    """Shows the planner where things stand, and turns decisions into orders."""

    by_compiled = True
    """Whether reviews run compiled where there are many and the code lies in the cache; the decisions are the same."""

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
        self._sheet = worksheet(self.tables)
        self._blank = blank_position(
            len(plan.pools), len(plan.sites), len(plan.sources), len(draws.flows), len(draws.open_orders)
        )
        self._decide = self._planner()
        self.on_order = [0.0] * len(plan.sources)
        self._policies = [StockPolicy(pool, draws.vector) for pool in plan.pools]
        self.learns = any(value(draws.vector, plan.lines[f.line].forecast_revision) > 0.0 for f in draws.flows)
        self.continuous = [watched(pool) for pool in plan.pools]
        self._reviews: list[int] = draws.reviews.tolist()
        self._seen = [0] * len(draws.flows)
        self._correction = [1.0] * len(draws.flows)
        self._revision = [value(draws.vector, plan.lines[f.line].forecast_revision) for f in draws.flows]
        reviews = len(self._reviews) - 1
        self.cut, self.short = np.zeros((2, reviews, len(plan.sources), CAUSES))
        self.starved = np.zeros((reviews, len(plan.pools), CAUSES))
        self.need, self.planned_output = np.zeros((2, reviews, len(plan.pools)))

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
                agenda.at(at, EventPhase.PLAN, 0, 0, k, self._review, k)
        for p, pool in enumerate(self._plan.pools):
            if watched(pool):
                # Before planners look: what it orders now is on its way for them.
                agenda.at(0, EventPhase.PLAN, -1, p, 0, self.replenish, p)
            elif pool.policy is not PolicyType.PLANNED:
                agenda.at(0, EventPhase.PLAN, -1, p, 0, self._periodic, (p, 0))

    def _review(self, k: int) -> None:
        now, sheet = self._engine.agenda.now, self._sheet
        self._revise(k)
        self._decide(self._position(now), k)
        self.cut[k], self.short[k], self.starved[k] = sheet.cut, sheet.short, sheet.starved
        self.need[k], self.planned_output[k] = sheet.need, sheet.output
        # Raw items first, so that their lots are in hand when what is made of them is released.
        for q in self._plan.order.tolist()[::-1]:
            for r in self._plan.pools[q].sources:
                self._order(r, now, self._reviews[k + 1])

    def _order(self, r: int, now: int, end: int) -> None:
        """Order the samples of a source, and what the planner releases of it."""
        engine, sheet, phases = self._engine, self._sheet, self.tables.phases
        if sheet.samples[r]:
            begin, until = max(now, int(phases[r, 0])), min(end, int(phases[r, 1]))
            engine.order_evenly(r, int(sheet.samples[r]), SAMPLES, begin, until, until)
        starts = sheet.release_starts[r].tolist()
        if any(starts):
            engine.book_order(r)
        for i in range(len(starts)):
            if starts[i]:
                begin, until, due = (int(a[r, i]) for a in (sheet.release_begin, sheet.release_end, sheet.release_due))
                engine.order_evenly(r, starts[i], planned_stage(self.tables, sheet, r, begin), begin, until, due)

    def _planner(self) -> Callable[[Position, int], object]:
        """What decides a review, and leaves the decision in the worksheet."""
        tables, memory, sheet = self.tables, self.memory, self._sheet
        much = int((tables.last - tables.first[:-1]).sum()) * len(self._plan.sources)
        if self.by_compiled and much >= MUCH and bool(tables.planned.any()):
            # numba takes half a second to load.
            from sim.engines.batch.kept import alike, planner_kept

            compiled = planner_kept(tables, self._blank, memory, sheet)
            if compiled is not None:
                plain = alike(tables)
                return lambda position, k: compiled(plain, alike(position), memory, sheet, k)

        return lambda position, k: decide(tables, position, memory, sheet, k)

    def begun_before(self) -> Iterator[tuple[int, int, int, int, int]]:
        """Lots that the plan began before the start: source, starts, good units, arrival and wanted date."""
        tables, draws, good = self.tables, self._draws, self.good_per_start(0)
        if not bool(tables.planned.any()):
            return
        position = self._blank
        position.good_per_start[:] = good
        initial.show_start(draws, position)
        self._decide(position, BEFORE)
        for source in range(len(good)):
            done = 0
            for j in range(int(tables.first[0])):
                for i in range(initial.lots_before(tables, self._sheet, source, j)):
                    lot = initial.lot_before(tables, self._sheet, source, j, i, done, float(good[source]))
                    starts, units, arrive, due = (int(number) for number in lot)
                    yield source, starts, units, arrive, due
                done += int(self._sheet.starts[source, j])

    def _position(self, now: int) -> Position:
        engine = self._engine
        pools, lots = range(len(self._plan.pools)), list(engine.open_lots.values())
        makers = [route.maker for route in engine.routes]
        return Position(
            stock=np.array([engine.stockroom.available(p) for p in pools], dtype=np.float64),
            waiting=np.array([engine.waiting[p] for p in pools], dtype=np.float64),
            committed=np.array([self._accepted(site, now) for site in range(len(engine.bottlenecks))]),
            backlog=np.array([c.backlog for c in engine.demand_desk.counters], dtype=np.float64),
            good_per_start=self.good_per_start(now),
            carried=np.array([maker.carried for maker in makers]),
            correction=np.array(self._correction),
            lots=np.array([len(lots)], dtype=np.int64),
            lot_source=_whole([lot.source for lot in lots]),
            lot_units=np.array([self._counted_on(lot) for lot in lots], dtype=np.float64),
            lot_due=_whole([lot.due for lot in lots]),
            lot_promised=_whole([lot.promised for lot in lots]),
            lot_starts=_whole([lot.starts for lot in lots]),
            lot_stage=_whole([lot.stage for lot in lots]),
            lot_place=_whole([self._place(lot, now) for lot in lots]),
        )

    def _accepted(self, site: int, now: int) -> float:
        """Load that a site has accepted and not worked off, with what queues for a line."""
        load = self._engine.bottlenecks[site].committed(now)
        for _, _, lot in sorted(self._engine.lines[site], key=lambda entry: entry[:2]):
            load += lot.starts * float(self.tables.load[lot.source])
        return load

    def _counted_on(self, lot: Lot) -> float:
        """Good units that a lot brings: those it has, where yields are certain and it has taken its line, else those
        expected at its release."""
        known = lot.number in self._engine.live and lot.leave < NEVER and self._engine.routes[lot.source].maker.certain
        return lot.good if known else lot.expected

    def _place(self, lot: Lot, now: int) -> int:
        if lot.number not in self._engine.live:
            return WAITING
        return QUEUED if lot.leave > now else IN_CYCLE

    def _revise(self, k: int) -> None:
        """Correct forecasts by part of the error seen since the last review."""
        if k == 0:
            return
        begin, end = (int(self.tables.first[j]) for j in (k - 1, k))
        for f, revision in enumerate(self._revision):
            expected = expected_between(self.tables, k, f, begin, end)
            if revision > 0.0 and expected > 0.0:
                self._correction[f] += revision * (self._seen[f] / expected - self._correction[f])
            self._seen[f] = 0

    def promised(self) -> FloatArray:
        """Starts that commitments asked for in each review period, shape (reviews, sites)."""
        if bool(self.tables.planned.any()):
            return self.memory.promised
        return promised(self.tables)

    # --- classical policies ------------------------------------------------------------------

    def _periodic(self, what: tuple[int, int]) -> None:
        p, k = what
        policy = self._policies[p]
        self.replenish(p)
        at = ticks((k + 1) * policy.review)
        if at < self._draws.end:
            self._engine.agenda.at(at, EventPhase.PLAN, 0, p, k + 1, self._periodic, (p, k + 1))

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


def ships_parts(pool: PoolPlan, lot_size: int) -> bool:
    """Whether an order of a pool that meets too little of its inputs ships what there is; lots with a size stay whole."""
    return pool.policy is not PolicyType.PLANNED and pool.partial and lot_size == 0


class StockPolicy:
    """A classical replenishment policy in numbers."""

    __slots__ = ("kind", "level", "quantity", "reorder", "review", "source")

    def __init__(self, pool: PoolPlan, vector: FloatArray) -> None:
        self.kind, self.source = POLICIES.get(pool.policy, NONE), pool.sources[0] if pool.sources else NONE
        self.level, self.reorder = stock_levels(pool, vector)
        self.quantity, self.review = value(vector, pool.quantity), value(vector, pool.review)


def _whole(numbers: list[int]) -> IntArray:
    return np.array(numbers, dtype=np.int64)
