"""The initial pipeline: stock and work in process at the start, as planned long before it."""

from __future__ import annotations

import numpy as np

from sim.draws import Draws
from sim.engines.shared.phases import QualificationPhase
from sim.engines.shared.planner import plan
from sim.engines.shared.positions import IN_CYCLE, Memory, Position
from sim.engines.shared.release import wanted_by
from sim.engines.shared.rules import lot_count, portion, whole
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import Worksheet

VOLUME = int(QualificationPhase.VOLUME)


def show_start(draws: Draws, position: Position) -> None:
    """Fill in the position that the plan before the start sees: initial stock and open orders."""
    orders = draws.open_orders
    np.add.at(position.stock, draws.plan.item_pool, draws.initial_stock)
    count = position.lots[0] = len(orders)
    position.lot_source[:count], position.lot_starts[:count], position.lot_due[:count] = orders.T
    position.lot_promised[:count], position.lot_stage[:count], position.lot_place[:count] = (
        orders[:, 2],
        VOLUME,
        IN_CYCLE,
    )


def plan_before(tables: Tables, position: Position, memory: Memory, sheet: Worksheet) -> None:
    """Plan as of a review so long before the start that everything can still begin in time."""
    for i in range(position.lots[0]):
        source = position.lot_source[i]
        position.lot_units[i] = whole(position.lot_starts[i] * position.good_per_start[source])
    plan(tables, position, memory, sheet, 0, 0, tables.first[0], tables.last[0])


def lots_before(tables: Tables, sheet: Worksheet, source: int, j: int) -> int:
    """Return the number of lots of a source that began in a bucket before the start."""
    starts = int(sheet.starts[source, j])
    if starts <= 0 or not tables.planned[tables.source_pool[source]]:
        return 0
    return lot_count(starts, tables.lot_size[source])


def lot_before(
    tables: Tables, sheet: Worksheet, source: int, j: int, i: int, done: int, good: float
) -> tuple[int, int, int, int]:
    """Return starts, good units, arrival and due date of the `i`-th lot of a bucket before the start.

    `done` starts of the source came before this bucket. Good units are whole; fractions go to the next lot.
    """
    starts, size = int(sheet.starts[source, j]), tables.lot_size[source]
    before = i * size
    through = min(before + size, starts) if size > 0 else starts
    begin, end = sheet.begin[source, j], tables.edges[j + 1]
    # A difference of rounded totals, so that the units of all lots add up to the rounded sum.
    units = whole((done + through) * good) - whole((done + before) * good)
    due = wanted_by(tables, sheet, source, (done + before) * good, end + tables.lead[source])
    # At a limited site each lot leaves the line when it has had its part of the bucket.
    left = begin if tables.endless[tables.source_site[source]] else begin + portion(end - begin, through, starts)
    return through - before, units, left + tables.lead[source], due
