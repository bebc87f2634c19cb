"""How the requirement of a bucket is divided among the sources of a pool.

A source takes what it can have ready in time; what one cannot take goes to the next where the policy allows,
else earlier by at most one review period, else late. Shares and floors are kept in whole units: fractions are
carried from requirement to requirement.
"""

from __future__ import annotations

import math

from sim.engines.shared.capability import SLACK, bucket_of, latest_bucket, room_in
from sim.engines.shared.causes import CONTRACT, note, why_not
from sim.engines.shared.ordering import earliest_arrival, order, window
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.shares import kept_outside, settle
from sim.engines.shared.tables import LEAST_COST, SPLIT, Tables
from sim.engines.shared.worksheet import BASE, FOLLOWING, REVIEW, UNTIL, Worksheet

DONE = -1.0
"""A source that has had its part."""


def rank(tables: Tables, position: Position, sheet: Worksheet, pool: int) -> None:
    """Sort the sources of a pool into the order in which they are asked: as listed, in-house first, or by cost."""
    begin, end = tables.source_start[pool], tables.source_start[pool + 1]
    # Insertion sort: it is stable, there are few sources, and compiled code allocates nothing.
    for i in range(begin, end):
        place = i
        while place > begin and _before(tables, position, sheet, pool, tables.pool_source[i], sheet.rank[place - 1]):
            sheet.rank[place] = sheet.rank[place - 1]
            place -= 1
        sheet.rank[place] = tables.pool_source[i]


def _before(tables: Tables, position: Position, sheet: Worksheet, pool: int, one: int, other: int) -> bool:
    """Return whether one source is asked before another."""
    if tables.sourcing[pool] == LEAST_COST:
        k, good, others = sheet.span[REVIEW], position.good_per_start[one], position.good_per_start[other]
        # Cost per good unit, multiplied out since a yield may be zero.
        return bool(tables.unit_cost[k, one] * others < tables.unit_cost[k, other] * good)
    return bool(tables.sourcing[pool] != SPLIT and tables.in_house[one] and not tables.in_house[other])


def divide(
    tables: Tables, position: Position, memory: Memory, sheet: Worksheet, pool: int, j: int, need: float, outside: float,
    trusting: bool,
) -> float:  # fmt: skip
    """Divide what bucket `j` requires of a pool among its sources and return the good units planned, late or not.

    `outside` is the need as outside sources see it. A `trusting` plan relies on all that in-house sources can do,
    whether they have shown it or not.
    """
    due = sheet.due[pool, j]
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[i]
        sheet.now_cut[source], sheet.now_able[source] = 0.0, 0
        sheet.now_first[source], sheet.now_last[source] = window(tables, sheet, source, due)
    if tables.sourcing[pool] == SPLIT:
        planned = _split(tables, position, sheet, pool, j, need, due, True)
    else:
        planned = _ours_first(tables, position, sheet, pool, j, need, outside, due, trusting)
    if need - planned > SLACK and tables.overflow[pool] and not tables.on_announced[pool]:
        planned += _anyone(tables, position, sheet, pool, j, need - planned, due)
    unmet, at_once = need - planned, 0.0
    if unmet > SLACK:
        before = _begun(tables, position, sheet, pool) + _ordered(tables, sheet, pool, j)
        planned += _late(tables, position, sheet, pool, j, unmet)
        at_once = _begun(tables, position, sheet, pool) + _ordered(tables, sheet, pool, j) - before
    if not trusting:
        note(tables, memory, sheet, pool, need, unmet, at_once, need - planned)
    settle(tables, memory, sheet, pool, j, trusting)
    return planned


def _begun(tables: Tables, position: Position, sheet: Worksheet, pool: int) -> float:
    """Return the good units of a pool planned to begin in the first bucket."""
    units = 0.0
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[i]
        units += sheet.starts[source, sheet.span[BASE]] * position.good_per_start[source]
    return units


def _ordered(tables: Tables, sheet: Worksheet, pool: int, j: int) -> float:
    """Return the scheduled receipts of a pool in a bucket."""
    units = 0.0
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        units += sheet.receipts[tables.pool_source[i], j]
    return units


