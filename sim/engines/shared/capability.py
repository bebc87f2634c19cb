"""What sites, contracts, qualification and inputs let a source start, bucket by bucket."""

from __future__ import annotations

import numpy as np

from sim.engines.shared.positions import Position
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, REVIEW, UNTIL, Worksheet
from sim.plan import FloatArray

INFINITE = 1e300
SLACK = 1e-7
"""Less than this of a start or a unit is a residue of rounding."""


def bucket_of(tables: Tables, at: int) -> int:
    """The bucket that an instant falls into, its beginning included: -1 before the first."""
    last = len(tables.edges) - 1
    if at < tables.edges[0]:
        return -1
    if at >= tables.edges[last]:
        return last
    j = int(tables.nearest[(at - tables.edges[0]) >> tables.scale[0]])
    while tables.edges[j + 1] <= at:
        j += 1
    return j


def due_bucket(tables: Tables, sheet: Worksheet, at: int) -> int:
    """The bucket of what is wanted or comes at an instant, its end included, among those the review sees."""
    return int(min(max(bucket_of(tables, at - 1), sheet.span[BASE]), sheet.span[UNTIL]))


def is_past(tables: Tables, j: int) -> bool:
    """Whether a bucket lies before the start: what began there has taken its inputs."""
    return bool(tables.edges[j + 1] <= 0)


def is_unplanned(tables: Tables, pool: int) -> bool:
    """Whether no review orders a pool: a stock policy does, or nobody makes it."""
    return bool(not tables.planned[pool] or tables.source_start[pool] == tables.source_start[pool + 1])


def was_there(tables: Tables, pool: int, j: int) -> bool:
    """Whether what begins in a bucket surely found an input: before the start, one that nobody plans."""
    return is_unplanned(tables, pool) and is_past(tables, j)


def offer(tables: Tables, position: Position, sheet: Worksheet) -> None:
    """Capacity expected of each site, less the load it has accepted, and what contracts allow."""
    k, base, until = sheet.span[REVIEW], sheet.span[BASE], sheet.span[UNTIL]
    view = tables.gate[k]
    for site in range(tables.shift.shape[1]):
        accepted = position.committed[site]
        for j in range(base, until):
            sheet.allowed[site, j] = 0.0 if tables.bound[site] else INFINITE
            if tables.endless[site]:
                continue
            room = _expected_capacity(tables, k, site, j)
            used = min(room, accepted)
            accepted -= used
            sheet.capacity[site, j], sheet.site_room[site, j] = room, room - used
        if tables.bound[site]:
            for j in range(base, until):
                granted = tables.allocation[view, site, j + 1] - tables.allocation[view, site, j]
                sheet.allowed[site, sheet.period[j]] += _disturbed(tables, k, site, j, granted, tables.granted)


def _expected_capacity(tables: Tables, k: int, site: int, j: int) -> float:
    shift, view = tables.shift[k, site], tables.gate[k]
    if shift == 0:
        planned = tables.capacity[view, site, j + 1] - tables.capacity[view, site, j]
    else:
        planned = _planned_until(tables, view, site, tables.edges[j + 1] - shift)
        planned -= _planned_until(tables, view, site, tables.edges[j] - shift)
    return _disturbed(tables, k, site, j, planned * tables.level[k, site], tables.factor)


def _planned_until(tables: Tables, view: int, site: int, at: int) -> float:
    """Load that a site can work off up to an instant, all going as planned."""
    j = max(bucket_of(tables, at), 0)
    if j + 1 >= len(tables.edges):
        return float(tables.capacity[view, site, j])
    begin, end = tables.edges[j], tables.edges[j + 1]
    more = tables.capacity[view, site, j + 1] - tables.capacity[view, site, j]
    return float(tables.capacity[view, site, j] + more * (max(at - begin, 0) / (end - begin)))


def _disturbed(tables: Tables, k: int, site: int, j: int, amount: float, factor: FloatArray) -> float:
    """An amount of a bucket while the disruptions in force last."""
    if factor[k, site] == 1.0:
        return amount
    begin, end = tables.edges[j], tables.edges[j + 1]
    part = min(max((tables.until[k, site] - begin) / (end - begin), 0.0), 1.0)
    return float(amount * (1.0 + (factor[k, site] - 1.0) * part))


