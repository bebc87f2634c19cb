"""What was promised to suppliers: how long it binds, and the orders that keep it."""

from __future__ import annotations

import math

from sim.engines.shared.capability import open_share
from sim.engines.shared.ordering import fill
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, FOLLOWING, REVIEW, UNTIL, Worksheet


def wish(tables: Tables, memory: Memory, sheet: Worksheet) -> None:
    """Record the starts that each source would have on its own, unbound, and the rate that suppliers learn of."""
    base, following, k = sheet.span[BASE], sheet.span[FOLLOWING], sheet.span[REVIEW]
    for site in range(len(sheet.queue)):
        memory.wished[k, site] = 0.0
    for source in range(len(tables.source_pool)):
        wished = 0.0
        for j in range(base, sheet.span[UNTIL]):
            sheet.wishes[source, j] = sheet.starts[source, j]
            wished += sheet.starts[source, j] if j < following else 0.0
        memory.wished[k, tables.source_site[source]] += wished / (tables.edges[following] - tables.edges[base])


def bind(tables: Tables, memory: Memory, sheet: Worksheet) -> None:
    """Set the starts per tick to which commitments bind each source.

    A commitment without notice binds for its term. With notice it binds until the notice period after the planner first
    wants less, and then to no more than the highest rate wished within that period. A site's commitment is divided
    among its sources as they would use it.
    """
    base, following, k = sheet.span[BASE], sheet.span[FOLLOWING], sheet.span[REVIEW]
    length, view = tables.edges[following] - tables.edges[base], tables.gate[k]
    for site in range(len(sheet.queue)):
        level = (tables.commitment[view, site, following] - tables.commitment[view, site, base]) / length
        # NaN stands for a commitment without notice. A notice takes effect after its own period at the earliest.
        if not math.isnan(tables.notice[site]) and tables.edges[base] >= tables.notice[site]:
            level = min(level, _most_wished(tables, memory, site, k))
        memory.promised[k, site] = level * length
        if level > 0.0:
            _divide(tables, sheet, site, level)


def _most_wished(tables: Tables, memory: Memory, site: int, k: int) -> float:
    """Return the highest rate, in starts per tick, that a supplier was told within its notice period."""
    most = 0.0
    for earlier in range(k + 1):
        if tables.reviews[earlier] >= tables.reviews[k] - tables.notice[site]:
            most = max(most, memory.wished[earlier, site])
    return most


def _divide(tables: Tables, sheet: Worksheet, site: int, level: float) -> None:
    """Divide a site's commitment among its sources in volume, as they would use it.

    Starts of sources that are not yet in volume count towards the commitment first.
    """
    base, following = sheet.span[BASE], sheet.span[FOLLOWING]
    total, count = 0.0, 0
    for i in range(tables.site_start[site], tables.site_start[site + 1]):
        source = tables.site_source[i]
        if open_share(tables, sheet, source, following - 1) > 0.0:
            count += 1
            total += _wished(sheet, source, sheet.span[UNTIL])
        else:
            level -= _wished(sheet, source, following) / (tables.edges[following] - tables.edges[base])
    for i in range(tables.site_start[site], tables.site_start[site + 1]):
        source = tables.site_source[i]
        if level > 0.0 and open_share(tables, sheet, source, following - 1) > 0.0:
            part = _wished(sheet, source, sheet.span[UNTIL]) / total if total > 0.0 else 1.0 / count
            sheet.bound[source] = level * part


def _wished(sheet: Worksheet, source: int, until: int) -> float:
    """Return the starts that a source would have before bucket `until`."""
    total = 0.0
    for j in range(sheet.span[BASE], until):
        total += sheet.wishes[source, j]
    return total


def fulfil(tables: Tables, position: Position, sheet: Worksheet, pool: int) -> None:
    """Order what is committed until the next review and not yet planned."""
    length = tables.edges[sheet.span[FOLLOWING]] - tables.edges[sheet.span[BASE]]
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[i]
        missing = math.floor(sheet.bound[source] * length + 0.5)
        for j in range(sheet.span[BASE], sheet.span[FOLLOWING]):
            missing -= sheet.starts[source, j]
        if missing > 0.0 and position.good_per_start[source] > 0.0:
            fill(tables, sheet, source, missing)
