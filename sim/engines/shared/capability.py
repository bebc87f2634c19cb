"""What sites, contracts, qualification and inputs let a source start, bucket by bucket."""

from __future__ import annotations

import numpy as np

from sim.engines.shared.positions import Position
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, REVIEW, UNTIL, Worksheet
from sim.plan import FloatArray

# Finite, because infinity less infinity, or times zero, is not a number.
INFINITE = 1e300
SLACK = 1e-7
"""Less than this of a start or a unit is a residue of rounding."""


def bucket_of(tables: Tables, at: int) -> int:
    """Return the bucket that an instant falls into, its beginning included; -1 before the first."""
    last = len(tables.edges) - 1
    if at < tables.edges[0]:
        return -1
    if at >= tables.edges[last]:
        return last
    j = int(tables.nearest[(at - tables.edges[0]) >> tables.scale[0]])
    # The index gives the bucket at the beginning of its step; an edge or two may follow within the step.
    while tables.edges[j + 1] <= at:
        j += 1
    return j


def due_bucket(tables: Tables, sheet: Worksheet, at: int) -> int:
    """Return the bucket of a due date or an arrival, its end included; `span[UNTIL]` beyond the review's view."""
    # What is due at an edge is due by the end of the bucket before it.
    return int(min(max(bucket_of(tables, at - 1), sheet.span[BASE]), sheet.span[UNTIL]))


def is_past(tables: Tables, j: int) -> bool:
    """Return whether a bucket lies before the start, so that its lots have taken their inputs."""
    return bool(tables.edges[j + 1] <= 0)


def is_unplanned(tables: Tables, pool: int) -> bool:
    """Return whether no review orders a pool: a stock policy does, or it has no source."""
    return bool(not tables.planned[pool] or tables.source_start[pool] == tables.source_start[pool + 1])


def was_there(tables: Tables, pool: int, j: int) -> bool:
    """Return whether lots of a bucket need no check of an input: before the start, if no review plans it."""
    return is_unplanned(tables, pool) and is_past(tables, j)


def offer(tables: Tables, position: Position, sheet: Worksheet) -> None:
    """Set the capacity expected of each site, less its accepted load, and the starts that contracts allow."""
    k, base, until = sheet.span[REVIEW], sheet.span[BASE], sheet.span[UNTIL]
    view = tables.gate[k]
    for site in range(tables.shift.shape[1]):
        accepted = position.committed[site]
        for j in range(base, until):
            sheet.allowed[site, j] = 0.0 if tables.bound[site] else INFINITE
            if tables.endless[site]:
                continue
            room = _expected_capacity(tables, k, site, j)
            # Accepted load comes first and fills the earliest buckets.
            used = min(room, accepted)
            accepted -= used
            sheet.capacity[site, j], sheet.site_room[site, j] = room, room - used
        if tables.bound[site]:
            for j in range(base, until):
                granted = tables.allocation[view, site, j + 1] - tables.allocation[view, site, j]
                # Within a review period starts may be divided freely, so its first bucket holds the sum.
                sheet.allowed[site, sheet.period[j]] += _disturbed(tables, k, site, j, granted, tables.granted)


def _expected_capacity(tables: Tables, k: int, site: int, j: int) -> float:
    """Return the load that a site is expected to work off in a bucket, as known at review `k`."""
    shift, view = tables.shift[k, site], tables.gate[k]
    if shift == 0:
        planned = tables.capacity[view, site, j + 1] - tables.capacity[view, site, j]
    else:
        # A site that opens later goes through its whole ramp as much later.
        planned = _planned_until(tables, view, site, tables.edges[j + 1] - shift)
        planned -= _planned_until(tables, view, site, tables.edges[j] - shift)
    return _disturbed(tables, k, site, j, planned * tables.level[k, site], tables.factor)


def _planned_until(tables: Tables, view: int, site: int, at: int) -> float:
    """Return the cumulative load that a site can work off up to an instant if all goes as planned."""
    j = max(bucket_of(tables, at), 0)
    if j + 1 >= len(tables.edges):
        return float(tables.capacity[view, site, j])
    begin, end = tables.edges[j], tables.edges[j + 1]
    more = tables.capacity[view, site, j + 1] - tables.capacity[view, site, j]
    return float(tables.capacity[view, site, j] + more * (max(at - begin, 0) / (end - begin)))


def _disturbed(tables: Tables, k: int, site: int, j: int, amount: float, factor: FloatArray) -> float:
    """Return an amount of a bucket, scaled for as long as the disruptions in force are expected to last."""
    if factor[k, site] == 1.0:
        return amount
    begin, end = tables.edges[j], tables.edges[j + 1]
    part = min(max((tables.until[k, site] - begin) / (end - begin), 0.0), 1.0)
    return float(amount * (1.0 + (factor[k, site] - 1.0) * part))


