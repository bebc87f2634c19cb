"""What was promised to suppliers: how long it binds, and the orders that keep it."""

from __future__ import annotations

import math

from sim.engines.shared.capability import open_share
from sim.engines.shared.ordering import fill
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, FOLLOWING, REVIEW, UNTIL, Worksheet


def wish(tables: Tables, memory: Memory, sheet: Worksheet) -> None:
    """Keep what sources would start, each alone and bound to nothing; and by site, what suppliers learn of it."""
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
    """Starts a tick to which each source is bound.

    A commitment without notice binds to its term. With notice it binds until so long after the planner first wants
    less: to no more than the most he wished within that time. A site's commitment is divided among its sources as
    they would use it.
    """
    base, following, k = sheet.span[BASE], sheet.span[FOLLOWING], sheet.span[REVIEW]
    length, view = tables.edges[following] - tables.edges[base], tables.gate[k]
    for site in range(len(sheet.queue)):
        level = (tables.commitment[view, site, following] - tables.commitment[view, site, base]) / length
        if not math.isnan(tables.notice[site]) and tables.edges[base] >= tables.notice[site]:
            level = min(level, _most_wished(tables, memory, site, k))
        memory.promised[k, site] = level * length
        if level > 0.0:
            _divide(tables, sheet, site, level)


def _most_wished(tables: Tables, memory: Memory, site: int, k: int) -> float:
    """The most starts a tick that a supplier was told within its notice."""
    most = 0.0
    for earlier in range(k + 1):
        if tables.reviews[earlier] >= tables.reviews[k] - tables.notice[site]:
            most = max(most, memory.wished[earlier, site])
    return most


def _divide(tables: Tables, sheet: Worksheet, site: int, level: float) -> None:
    """Sources in volume share a promise as they would use it, less what others start before they are."""
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
    """Starts that a source would have up to a bucket."""
    total = 0.0
    for j in range(sheet.span[BASE], until):
        total += sheet.wishes[source, j]
    return total


def fulfil(tables: Tables, position: Position, sheet: Worksheet, pool: int) -> None:
    """Order what is promised until the next review and was not wanted."""
    length = tables.edges[sheet.span[FOLLOWING]] - tables.edges[sheet.span[BASE]]
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[i]
        missing = math.floor(sheet.bound[source] * length + 0.5)
        for j in range(sheet.span[BASE], sheet.span[FOLLOWING]):
            missing -= sheet.starts[source, j]
        if missing > 0.0 and position.good_per_start[source] > 0.0:
            fill(tables, sheet, source, missing)
