"""How the capacity of a site that several pools share is divided: by priority, then by due date."""

from __future__ import annotations

from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, UNTIL, Worksheet


def isolate(tables: Tables, sheet: Worksheet) -> None:
    """Reserve the whole of each contested site for each of its sources, to learn what they would start."""
    for site in range(len(sheet.queue)):
        if tables.contested[site]:
            for j in range(sheet.span[BASE], sheet.span[UNTIL]):
                for i in range(tables.site_start[site], tables.site_start[site + 1]):
                    sheet.source_room[tables.site_source[i], j] = sheet.site_room[site, j]
                sheet.site_room[site, j] = 0.0


def entitle(tables: Tables, sheet: Worksheet) -> None:
    """Divide the capacity of each contested site by wishes, in order of priority; the rest stays open to all."""
    for site in range(len(sheet.queue)):
        if tables.contested[site]:
            for i in range(tables.site_start[site], tables.site_start[site + 1]):
                for j in range(sheet.span[BASE], sheet.span[UNTIL]):
                    sheet.source_room[tables.site_source[i], j] = 0.0
            rank, last = _next_rank(tables, site, 0, True)
            while not last:
                _serve(tables, sheet, site, rank)
                rank, last = _next_rank(tables, site, rank, False)


def _rank(tables: Tables, source: int) -> int:
    """Return the priority number of the pool that a source makes."""
    return int(tables.priority[tables.source_pool[source]])


def _next_rank(tables: Tables, site: int, above: int, first: bool) -> tuple[int, bool]:
    """Return the lowest priority number above `above` (`first`: of all) at a site, and whether there is none."""
    found, none = 0, True
    for i in range(tables.site_start[site], tables.site_start[site + 1]):
        number = _rank(tables, tables.site_source[i])
        if (first or number > above) and (none or number < found):
            found, none = number, False
    return found, none


def _serve(tables: Tables, sheet: Worksheet, site: int, rank: int) -> None:
    """Fit the wishes of one priority into what is left of a site.

    Load goes into its own bucket, else an earlier one, else a later one. It is served in the order of due dates, so
    that what is due together is cut alike.
    """
    # Backwards, what does not fit into its bucket goes to the one before; forwards, what is still over comes late.
    base, until, over = sheet.span[BASE], sheet.span[UNTIL], 0.0
    for j in range(until - 1, base - 1, -1):
        sheet.wanted[j] = _wanted(tables, sheet, site, rank, j)
        wanted = sheet.wanted[j] + over
        sheet.fitted[j] = min(wanted, max(sheet.site_room[site, j], 0.0))
        over = wanted - sheet.fitted[j]
    for j in range(base, until):
        more = min(over, max(sheet.site_room[site, j] - sheet.fitted[j], 0.0))
        sheet.fitted[j] += more
        over -= more
    _hand_out(tables, sheet, site, rank)
    for j in range(base, until):
        sheet.site_room[site, j] -= sheet.fitted[j]


def _wanted(tables: Tables, sheet: Worksheet, site: int, rank: int, j: int) -> float:
    """Return the load that the sources of one priority would put on a site in a bucket."""
    total = 0.0
    for i in range(tables.site_start[site], tables.site_start[site + 1]):
        source = tables.site_source[i]
        if _rank(tables, source) == rank:
            total += sheet.wishes[source, j] * tables.load[source]
    return total


def _hand_out(tables: Tables, sheet: Worksheet, site: int, rank: int) -> None:
    """Reserve the fitted load for the wishes, in the order of their buckets."""
    until, dated = sheet.span[UNTIL], sheet.span[BASE]
    left = sheet.wanted[dated]
    for j in range(sheet.span[BASE], until):
        room = sheet.fitted[j]
        while room > 0.0 and dated < until:
            part = min(room, left)
            if part > 0.0:
                _give(tables, sheet, site, rank, dated, j, part / sheet.wanted[dated])
                room -= part
                left -= part
            # The wishes of this bucket are served: those of the next one follow.
            if left <= 0.0:
                dated += 1
                left = sheet.wanted[dated] if dated < until else 0.0


def _give(tables: Tables, sheet: Worksheet, site: int, rank: int, dated: int, j: int, part: float) -> None:
    """Reserve in bucket `j` a part of what the sources of one priority wish for bucket `dated`."""
    for i in range(tables.site_start[site], tables.site_start[site + 1]):
        source = tables.site_source[i]
        if _rank(tables, source) == rank:
            sheet.source_room[source, j] += sheet.wishes[source, dated] * tables.load[source] * part
