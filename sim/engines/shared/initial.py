"""The initial pipeline: the same plan, made long before the start, gives what is in process and in stock then."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.draws import Draws
from sim.engines.shared import rules
from sim.engines.shared.planner import plan
from sim.engines.shared.positions import Memory, blank_position
from sim.engines.shared.release import wanted_by
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import Worksheet, worksheet
from sim.plan import FloatArray, IntArray


class Pipeline(NamedTuple):
    """Units of each item in stock beside those given, and lots under way: source, good units, arrival and the date for
    which they are wanted, shape (lots, 4)."""

    stock: IntArray
    lots: IntArray


def empty(draws: Draws) -> Pipeline:
    """Nothing under way, and nothing in stock but what is given."""
    return Pipeline(np.zeros(len(draws.plan.items), dtype=np.int64), np.zeros((0, 4), dtype=np.int64))


def pipeline(draws: Draws, tables: Tables, memory: Memory, good_per_start: FloatArray) -> Pipeline:
    """What would have been started before the start by sources in use then: arrived, or still under way."""
    found = empty(draws)
    if not draws.plan.initial_pipeline or not tables.planned.any():
        return found
    sheet = worksheet(tables)
    position = blank_position(len(tables.order), len(draws.sites), len(draws.sources), len(draws.flows), 1)
    np.add.at(position.stock, draws.plan.item_pool, draws.initial_stock)
    position.good_per_start[:] = good_per_start
    origin = int(tables.first[0])
    plan(tables, position, memory, sheet, 0, 0, origin, int(tables.last[0]))
    rows: list[tuple[int, int, int, int]] = []
    for source, made in enumerate(draws.plan.sources):
        if not tables.planned[tables.source_pool[source]]:
            continue
        for good, arrive, due in _lots(tables, sheet, source, float(good_per_start[source]), origin):
            if arrive <= 0:
                found.stock[made.item] += good
            else:
                rows.append((source, good, arrive, due))
    return Pipeline(found.stock, np.array(rows, dtype=np.int64).reshape(-1, 4))


def _lots(tables: Tables, sheet: Worksheet, source: int, good: float, origin: int) -> list[tuple[int, int, int]]:
    """Good units, arrival and wanted date of each lot of a source that began before the start."""
    found, done, units = [], 0, 0
    lead, size = int(tables.lead[source]), int(tables.lot_size[source])
    for j in range(origin):
        starts = int(sheet.starts[source, j])
        begin, end = int(sheet.begin[source, j]), int(tables.edges[j + 1])
        due = wanted_by(tables, sheet, source, done * good, end + lead)
        for i in range(rules.lot_count(starts, size) if starts else 0):
            done += rules.lot_part(starts, size, i)
            through = min((i + 1) * size, starts) if size else starts
            # At a limited site each lot leaves the line when it has had its part of the bucket.
            left = (
                begin
                if tables.endless[tables.source_site[source]]
                else begin + rules.portion(end - begin, through, starts)
            )
            more = rules.whole(done * good) - units
            units += more
            if more:
                found.append((more, left + lead, due))
    return found
