"""Requirements: what customers and planned starts want of each pool by when, and what covers it already."""

from __future__ import annotations

import math

from sim.engines.shared.capability import INFINITE, SLACK, due_bucket
from sim.engines.shared.phases import QualificationPhase
from sim.engines.shared.positions import IN_CYCLE, QUEUED, WAITING, Position, expected_between
from sim.engines.shared.tables import SPLIT, Tables
from sim.engines.shared.worksheet import BASE, REVIEW, UNTIL, Worksheet

RISK, SAMPLES = int(QualificationPhase.RISK), int(QualificationPhase.SAMPLES)


def add_requirement(tables: Tables, sheet: Worksheet, pool: int, due: int, units: float) -> None:
    """Units of a pool wanted by an instant, its safety cover earlier; at once if that is past."""
    due = max(due - tables.safety[pool], tables.edges[sheet.span[BASE]])
    j = due_bucket(tables, sheet, due)
    if j >= sheet.span[UNTIL] or units <= 0.0:
        return
    sheet.due[pool, j] = due if sheet.gross[pool, j] <= 0.0 else min(sheet.due[pool, j], due)
    sheet.gross[pool, j] += units


def add_demand(tables: Tables, position: Position, sheet: Worksheet, pool: int) -> None:
    """What customers want of a pool: their backlog, and the demand expected after this instant."""
    k, base, until = sheet.span[REVIEW], sheet.span[BASE], sheet.span[UNTIL]
    for flow in range(len(tables.flow_pool)):
        if tables.flow_pool[flow] != pool:
            continue
        add_requirement(tables, sheet, pool, tables.edges[base], position.backlog[flow])
        row = tables.belief[k, flow]
        for j in range(base, until):
            units = expected_between(tables, k, flow, j, j + 1)
            if units > 0.0:
                due = min(max(tables.next_due[row, j], tables.edges[j] + 1), tables.edges[j + 1])
                add_requirement(tables, sheet, pool, due, units * position.correction[flow])


def demand_until(tables: Tables, position: Position, sheet: Worksheet, pool: int) -> None:
    """Take what customers want of a pool themselves from what others can have of it."""
    k, base, until = sheet.span[REVIEW], sheet.span[BASE], sheet.span[UNTIL]
    for flow in range(len(tables.flow_pool)):
        if tables.flow_pool[flow] == pool:
            wanted = position.backlog[flow]
            for j in range(base, until):
                wanted += expected_between(tables, k, flow, j, j + 1) * position.correction[flow]
                sheet.supply[pool, j] -= wanted


def book_receipts(tables: Tables, position: Position, sheet: Worksheet) -> None:
    """Lots on order: by the date they were wanted for, which they cover however late they are, or sooner if they come
    before it; and by the date they are expected now."""
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
            sheet.receipts[source, min(due, until - 1)] += units
        if j < until:
            bring(sheet, pool, j, expected, units)
    for source in range(len(tables.source_pool)):
        _make_whole(position, sheet, source, base, until)


def bring(sheet: Worksheet, pool: int, j: int, at: int, units: float) -> None:
    """Units of a pool come at an instant within a bucket; the last instant is kept apart from all before it."""
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
    """Whether outside orders must not rely on a source of ours before it is in volume."""
    if not tables.in_house[source] or tables.sourcing[pool] == SPLIT:
        return False
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        if not tables.in_house[tables.pool_source[i]]:
            return True
    return False


def _expected_arrival(tables: Tables, position: Position, sheet: Worksheet, lot: int) -> int:
    """As promised, unless it can no longer come so soon."""
    source, now = position.lot_source[lot], tables.edges[sheet.span[BASE]]
    place, site = position.lot_place[lot], tables.source_site[source]
    earliest = now
    if place == WAITING:
        earliest = now + tables.lead[source]
    elif place == QUEUED:
        # Lots leave in the order in which they came; their load adds up lot by lot.
        sheet.queue[site] += position.lot_starts[lot] * tables.load[source]
        earliest = _worked_off(tables, position, sheet, site) + tables.lead[source]
    assert place <= IN_CYCLE
    return int(max(position.lot_promised[lot], earliest))


def _worked_off(tables: Tables, position: Position, sheet: Worksheet, site: int) -> int:
    """When a site has worked off the lots counted so far, at the capacity expected of it."""
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
    """Good units are whole: fractions are carried from lot to lot, and the last one stays owed."""
    total, before = position.carried[source], 0.0
    for j in range(base, until):
        total += sheet.receipts[source, j]
        units = math.floor(total + SLACK)
        sheet.receipts[source, j] = units - before
        before = units
    sheet.fraction[source] = max(total - before, 0.0)


def reserve(sheet: Worksheet, pool: int) -> None:
    """Take what a plan uses of an input, bucket by bucket, from what can be had of it."""
    used = 0.0
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        used += sheet.usage[pool, j]
        sheet.supply[pool, j] -= used
        sheet.usage[pool, j] = 0.0


def look_at_spare(sheet: Worksheet, pool: int) -> None:
    """The least that is left of a pool from each bucket on: what may be taken there."""
    least = INFINITE
    for j in range(sheet.span[UNTIL] - 1, sheet.span[BASE] - 1, -1):
        least = min(least, sheet.supply[pool, j])
        sheet.spare[pool, j] = least


def look_at_inputs(tables: Tables, sheet: Worksheet, pool: int) -> None:
    """What is spare of all that a pool is made of."""
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[i]
        for place in range(tables.input_start[source], tables.input_start[source + 1]):
            look_at_spare(sheet, tables.input_pool[place])
