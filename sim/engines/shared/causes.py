"""Why a need is not met in time: for each part of it, the constraint that keeps it from coming sooner than it will.

What could still begin in time is kept back by what fills its last buckets. What is overdue and begins at once is late
for its lead time alone; the rest for what is full at half of its wait. A lack of an input is attributed to what bound
that input's own sources when it was to begin, down to raw items.
"""

from __future__ import annotations

from sim.engines.shared.capability import (
    INFINITE,
    SLACK,
    is_unplanned,
    latest_bucket,
    open_share,
    risk_starts,
    room_in,
    startable,
)
from sim.engines.shared.phases import Cause
from sim.engines.shared.positions import Memory
from sim.engines.shared.requirements import look_at_inputs
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, FOLLOWING, REVIEW, Worksheet

CAPACITY, QUALIFICATION, CONTRACT, INPUTS, LEAD_TIME, STOCK_LEVEL = range(6)
assert tuple(Cause) == (CAPACITY, QUALIFICATION, CONTRACT, INPUTS, LEAD_TIME, STOCK_LEVEL)
NOTHING = -1
FULL = 0.02
"""Room for this much more of what is started is as good as none: orders do not fit in."""


def why_not(tables: Tables, sheet: Worksheet, source: int) -> int:
    """Return the cause that keeps a source from delivering more of the current need in time."""
    k, base, site = sheet.span[REVIEW], sheet.span[BASE], tables.source_site[source]
    j = sheet.now_last[source]
    # A need that is overdue is judged by the first bucket that can still be planned.
    place = max(j, base)
    # In this order: what rules out all starts comes before what limits them.
    if not tables.endless[site] and _without_capacity(sheet, site, place):
        return CAPACITY
    if tables.closing[k, site] <= tables.edges[place]:
        return CAPACITY
    if tables.volume_begins[k, source] >= tables.edges[place + 1] > tables.edges[base]:
        return QUALIFICATION
    if j < base:
        return LEAD_TIME
    if sheet.allowed[site, sheet.period[j]] <= SLACK:
        return CONTRACT
    return INPUTS if startable(tables, sheet, source, j) < 1.0 else CAPACITY


def _without_capacity(sheet: Worksheet, site: int, j: int) -> bool:
    """Return whether no capacity is expected of a site up to the end of a bucket."""
    i = sheet.span[BASE]
    while i <= j and sheet.capacity[site, i] <= 0.0:
        i += 1
    return bool(i > j)


def _scarcest(tables: Tables, sheet: Worksheet, pool: int, source: int, j: int) -> tuple[int, int]:
    """Return the cause that limits a source most up to the end of a bucket, and the scarcest input if it is one."""
    room, allowed, site = 0.0, 0.0, tables.source_site[source]
    for i in range(sheet.span[BASE], j + 1):
        if not tables.endless[site]:
            left = sheet.source_room[source, i] + max(sheet.site_room[site, i], 0.0)
            room += left * open_share(tables, sheet, source, i) / tables.load[source]
        if sheet.period[i] == i:
            allowed = min(allowed + sheet.allowed[site, i], INFINITE)
    # A source that nothing limits is late for its lead time alone.
    cause, least, scarcest = LEAD_TIME, INFINITE, -1
    if not tables.endless[site]:
        cause, least = CAPACITY, room
    if allowed < least:
        cause, least = CONTRACT, allowed
    for place in range(tables.input_start[source], tables.input_start[source + 1]):
        child = tables.input_pool[place]
        left = _left(tables, sheet, pool, child, j) / tables.takes[place]
        # What two bounds leave nothing of is short of inputs: others may have room.
        if left < max(least, 1.0 - SLACK):
            cause, least, scarcest = INPUTS, min(left, least), child
    return cause, scarcest


def _left(tables: Tables, sheet: Worksheet, pool: int, child: int, j: int) -> float:
    """Return the units of an input up to the end of a bucket beyond those that the plan of a pool uses."""
    units = sheet.supply[child, j]
    for listed in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[listed]
        for place in range(tables.input_start[source], tables.input_start[source + 1]):
            if tables.input_pool[place] == child:
                for i in range(sheet.span[BASE], j + 1):
                    units -= sheet.starts[source, i] * tables.takes[place]
    return float(units)


