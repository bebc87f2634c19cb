"""Where demand meets stock: lines are served by priority, the rest waits or is lost."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from sim.draws import Draws
from sim.draws.curves import TICKS_PER_DAY, ticks, value
from sim.draws.sources import cents
from sim.engines.recorder import Recorder
from sim.engines.rules import cents as round_cents
from sim.engines.stockroom import Stockroom
from sim.plan import NONE


@dataclass(slots=True)
class Counter:
    """One flow of demand at the counter; `waiting` holds [since, units] in the order they came."""

    flow: int
    pool: int
    priority: int
    backlogs: bool
    patience: int
    delivery: int
    shipment_cents: int
    value_cents: float
    shortage_cents: float
    waiting: deque[list[int]] = field(default_factory=deque)
    backlog: int = 0
    unit_ticks: int = 0
    """Backlog integrated over time since the last settlement."""
    last: int = 0
    owed: float = 0.0
    booked: int = 0


class DemandDesk:
    """Serves demand from stock."""

    def __init__(self, draws: Draws, recorder: Recorder, stockroom: Stockroom) -> None:
        self._draws, self._recorder, self._stockroom = draws, recorder, stockroom
        self.counters = [self._counter(f) for f in range(len(draws.flows))]
        self.of_pool: list[list[Counter]] = [[] for _ in draws.plan.pools]
        for counter in sorted(self.counters, key=lambda c: (c.priority, c.flow)):
            self.of_pool[counter.pool].append(counter)

    def _counter(self, f: int) -> Counter:
        plan, vector = self._draws.plan, self._draws.vector
        flow = self._draws.flows[f]
        line = plan.lines[flow.line]
        return Counter(
            flow=f,
            pool=flow.pool,
            priority=line.priority,
            backlogs=line.backlog,
            patience=-1 if line.cancel_after == NONE else ticks(value(vector, line.cancel_after)),
            delivery=ticks(value(vector, line.delivery_time)),
            shipment_cents=round(cents(vector, line.shipment_cost)),
            value_cents=cents(vector, line.value),
            shortage_cents=cents(vector, line.shortage_cost),
        )

    def demand(self, counter: Counter, units: int, now: int, period: int) -> int:
        """Serve new demand from stock; what is left waits or is lost. Returns units left waiting."""
        book = self._recorder.flow
        book["demanded"][period][counter.flow] += units
        # Those who came before are served before.
        served = 0 if counter.backlog else min(units, self._stockroom.available(counter.pool))
        if served:
            book["from_stock"][period][counter.flow] += served
            self._hand_out(counter, served, now, period)
        left = units - served
        if left and not counter.backlogs:
            book["lost"][period][counter.flow] += left
            return 0
        if left:
            self._accrue(counter, now)
            counter.waiting.append([now, left])
            counter.backlog += left
        return left

    def serve_backlog(self, pool: int, now: int, period: int) -> None:
        """Serve those who wait for a pool, by priority, then by time."""
        stock = self._stockroom.available(pool)
        for counter in self.of_pool[pool]:
            if stock <= 0:
                return
            if not counter.backlog:
                continue
            units = min(stock, counter.backlog)
            stock -= units
            self._accrue(counter, now)
            counter.backlog -= units
            self._clear(counter, units, now, period)
            self._hand_out(counter, units, now, period)

    def _clear(self, counter: Counter, units: int, now: int, period: int) -> None:
        waited = self._recorder.flow["waited"][period]
        while units:
            since, waiting = counter.waiting[0]
            taken = min(units, waiting)
            waited[counter.flow] += taken * (now - since)
            units -= taken
            if taken == waiting:
                counter.waiting.popleft()
            else:
                counter.waiting[0][1] -= taken

    def cancel(self, counter: Counter, since: int, now: int, period: int) -> None:
        """Cancel what is left of a demand that has waited too long."""
        if counter.waiting and counter.waiting[0][0] == since:
            units = counter.waiting.popleft()[1]
            self._accrue(counter, now)
            counter.backlog -= units
            self._recorder.flow["cancelled"][period][counter.flow] += units

    def _hand_out(self, counter: Counter, units: int, now: int, period: int) -> None:
        recorder = self._recorder
        self._stockroom.take(counter.pool, units, now)
        book, f = recorder.flow, counter.flow
        book["served"][period][f] += units
        book["shipments"][period][f] += 1
        if counter.shipment_cents:
            recorder.money(book["shipment_cents"], period, f, counter.shipment_cents)
        arrives = recorder.period(now + counter.delivery)
        if arrives >= 0:
            book["delivered"][arrives][f] += units
            if counter.value_cents:
                recorder.money(book["value_cents"], arrives, f, round_cents(units * counter.value_cents))

    def _accrue(self, counter: Counter, now: int) -> None:
        counter.unit_ticks += counter.backlog * (now - counter.last)
        counter.last = now

    def settle(self, now: int, period: int) -> None:
        """Close a period: book levels and the cost of waiting up to `now`."""
        recorder = self._recorder
        for counter in self.counters:
            recorder.flow["backlog"][period][counter.flow] = counter.backlog
            self._accrue(counter, now)
            counter.owed += counter.unit_ticks / TICKS_PER_DAY * counter.shortage_cents
            counter.unit_ticks = 0
            due = round_cents(counter.owed) - counter.booked
            counter.booked += due
            if due:
                recorder.money(recorder.flow["shortage_cents"], period, counter.flow, due)
