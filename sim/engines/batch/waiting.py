"""Lots that wait: for inputs, in a queue for each pool by priority, release and number; and for a line."""

from __future__ import annotations

from sim.engines.batch.lists import insert, new_node, remove
from sim.engines.batch.state import NOTHING, State
from sim.engines.batch.stock import available


def join_queue(s: State, pool: int, slot: int) -> int:
    """Add a lot to the queue of a pool, by priority, release and number, and return its node."""
    p, before = s.pools[pool], s.pools[pool].tail
    # From the tail: most lots are released after all that wait.
    while before != NOTHING and _goes_before(s, slot, s.nodes[before].lot):
        before = s.nodes[before].before
    node = new_node(s, 0, 0, slot)
    p.head, p.tail = insert(s, p.head, p.tail, before, node)
    return node


def _goes_before(s: State, one: int, other: int) -> bool:
    """Return whether one lot goes before another: by priority, release and number."""
    a, b = s.lots[one], s.lots[other]
    first, second = s.sources[a.source].priority, s.sources[b.source].priority
    if first != second:
        return bool(first < second)
    if a.released != b.released:
        return bool(a.released < b.released)
    return bool(a.number < b.number)


def join_line(s: State, site: int, slot: int) -> None:
    """Add a lot to the queue of a bottleneck, by priority and number."""
    where, rank, number = s.sites[site], s.sources[s.lots[slot].source].priority, s.lots[slot].number
    before = where.tail
    while before != NOTHING:
        other = s.lots[s.nodes[before].lot]
        if (s.sources[other.source].priority, other.number) < (rank, number):
            break
        before = s.nodes[before].before
    where.head, where.tail = insert(s, where.head, where.tail, before, new_node(s, 0, 0, slot))


def startable(s: State, pool: int) -> int:
    """Return the first lot in the queue of a pool that can begin; only the head unless lots may pass."""
    node, bypass = s.pools[pool].head, s.pools[pool].bypass
    if s.pools[pool].is_line and s.pools[pool].places <= 0:
        return NOTHING
    while node != NOTHING:
        if possible(s, s.nodes[node].lot):
            return int(s.nodes[node].lot)
        node = s.nodes[node].after if bypass else NOTHING
    return NOTHING


def possible(s: State, slot: int) -> int:
    """Return the starts of a lot that can begin: all of it or, where parts may go, some.

    Its inputs must be there, and its turn must have come in the queue of each.
    """
    r, starts = s.sources[s.lots[slot].source], s.lots[slot].starts
    for i in range(r.take_begin, r.take_end):
        p, have = s.pools[s.input_pool[i]], available(s, s.input_pool[i])
        if have < s.takes[i] * starts:
            # Places come free unit by unit: a lot without a size enters its line as they do.
            starts = max(have // s.takes[i], 0) if r.partial or (p.is_line and r.lot_size == 0) else 0
        # Order is kept among those who need an input: whoever is not first waits, even if there is enough for him.
        if starts == 0 or (not p.bypass and (p.head == NOTHING or s.nodes[p.head].lot != slot)):
            return 0
    return int(starts)


def leave_queue(s: State, pool: int, slot: int) -> None:
    """Remove a lot from the queue of a pool."""
    p = s.pools[pool]
    node = p.head
    while node != NOTHING and s.nodes[node].lot != slot:
        node = s.nodes[node].after
    if node != NOTHING:
        p.head, p.tail = remove(s, p.head, p.tail, node)