def note(
    tables: Tables, memory: Memory, sheet: Worksheet, pool: int, need: float, unmet: float, at_once: float,
    unplanned: float,
) -> None:  # fmt: skip
    """Record a need that must be ordered now: what cut each source, by cause, and which inputs were missing.

    `at_once` of the unmet units are on order or begin at once. The rest is planned up to bucket `sheet.late`, except
    for `unplanned` units, which come later than the review sees.
    """
    begin, end, decided, missing = tables.source_start[pool], tables.source_start[pool + 1], False, 0.0
    for i in range(begin, end):
        source = tables.pool_source[i]
        # What can still be ordered at the next review is judged there: each need is recorded once.
        decided = decided or sheet.now_last[source] < sheet.span[FOLLOWING]
        missing += sheet.now_cut[source]
    if not decided:
        return
    sheet.need[pool] += need
    for i in range(begin, end):
        source = tables.pool_source[i]
        cut, cause = sheet.now_cut[source], sheet.now_cause[source]
        if cut <= SLACK:
            continue
        # Several sources may be cut by the same units. Divided by their cuts, the shortfall counts once.
        short, j = unmet * cut / missing if unmet > SLACK else 0.0, sheet.now_last[source]
        # The lead time explains what begins at once. The rest waits for something else, found below.
        if cause == LEAD_TIME:
            part = min(at_once / unmet, 1.0) if unmet > SLACK else 1.0
            sheet.cut[source, cause] += cut * part
            sheet.short[source, cause] += short * part
            cut, short = cut * (1.0 - part), short * (1.0 - part)
        scarcest = -1
        if unmet > SLACK and cause != QUALIFICATION:
            j = _halfway(tables, sheet, pool, source, j, unplanned / unmet)
            cause, scarcest = _scarcest(tables, sheet, pool, source, j)
        elif cause == INPUTS:
            scarcest = _scarcest_input(tables, sheet, source, j)
        sheet.cut[source, cause] += cut
        sheet.short[source, cause] += short
        if scarcest >= 0:
            child, root = root_of(tables, memory, sheet.span[REVIEW], scarcest)
            sheet.starved[child, root] += cut


def _scarcest_input(tables: Tables, sheet: Worksheet, source: int, j: int) -> int:
    """Return the input of which least can be had for starts in a bucket; -1 if there is none."""
    least, scarcest = INFINITE, -1
    for i in range(tables.input_start[source], tables.input_start[source + 1]):
        child = tables.input_pool[i]
        left = sheet.spare[child, j] / tables.takes[i]
        if left < least:
            least, scarcest = left, child
    return scarcest


def _halfway(tables: Tables, sheet: Worksheet, pool: int, source: int, j: int, unplanned: float) -> int:
    """Return the bucket in which half of the wait for an unmet need is over.

    The wait lasts from the bucket in which the need should begin, or the first of the review, to that in which the last
    of it begins. The share `unplanned`, which begins beyond the review's view, is assumed to come as fast as the rest.
    """
    first, last = max(j, sheet.span[BASE]), latest_bucket(tables, sheet, source, tables.edges[sheet.late[pool]])
    # With less than half planned, the middle lies beyond the last planned bucket: that one stands for it.
    planned = max(1.0 - unplanned, 0.5)
    return int(max(first + (last - first) * 0.5 / planned, first))


def root_of(tables: Tables, memory: Memory, k: int, pool: int) -> tuple[int, int]:
    """Return the pool at the root of a lack of `pool` at a review, and the cause.

    The cause is what bound its sources when the missing units should have begun. If nothing did, they were ordered too
    late.
    """
    if is_unplanned(tables, pool):
        return pool, STOCK_LEVEL
    lead = tables.lead[tables.pool_source[tables.source_start[pool]]]
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        lead = min(lead, tables.lead[tables.pool_source[i]])
    then = k - 1
    while then >= 0 and tables.reviews[then] > tables.reviews[k] - lead:
        then -= 1
    if then < 0 or memory.bound[then, pool] < 0:
        return pool, LEAD_TIME
    return memory.bottom[then, pool], memory.bound[then, pool]


def remember_bounds(tables: Tables, memory: Memory, sheet: Worksheet) -> None:
    """Record what limits the starts of each pool before the next review, if anything does."""
    k = sheet.span[REVIEW]
    for pool in range(len(tables.order)):
        memory.bound[k, pool], memory.bottom[k, pool] = NOTHING, pool
        if is_unplanned(tables, pool):
            continue
        look_at_inputs(tables, sheet, pool)
        # Backwards: one source with room frees the pool; if none has room, the cause of the first listed stays.
        for i in range(tables.source_start[pool + 1] - 1, tables.source_start[pool] - 1, -1):
            cause = _bound(tables, sheet, tables.pool_source[i])
            memory.bound[k, pool] = cause
            if cause == NOTHING:
                break
            if cause == INPUTS:
                child = _scarcest_input(tables, sheet, tables.pool_source[i], sheet.span[FOLLOWING] - 1)
                memory.bottom[k, pool], memory.bound[k, pool] = root_of(tables, memory, k, child)


def _bound(tables: Tables, sheet: Worksheet, source: int) -> int:
    """Return the cause that lets a source start no more before the next review; NOTHING if it could start more."""
    last, site, shut = sheet.span[FOLLOWING] - 1, tables.source_site[source], True
    room, allowed, starts = 0.0, 0.0, 0.0
    for j in range(sheet.span[BASE], last + 1):
        shut = shut and open_share(tables, sheet, source, j) <= 0.0 and risk_starts(tables, sheet, source, j) <= 0.0
        room += room_in(tables, sheet, source, j)
        allowed += sheet.allowed[site, j] if sheet.period[j] == j else 0.0
        starts += sheet.starts[source, j]
    # Less than a lot or an order, or than a small part of what is started, is as good as nothing.
    step = max(float(max(tables.lot_size[source], tables.minimum[source], tables.multiple[source], 1)), FULL * starts)
    if room >= step:
        return NOTHING
    if not tables.endless[site] and _without_capacity(sheet, site, last):
        return CAPACITY
    if shut:
        return QUALIFICATION
    if allowed < step:
        return CONTRACT
    return INPUTS if startable(tables, sheet, source, last) < step else CAPACITY