def _on_time(
    tables: Tables, position: Position, sheet: Worksheet, source: int, j: int, wanted: float, due: int
) -> float:
    """Plan what a source can have ready in time and return its good units; a shortfall is kept with its cause."""
    if wanted <= SLACK:
        return 0.0
    low, high = sheet.now_first[source], sheet.now_last[source]
    brought = order(tables, position, sheet, source, j, wanted, due, low, high, False)
    if wanted - brought > SLACK:
        sheet.now_cut[source] = wanted - brought
        sheet.now_cause[source] = why_not(tables, sheet, source)
    return brought


def _able(tables: Tables, position: Position, sheet: Worksheet, source: int) -> bool:
    """Return whether a source can have anything ready in time."""
    if position.good_per_start[source] <= 0.0:
        return False
    low, high = sheet.now_first[source], sheet.now_last[source]
    while high >= low and room_in(tables, sheet, source, high) <= SLACK:
        high -= 1
    return bool(high >= low)


def _split(
    tables: Tables, position: Position, sheet: Worksheet, pool: int, j: int, need: float, due: int, in_house: bool
) -> float:
    """Divide a need by shares among the sources that can deliver and return the good units planned.

    Parts are whole units; the largest claim is served first. Without `in_house`, outside sources alone take part.
    """
    begin, end, left, planned = tables.source_start[pool], tables.source_start[pool + 1], need, 0.0
    waiting = _claims(tables, position, sheet, pool, j, need, in_house)
    while waiting > 0 and left > SLACK:
        source = _largest_claim(tables, sheet, begin, end)
        # The last one takes the rest, so that rounding loses nothing.
        part = left if waiting == 1 else min(math.floor(sheet.claim[source] + 0.5), left)
        sheet.claim[source] = DONE
        brought = _on_time(tables, position, sheet, source, j, part, due)
        planned += brought
        # An order that its rules make larger leaves less to others.
        left -= max(part, brought)
        waiting -= 1
    return planned


def _claims(
    tables: Tables, position: Position, sheet: Worksheet, pool: int, j: int, need: float, in_house: bool
) -> int:
    """Set what each source may claim of a need and return how many can deliver.

    A claim is the source's share among those that can deliver, corrected by what sharing owes it, and at least what it
    is promised.
    """
    begin, end, total, count, owed = tables.source_start[pool], tables.source_start[pool + 1], 0.0, 0, 0.0
    for i in range(begin, end):
        source = tables.pool_source[i]
        sheet.claim[source] = DONE
        if tables.share[source] <= 0.0 or (tables.in_house[source] and not in_house):
            continue
        if _able(tables, position, sheet, source):
            sheet.now_able[source] = 1
            total += tables.share[source]
            owed += sheet.owed[source]
            count += 1
        else:
            sheet.now_cut[source], sheet.now_cause[source] = need, why_not(tables, sheet, source)
    for i in range(begin, end):
        source = tables.pool_source[i]
        if sheet.now_able[source]:
            claim = (need - owed) * tables.share[source] / total + sheet.owed[source]
            sheet.claim[source] = max(claim, _promised(tables, position, sheet, source, j))
    return count


def _largest_claim(tables: Tables, sheet: Worksheet, begin: int, end: int) -> int:
    """Return the source with the largest claim; the first of equals."""
    found = tables.pool_source[begin]
    for i in range(begin + 1, end):
        if sheet.claim[tables.pool_source[i]] > sheet.claim[found]:
            found = tables.pool_source[i]
    return int(found)


