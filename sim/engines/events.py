"""The reference engine: SimPy, made to be read and traced."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from sim.clock import NEVER
from sim.draws import Draws
from sim.engines.agenda import Agenda, Appointment
from sim.engines.audit import Auditor
from sim.engines.demand_desk import Counter, DemandDesk
from sim.engines.losses import LossDesk
from sim.engines.planning_desk import PlanningDesk, ships_parts, watched
from sim.engines.shared import rules
from sim.engines.shared.phases import EventPhase, QualificationPhase
from sim.engines.shared.positions import stage
from sim.engines.shared.recorder import Lot, Recorder, Records, Rows
from sim.engines.shared.tables import ranked_sites
from sim.engines.shared.wip import wip_limits
from sim.engines.shop import Bottleneck, Maker, Route
from sim.engines.stockroom import Stockroom
from sim.engines.waiting import Queue, leave_queue, part_of, startable
from sim.engines.wip import WipDesk
from sim.scenario.schema.supply import PolicyType

Progress = Callable[[float], None]
# Plain integers: looking up a member of an enumeration costs as much as a step of the engine.
RECEIVE, SERVE, PLAN, RECORD = (int(phase) for phase in list(EventPhase)[1:])
SAMPLES, VOLUME = int(QualificationPhase.SAMPLES), int(QualificationPhase.VOLUME)
LINE_FREE = 10**6
"""A line takes its next lot when all orders of the instant are known."""


class EventsEngine:
    """One replication in motion.

    A lot is released, waits for its inputs, queues at its site's bottleneck, spends its cycle time
    and arrives in stock. As disruptions are drawn beforehand, all its instants are known once it
    has its inputs: it needs a single appointment, for its arrival.
    """

    def __init__(self, draws: Draws, *, trace: bool = False) -> None:
        plan = draws.plan
        self.draws, self.plan, self.trace = draws, plan, trace
        self.agenda = Agenda()
        self.recorder = Recorder(draws)
        self.rows: Rows = self.recorder.rows[0]
        self.first_good = self.recorder.first_good
        self.period_end = self.recorder.edges[1]
        self.stockroom = Stockroom(draws)
        self.demand_desk = DemandDesk(draws, self.recorder, self.stockroom)
        self.bottlenecks = [Bottleneck(site) for site in draws.sites]
        self._ranked = ranked_sites(plan).tolist()
        self.lines: list[list[tuple[int, int, Lot]]] = [[] for _ in plan.sites]
        self.routes = [self._route(r) for r in range(len(plan.sources))]
        for route in self.routes:
            route.maker.descend([other.maker for other in self.routes])
        self._times: list[list[int]] = [flow.times.tolist() for flow in draws.flows]
        self._units: list[list[int]] = [flow.units.tolist() for flow in draws.flows]
        self.queues: list[Queue] = [[] for _ in (*plan.pools, *plan.wip_limits)]
        self.waiting = [0] * len(self.queues)
        # Places on a line are taken by whoever has all else.
        self.may_pass = [pool.bypass for pool in plan.pools] + [True] * len(plan.wip_limits)
        self._may_pass = any(self.may_pass)
        self.live: dict[int, Lot] = {}
        self.open_lots: dict[int, Lot] = {}
        self.lot_count = 0
        self.seeded_stock: list[int] = []
        self.planted = 0
        self.desk = PlanningDesk(self)
        self._wip = WipDesk(self)
        self._losses = LossDesk(self, self.desk, self._wip)
        self._auditor = Auditor(self)
        self._progress: Progress | None = None

    def _route(self, r: int) -> Route:
        plan, draws = self.plan, self.draws.sources[r]
        source = plan.sources[r]
        begin, end = plan.inputs_start[r], plan.inputs_start[r + 1]
        pool, site = int(plan.item_pool[source.item]), self.draws.sites[source.site]
        return Route(
            r, draws, site, self.bottlenecks[source.site], Maker(draws, site, plan.yield_noise),
            item=source.item, pool=pool, site=source.site, priority=plan.pools[pool].priority,
            takes=list(wip_limits(self.draws).takes[r]),
            planned=plan.pools[pool].policy is PolicyType.PLANNED,
            partial=ships_parts(plan.pools[pool], draws.lot_size),
            pulls=[p for p in plan.input_pool[begin:end].tolist() if watched(plan.pools[p])],
        )  # fmt: skip

    # --- running -----------------------------------------------------------------------------

    def run(self, progress: Progress | None = None) -> Records:
        """Run the replication to its end and return what it left behind."""
        self._progress = progress
        self._fill_pipeline()
        for f, times in enumerate(self._times):
            if times:
                self._next_demand((f, 0))
        self.desk.schedule()
        self._losses.schedule()
        drain, ends = self.plan.calendar.drain, self.recorder.edges[1:]
        # With a drain the last period closes when all is empty.
        for period, end in enumerate(ends[:-1] if drain else ends):
            self.agenda.at(end - 1, RECORD, 0, 0, period, self._record, period)
        self.agenda.run(self.draws.end)
        if drain:
            self.agenda.run(None)
            # What never leaves its site is still finished there.
            done = (lot.ready for lot in self.live.values() if lot.ready < NEVER)
            self.agenda.now = max(self.agenda.now, *done, 0)
            self._record(len(ends) - 1)
        desk = self.desk
        return self.recorder.records(
            desk.cut, desk.short, desk.starved, desk.need, desk.planned_output, desk.promised(),
            self.seeded_stock, self.agenda.now,
        )  # fmt: skip

    def _fill_pipeline(self) -> None:
        for source, starts, due in self.draws.open_orders.tolist():
            self._plant(source, 1, rules.whole(starts * self.routes[source].maker.good_per_start(0)), due, due)
        if self.plan.initial_pipeline:
            for source, starts, good, arrive, due in self.desk.begun_before():
                if arrive <= 0:
                    self.stockroom.units[self.routes[source].item] += good
                elif good:
                    shipments = rules.lot_count(starts, self.routes[source].shipped_lot)
                    self._plant(source, shipments, good, arrive, due)
        self.seeded_stock = list(self.stockroom.units)
        self._wip.fill()

    def _plant(self, source: int, shipments: int, good: int, arrive: int, due: int) -> None:
        """A lot begun before the start: it ships like any other, unless it was on its way already."""
        route = self.routes[source]
        ready = arrive - route.shipping
        leaves = route.leaves(ready) if ready >= 0 else ready
        if leaves >= 0 and (then := self.recorder.at(leaves)):
            then.shipped(source, shipments, route.shipment_cents)
        self.lot_count += 1
        lot = Lot(source, self.lot_count, 0, VOLUME, 0, due)
        lot.good, lot.expected, lot.seeded = good, float(good), True
        lot.released = lot.begin = lot.leave = 0
        lot.promised, lot.ready, lot.arrive = arrive, ready, leaves + route.shipping
        if not route.planned:
            self.desk.on_order[source] += lot.expected
        self.live[lot.number] = self.open_lots[lot.number] = lot
        self.planted += good
        if self.stockroom.costly_on_way[route.item]:
            self.recorder.in_transit(route.item, good, max(ready, 0), lot.arrive)
        self.agenda.at(lot.arrive, RECEIVE, 0, source, lot.number, self._receive, lot)

    # --- demand ------------------------------------------------------------------------------

    def _next_demand(self, what: tuple[int, int]) -> None:
        f, k = what
        self.agenda.at(self._times[f][k], SERVE, self.demand_desk.counters[f].priority, f, k, self._demand, what)

    def _demand(self, what: tuple[int, int]) -> None:
        f, k = what
        now, counter, units = self.agenda.now, self.demand_desk.counters[f], self._units[f][k]
        left = self.demand_desk.demand(counter, units, now, self.rows)
        if self.desk.learns:
            self.desk.demanded(f, units)
        if left and counter.patience >= 0:
            due = now + counter.patience
            self.agenda.at(due, SERVE, 10**6, f, k, self._cancel, (counter, now))
        if k + 1 < len(self._times[f]):
            self._next_demand((f, k + 1))
        if self.desk.continuous[counter.pool]:
            self.agenda.last(PLAN, 0, counter.pool, 0, self.desk.replenish, counter.pool)

    def _cancel(self, what: tuple[Counter, int]) -> None:
        counter, since = what
        self.demand_desk.cancel(counter, since, self.agenda.now, self.rows)

    def _serve(self, what: tuple[int, int]) -> None:
        pool, priority = what
        self.demand_desk.serve_backlog(pool, priority, self.agenda.now, self.rows)

    # --- lots --------------------------------------------------------------------------------

    def order(self, source: int, starts: int) -> None:
        """Order starts of a source, to be released at once."""
        route = self.routes[source]
        self.book_order(source)
        now, size = self.agenda.now, route.lot_size
        if 0 < size < starts:
            for i in range(rules.lot_count(starts, size)):
                self._enter(self._lot(route, rules.lot_part(starts, size, i), VOLUME, now + route.lead), route)
        else:
            self._enter(self._lot(route, starts, VOLUME, now + route.lead), route)
        if route.pulls:
            self._pull(route)

    def order_evenly(self, source: int, starts: int, stage: int, begin: int, end: int, due: int) -> None:
        """Release starts of a source in lots spread evenly from `begin` to `end`, wanted by `due` (ticks)."""
        route, size = self.routes[source], self.routes[source].lot_size
        if stage == SAMPLES:
            self.book_order(source)
        for i in range(rules.lot_count(starts, size)):
            at = rules.release_time(begin, end, starts, size, i)
            lot = self._lot(route, rules.lot_part(starts, size, i), stage, due)
            self.agenda.at(at, PLAN, 1, source, lot.number, self._release, lot)

    def book_order(self, source: int) -> None:
        """Book an order, and what it costs."""
        self.rows.orders[source] += 1
        if cost := self.routes[source].order_cents:
            self.rows.order_cents[source] += cost
            self.rows.journal += cost

    def _lot(self, route: Route, starts: int, stage: int, due: int) -> Lot:
        self.lot_count += 1
        return Lot(route.source, self.lot_count, starts, stage, self.agenda.now, due)

    def _release(self, lot: Lot) -> None:
        route = self.routes[lot.source]
        # Planned dates may turn out too early: nothing is started before it is qualified.
        if stage(self.desk.tables, lot.source, self.agenda.now) < lot.stage:
            return
        self._enter(lot, route)
        if route.pulls:
            self._pull(route)

    def _pull(self, route: Route) -> None:
        """Orders claim inputs: stock policies that watch those inputs review them."""
        if len(route.pulls) == 1:
            pool = route.pulls[0]
            self.agenda.last(PLAN, 0, pool, 0, self.desk.replenish, pool)
            return
        for pool in route.pulls:
            self.agenda.follow_up(PLAN, 0, pool, 0, self.desk.replenish, pool)

    def _enter(self, lot: Lot, route: Route) -> None:
        """A lot goes on order; it begins when its inputs are there and its turn has come."""
        lot.released = now = self.agenda.now
        fixed, starts = route.maker.fixed, lot.starts
        lot.expected = expected = starts * (fixed if fixed is not None else route.maker.good_per_start(now))
        lot.promised = now + route.lead
        self.open_lots[lot.number] = lot
        if not route.planned:
            self.desk.on_order[lot.source] += expected
        (self.rows.sample_starts if lot.stage == SAMPLES else self.rows.starts)[lot.source] += starts
        if not route.takes:
            self._begin(lot)
            return
        entry = (route.priority, now, lot.number, lot)
        for pool, take in route.takes:
            self.waiting[pool] += take * starts
            heappush(self.queues[pool], entry)
        # Behind others it has to wait, unless it may pass them.
        if self.queues[pool][0] is entry or self._may_pass:
            self.dispatch(pool)

    def dispatch(self, pool: int) -> None:
        """Let waiting lots begin, in order, as far as inputs reach."""
        again = [pool]
        while again:
            found = startable(self, again[-1])
            if found is None:
                again.pop()
                continue
            lot, starts = found
            whole = starts == lot.starts
            for other, take in self.routes[lot.source].takes:
                units = take * starts
                self.waiting[other] -= units
                self.stockroom.take(other, units, self.agenda.now, self.rows.consumed)
                if whole:
                    leave_queue(self.queues[other], lot)
                    # Where this lot stood in the way, the next may begin.
                    if other not in again:
                        again.insert(0, other)
            self._wip.begun(lot.source, starts)
            self._begin(lot if whole else self._part(lot, starts))

    def _part(self, lot: Lot, starts: int) -> Lot:
        """Part of a lot, which goes on order in its own right."""
        self.lot_count += 1
        part = self.open_lots[self.lot_count] = part_of(lot, self.lot_count, starts)
        return part

    def _begin(self, lot: Lot) -> None:
        """Inputs are there: queue at the bottleneck, where priorities differ until a line is free."""
        route = self.routes[lot.source]
        self.live[lot.number] = lot
        if not self._ranked[route.site]:
            self._work(lot, self.agenda.now)
            return
        # Not yet begun: it counts as in process.
        lot.begin, lot.leave, lot.ready, lot.arrive = self.agenda.now, NEVER, NEVER, NEVER
        heappush(self.lines[route.site], (route.priority, lot.number, lot))
        self.agenda.follow_up(PLAN, LINE_FREE, route.site, 0, self._take_turns, route.site)

    def _take_turns(self, site: int) -> None:
        """Lots of a site go to lines that are free, the most urgent first."""
        now, queue, bottleneck = self.agenda.now, self.lines[site], self.bottlenecks[site]
        while queue and bottleneck.free_at <= now:
            lot = heappop(queue)[2]
            self._work(lot, lot.begin)
            if now < lot.leave < NEVER:
                self.agenda.at(lot.leave, PLAN, LINE_FREE, site, 0, self._take_turns, site)

    def _work(self, lot: Lot, came: int) -> None:
        """A lot that came to the bottleneck takes a line: every later instant of it follows now."""
        source, now = lot.source, self.agenda.now
        route = self.routes[source]
        load = next(route.load) * lot.starts
        lot.begin, lot.leave = begin, leave = route.bottleneck.work(now, load)
        if leave >= NEVER:
            # Its integral never completes: it stays in process.
            lot.begin = lot.leave = lot.ready = lot.arrive = NEVER
            return
        if route.maker.perfect:
            lot.out = lot.good = lot.starts
        else:
            route.maker.begin(lot)
        cycle = next(route.cycle)
        if route.stretch is not None:
            cycle = rules.stretched(cycle, route.stretch.at(begin))
        lot.ready = ready = leave + cycle
        leaves = route.leaves(ready) if route.held else ready
        lot.arrive = arrive = leaves + route.shipping
        self._book(lot, route, load, came, leaves)
        if now < arrive < NEVER:
            Appointment(self.agenda, arrive, (0, RECEIVE, 0, source, lot.number, 0), self._receive, lot)
        elif arrive == now:
            self.agenda.follow_up(RECEIVE, 0, source, lot.number, self._receive, lot)

    def _book(self, lot: Lot, route: Route, load: float, came: int, leaves: int) -> None:
        """Book what the lot does until it leaves the site, each in the period of its instant."""
        source, site, rows = lot.source, route.site, self.rows
        rows.queued(site, came, lot)
        begun = left = made = sent = rows
        if leaves >= self.period_end:
            at = self.recorder.at
            begun, left, made, sent = at(lot.begin), at(lot.leave), at(lot.ready), at(leaves)
        if route.variable_cents:
            spent = rules.cents(lot.starts * route.variable_cents)
            begun.variable_cents[source] += spent
            begun.journal += spent
        left.load[site] += load
        good = lot.good
        made.out[source] += lot.out
        if lot.out != lot.starts:
            made.scrapped[source] += lot.starts - lot.out
        (made.samples if lot.stage == SAMPLES else made.good)[source] += good
        if good and lot.ready < self.first_good[source]:
            self.first_good[source] = lot.ready
        if self.stockroom.costly_on_way[route.item] and lot.stage != SAMPLES:
            self.recorder.in_transit(route.item, good, lot.ready, lot.arrive)
        # Lots made larger to save time go with as many shipments as the lots they stand for.
        sent.shipped(source, rules.lot_count(lot.starts, route.shipped_lot), route.shipment_cents)

    def _receive(self, lot: Lot) -> None:
        """A lot arrives in stock; those who wait for it are served, then lots that need it begin."""
        source, route, rows = lot.source, self.routes[lot.source], self.rows
        del self.live[lot.number], self.open_lots[lot.number]
        if not route.planned:
            self.desk.on_order[source] -= lot.expected
        if route.priced:
            self._pay(lot, route)
        self._wip.arrived(lot)
        if self.trace and not lot.seeded:
            self.recorder.lots.append(lot)
        if lot.stage == SAMPLES:
            return
        pool, good = route.pool, lot.good
        self.stockroom.put(route.item, good, self.agenda.now)
        (rows.seeded if lot.seeded else rows.received)[source] += good
        if self.demand_desk.backlog[pool]:
            # Old claims go before new ones of their priority, new ones of a higher before both.
            for priority in self.demand_desk.ranks_waiting(pool):
                self.agenda.last(SERVE, priority, -1, pool, self._serve, (pool, priority))
        if good < lot.expected and self.desk.continuous[pool]:
            self.agenda.follow_up(PLAN, 0, pool, 2, self.desk.replenish, pool)
        if self.queues[pool]:
            self.agenda.last(PLAN, 0, pool, 1, self.dispatch, pool)

    def _pay(self, lot: Lot, route: Route) -> None:
        """An outside supplier is paid when the lot arrives, at the price of that day."""
        starts = lot.starts if not lot.seeded else lot.good / max(route.maker.good_per_start(0), 1e-9)
        paid = rules.cents(starts * route.price_at(self.agenda.now, lot.begin))
        self.rows.purchase_cents[lot.source] += paid
        self.rows.journal += paid

    # --- periods -----------------------------------------------------------------------------

    def _record(self, period: int) -> None:
        """Close a period, at its last instant, and check that nothing was lost or made up."""
        until = self.agenda.now + 1
        self.stockroom.settle(until, self.rows)
        self.demand_desk.settle(until, self.rows)
        self._auditor.audit(self.rows, until)
        if self._progress:
            self._progress(until / self.draws.end)
        if period + 1 < len(self.recorder.rows):
            self.rows = self.recorder.rows[period + 1]
            self.period_end = self.recorder.edges[period + 2]
