"""Planned orders of one source: sized by its order rules, within what it can have by when."""

from __future__ import annotations

import math

from sim.engines.shared.capability import (
    INFINITE,
    SLACK,
    bucket_of,
    latest_bucket,
    own_time,
    put,
    risk_starts,
    room_in,
)
from sim.engines.shared.positions import Position
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, FOLLOWING, REVIEW, Worksheet


def window(tables: Tables, sheet: Worksheet, source: int, due: int) -> tuple[int, int]:
    """Return the first and last bucket in which starts for a due date may be planned.

    They begin earlier than needed by at most one review period.
    """
    k, base, high = sheet.span[REVIEW], sheet.span[BASE], latest_bucket(tables, sheet, source, due)
    period = tables.reviews[k + 1] - tables.reviews[k]
    return max(bucket_of(tables, tables.edges[max(high, base)] - period), base), high


def earliest_arrival(tables: Tables, sheet: Worksheet, source: int) -> int:
    """Return when a start planned now would arrive at the earliest, with capacity and inputs at hand."""
    k, base, site = sheet.span[REVIEW], sheet.span[BASE], tables.source_site[source]
    opens = tables.volume_begins[k, source]
    if tables.risk_rate[source] > 0.0:
        opens = min(opens, tables.risk_begins[k, source])
    begin = max(tables.edges[base], opens)
    if not tables.endless[site]:
        j = min(max(bucket_of(tables, begin), base), len(tables.edges) - 2)
        begin = tables.edges[j + 1] + own_time(tables, sheet, source, j)
    return int(begin + tables.lead[source])


def order(
    tables: Tables, position: Position, sheet: Worksheet, source: int, j: int, wanted: float, due: int, low: int, high: int,
    shown: bool,
) -> float:  # fmt: skip
    """Plan starts for good units that bucket `j` requires, in buckets `low` to `high`, by the source's order rules.

    With `shown`, no more is planned than the source has shown it can do. Returns the good units planned, which may be
    more than wanted.
    """
    good = position.good_per_start[source]
    if good <= 0.0 or wanted <= SLACK or high < low:
        return 0.0
    # The fraction of a good unit that lots before this one owe comes with it, and needs no start.
    owed = min(sheet.loose[source], wanted)
    starts = (wanted - owed) / good
    if tables.minimum[source] > 1 or tables.multiple[source] > 1:
        starts = _sized(tables, sheet, source, starts, low, high, shown)
    taken = _take(tables, sheet, source, starts, due, low, high, shown)
    # The owed fraction arrives with a lot, so without starts nothing does.
    if taken <= 0.0 < starts or starts <= 0.0:
        return 0.0
    sheet.loose[source] -= owed
    sheet.units[source, j] += taken * good + owed
    return float(taken * good + owed)


def _sized(tables: Tables, sheet: Worksheet, source: int, starts: float, low: int, high: int, shown: bool) -> float:
    """Return the starts of an order: at least the minimum, in whole multiples, and no more than possible."""
    minimum, multiple = max(tables.minimum[source], 1), max(tables.multiple[source], 1)
    wanted = math.ceil(max(starts, float(minimum)) / multiple - SLACK) * multiple
    possible = 0.0
    for j in range(max(low, sheet.lowest[source]), high + 1):
        possible = min(possible + _room(tables, sheet, source, j, shown), INFINITE)
        if possible >= wanted:
            return float(wanted)
    granted = math.floor(possible / multiple + SLACK) * multiple
    return float(granted) if granted >= minimum else 0.0


def _room(tables: Tables, sheet: Worksheet, source: int, j: int, shown: bool) -> float:
    """Return the starts that can still be planned in a bucket; with `shown`, of those the source has shown."""
    room = room_in(tables, sheet, source, j)
    return min(room, sheet.trusted[source, j]) if shown else room


def _take(
    tables: Tables, sheet: Worksheet, source: int, wanted: float, due: int, low: int, high: int, shown: bool
) -> float:
    """Plan up to `wanted` starts between two buckets, as late as possible, and return those planned."""
    # From the last bucket back: earlier room is left to what is due earlier.
    left, low = wanted, max(low, sheet.lowest[source])
    for j in range(high, low - 1, -1):
        if left <= SLACK:
            break
        room = _room(tables, sheet, source, j, shown)
        if room <= SLACK:
            # Room only shrinks: nobody need look there again.
            if j == sheet.lowest[source] and not shown:
                sheet.lowest[source] = j + 1
            continue
        more = min(room, left)
        put(tables, sheet, source, j, more, due)
        if shown:
            sheet.trusted[source, j] -= more
        left -= more
    return wanted - left


def force(tables: Tables, sheet: Worksheet, source: int, starts: float) -> float:
    """Plan risk production at its own rate until the next review, up to `starts`, and return those planned."""
    left = starts
    for j in range(sheet.span[BASE], sheet.span[FOLLOWING]):
        more = min(risk_starts(tables, sheet, source, j), room_in(tables, sheet, source, j), left)
        if more > SLACK:
            put(tables, sheet, source, j, more, tables.edges[j + 1])
            left -= more
    return starts - left


def fill(tables: Tables, sheet: Worksheet, source: int, starts: float) -> float:
    """Plan more starts until the next review, spread evenly where there is room, and return those planned."""
    left, base, following = starts, sheet.span[BASE], sheet.span[FOLLOWING]
    for j in range(base, following):
        more = min(room_in(tables, sheet, source, j), left / (following - j))
        if more > SLACK:
            put(tables, sheet, source, j, more, tables.edges[j] + tables.lead[source])
            left -= more
    return starts - left
