"""How much of each item can be had by when: stock, what is on order, and what can still be made, from raw items on.

An upper bound by item: competition for capacity and inputs is resolved when requirements are planned.
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
    """Set the units of each pool that can be had up to the end of each bucket, cumulative, in `attained` (P, J)."""
    base, until = sheet.span[BASE], sheet.span[UNTIL]
    # `order` runs from finished goods to raw items. Backwards, what a source needs is known before what it makes.
    for index in range(len(tables.order) - 1, -1, -1):
        pool = tables.order[index]
        if tables.planned[pool]:
            for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
                _produce(tables, position, sheet, pool, tables.pool_source[i])
        # Released lots that still wait for inputs have a claim on stock before anything planned now.
        total = sheet.at_hand[pool] = position.stock[pool] - position.waiting[pool]
        for j in range(base, until):
            # Capped: totals that overflow would leave differences that are no numbers.
            total = min(total + sheet.arriving[pool, j], INFINITE)
            if not tables.planned[pool]:
                more = _replenished(tables, sheet, pool, j) - total
                if more > 0.0:
                    bring(sheet, pool, j, tables.edges[j + 1], more)
                    total = min(total + more, INFINITE)
            sheet.attained[pool, j] = total


def _produce(tables: Tables, position: Position, sheet: Worksheet, pool: int, source: int) -> None:
    """Add the good units that one source can make, by the bucket in which they can arrive.

    A bucket has up to three instants at which lots can start: its beginning, when part of each input that arrives in it
    has arrived, and when all of it has.
    """
    good = position.good_per_start[source]
    if good <= 0.0:
        return
    possible, allowed, made, units = 0.0, 0.0, 0.0, 0.0
    # A source without inputs waits for nothing, so the beginning of a bucket is its only instant.
    steps = 3 if tables.input_start[source] < tables.input_start[source + 1] else 1
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        possible = min(possible + capable(tables, sheet, source, j), INFINITE)
        # Contracts allow starts by review period; the amount stands at the first bucket of each.
        if sheet.period[j] == j:
            allowed = min(allowed + sheet.allowed[tables.source_site[source], j], INFINITE)
        # Just before the bucket, so that its first instant always counts. Equal instants bring no further inputs.
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
    """Return the cumulative units of a pool that its stock policy can have brought by the end of a bucket.

    What was used a lead time earlier is replaced, unless the site is closed by then. No more than the ceiling of the
    policy is added to it.
    """
    if tables.source_start[pool] == tables.source_start[pool + 1] or tables.ceiling[pool] <= 0.0:
        return 0.0
    source = tables.pool_source[tables.source_start[pool]]
    closing = tables.closing[sheet.span[REVIEW], tables.source_site[source]]
    ordered = min(tables.edges[j + 1] - max(tables.lead[source] + tables.every[pool], 1), closing - 1)
    if ordered < tables.edges[sheet.span[BASE]]:
        return 0.0
    return float(min(there_before(sheet, pool, bucket_of(tables, ordered)) + tables.ceiling[pool], INFINITE))


def capable(tables: Tables, sheet: Worksheet, source: int, j: int) -> float:
    """Return the starts that capacity and qualification allow a source in a bucket, with its site to itself."""
    site, starts, share = tables.source_site[source], INFINITE, open_share(tables, sheet, source, j)
    if not tables.endless[site]:
        starts = sheet.site_room[site, j] / tables.load[source]
    if share < 1.0:
        starts = min(starts, max(starts * share if share > 0.0 else 0.0, risk_starts(tables, sheet, source, j)))
    return starts


def _instant(tables: Tables, sheet: Worksheet, source: int, j: int, step: int) -> int:
    """Return the instant of a step within a bucket.

    Step 0 is the beginning of the bucket. At step 1 part of each input that arrives in it has arrived, at step 2 all of
    it.
    """
    at = tables.edges[j]
    for i in range(tables.input_start[source], tables.input_start[source + 1] if step > 0 else 0):
        child = tables.input_pool[i]
        partly = step == 1 and sheet.sooner[child, j] > 0.0
        at = max(at, sheet.ready_sooner[child, j] if partly else sheet.ready[child, j])
    return int(at)


def _fed(tables: Tables, sheet: Worksheet, source: int, j: int, at: int) -> float:
    """Return the starts of a source for which inputs can be had by an instant of a bucket."""
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
    """Return the units of a pool that can be had when a bucket begins."""
    return float(sheet.attained[pool, j - 1] if j > sheet.span[BASE] else sheet.at_hand[pool])


def _arrival(tables: Tables, sheet: Worksheet, source: int, j: int, at: int) -> int:
    """Return the earliest arrival of starts whose inputs are there at an instant of a bucket."""
    site = tables.source_site[source]
    # Lots of a limited site are spread over the bucket, so the last may still be worked on after it.
    if not tables.endless[site]:
        return int(tables.edges[j + 1] + own_time(tables, sheet, source, j) + tables.lead[source])
    if open_share(tables, sheet, source, j) < 1.0 and risk_starts(tables, sheet, source, j) <= 0.0:
        at = max(at, tables.volume_begins[sheet.span[REVIEW], source])
    return int(at + tables.lead[source])
