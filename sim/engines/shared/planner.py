"""The planner's review: time-phased requirements planning (Orlicky's MRP) with finite capacity.

Written once, over arrays alone, for both engines; in loops, since each expression of whole arrays costs the
compiled engine a quarter of a second of compiling. At each review, from finished goods to raw inputs:

    gross requirements   backlog, demand forecast after this instant, and the inputs of lots planned further down
    projected stock      stock and receipts, each for the date for which it was ordered, less gross requirements
    planned receipts     what projected stock falls short of, divided among sources (`sourcing`), within
                         what each can have by then (`capability`, `attainable`)
    planned starts       a lead time earlier, in buckets; those before the next review are released (`release`)

Later starts are forgotten: they serve to order inputs in time. The next review begins with positions again.
"""

from __future__ import annotations

from sim.engines.shared.attainable import attain
from sim.engines.shared.capability import offer
from sim.engines.shared.causes import remember_bounds
from sim.engines.shared.contracts import bind, wish
from sim.engines.shared.entitlement import entitle, isolate
from sim.engines.shared.netting import pass_on, plan_pool
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.release import release, remember
from sim.engines.shared.requirements import add_demand, add_requirement, book_receipts, demand_until
from sim.engines.shared.shares import account
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, FOLLOWING, REVIEW, UNTIL, Worksheet


def review(tables: Tables, position: Position, memory: Memory, sheet: Worksheet, k: int) -> None:
    """Decide the starts of the period that begins at review `k`, leave them in the sheet and update the memory."""
    plan(tables, position, memory, sheet, k, tables.first[k], tables.first[k + 1], tables.last[k])
    release(tables, position, sheet)
    remember(tables, memory, sheet)


def plan(
    tables: Tables, position: Position, memory: Memory, sheet: Worksheet, k: int, base: int, following: int, until: int
) -> None:
    """Plan all starts from bucket `base` to `until`; those before `following` are decided now."""
    sheet.span[REVIEW], sheet.span[BASE], sheet.span[FOLLOWING], sheet.span[UNTIL] = k, base, following, until
    _clear(tables, sheet)
    offer(tables, position, sheet)
    book_receipts(tables, position, sheet)
    # What can be had at most is known before anything is planned: starts take no more of their inputs.
    attain(tables, position, sheet)
    # Twice where sources compete. The first plan only shows what each would start if it had its site for itself: by that
    # shared capacity is divided and promises to suppliers are bound. The second plans within them.
    if _wishes_matter(tables, sheet):
        isolate(tables, sheet)
        _plan_all(tables, position, memory, sheet, True)
        wish(tables, memory, sheet)
        bind(tables, memory, sheet)
        offer(tables, position, sheet)
        entitle(tables, sheet)
    _plan_all(tables, position, memory, sheet, False)
    account(tables, position, memory, sheet)
    remember_bounds(tables, memory, sheet)


def _clear(tables: Tables, sheet: Worksheet) -> None:
    """Clear the buckets of this review.

    Allocations are granted by review period. Later periods are taken to be as long as the current one.
    """
    k, base, until = sheet.span[REVIEW], sheet.span[BASE], sheet.span[UNTIL]
    length = tables.first[k + 1] - tables.first[k]
    for j in range(base, until):
        sheet.period[j] = base + (j - base) // length * length
    for pool in range(len(tables.order)):
        for j in range(base, until):
            sheet.arriving[pool, j] = 0.0
            sheet.ready[pool, j] = sheet.ready_sooner[pool, j] = 0
            sheet.sooner[pool, j] = 0.0
            sheet.usage[pool, j] = 0.0
    for source in range(len(tables.source_pool)):
        sheet.bound[source] = 0.0
        for j in range(base, until):
            sheet.receipts[source, j] = 0.0
            sheet.source_room[source, j] = 0.0
    for site in range(len(sheet.queue)):
        sheet.queue[site] = 0.0


def _wishes_matter(tables: Tables, sheet: Worksheet) -> bool:
    """Return whether unbound wishes matter: several pools share a site, or a supplier was promised orders."""
    base, following, view = sheet.span[BASE], sheet.span[FOLLOWING], tables.gate[sheet.span[REVIEW]]
    for site in range(len(sheet.queue)):
        promised = tables.commitment[view, site, following] > tables.commitment[view, site, base]
        if tables.contested[site] or promised:
            return True
    return False


def _plan_all(tables: Tables, position: Position, memory: Memory, sheet: Worksheet, trusting: bool) -> None:
    """Plan all pools, from finished goods to raw items; a `trusting` plan only serves to know the wishes."""
    base = sheet.span[BASE]
    for pool in range(len(tables.order)):
        _begin_pool(tables, position, memory, sheet, pool)
    for source in range(len(tables.source_pool)):
        _begin_source(tables, memory, sheet, source)
    # By low-level codes: when the turn of a pool comes, all that is made of it has been planned.
    for i in range(len(tables.order)):
        pool = tables.order[i]
        add_demand(tables, position, sheet, pool)
        # What released lots still wait for is required at once.
        add_requirement(tables, sheet, pool, tables.edges[base], position.waiting[pool])
        if tables.planned[pool]:
            plan_pool(tables, position, memory, sheet, pool, trusting)
        else:
            pass_on(tables, position, sheet, pool)


def _begin_pool(tables: Tables, position: Position, memory: Memory, sheet: Worksheet, pool: int) -> None:
    """Reset what is planned of a pool."""
    sheet.need[pool] = sheet.output[pool] = 0.0
    sheet.late[pool] = sheet.span[BASE]
    sheet.owed_outside[pool] = memory.owed_outside[pool]
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        sheet.gross[pool, j] = 0.0
        sheet.supply[pool, j] = sheet.attained[pool, j]
    demand_until(tables, position, sheet, pool)
    for cause in range(sheet.starved.shape[1]):
        sheet.starved[pool, cause] = 0.0


def _begin_source(tables: Tables, memory: Memory, sheet: Worksheet, source: int) -> None:
    """Reset what is planned of a source."""
    sheet.lowest[source] = sheet.span[BASE]
    sheet.owed[source], sheet.loose[source] = memory.owed[source], sheet.fraction[source]
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        sheet.starts[source, j] = sheet.units[source, j] = 0.0
        sheet.trusted[source, j] = memory.shown[source] * (tables.edges[j + 1] - tables.edges[j])
    for cause in range(sheet.cut.shape[1]):
        sheet.cut[source, cause] = sheet.short[source, cause] = 0.0
