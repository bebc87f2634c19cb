"""How much of each item can be had by when: stock, what is on order, and what can still be made, from raw items on.

An upper bound, item by item: who else wants the same capacity or the same input is seen when requirements are planned.
"""

from __future__ import annotations

from sim.engines.shared.capability import (
    INFINITE,
    SLACK,
    due_bucket,
    is_unplanned,
    latest_bucket,
    open_share,
    own_time,
    period_of,
    risk_starts,
)
from sim.engines.shared.phases import Cause
from sim.engines.shared.positions import Position
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, REVIEW, UNTIL, Worksheet

CAPACITY, QUALIFICATION, CONTRACT, INPUTS, LEAD_TIME, STOCK_LEVEL = range(6)
assert tuple(Cause) == (CAPACITY, QUALIFICATION, CONTRACT, INPUTS, LEAD_TIME, STOCK_LEVEL)


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
            sheet.attained[pool, j] = total


def _produce(tables: Tables, position: Position, sheet: Worksheet, pool: int, source: int) -> None:
    """Add what one source can make, by when it would come: first of inputs there when a bucket begins, then of those that
    come within it."""
    if position.good_per_start[source] <= 0.0:
        return
    possible, allowed, made = 0.0, 0.0, 0.0
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        possible = min(possible + _capable(tables, sheet, source, j), INFINITE)
        if period_of(tables, sheet, j) == j:
            allowed = min(allowed + sheet.allowed[tables.source_site[source], j], INFINITE)
        for later in range(2):
            starts = min(possible, allowed, _fed(tables, sheet, source, j, later == 1))
            if starts > made:
                arrives = _arrival(tables, sheet, source, j, later == 1)
                _bring(tables, sheet, pool, arrives, min(starts - made, INFINITE) * position.good_per_start[source])
                made = starts


def _bring(tables: Tables, sheet: Worksheet, pool: int, arrives: int, units: float) -> None:
    j = due_bucket(tables, sheet, arrives)
    if j < sheet.span[UNTIL]:
        sheet.attained[pool, j] = min(sheet.attained[pool, j] + units, INFINITE)
        sheet.ready[pool, j] = max(sheet.ready[pool, j], arrives)


def _capable(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
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


def why_not(tables: Tables, sheet: Worksheet, source: int, due: int) -> int:
    """What keeps a source from delivering more by an instant."""
    k, base, site = sheet.span[REVIEW], sheet.span[BASE], tables.source_site[source]
    j = latest_bucket(tables, sheet, source, due)
    place = max(j, base)
    if not tables.endless[site] and _installed(sheet, site, place) <= 0.0:
        return CAPACITY
    if tables.volume_begins[k, source] >= tables.edges[place + 1] > tables.edges[base]:
        return QUALIFICATION
    if j < base:
        return LEAD_TIME
    if sheet.allowed[site, period_of(tables, sheet, j)] <= SLACK:
        return CONTRACT
    return INPUTS if scarce_input(tables, sheet, source, j) >= 0 else CAPACITY


def _installed(sheet: Worksheet, site: int, j: int) -> float:
    """Capacity expected of a site up to the end of a bucket."""
    total = 0.0
    for i in range(sheet.span[BASE], j + 1):
        total += sheet.capacity[site, i]
    return total


def scarce_input(tables: Tables, sheet: Worksheet, source: int, j: int) -> int:
    """The input of which least can be had for starts in a bucket, if it keeps even one from beginning; else -1."""
    least, scarcest = 1.0 - SLACK, -1
    for i in range(tables.input_start[source], tables.input_start[source + 1]):
        child = tables.input_pool[i]
        left = sheet.spare[child, j] / tables.takes[i]
        if left < least:
            least, scarcest = left, child
    return scarcest


def root_of(tables: Tables, sheet: Worksheet, pool: int, due: int) -> tuple[int, int]:
    """The pool at the bottom of a lack of this one by an instant, and what keeps more of it from coming."""
    while True:
        if is_unplanned(tables, pool):
            return pool, STOCK_LEVEL
        source = tables.pool_source[tables.source_start[pool]]
        cause = _why_attained(tables, sheet, source, due)
        if cause != INPUTS:
            return pool, cause
        j = max(latest_bucket(tables, sheet, source, due), sheet.span[BASE])
        pool, due = _least_attained(tables, sheet, source, j), tables.edges[j + 1]


def _why_attained(tables: Tables, sheet: Worksheet, source: int, due: int) -> int:
    """What bounds the units that a source can have made by an instant."""
    k, base, site = sheet.span[REVIEW], sheet.span[BASE], tables.source_site[source]
    j = latest_bucket(tables, sheet, source, due)
    place = max(j, base)
    if not tables.endless[site] and _installed(sheet, site, place) <= 0.0:
        return CAPACITY
    if tables.volume_begins[k, source] >= tables.edges[place + 1] > tables.edges[base]:
        return QUALIFICATION
    if j < base:
        return LEAD_TIME
    if _least_attained(tables, sheet, source, j) >= 0:
        return INPUTS
    if tables.bound[site] and sheet.allowed[site, period_of(tables, sheet, j)] <= SLACK:
        return CONTRACT
    return LEAD_TIME if tables.endless[site] else CAPACITY


def _least_attained(tables: Tables, sheet: Worksheet, source: int, j: int) -> int:
    """The input that bounds a source's starts up to the end of a bucket, of which nothing is left; -1 if none does."""
    for i in range(tables.input_start[source], tables.input_start[source + 1]):
        if sheet.supply[tables.input_pool[i], j] < tables.takes[i]:
            return int(tables.input_pool[i])
    return -1
