"""Doubly linked lists in slots, each known by its first and its last node."""

from __future__ import annotations

from sim.engines.batch.state import FULL, NOTHING, State


def new_node(s: State, at: int, units: int, lot: int) -> int:
    """Return a node in no list yet; NOTHING, with a fault, if no slot is free."""
    c = s.clock[0]
    node = c.free_node
    if node != NOTHING:
        c.free_node = s.nodes[node].after
    elif c.nodes_used < len(s.nodes):
        node = c.nodes_used
        c.nodes_used += 1
    else:
        c.fault = FULL
        return NOTHING
    n = s.nodes[node]
    n.before, n.after, n.at, n.units, n.lot = NOTHING, NOTHING, at, units, lot
    return int(node)


def append(s: State, head: int, tail: int, at: int, units: int) -> tuple[int, int]:
    """Add a node at the end of a list and return its new ends."""
    node = new_node(s, at, units, NOTHING)
    return insert(s, head, tail, tail, node)


def insert(s: State, head: int, tail: int, before: int, node: int) -> tuple[int, int]:
    """Put a node behind another, or first behind NOTHING, and return the list's new ends."""
    if node == NOTHING:
        return head, tail
    after = head if before == NOTHING else s.nodes[before].after
    s.nodes[node].before, s.nodes[node].after = before, after
    if before == NOTHING:
        head = node
    else:
        s.nodes[before].after = node
    if after == NOTHING:
        tail = node
    else:
        s.nodes[after].before = node
    return head, tail


def remove(s: State, head: int, tail: int, node: int) -> tuple[int, int]:
    """Take a node out of a list, free its slot and return the list's new ends."""
    n, c = s.nodes[node], s.clock[0]
    if n.before == NOTHING:
        head = n.after
    else:
        s.nodes[n.before].after = n.after
    if n.after == NOTHING:
        tail = n.before
    else:
        s.nodes[n.after].before = n.before
    n.after = c.free_node
    c.free_node = node
    return head, tail


def pop_first(s: State, head: int, tail: int) -> tuple[int, int]:
    """Take the first node out of a list and return its new ends."""
    return remove(s, head, tail, head)
