"""The periods of a run that are counted, and sums of periods over months and reporting periods."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from sim.calendar import Calendar
from sim.clock import TICKS_PER_DAY
from sim.engines.shared.records import Records
from sim.plan import BoolArray, FloatArray, IntArray

LEVELS = frozenset({"waiting", "in_process", "in_transit", "stock", "backlog"})
"""Tables of levels at the end of a period; all others are sums over the period."""

Edges = tuple[float, ...]


def run_edges(calendar: Calendar, until: int) -> Edges:
    """Return the edges of the periods of a run that ended at `until` (ticks); the last is the end of the drain."""
    end = until / TICKS_PER_DAY if calendar.drain else calendar.days
    return (*calendar.periods[:-1], max(end, calendar.days))


def counted(edges: Edges, calendar: Calendar) -> BoolArray:
    """Return whether each period between these edges is after the warm-up, whose end is always an edge."""
    return np.asarray(np.array(edges[:-1]) >= calendar.warmup)


def last_year(calendar: Calendar) -> BoolArray:
    """Return whether each period is in the last twelve months (abstract time: anywhere) and after the warm-up.

    The last twelve months are those that begin within a year of the end.
    """
    found = counted(calendar.periods, calendar)
    if calendar.start is None:
        return found
    end = calendar.start + np.timedelta64(int(calendar.days), "D")
    month = end.astype("datetime64[M]")
    year_before = (month - 12).astype("datetime64[D]") + (end - month.astype("datetime64[D]"))
    first = min(edge for edge in calendar.months if edge >= float((year_before - calendar.start).astype(int)))
    return np.asarray(found & (np.array(calendar.periods[:-1]) >= first))


def summed(table: IntArray, periods: Edges, edges: Edges) -> IntArray:
    """Return the sums of a table by period between edges, each of which is an edge of periods too."""
    return np.asarray(np.add.reduceat(table, _firsts(periods, edges), axis=0), dtype=table.dtype)


def between(records: Records, periods: Edges, edges: Edges) -> Records:
    """Return the records by longer periods; each edge is an edge of the records' own periods."""
    if periods == edges:
        return records
    ends = [*(k - 1 for k in _firsts(periods, edges)[1:]), len(periods) - 2]

    def tables(by_name: dict[str, IntArray]) -> dict[str, IntArray]:
        return {
            name: table[ends] if name in LEVELS else summed(table, periods, edges) for name, table in by_name.items()
        }

    def floats(table: FloatArray) -> FloatArray:
        return np.asarray(np.add.reduceat(table, _firsts(periods, edges), axis=0))

    return replace(
        records, source=tables(records.source), item=tables(records.item), site=tables(records.site),
        flow=tables(records.flow), load=floats(records.load), cut=floats(records.cut), short=floats(records.short), starved=floats(records.starved),
        need=floats(records.need), released=floats(records.released), promised=floats(records.promised),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _firsts(periods: Edges, edges: Edges) -> tuple[int, ...]:
    """Return the period that begins at each edge but the last."""
    place = {edge: k for k, edge in enumerate(periods)}
    return tuple(place[edge] for edge in edges[:-1])