def open_share(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
    """Return the share of a bucket in which a source is expected to be in volume and its site open."""
    begin, end, k = tables.edges[j], tables.edges[j + 1], sheet.span[REVIEW]
    opens = max(tables.volume_begins[k, source], begin)
    until = min(tables.closing[k, tables.source_site[source]], end)
    return float(max((until - opens) / (end - begin), 0.0))


def risk_starts(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
    """Return the starts of risk production that its rate allows in a bucket."""
    k = sheet.span[REVIEW]
    begin = max(tables.edges[j], tables.risk_begins[k, source])
    end = min(tables.edges[j + 1], tables.volume_begins[k, source], tables.closing[k, tables.source_site[source]])
    return float(tables.risk_rate[source] * max(end - begin, 0))


def latest_bucket(tables: Tables, sheet: Worksheet, source: int, due: int) -> int:
    """Return the last bucket whose starts still arrive by `due`; the one before the review's first if none do.

    At an endless site it is the bucket of the start itself. At others lots are spread over a bucket, which must end a
    lot's own time before they begin their cycle.
    """
    site, at, base = tables.source_site[source], due - tables.lead[source], sheet.span[BASE]
    j = bucket_of(tables, at)
    if not tables.endless[site]:
        j = bucket_of(tables, at - own_time(tables, sheet, source, min(max(j, base), sheet.span[UNTIL] - 1))) - 1
    return int(min(max(j, base - 1), sheet.span[UNTIL] - 1))


def own_time(tables: Tables, sheet: Worksheet, source: int, j: int) -> int:
    """Return the ticks that a full lot occupies the bottleneck, at the capacity expected in a bucket."""
    site = tables.source_site[source]
    if tables.lot_size[source] == 0 or tables.endless[site] or sheet.capacity[site, j] <= 0.0:
        return 0
    load = tables.lot_size[source] * tables.load[source]
    ticks = (tables.edges[j + 1] - tables.edges[j]) * (load / sheet.capacity[site, j])
    # Beyond the grid there is nothing to be planned.
    return int(min(ticks, float(tables.edges[len(tables.edges) - 1] - tables.edges[0])))


def room_in(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
    """Return the starts that can still be planned for a source in a bucket."""
    site, starts = tables.source_site[source], INFINITE
    if not tables.endless[site]:
        # Rounding may leave a shared site a little less than nothing.
        starts = (sheet.source_room[source, j] + max(sheet.site_room[site, j], 0.0)) / tables.load[source]
    share = open_share(tables, sheet, source, j)
    if share < 1.0:
        qualified = starts * share if share > 0.0 else 0.0
        starts = min(starts, max(qualified, risk_starts(tables, sheet, source, j) - sheet.starts[source, j]))
    starts = min(starts, sheet.allowed[site, sheet.period[j]])
    return float(max(min(starts, startable(tables, sheet, source, j)), 0.0))


def startable(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
    """Return the whole starts for which inputs are spare in a bucket: a start takes all of its inputs or none."""
    starts = INFINITE
    for i in range(tables.input_start[source], tables.input_start[source + 1]):
        child = tables.input_pool[i]
        if not was_there(tables, child, j):
            starts = min(starts, float(np.floor(sheet.spare[child, j] / tables.takes[i] + SLACK)))
    return starts


def put(tables: Tables, sheet: Worksheet, source: int, j: int, starts: float, due: int) -> None:
    """Plan starts of a source in a bucket and use up the capacity, allowance and inputs they take."""
    site = tables.source_site[source]
    begin = tables.edges[j]
    if tables.endless[site] and bucket_of(tables, due - tables.lead[source]) == j:
        # Without a bottleneck lots begin exactly a lead time before they are due.
        begin = due - tables.lead[source]
    # Not before volume production, but within this bucket.
    begin = max(begin, min(tables.volume_begins[sheet.span[REVIEW], source], tables.edges[j + 1] - 1))
    if risk_starts(tables, sheet, source, j) > 0.0:
        begin = tables.edges[j]
    sheet.begin[source, j] = begin if sheet.starts[source, j] <= 0.0 else min(sheet.begin[source, j], begin)
    sheet.starts[source, j] += starts
    if not tables.endless[site]:
        load = starts * tables.load[source]
        # Room reserved for this source goes first; the rest stays open to others.
        own = min(load, sheet.source_room[source, j])
        sheet.source_room[source, j] -= own
        sheet.site_room[site, j] -= load - own
    sheet.allowed[site, sheet.period[j]] -= starts
    use_inputs(tables, sheet, source, j, starts)


def use_inputs(tables: Tables, sheet: Worksheet, source: int, j: int, starts: float) -> None:
    """Deduct the inputs of starts in a bucket from what is spare then and later."""
    for place in range(tables.input_start[source], tables.input_start[source + 1]):
        child = tables.input_pool[place]
        if was_there(tables, child, j):
            continue
        used = starts * tables.takes[place]
        spare = sheet.spare[child]
        left = spare[j] - used
        for i in range(j, sheet.span[UNTIL]):
            spare[i] -= used
        # What is spare now must not be needed later: it never falls from one bucket to the next.
        before = j - 1
        while before >= sheet.span[BASE] and spare[before] > left:
            spare[before] = left
            before -= 1
