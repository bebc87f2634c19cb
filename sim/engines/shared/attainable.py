"""How much of each item can be had by when: stock, what is on order, and what can still be made, from raw items on.

An upper bound, item by item: who else wants the same capacity or the same input is seen when requirements are planned.
"""

from __future__ import annotations

import numpy as np

from sim.engines.shared.capability import (
    INFINITE,
    SLACK,
    bucket_of,
    due_bucket,
    open_share,
    own_time,
    risk_starts,
)
from sim.engines.shared.positions import Position
from sim.engines.shared.requirements import bring
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, REVIEW, UNTIL, Worksheet


def attain(tables: Tables, position: Position, sheet: Worksheet) -> None:
    """Units of each pool that can be had up to the end of each bucket, cumulated, into `attained`."""
    base, until = sheet.span[BASE], sheet.span[UNTIL]
    for index in range(len(tables.order) - 1, -1, -1):
        pool = tables.order[index]
        if tables.planned[pool]:
            for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
                _produce(tables, position, sheet, pool, tables.pool_source[i])
        total = sheet.at_hand[pool] = position.stock[pool] - position.waiting[pool]
        for j in range(base, until):
            total = min(total + sheet.arriving[pool, j], INFINITE)
            if not tables.planned[pool]:
                more = _replenished(tables, sheet, pool, j) - total
                if more > 0.0:
                    bring(sheet, pool, j, tables.edges[j + 1], more)
                    total = min(total + more, INFINITE)
            sheet.attained[pool, j] = total


def _produce(tables: Tables, position: Position, sheet: Worksheet, pool: int, source: int) -> None:
    """Add what one source can make, by when it would come: first of inputs there when a bucket begins, then as soon
    as some of each have come within it, then of all."""
    good = position.good_per_start[source]
    if good <= 0.0:
        return
    possible, allowed, made, units = 0.0, 0.0, 0.0, 0.0
    steps = 3 if tables.input_start[source] < tables.input_start[source + 1] else 1
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        possible = min(possible + capable(tables, sheet, source, j), INFINITE)
        if sheet.period[j] == j:
            allowed = min(allowed + sheet.allowed[tables.source_site[source], j], INFINITE)
        last = tables.edges[j] - 1
        for step in range(steps):
            at = _instant(tables, sheet, source, j, step)
            if at == last:
                continue
            last = at
            starts = min(possible, allowed, _fed(tables, sheet, source, j, at))
            if starts > made:
                arrives = _arrival(tables, sheet, source, j, at)
                comes = due_bucket(tables, sheet, arrives)
                # Whole units come, with the fraction that is carried from those on order.
                total = float(np.floor(sheet.fraction[source] + starts * good + SLACK))
                if comes < sheet.span[UNTIL]:
                    bring(sheet, pool, comes, arrives, total - units)
                made, units = starts, total


def _replenished(tables: Tables, sheet: Worksheet, pool: int, j: int) -> float:
    """Units of a pool that its stock policy can have brought up to the end of a bucket: what was used a lead time before is
    there again, as long as its site is not closed, and no more than the policy lets be on order."""
    if tables.source_start[pool] == tables.source_start[pool + 1] or tables.ceiling[pool] <= 0.0:
        return 0.0
    source = tables.pool_source[tables.source_start[pool]]
    closing = tables.closing[sheet.span[REVIEW], tables.source_site[source]]
    ordered = min(tables.edges[j + 1] - max(tables.lead[source] + tables.every[pool], 1), closing - 1)
    if ordered < tables.edges[sheet.span[BASE]]:
        return 0.0
    return float(min(there_before(sheet, pool, bucket_of(tables, ordered)) + tables.ceiling[pool], INFINITE))


def capable(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
    """Starts that capacity and qualification allow a source in a bucket, if it had its site for itself."""
    site, starts, share = tables.source_site[source], INFINITE, open_share(tables, sheet, source, j)
    if not tables.endless[site]:
        starts = sheet.site_room[site, j] / tables.load[source]
    if share < 1.0:
        starts = min(starts, max(starts * share if share > 0.0 else 0.0, risk_starts(tables, sheet, source, j)))
    return starts


def _instant(tables: Tables, sheet: Worksheet, source: int, j: int, step: int) -> int:
    """When a bucket begins; by when some of each input that comes within it have come; by when all have."""
    at = tables.edges[j]
    for i in range(tables.input_start[source], tables.input_start[source + 1] if step > 0 else 0):
        child = tables.input_pool[i]
        partly = step == 1 and sheet.sooner[child, j] > 0.0
        at = max(at, sheet.ready_sooner[child, j] if partly else sheet.ready[child, j])
    return int(at)


def _fed(tables: Tables, sheet: Worksheet, source: int, j: int, at: int) -> float:
    """Starts for which inputs can be had at an instant of a bucket."""
    starts = INFINITE
    for i in range(tables.input_start[source], tables.input_start[source + 1]):
        child = tables.input_pool[i]
        there = there_before(sheet, child, j)
        if 0 < sheet.ready[child, j] <= at:
            there += sheet.arriving[child, j]
        elif sheet.sooner[child, j] > 0.0 and sheet.ready_sooner[child, j] <= at:
            there += sheet.sooner[child, j]
        starts = min(starts, max(there, 0.0) / tables.takes[i])
    return starts


def there_before(sheet: Worksheet, pool: int, j: int) -> float:
    """Units of a pool that can be had when a bucket begins."""
    return float(sheet.attained[pool, j - 1] if j > sheet.span[BASE] else sheet.at_hand[pool])


def _arrival(tables: Tables, sheet: Worksheet, source: int, j: int, at: int) -> int:
    """When starts of a bucket arrive at the earliest, of inputs there at an instant of it."""
    site = tables.source_site[source]
    if not tables.endless[site]:
        return int(tables.edges[j + 1] + own_time(tables, sheet, source, j) + tables.lead[source])
    if open_share(tables, sheet, source, j) < 1.0 and risk_starts(tables, sheet, source, j) <= 0.0:
        at = max(at, tables.volume_begins[sheet.span[REVIEW], source])
    return int(at + tables.lead[source])
