"""Lots that wait: for inputs, in a queue for each pool by priority, release and number; and for a line."""

from __future__ import annotations

from heapq import heappop, heappush

from sim.engines.events.state import OpenLot, PoolState, SiteState, SourceState, State


def join_queue(p: PoolState, r: SourceState, lot: OpenLot) -> None:
    """Add a lot of a source to the queue of a pool, by priority, release and number."""
    heappush(p.queue, (r.priority, lot.released, lot.number, lot))


def join_line(where: SiteState, r: SourceState, lot: OpenLot) -> None:
    """Add a lot of a source to the queue of a bottleneck, by priority and number."""
    heappush(where.queue, (r.priority, lot.number, lot))


def startable(s: State, pool: int) -> tuple[OpenLot | None, int]:
    """Return the first lot in the queue of a pool that can begin, and how many of its starts can.

    It is only the head unless lots may pass.
    """
    p = s.pools[pool]
    if not p.queue or p.available <= 0:
        return None, 0
    head = p.queue[0][3]
    starts = possible(s, head)
    if starts:
        return head, starts
    for *_, lot in sorted(p.queue)[1:] if p.bypass else ():
        starts = possible(s, lot)
        if starts:
            return lot, starts
    return None, 0


def possible(s: State, lot: OpenLot) -> int:
    """Return the starts of a lot that can begin: all of it or, where parts may go, some.

    Its inputs must be there, and its turn must have come in the queue of each.
    """
    r, starts = s.sources[lot.source], lot.starts
    for pool, take in r.takes:
        p = s.pools[pool]
        if p.available < take * starts:
            starts = max(p.available // take, 0) if r.partial or _comes_free_by_units(p, r) else 0
        # Order is kept among those who need an input: whoever is not first waits, even if there is enough for him.
        if not starts or not (p.bypass or p.queue[0][3] is lot):
            return 0
    return starts


def _comes_free_by_units(p: PoolState, r: SourceState) -> bool:
    """Return whether a lot without a size enters its line as places come free, unit by unit."""
    return p.is_line and r.lot_size == 0


def leave_queue(p: PoolState, lot: OpenLot) -> None:
    """Remove a lot from the queue of a pool."""
    queue = p.queue
    if queue[0][3] is lot:
        heappop(queue)
    else:
        queue.remove(next(entry for entry in queue if entry[3] is lot))
        # A sorted list is a heap.
        queue.sort()
