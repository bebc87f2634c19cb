"""How much of each item can be had by when: stock, what is on order, and what can still be made, from raw items on.

An upper bound, item by item: who else wants the same capacity or the same input is seen when requirements are planned.
"""

from __future__ import annotations

from sim.engines.shared.capability import (
    INFINITE,
    bucket_of,
    due_bucket,
    open_share,
    own_time,
    period_of,
    risk_starts,
)
from sim.engines.shared.positions import Position
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, REVIEW, UNTIL, Worksheet


def attain(tables: Tables, position: Position, sheet: Worksheet) -> None:
    """Units of each pool that can be had up to the end of each bucket, cumulated, into `attained`."""
    base, until = sheet.span[BASE], sheet.span[UNTIL]
    for index in range(len(tables.order) - 1, -1, -1):
        pool = tables.order[index]
        for j in range(base, until):
            sheet.attained[pool, j] = sheet.arriving[pool, j]
        if tables.planned[pool]:
            for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
                _produce(tables, position, sheet, pool, tables.pool_source[i])
        total = sheet.at_hand[pool] = position.stock[pool] - position.waiting[pool]
        for j in range(base, until):
            total = min(total + sheet.attained[pool, j], INFINITE)
            if not tables.planned[pool]:
                total = max(total, _replenished(tables, sheet, pool, j))
            sheet.attained[pool, j] = total


def _produce(tables: Tables, position: Position, sheet: Worksheet, pool: int, source: int) -> None:
    """Add what one source can make, by when it would come: first of inputs there when a bucket begins, then of those that
    come within it."""
    if position.good_per_start[source] <= 0.0:
        return
    possible, allowed, made = 0.0, 0.0, 0.0
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        possible = min(possible + capable(tables, sheet, source, j), INFINITE)
        if period_of(tables, sheet, j) == j:
            allowed = min(allowed + sheet.allowed[tables.source_site[source], j], INFINITE)
        for later in range(2):
            starts = min(possible, allowed, _fed(tables, sheet, source, j, later == 1))
            if starts > made:
                arrives = _arrival(tables, sheet, source, j, later == 1)
                _bring(tables, sheet, pool, arrives, min(starts - made, INFINITE) * position.good_per_start[source])
                made = starts


def _replenished(tables: Tables, sheet: Worksheet, pool: int, j: int) -> float:
    """Units of a pool that its stock policy can have brought up to the end of a bucket: what was used a lead time before is
    there again, and no more than the policy lets be on order."""
    if tables.source_start[pool] == tables.source_start[pool + 1] or tables.ceiling[pool] <= 0.0:
        return 0.0
    lead = tables.lead[tables.pool_source[tables.source_start[pool]]] + tables.every[pool]
    ordered = tables.edges[j + 1] - max(lead, 1)
    if ordered < tables.edges[sheet.span[BASE]]:
        return 0.0
    sheet.ready[pool, j] = tables.edges[j + 1]
    return float(min(there_before(sheet, pool, bucket_of(tables, ordered)) + tables.ceiling[pool], INFINITE))


def _bring(tables: Tables, sheet: Worksheet, pool: int, arrives: int, units: float) -> None:
    j = due_bucket(tables, sheet, arrives)
    if j < sheet.span[UNTIL]:
        sheet.attained[pool, j] = min(sheet.attained[pool, j] + units, INFINITE)
        sheet.ready[pool, j] = max(sheet.ready[pool, j], arrives)


def capable(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
    """Starts that capacity and qualification allow a source in a bucket, if it had its site for itself."""
    site, starts, share = tables.source_site[source], INFINITE, open_share(tables, sheet, source, j)
    if not tables.endless[site]:
        starts = sheet.site_room[site, j] / tables.load[source]
    if share < 1.0:
        starts = min(starts, max(starts * share if share > 0.0 else 0.0, risk_starts(tables, sheet, source, j)))
    return starts


def _fed(tables: Tables, sheet: Worksheet, source: int, j: int, later: bool) -> float:
    """Starts for which inputs can be had when a bucket begins, or up to its end."""
    starts = INFINITE
    for i in range(tables.input_start[source], tables.input_start[source + 1]):
        child = tables.input_pool[i]
        there = sheet.attained[child, j] if later else there_before(sheet, child, j)
        starts = min(starts, max(there, 0.0) / tables.takes[i])
    return starts


def there_before(sheet: Worksheet, pool: int, j: int) -> float:
    """Units of a pool that can be had when a bucket begins."""
    return float(sheet.attained[pool, j - 1] if j > sheet.span[BASE] else sheet.at_hand[pool])


def _arrival(tables: Tables, sheet: Worksheet, source: int, j: int, later: bool) -> int:
    """When starts of a bucket arrive at the earliest, of inputs there when it begins or of those that come later."""
    site, begin = tables.source_site[source], tables.edges[j]
    if not tables.endless[site]:
        return int(tables.edges[j + 1] + own_time(tables, sheet, source, j) + tables.lead[source])
    if open_share(tables, sheet, source, j) < 1.0 and risk_starts(tables, sheet, source, j) <= 0.0:
        begin = max(begin, tables.volume_begins[sheet.span[REVIEW], source])
    for i in range(tables.input_start[source], tables.input_start[source + 1] if later else tables.input_start[source]):
        begin = max(begin, sheet.ready[tables.input_pool[i], j])
    return int(begin + tables.lead[source])
