"""Lots that wait for inputs: which of them can begin, and with how many starts."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop

from sim.engines.events.sites import Route
from sim.engines.events.state import Floor
from sim.engines.shared.records import Lot

Queue = list[tuple[int, int, int, Lot]]
"""A heap of lots that wait for a pool: priority, release and number before each."""


def startable(engine: Floor, pool: int) -> tuple[Lot, int] | None:
    """The first lot in the queue of a pool that can begin, and the starts for which there are inputs; unless they may
    pass, only the head can."""
    queue = engine.queues[pool]
    if pool >= len(engine.plan.pools) and engine.stockroom.available(pool) <= 0:
        return None
    for lot in _in_turn(queue, may_pass=engine.may_pass[pool]):
        if starts := _possible(engine, lot):
            return lot, starts
    return None


def _in_turn(queue: Queue, *, may_pass: bool) -> Iterator[Lot]:
    """Lots whose turn it may be: the head, and where it may be passed all others, put in order only if it comes to them."""
    yield from (lot for _, _, _, lot in queue[:1])
    if may_pass:
        yield from (lot for _, _, _, lot in sorted(queue)[1:])


def _possible(engine: Floor, lot: Lot) -> int:
    """Starts of a lot for which all inputs are there and its turn has come: all of it or, where parts may go, some."""
    route, starts = engine.routes[lot.source], lot.starts
    for pool, take in route.takes:
        have = engine.stockroom.available(pool)
        if have < take * starts:
            starts = max(have // take, 0) if route.partial or _is_place(engine, pool, route) else 0
        if not starts or not (engine.may_pass[pool] or engine.queues[pool][0][3] is lot):
            return 0
    return starts


def _is_place(engine: Floor, pool: int, route: Route) -> bool:
    """Whether places on a line lack, and a lot without a size enters it as they come free."""
    return pool >= len(engine.plan.pools) and route.lot_size == 0


def leave_queue(queue: Queue, lot: Lot) -> None:
    """Take a lot out of a queue."""
    if queue[0][3] is lot:
        heappop(queue)
    else:
        queue.remove(next(entry for entry in queue if entry[3] is lot))
        queue.sort()


def part_of(lot: Lot, number: int, starts: int) -> Lot:
    """A lot of these starts that goes ahead of the rest, which keeps its place."""
    part = Lot(lot.source, number, starts, lot.stage, lot.ordered, lot.due)
    part.released, part.promised = lot.released, lot.promised
    part.expected = lot.expected * starts / lot.starts
    lot.starts -= starts
    lot.expected -= part.expected
    return part