def _ours_first(
    tables: Tables, position: Position, sheet: Worksheet, pool: int, j: int, need: float, outside: float, due: int,
    trusting: bool,
) -> float:  # fmt: skip
    """Plan in-house sources first, then outside ones, and return the good units planned.

    In-house sources take what is not kept for others. Outside ones take the rest, including what in-house sources have
    not shown they can do.
    """
    kept = _kept(tables, sheet, pool, need, due)
    least = kept if trusting else max(kept, min(_promised_outside(tables, position, sheet, pool, j), need))
    planned, ours = 0.0, 0.0
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = sheet.rank[i]
        if tables.in_house[source]:
            wanted = min(need - least - ours, need - planned)
            brought = _from_ours(tables, position, sheet, pool, source, j, wanted, due, trusting)
            ours += brought
            planned += brought
        elif tables.sourcing[pool] == LEAST_COST:
            planned += _on_time(tables, position, sheet, source, j, need - planned, due)
    if least > kept:
        _note_promise(tables, position, sheet, pool, least - kept)
    if tables.sourcing[pool] == LEAST_COST:
        return planned
    wanted = outside if tables.on_announced[pool] else max(need - planned, least)
    return planned + _from_outside(tables, position, sheet, pool, j, wanted, due)


def _kept(tables: Tables, sheet: Worksheet, pool: int, need: float, due: int) -> float:
    """Return the whole units of a need that a floor or a phase-out keeps outside."""
    wanted = max(kept_outside(tables, pool, due) * need + sheet.owed_outside[pool], 0.0)
    return float(min(math.floor(wanted + 0.5), need))


def _promised_outside(tables: Tables, position: Position, sheet: Worksheet, pool: int, j: int) -> float:
    """Return the whole units of a bucket that are promised to the sources of a pool."""
    units = 0.0
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        units += _promised(tables, position, sheet, tables.pool_source[i], j)
    return units


def _promised(tables: Tables, position: Position, sheet: Worksheet, source: int, j: int) -> float:
    """Return the whole units of a bucket that are promised to a source."""
    starts = sheet.bound[source] * (tables.edges[j + 1] - tables.edges[j])
    return float(math.floor(starts * position.good_per_start[source] + 0.5))


def _note_promise(tables: Tables, position: Position, sheet: Worksheet, pool: int, units: float) -> None:
    """Attribute to the contract what is promised outside and the first able in-house source could have made."""
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = sheet.rank[i]
        if tables.in_house[source] and _able(tables, position, sheet, source):
            sheet.now_cut[source], sheet.now_cause[source] = units, CONTRACT
            return


def _from_ours(
    tables: Tables, position: Position, sheet: Worksheet, pool: int, source: int, j: int, wanted: float, due: int,
    trusting: bool,
) -> float:  # fmt: skip
    """Plan an in-house source and return its good units.

    Where outside orders must be placed now or never, only what in-house sources start now, or have shown they can do,
    reduces them. In-house starts may be as early as now: with longer outside lead times their turn would never come.
    """
    low, high = sheet.now_first[source], sheet.now_last[source]
    if trusting:
        return _on_time(tables, position, sheet, source, j, wanted, due)
    base, following, longer = sheet.span[BASE], sheet.span[FOLLOWING], _longer_outside(tables, pool, source)
    early = max(bucket_of(tables, tables.edges[max(low, base)] - longer), base)
    if not _must_decide(tables, sheet, pool):
        ahead = 0.0
        # What was due too early for any bucket can't be ahead either.
        if high >= 0 and _fed_later(tables, sheet, source, longer):
            # Inputs must be there when ours may start, which is when outside orders are placed.
            ahead = order(tables, position, sheet, source, j, wanted, due, low, high, True)
            last = bucket_of(tables, tables.edges[high] - longer)
            ahead += order(tables, position, sheet, source, j, wanted - ahead, due, early, last, False)
        return ahead + _on_time(tables, position, sheet, source, j, wanted - ahead, due)
    # Later buckets first, for what has been shown; then as early as now, whether shown or not.
    brought = order(tables, position, sheet, source, j, wanted, due, following, high, True)
    brought += order(tables, position, sheet, source, j, wanted - brought, due, early, min(high, following - 1), False)
    # What could still be made, though not shown, goes outside for lack of trust and is no cut.
    possible = 0.0
    for i in range(max(low, following), high + 1):
        possible += room_in(tables, sheet, source, i) * position.good_per_start[source]
    if wanted - brought - possible > SLACK:
        sheet.now_cut[source] = wanted - brought - possible
        sheet.now_cause[source] = why_not(tables, sheet, source)
    return brought


