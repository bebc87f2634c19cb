"""Where demand meets stock: lines are served by priority, the rest waits or is lost."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from heapq import merge

from sim.clock import ticks
from sim.draws import Draws
from sim.draws.curves import value
from sim.draws.sources import cents_of
from sim.engines.shared.recorder import Recorder, Rows
from sim.engines.shared.rules import cents, unit_days
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
    shortage_cents: float
    lost_cents: float
    waiting: deque[list[int]] = field(default_factory=deque)
    backlog: int = 0
    unit_days: float = 0.0
    """Backlog integrated over time since the last settlement."""
    last: int = 0
    owed: float = 0.0
    booked: int = 0
    lost: int = 0
    """Units lost or cancelled so far, and the cents booked for them."""
    lost_booked: int = 0


class DemandDesk:
    """Serves demand from stock."""

    def __init__(self, draws: Draws, recorder: Recorder, stockroom: Stockroom) -> None:
        self._draws, self._recorder, self._stockroom = draws, recorder, stockroom
        self.counters = [self._counter(f) for f in range(len(draws.flows))]
        self.of_pool: list[list[Counter]] = [[] for _ in draws.plan.pools]
        self.backlog = [0] * len(draws.plan.pools)
        """Units waiting for each pool."""
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
            shipment_cents=round(cents_of(vector, line.shipment_cost)),
            shortage_cents=cents_of(vector, line.shortage_cost),
            lost_cents=cents_of(vector, line.lost_cost),
        )

    def demand(self, counter: Counter, units: int, now: int, rows: Rows) -> int:
        """Serve new demand from stock; what is left waits or is lost. Returns units left waiting."""
        rows.demanded[counter.flow] += units
        # Those who came before are served before.
        served = 0 if counter.backlog else min(units, self._stockroom.available(counter.pool))
        if served:
            rows.from_stock[counter.flow] += served
            self._hand_out(counter, served, now, rows)
        left = units - served
        if left and not counter.backlogs:
            rows.lost[counter.flow] += left
            return 0
        if left:
            if counter.shortage_cents:
                self._accrue(counter, now)
            counter.waiting.append([now, left])
            counter.backlog += left
            self.backlog[counter.pool] += left
        return left

    def ranks_waiting(self, pool: int) -> list[int]:
        """Priorities at which someone waits for a pool."""
        counters = self.of_pool[pool]
        if len(counters) == 1:
            return [counters[0].priority]
        return sorted({counter.priority for counter in counters if counter.backlog})

    def serve_backlog(self, pool: int, priority: int, now: int, rows: Rows) -> None:
        """Serve those of one priority who wait for a pool, in the order they came."""
        stock, counters = self._stockroom.available(pool), self.of_pool[pool]
        if len(counters) == 1:
            self._serve(counters[0], min(stock, counters[0].backlog), now, rows)
            return
        waiting = [c for c in counters if c.priority == priority and c.backlog]
        for counter, units in zip(waiting, _first_come(waiting, stock), strict=True):
            self._serve(counter, units, now, rows)

    def _serve(self, counter: Counter, units: int, now: int, rows: Rows) -> None:
        if not units:
            return
        if counter.shortage_cents:
            self._accrue(counter, now)
        counter.backlog -= units
        self.backlog[counter.pool] -= units
        self._clear(counter, units, now, rows.waited)
        self._hand_out(counter, units, now, rows)

    def _clear(self, counter: Counter, units: int, now: int, waited: list[float]) -> None:
        while units:
            since, waiting = counter.waiting[0]
            taken = min(units, waiting)
            waited[counter.flow] += unit_days(taken, now - since)
            units -= taken
            if taken == waiting:
                counter.waiting.popleft()
            else:
                counter.waiting[0][1] -= taken

    def cancel(self, counter: Counter, since: int, now: int, rows: Rows) -> None:
        """Cancel what is left of a demand that has waited too long."""
        if counter.waiting and counter.waiting[0][0] == since:
            units = counter.waiting.popleft()[1]
            if counter.shortage_cents:
                self._accrue(counter, now)
            counter.backlog -= units
            self.backlog[counter.pool] -= units
            rows.cancelled[counter.flow] += units

    def _hand_out(self, counter: Counter, units: int, now: int, rows: Rows) -> None:
        self._stockroom.take(counter.pool, units, now)
        flow = counter.flow
        rows.served[flow] += units
        rows.deliveries[flow] += 1
        if counter.shipment_cents:
            rows.delivery_cents[flow] += counter.shipment_cents
            rows.journal += counter.shipment_cents
        then = rows if counter.delivery == 0 else self._recorder.at(now + counter.delivery)
        then.delivered[flow] += units

    def _accrue(self, counter: Counter, now: int) -> None:
        counter.unit_days += unit_days(counter.backlog, now - counter.last)
        counter.last = now

    def settle(self, now: int, rows: Rows) -> None:
        """Close a period: book levels, the cost of waiting up to `now` and that of units lost in it."""
        for counter in self.counters:
            rows.backlog[counter.flow] = counter.backlog
            if counter.shortage_cents:
                self._settle_waiting(counter, now, rows)
            if counter.lost_cents:
                _settle_lost(counter, rows)

    def _settle_waiting(self, counter: Counter, now: int, rows: Rows) -> None:
        self._accrue(counter, now)
        counter.owed += counter.unit_days * counter.shortage_cents
        counter.unit_days = 0.0
        due = cents(counter.owed) - counter.booked
        counter.booked += due
        rows.shortage_cents[counter.flow] += due
        rows.journal += due


def _settle_lost(counter: Counter, rows: Rows) -> None:
    """Book the cost of units lost in the period; the running total is rounded, so that cents do not drift."""
    counter.lost += rows.lost[counter.flow] + rows.cancelled[counter.flow]
    due = cents(counter.lost * counter.lost_cents) - counter.lost_booked
    counter.lost_booked += due
    rows.lost_cents[counter.flow] += due
    rows.journal += due


def _first_come(counters: list[Counter], stock: int) -> list[int]:
    """Units that a stock gives to each counter when claims are met in the order of their instants."""
    given = [0] * len(counters)
    for _, i, units in merge(*([(since, i, n) for since, n in c.waiting] for i, c in enumerate(counters))):
        part = min(units, stock)
        given[i] += part
        stock -= part
        if not stock:
            break
    return given