def open_share(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
    """The part of a bucket in which a source is expected to be in volume, and its site not to be closed."""
    begin, end, k = tables.edges[j], tables.edges[j + 1], sheet.span[REVIEW]
    opens = max(tables.volume_begins[k, source], begin)
    until = min(tables.closing[k, tables.source_site[source]], end)
    return float(max((until - opens) / (end - begin), 0.0))


def risk_starts(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
    """Starts of risk production that its rate allows in a bucket."""
    k = sheet.span[REVIEW]
    begin = max(tables.edges[j], tables.risk_begins[k, source])
    end = min(tables.edges[j + 1], tables.volume_begins[k, source], tables.closing[k, tables.source_site[source]])
    return float(tables.risk_rate[source] * max(end - begin, 0))


def latest_bucket(tables: Tables, sheet: Worksheet, source: int, due: int) -> int:
    """The last bucket in which starts still arrive by `due`; one before the review's first if it is too late.

    At an endless site that is the bucket of the start itself; at others lots are spread over a bucket, which
    has to end a lot's own time before they go on to their cycle.
    """
    site, at, base = tables.source_site[source], due - tables.lead[source], sheet.span[BASE]
    j = bucket_of(tables, at)
    if not tables.endless[site]:
        j = bucket_of(tables, at - own_time(tables, sheet, source, min(max(j, base), sheet.span[UNTIL] - 1))) - 1
    return int(min(max(j, base - 1), sheet.span[UNTIL] - 1))


def own_time(tables: Tables, sheet: Worksheet, source: int, j: int) -> int:
    """Ticks that a full lot takes of its bottleneck, at the capacity expected in a bucket."""
    site = tables.source_site[source]
    if tables.lot_size[source] == 0 or tables.endless[site] or sheet.capacity[site, j] <= 0.0:
        return 0
    load = tables.lot_size[source] * tables.load[source]
    ticks = (tables.edges[j + 1] - tables.edges[j]) * (load / sheet.capacity[site, j])
    # Beyond the grid there is nothing to be planned.
    return int(min(ticks, float(tables.edges[len(tables.edges) - 1] - tables.edges[0])))


def room_in(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
    """Starts that a source can still have in a bucket."""
    site, starts = tables.source_site[source], INFINITE
    if not tables.endless[site]:
        starts = (sheet.source_room[source, j] + max(sheet.site_room[site, j], 0.0)) / tables.load[source]
    share = open_share(tables, sheet, source, j)
    if share < 1.0:
        qualified = starts * share if share > 0.0 else 0.0
        starts = min(starts, max(qualified, risk_starts(tables, sheet, source, j) - sheet.starts[source, j]))
    starts = min(starts, sheet.allowed[site, sheet.period[j]])
    return float(max(min(starts, startable(tables, sheet, source, j)), 0.0))


def startable(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
    """Whole starts for which inputs are spare in a bucket: a start takes all of its inputs or none."""
    starts = INFINITE
    for i in range(tables.input_start[source], tables.input_start[source + 1]):
        child = tables.input_pool[i]
        if not was_there(tables, child, j):
            starts = min(starts, float(np.floor(sheet.spare[child, j] / tables.takes[i] + SLACK)))
    return starts


def put(tables: Tables, sheet: Worksheet, source: int, j: int, starts: float, due: int) -> None:
    """Plan starts of a source in a bucket, and use up what they need."""
    site = tables.source_site[source]
    begin = tables.edges[j]
    if tables.endless[site] and bucket_of(tables, due - tables.lead[source]) == j:
        begin = due - tables.lead[source]
    begin = max(begin, min(tables.volume_begins[sheet.span[REVIEW], source], tables.edges[j + 1] - 1))
    if risk_starts(tables, sheet, source, j) > 0.0:
        begin = tables.edges[j]
    sheet.begin[source, j] = begin if sheet.starts[source, j] <= 0.0 else min(sheet.begin[source, j], begin)
    sheet.starts[source, j] += starts
    if not tables.endless[site]:
        load = starts * tables.load[source]
        own = min(load, sheet.source_room[source, j])
        sheet.source_room[source, j] -= own
        sheet.site_room[site, j] -= load - own
    sheet.allowed[site, sheet.period[j]] -= starts
    use_inputs(tables, sheet, source, j, starts)


def use_inputs(tables: Tables, sheet: Worksheet, source: int, j: int, starts: float) -> None:
    """Take what starts of a bucket need from what is left of their inputs then and later."""
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
