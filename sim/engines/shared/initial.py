"""The initial pipeline: the same plan, made long before the start, gives what is in process and in stock then."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.draws import Draws
from sim.engines.shared import rules
from sim.engines.shared.phases import Stage
from sim.engines.shared.planner import plan
from sim.engines.shared.positions import IN_CYCLE, Memory, blank_position
from sim.engines.shared.release import wanted_by
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import Worksheet, worksheet
from sim.plan import FloatArray, IntArray


class Pipeline(NamedTuple):
    """Units of each item in stock beside those given, and lots under way: source, good units, arrival and the date for
    which they are wanted, shape (lots, 4)."""

    stock: IntArray
    lots: IntArray


def pipeline(draws: Draws, tables: Tables, memory: Memory, good_per_start: FloatArray) -> Pipeline:
    """Open orders as given, and what sources in use at the start would have begun before: arrived, or still under way."""
    stock = np.zeros(len(draws.plan.items), dtype=np.int64)
    rows = [
        (source, rules.whole(starts * float(good_per_start[source])), due, due)
        for source, starts, due in draws.open_orders.tolist()
    ]
    if draws.plan.initial_pipeline and tables.planned.any():
        sheet = _planned_before(draws, tables, memory, good_per_start)
        for source, made in enumerate(draws.plan.sources):
            for good, arrive, due in _lots(tables, sheet, source, float(good_per_start[source])):
                if arrive <= 0:
                    stock[made.item] += good
                else:
                    rows.append((source, good, arrive, due))
    return Pipeline(stock, np.array(rows, dtype=np.int64).reshape(-1, 4))


def _planned_before(draws: Draws, tables: Tables, memory: Memory, good_per_start: FloatArray) -> Worksheet:
    """The plan of a review so long before the start that all can still be begun in time."""
    plan_of, orders = draws.plan, draws.open_orders
    position = blank_position(len(plan_of.pools), len(draws.sites), len(draws.sources), len(draws.flows), len(orders))
    np.add.at(position.stock, plan_of.item_pool, draws.initial_stock)
    position.good_per_start[:] = good_per_start
    position.lots[0] = len(orders)
    position.lot_source[:], position.lot_starts[:], position.lot_due[:] = orders.T
    position.lot_units[:] = orders[:, 1] * good_per_start[orders[:, 0]]
    position.lot_promised[:], position.lot_stage[:], position.lot_place[:] = orders[:, 2], Stage.VOLUME, IN_CYCLE
    sheet = worksheet(tables)
    plan(tables, position, memory, sheet, 0, 0, int(tables.first[0]), int(tables.last[0]))
    return sheet


def _lots(tables: Tables, sheet: Worksheet, source: int, good: float) -> list[tuple[int, int, int]]:
    """Good units, arrival and wanted date of each lot of a source that began before the start."""
    found, done, units = [], 0, 0
    lead, size = int(tables.lead[source]), int(tables.lot_size[source])
    for j in range(int(tables.first[0])):
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
