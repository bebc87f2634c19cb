"""Memory for lots, events and lists, which the next run uses again.

Allocation takes long, and a run writes before it reads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.engines.batch import state as layout
from sim.engines.batch.compiling.addresses import LINE
from sim.engines.batch.compiling.native import Lasting, lasting
from sim.engines.batch.state import NOTHING, Records, State, blank
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import worksheet
from sim.plan import IntArray

T = TypeVar("T")
MOST_BUCKETS = 65536
"""Buckets of the calendar at most: hardly more than an event in each, even where a run has a hundred thousand."""


class Room(NamedTuple):
    """The arrays of `State` whose slots are written before they are read, and the buckets, which begin empty."""

    lots: Records
    events: Records
    heap_time: IntArray
    heap_event: IntArray
    soon: IntArray
    nodes: Records
    open_lots: NDArray[np.int32]
    buckets: NDArray[np.int32]
    links: NDArray[np.int32]
    arriving: NDArray[np.int32]


_SPARE: list[Room] = []
"""What no run has at the moment. Threads take and give whole rooms, so none has to wait for another."""


def room(slots: int, buckets: int) -> Room:
    """Return room for so many lots, with twice as many events and nodes, and the first `buckets` buckets empty.

    What else it holds has no meaning.
    """
    found = _fitting(_SPARE, lambda spare: len(spare.lots) == slots)
    if found is not None:
        # Filling all would drive out of the cache what a small run keeps there.
        found.buckets[:buckets] = NOTHING
        return found
    heap_time, heap_event, soon = (np.empty(slots * 2, dtype=np.int64) for _ in range(3))
    return Room(
        _in_lines(layout.LOT, slots), _in_lines(layout.EVENT, slots * 2), heap_time, heap_event, soon,
        blank(layout.NODE, slots * 2), np.empty(slots * 2, dtype=np.int32), np.full(MOST_BUCKETS, NOTHING, dtype=np.int32), np.empty(slots * 2, dtype=np.int32),
        np.empty(slots * 2, dtype=np.int32),
    )  # fmt: skip


def _in_lines(dtype: np.dtype[Any], count: int) -> Records:
    """Return room for records that are whole lines of memory, the first at the beginning of one."""
    size = count * dtype.itemsize
    memory = np.zeros(size + LINE, dtype=np.uint8)
    begin = -memory.ctypes.data % LINE
    return memory[begin : begin + size].view(dtype)


def give_back(s: State) -> None:
    """Leave the room of a run that is over to the next."""
    _SPARE.append(Room(*(getattr(s, name) for name in Room._fields)))


_SHEETS: list[tuple[tuple[int, ...], Lasting]] = []
"""Worksheets that no run has at the moment, with what their shapes follow from."""


def sheet(t: Tables) -> Lasting:
    """Return a worksheet for the planner; what it holds has no meaning, since each review writes before it reads."""
    needed = _shapes(t)
    found = _fitting(_SHEETS, lambda spare: spare[0] == needed)
    return lasting(worksheet(t)) if found is None else found[1]


def give_back_sheet(t: Tables, found: Lasting) -> None:
    """Leave the worksheet of a run that is over to the next."""
    _SHEETS.append((_shapes(t), found))


def _shapes(t: Tables) -> tuple[int, ...]:
    """Return what the shapes of a worksheet follow from."""
    longest = int(np.diff(t.first).max(initial=1))
    return len(t.order), len(t.source_pool), t.shift.shape[1], len(t.pool_source), len(t.edges), longest


def _fitting(spare: list[T], fits: Callable[[T], bool]) -> T | None:
    """Take the latest that fits; those that do not are let go."""
    while spare:
        try:
            found = spare.pop()
        # Another thread took the last one meanwhile.
        except IndexError:
            break
        if fits(found):
            return found
    return None
