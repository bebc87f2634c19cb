"""The reference engine: SimPy, one appointment for each lot, made to be read and traced."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from sim.draws import Draws
from sim.draws.curves import TICKS_PER_DAY
from sim.engines import rules
from sim.engines.agenda import Agenda
from sim.engines.audit import audit
from sim.engines.demand_desk import Counter, DemandDesk
from sim.engines.initial import Seed, pipeline
from sim.engines.phases import Phase, Stage
from sim.engines.planning_desk import PlanningDesk
from sim.engines.recorder import Lot, Recorder, Records
from sim.engines.shop import Bottleneck, Maker
from sim.engines.stockroom import Stockroom

Progress = Callable[[float], None]


class EventsEngine:
    """One replication in motion.

    A lot is released, waits for its inputs, queues at its site's bottleneck, spends its cycle time
    and arrives in stock. As disruptions are drawn beforehand, all its instants are known once it
    has its inputs: it needs a single appointment, for its arrival.
    """

    def __init__(self, draws: Draws, *, trace: bool = False) -> None:
        plan = draws.plan
        self.draws, self.plan = draws, plan
        self.agenda = Agenda()
        self.recorder = Recorder(draws, trace)
        self.stockroom = Stockroom(draws, self.recorder)
        self.item_of = [s.item for s in plan.sources]
        self.site_of = [s.site for s in plan.sources]
        self.pool_of: list[int] = [int(plan.item_pool[s.item]) for s in plan.sources]
        self.in_house = [plan.sites[s.site].in_house for s in plan.sources]
        self.takes = [
            list(zip(plan.input_pool[a:b].tolist(), s.takes.tolist(), strict=True))
            for s, a, b in zip(draws.sources, plan.inputs_start[:-1], plan.inputs_start[1:], strict=True)
        ]
        self.makers = [
            Maker(s, draws.sites[site], plan.yield_noise) for s, site in zip(draws.sources, self.site_of, strict=True)
        ]
        self.bottlenecks = [Bottleneck(site) for site in draws.sites]
        self.demand_desk = DemandDesk(draws, self.recorder, self.stockroom)
        self.queues: list[list[tuple[int, int, Lot]]] = [[] for _ in plan.pools]
        self.waiting = [0] * len(plan.pools)
        self.live: dict[int, Lot] = {}
        self.draining = False
        self.lot_count = 0
        self.period = 0
        self.seeded_stock = [0] * len(plan.items)
        self.desk = PlanningDesk(self)

    # --- running -----------------------------------------------------------------------------

    def run(self, progress: Progress | None = None) -> Records:
        """Run the replication to its end and return what it left behind."""
        self._fill_pipeline()
        for f, flow in enumerate(self.draws.flows):
            if len(flow.times):
                self._next_demand((f, 0))
        self.desk.schedule()
        for period, end in enumerate(self.draws.periods[1:].tolist()):
            self.agenda.at(end - 1, Phase.RECORD, 0, 0, period, self._record, period)
        end = self.draws.end
        share = (lambda now: progress(now / end)) if progress else None
        self.agenda.run(end, share)
        if self.plan.calendar.drain:
            self.draining = True
            self.agenda.run(rules.NEVER, share)
            self._record(len(self.draws.periods) - 2)
        desk = self.desk
        return self.recorder.records(desk.cut, desk.need, desk.planned_output, self.seeded_stock, self.agenda.now)

    def _fill_pipeline(self) -> None:
        units = self.stockroom.units
        if not self.plan.initial_pipeline:
            self.seeded_stock = list(units)
            return
        expected = self.desk.good_per_start(0)
        stock, seeds = pipeline(self.draws, self.desk.tables, self.desk.memory, expected)
        for pool, safety in enumerate(stock):
            if not self.stockroom.available(pool):
                units[self.stockroom.members[pool][0]] += safety
        self.seeded_stock = list(units)
        for seed in seeds:
            self._plant(seed)

    def _plant(self, seed: Seed) -> None:
        number = self._number()
        lot = Lot(seed.source, number, 0, Stage.VOLUME, 0, float(seed.good), seed.arrive, good=seed.good, seeded=True)
        lot.released = lot.begin = lot.leave = 0
        lot.ready = lot.arrive = seed.arrive
        self.desk.released(lot)
        self.desk.begun(lot)
        self.live[number] = lot
        self.agenda.at(seed.arrive, Phase.RECEIVE, 0, seed.source, number, self._receive, lot)

    def _number(self) -> int:
        self.lot_count += 1
        return self.lot_count

    # --- demand ------------------------------------------------------------------------------

    def _next_demand(self, what: tuple[int, int]) -> None:
        f, k = what
        counter = self.demand_desk.counters[f]
        at = int(self.draws.flows[f].times[k])
        self.agenda.at(at, Phase.SERVE, counter.priority, f, k, self._demand, what)

    def _demand(self, what: tuple[int, int]) -> None:
        f, k = what
        flow, now = self.draws.flows[f], self.agenda.now
        counter = self.demand_desk.counters[f]
        units = int(flow.units[k])
        left = self.demand_desk.demand(counter, units, now, self.period)
        self.desk.demanded(f, units)
        if left and counter.patience >= 0:
            due = now + counter.patience
            self.agenda.at(due, Phase.SERVE, 10**6, f, k, self._cancel, (counter, now))
        if self.desk.continuous[counter.pool]:
            self.agenda.follow_up(Phase.PLAN, 0, counter.pool, 0, self.desk.replenish, counter.pool)
        if k + 1 < len(flow.times):
            self._next_demand((f, k + 1))

    def _cancel(self, what: tuple[Counter, int]) -> None:
        counter, since = what
        self.demand_desk.cancel(counter, since, self.agenda.now, self.period)

    def _serve(self, pool: int) -> None:
        self.demand_desk.serve_backlog(pool, self.agenda.now, self.period)

    # --- lots --------------------------------------------------------------------------------

    def order(self, source: int, starts: int, stage: int, begin: int, end: int) -> None:
        """Order starts of a source, released in lots spread evenly from `begin` to `end` (ticks)."""
        recorder, now = self.recorder, self.agenda.now
        period = self.period
        size = self.draws.sources[source].lot_size or starts
        lots = -(-starts // size)
        recorder.source["orders"][period][source] += 1
        if self.draws.sources[source].order_cost:
            recorder.money(recorder.source["order_cents"], period, source, self.draws.sources[source].order_cost)
        lead = rules.stretched(TICKS_PER_DAY, self.draws.sources[source].lead_days)
        for i in range(lots):
            at = now if end <= begin else rules.release_time(begin, end, lots, i)
            units = rules.split_evenly(starts, lots, i)
            lot = Lot(source, self._number(), units, stage, now, 0.0, at + lead)
            if at == now:
                self._release(lot)
            else:
                self.agenda.at(at, Phase.PLAN, 1, source, lot.number, self._release, lot)

    def _release(self, lot: Lot) -> None:
        source, now = lot.source, self.agenda.now
        lot.released = now
        lot.expected = lot.starts * self.makers[source].good_per_start(now)
        self.desk.released(lot)
        kind = "sample_starts" if lot.stage == Stage.SAMPLES else "starts"
        self.recorder.source[kind][self.period][source] += lot.starts
        takes = self.takes[source]
        if not takes:
            self._begin(lot)
            return
        priority = self.plan.pools[self.pool_of[source]].priority
        for pool, take in takes:
            self.waiting[pool] += take * lot.starts
            heappush(self.queues[pool], (priority, lot.number, lot))
            if self.desk.continuous[pool]:
                self.agenda.follow_up(Phase.PLAN, 0, pool, 0, self.desk.replenish, pool)
        self._dispatch(takes[0][0])

    def _dispatch(self, pool: int) -> None:
        """Let waiting lots begin, in order, as far as inputs reach."""
        again = [pool]
        while again:
            queue = self.queues[again[-1]]
            lot = self._startable(queue, self.plan.pools[again[-1]].bypass)
            if lot is None:
                again.pop()
                continue
            for other, take in self.takes[lot.source]:
                self._take(other, take * lot.starts)
                self._leave_queue(other, lot)
                if other not in again:
                    again.insert(0, other)
            self._begin(lot)

    def _startable(self, queue: list[tuple[int, int, Lot]], bypass: bool) -> Lot | None:
        for _, _, lot in sorted(queue) if bypass else queue[:1]:
            if all(self._may_take(pool, take * lot.starts, lot) for pool, take in self.takes[lot.source]):
                return lot
        return None

    def _may_take(self, pool: int, units: int, lot: Lot) -> bool:
        if self.stockroom.available(pool) < units:
            return False
        return self.plan.pools[pool].bypass or self.queues[pool][0][2] is lot

    def _leave_queue(self, pool: int, lot: Lot) -> None:
        queue = self.queues[pool]
        if queue[0][2] is lot:
            heappop(queue)
        else:
            queue.remove(next(entry for entry in queue if entry[2] is lot))
            queue.sort()

    def _take(self, pool: int, units: int) -> None:
        self.waiting[pool] -= units
        consumed = self.recorder.item["consumed"][self.period]
        for item, taken in self.stockroom.take(pool, units, self.agenda.now):
            consumed[item] += taken

    def _begin(self, lot: Lot) -> None:
        """Inputs are there: queue at the bottleneck. Every later instant of the lot follows now."""
        source, now = lot.source, self.agenda.now
        site, maker, draws = self.site_of[source], self.makers[source], self.draws.sources[source]
        load = maker.load() * lot.starts
        lot.begin, lot.leave = self.bottlenecks[site].work(now, load)
        self.desk.begun(lot)
        self.live[lot.number] = lot
        if lot.leave >= rules.NEVER:
            lot.begin = lot.leave = lot.ready = lot.arrive = rules.NEVER
            return
        before = maker.y.inherits
        if before >= 0 and not maker.started:
            maker.inherit(self.makers[before], lot.begin)
        maker.begin(lot)
        lot.ready = lot.leave + maker.cycle(lot.begin)
        lot.arrive = self._shipped(site, lot.ready) + draws.shipping
        self._book(lot, site, load, now)
        if lot.arrive < rules.NEVER:
            self.agenda.at(lot.arrive, Phase.RECEIVE, 0, source, lot.number, self._receive, lot)

    def _shipped(self, site: int, ready: int) -> int:
        """When a lot leaves the site: when ready, or when held shipments go."""
        for begin, end in self.draws.sites[site].factors.held:
            if begin <= ready < end:
                ready = end
        return ready

    def _book(self, lot: Lot, site: int, load: float, now: int) -> None:
        recorder, source, draws = self.recorder, lot.source, self.draws.sources[lot.source]
        queued = recorder.period(now)
        recorder.site["lots"][queued][site] += 1
        recorder.site["wait"][queued][site] += lot.begin - now
        recorder.site["time_in_system"][queued][site] += lot.arrive - now if lot.arrive < rules.NEVER else 0
        begun, left = recorder.period(lot.begin), recorder.period(lot.leave)
        if left >= 0:
            recorder.load[left][site] += load
        if begun >= 0 and draws.variable_cost:
            recorder.money(
                recorder.source["variable_cents"], begun, source, rules.cents(lot.starts * draws.variable_cost)
            )
        ready, shipped = recorder.period(lot.ready), recorder.period(lot.arrive - draws.shipping)
        if ready >= 0:
            book = recorder.source
            book["out"][ready][source] += lot.out
            book["scrapped"][ready][source] += lot.starts - lot.out
            book["samples" if lot.stage == Stage.SAMPLES else "good"][ready][source] += lot.good
            first = recorder.first_good[source]
            if lot.good and (first < 0 or lot.ready < first):
                recorder.first_good[source] = lot.ready
        if shipped >= 0:
            recorder.source["shipments"][shipped][source] += 1
            if draws.shipment_cost:
                recorder.money(recorder.source["shipment_cents"], shipped, source, draws.shipment_cost)

    def _receive(self, lot: Lot) -> None:
        source, now, period = lot.source, self.agenda.now, self.period
        del self.live[lot.number]
        self.desk.arrived(lot)
        self._pay(lot, period)
        if self.recorder.trace and not lot.seeded:
            self.recorder.lots.append(lot)
        if lot.stage == Stage.SAMPLES:
            return
        item, pool = self.item_of[source], self.pool_of[source]
        self.stockroom.put(item, lot.good, now)
        self.recorder.source["seeded" if lot.seeded else "received"][period][source] += lot.good
        if any(counter.backlog for counter in self.demand_desk.of_pool[pool]):
            self.agenda.follow_up(Phase.SERVE, 0, pool, 0, self._serve, pool)
        if self.queues[pool]:
            self.agenda.follow_up(Phase.PLAN, 0, pool, 1, self._dispatch, pool)
        if self.desk.continuous[pool] and lot.good < lot.expected:
            self.agenda.follow_up(Phase.PLAN, 0, pool, 2, self.desk.replenish, pool)

    def _pay(self, lot: Lot, period: int) -> None:
        """An outside supplier is paid when the lot arrives, at the price of that day."""
        draws = self.draws.sources[lot.source]
        if len(draws.price) == 1 and draws.price[0] == 0.0:
            return
        day = min(self.agenda.now // TICKS_PER_DAY, len(draws.price) - 1)
        starts = lot.starts if not lot.seeded else lot.good / max(self.makers[lot.source].good_per_start(0), 1e-9)
        price = float(draws.price[day]) * self.desk.price_factor[lot.source].at(self.agenda.now)
        self.recorder.money(self.recorder.source["purchase_cents"], period, lot.source, rules.cents(starts * price))

    # --- periods -----------------------------------------------------------------------------

    def _record(self, period: int) -> None:
        """Close a period, at its last instant, and check that nothing was lost or made up."""
        until = self.agenda.now + 1
        self.stockroom.settle(until, period)
        self.demand_desk.settle(until, period)
        audit(self, period)
        self.period = min(period + 1, len(self.draws.periods) - 2)
