"""Requirements: what customers and planned starts want of each pool by when, and what covers it already."""

from __future__ import annotations

import math

from sim.engines.shared.capability import INFINITE, SLACK, due_bucket
from sim.engines.shared.phases import QualificationPhase
from sim.engines.shared.positions import QUEUED, WAITING, Position, expected_between
from sim.engines.shared.tables import SPLIT, Tables
from sim.engines.shared.worksheet import BASE, REVIEW, UNTIL, Worksheet

RISK, SAMPLES = int(QualificationPhase.RISK), int(QualificationPhase.SAMPLES)


def add_requirement(tables: Tables, sheet: Worksheet, pool: int, due: int, units: float) -> None:
    """Add units of a pool to its gross requirements, due its safety time before an instant.

    What is overdue is required at once. What is due beyond the review's view is dropped.
    """
    due = max(due - tables.safety[pool], tables.edges[sheet.span[BASE]])
    j = due_bucket(tables, sheet, due)
    if j >= sheet.span[UNTIL] or units <= 0.0:
        return
    # The earliest due date of a bucket counts for all of it.
    sheet.due[pool, j] = due if sheet.gross[pool, j] <= 0.0 else min(sheet.due[pool, j], due)
    sheet.gross[pool, j] += units


def add_demand(tables: Tables, position: Position, sheet: Worksheet, pool: int) -> None:
    """Add customer demand for a pool to its gross requirements: backlog, and demand expected after this instant."""
    k, base, until = sheet.span[REVIEW], sheet.span[BASE], sheet.span[UNTIL]
    for flow in range(len(tables.flow_pool)):
        if tables.flow_pool[flow] != pool:
            continue
        add_requirement(tables, sheet, pool, tables.edges[base], position.backlog[flow])
        row = tables.belief[k, flow]
        for j in range(base, until):
            units = expected_between(tables, k, flow, j, j + 1)
            if units > 0.0:
                # Not at the first edge itself: an instant at an edge belongs to the bucket before it.
                due = min(max(tables.next_due[row, j], tables.edges[j] + 1), tables.edges[j + 1])
                add_requirement(tables, sheet, pool, due, units * position.correction[flow])


def demand_until(tables: Tables, position: Position, sheet: Worksheet, pool: int) -> None:
    """Deduct the cumulative demand of customers for a pool from what other pools can have of it."""
    k, base, until = sheet.span[REVIEW], sheet.span[BASE], sheet.span[UNTIL]
    for flow in range(len(tables.flow_pool)):
        if tables.flow_pool[flow] == pool:
            wanted = position.backlog[flow]
            for j in range(base, until):
                wanted += expected_between(tables, k, flow, j, j + 1) * position.correction[flow]
                sheet.supply[pool, j] -= wanted


def book_receipts(tables: Tables, position: Position, sheet: Worksheet) -> None:
    """Book scheduled receipts by due date, and by the date on which they are expected now.

    A late lot still covers the need for which it was ordered. A lot that comes early covers needs from its arrival on.
    """
    base, until = sheet.span[BASE], sheet.span[UNTIL]
    for i in range(position.lots[0]):
        source, units = position.lot_source[i], position.lot_units[i]
        if position.lot_stage[i] == SAMPLES:
            continue
        pool = tables.source_pool[source]
        expected = _expected_arrival(tables, position, sheet, i)
        j = due_bucket(tables, sheet, expected)
        if not (position.lot_stage[i] == RISK and guarded(tables, pool, source)):
            wanted = min(position.lot_due[i], expected)
            due = j if wanted == expected else due_bucket(tables, sheet, wanted)
            # Receipts beyond the view are on order all the same: its last bucket holds them.
            sheet.receipts[source, min(due, until - 1)] += units
        if j < until:
            bring(sheet, pool, j, expected, units)
    for source in range(len(tables.source_pool)):
        _make_whole(position, sheet, source, base, until)


