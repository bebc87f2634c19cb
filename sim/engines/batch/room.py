"""Memory for lots, events and lists, which the next run uses again.

Allocation takes long, and a run writes before it reads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines.batch import state as layout
from sim.engines.batch.state import NOTHING, Records, State, blank
from sim.plan import IntArray

BUCKETS = 65536
"""Buckets of the calendar: hardly more than an event in each, even where a run has a hundred thousand."""


class Room(NamedTuple):
    """The arrays of `State` whose slots are written before they are read, and the buckets, which begin empty."""

    lots: Records
    events: Records
    heap_time: IntArray
    heap_event: IntArray
    soon: IntArray
    nodes: Records
    buckets: IntArray


_SPARE: list[Room] = []
"""What no run has at the moment. Threads take and give whole rooms, so none has to wait for another."""


def room(slots: int) -> Room:
    """Return room for so many lots, with twice as many events and nodes; what it holds has no meaning."""
    while _SPARE:
        try:
            found = _SPARE.pop()
        # Another thread took the last one meanwhile.
        except IndexError:
            break
        if len(found.lots) == slots:
            found.buckets.fill(NOTHING)
            return found
    heap_time, heap_event, soon = (np.empty(slots * 2, dtype=np.int64) for _ in range(3))
    return Room(
        blank(layout.LOT, slots), blank(layout.EVENT, slots * 2), heap_time, heap_event, soon,
        blank(layout.NODE, slots * 2), np.full(BUCKETS, NOTHING, dtype=np.int64),
    )  # fmt: skip


def give_back(s: State) -> None:
    """Leave the room of a run that is over to the next."""
    _SPARE.append(Room(*(getattr(s, name) for name in Room._fields)))