def _fed_later(tables: Tables, sheet: Worksheet, source: int, longer: int) -> bool:
    """Return whether an input of an in-house source is ordered later than outside orders for the same need.

    `longer` is by how much the outside lead time exceeds that of the source. What outside orders cover requires no
    inputs, so the source would never have any.
    """
    review = tables.edges[sheet.span[FOLLOWING]] - tables.edges[sheet.span[BASE]]
    for i in range(tables.input_start[source], tables.input_start[source + 1] if longer > 0 else 0):
        child = tables.input_pool[i]
        for k in range(tables.source_start[child], tables.source_start[child + 1]):
            if tables.lead[tables.pool_source[k]] < longer + review:
                return True
    return False


def _longer_outside(tables: Tables, pool: int, source: int) -> int:
    """Return by how many ticks the longest outside lead time exceeds that of an in-house source."""
    longest = tables.lead[source]
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        longest = max(longest, tables.lead[tables.pool_source[i]])
    return int(longest - tables.lead[source])


def _must_decide(tables: Tables, sheet: Worksheet, pool: int) -> bool:
    """Return whether outside orders for the current need must, and still can, be placed before the next review."""
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[i]
        if not tables.in_house[source] and sheet.span[BASE] <= sheet.now_last[source] < sheet.span[FOLLOWING]:
            return True
    return False


def _from_outside(
    tables: Tables, position: Position, sheet: Worksheet, pool: int, j: int, wanted: float, due: int
) -> float:
    """Plan outside sources and return their good units: by shares if given, else as promised, then as listed."""
    if tables.by_share[pool]:
        return _split(tables, position, sheet, pool, j, wanted, due, False)
    planned = 0.0
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[i]
        promised = 0.0 if tables.in_house[source] else _promised(tables, position, sheet, source, j)
        planned += _on_time(tables, position, sheet, source, j, min(promised, wanted - planned), due)
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        if not tables.in_house[sheet.rank[i]]:
            planned += _on_time(tables, position, sheet, sheet.rank[i], j, wanted - planned, due)
    return planned


def _anyone(tables: Tables, position: Position, sheet: Worksheet, pool: int, j: int, wanted: float, due: int) -> float:
    """Plan what is left at any source that can have it ready in time, in the order in which they are asked."""
    planned = 0.0
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        if tables.sourcing[pool] != SPLIT or tables.share[sheet.rank[i]] > 0.0:
            planned += _on_time(tables, position, sheet, sheet.rank[i], j, wanted - planned, due)
    return planned


def _late(tables: Tables, position: Position, sheet: Worksheet, pool: int, j: int, wanted: float) -> float:
    """Plan an unmet need for the earliest bucket in which a source can deliver, unless a receipt comes before."""
    # The last bucket reached is kept for the pool: the next need that cannot be met in time starts from there.
    left, base, later = wanted, sheet.span[BASE], max(sheet.late[pool], j)
    while left > SLACK and later < sheet.span[UNTIL]:
        if later > j:
            left -= _brought_forward(tables, sheet, pool, later, j, left)
        begin, end = tables.edges[later], tables.edges[later + 1]
        for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
            source = sheet.rank[i]
            earliest = earliest_arrival(tables, sheet, source)
            if earliest > end or (tables.on_announced[pool] and not tables.in_house[source]):
                continue
            # A first lot that can arrive within the bucket is due on its arrival.
            due = earliest if earliest > begin else end
            high = latest_bucket(tables, sheet, source, due)
            left -= order(tables, position, sheet, source, j, left, due, base, high, False)
        later += 1 if left > SLACK else 0
    sheet.late[pool] = later
    return wanted - left


def _brought_forward(tables: Tables, sheet: Worksheet, pool: int, later: int, j: int, wanted: float) -> float:
    """Move scheduled receipts of a later bucket to cover bucket `j` and return their units.

    What they were ordered for is planned anew.
    """
    left = wanted
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[i]
        units = min(max(sheet.receipts[source, later], 0.0), left)
        sheet.receipts[source, later] -= units
        sheet.receipts[source, j] += units
        left -= units
    return wanted - left