def bring(sheet: Worksheet, pool: int, j: int, at: int, units: float) -> None:
    """Book units of a pool that arrive within a bucket; its last arrival is kept apart from those before it."""
    # 0 as long as nothing arrives in the bucket.
    last = sheet.ready[pool, j]
    sheet.earliest[pool, j] = at if last == 0 else min(sheet.earliest[pool, j], at)
    if at > last > 0:
        sheet.sooner[pool, j], sheet.ready_sooner[pool, j] = sheet.arriving[pool, j], last
    elif at < last:
        sheet.sooner[pool, j] = min(sheet.sooner[pool, j] + units, INFINITE)
        sheet.ready_sooner[pool, j] = max(sheet.ready_sooner[pool, j], at)
    sheet.arriving[pool, j] = min(sheet.arriving[pool, j] + units, INFINITE)
    sheet.ready[pool, j] = max(last, at)


def guarded(tables: Tables, pool: int, source: int) -> bool:
    """Return whether outside orders must not rely on an in-house source before it is in volume."""
    if not tables.in_house[source] or tables.sourcing[pool] == SPLIT:
        return False
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        if not tables.in_house[tables.pool_source[i]]:
            return True
    return False


def _expected_arrival(tables: Tables, position: Position, sheet: Worksheet, lot: int) -> int:
    """Return when a lot is expected: as promised, unless it can no longer arrive so soon."""
    source, now = position.lot_source[lot], tables.edges[sheet.span[BASE]]
    place, site = position.lot_place[lot], tables.source_site[source]
    earliest = now
    if place == WAITING:
        earliest = now + tables.lead[source]
    elif place == QUEUED:
        # Lots leave in the order in which they came; their load adds up lot by lot.
        sheet.queue[site] += position.lot_starts[lot] * tables.load[source]
        earliest = _worked_off(tables, position, sheet, site) + tables.lead[source]
    # In its cycle it comes as promised, or now if it should have come already.
    return int(max(position.lot_promised[lot], earliest))


def _worked_off(tables: Tables, position: Position, sheet: Worksheet, site: int) -> int:
    """Return when a site has worked off the lots counted so far, at the capacity expected of it."""
    load, base, until = min(sheet.queue[site], position.committed[site]), sheet.span[BASE], sheet.span[UNTIL]
    if tables.endless[site]:
        return int(tables.edges[base])
    for j in range(base, until):
        room = sheet.capacity[site, j]
        if load <= room and room > 0.0:
            return int(tables.edges[j] + (tables.edges[j + 1] - tables.edges[j]) * (load / room))
        load -= room
    return int(tables.edges[until])


def _make_whole(position: Position, sheet: Worksheet, source: int, base: int, until: int) -> None:
    """Round the scheduled receipts of a source to whole units; fractions go to the next lot, the last stays owed."""
    total, before = position.carried[source], 0.0
    for j in range(base, until):
        total += sheet.receipts[source, j]
        units = math.floor(total + SLACK)
        sheet.receipts[source, j] = units - before
        before = units
    sheet.fraction[source] = max(total - before, 0.0)


def reserve(sheet: Worksheet, pool: int) -> None:
    """Deduct what a plan uses of an input, bucket by bucket, from what can be had of it."""
    used = 0.0
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        used += sheet.usage[pool, j]
        sheet.supply[pool, j] -= used
        sheet.usage[pool, j] = 0.0


def look_at_spare(sheet: Worksheet, pool: int) -> None:
    """Set what may be taken of a pool in each bucket: the least that is left of it from there on."""
    least = INFINITE
    for j in range(sheet.span[UNTIL] - 1, sheet.span[BASE] - 1, -1):
        least = min(least, sheet.supply[pool, j])
        sheet.spare[pool, j] = least


def look_at_inputs(tables: Tables, sheet: Worksheet, pool: int) -> None:
    """Set what may be taken of all inputs of a pool."""
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[i]
        for place in range(tables.input_start[source], tables.input_start[source + 1]):
            look_at_spare(sheet, tables.input_pool[place])
