"""Netting: what projected stock of a pool falls short of, bucket by bucket, and what is planned for it."""

from __future__ import annotations

import math

from sim.engines.shared.capability import SLACK
from sim.engines.shared.contracts import fulfil
from sim.engines.shared.ordering import force
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.release import settle_starts
from sim.engines.shared.requirements import add_requirement, guarded, look_at_inputs
from sim.engines.shared.sourcing import divide, rank
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, REVIEW, UNTIL, Worksheet


def plan_pool(tables: Tables, position: Position, memory: Memory, sheet: Worksheet, pool: int, trusting: bool) -> None:
    """Plan net requirements, planned receipts and starts of a pool, and require their inputs.

    A `trusting` plan relies on all that in-house sources can do, whether they have shown it or not.
    """
    rank(tables, position, sheet, pool)
    look_at_inputs(tables, sheet, pool)
    _risk_production(tables, position, sheet, pool)
    surplus = unannounced = position.stock[pool]
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        surplus += _received(tables, sheet, pool, j, True) - sheet.gross[pool, j]
        outside = 0
        # Who orders outside on announcements counts what is announced as if it came.
        if tables.on_announced[pool]:
            unannounced += _received(tables, sheet, pool, j, False) - sheet.gross[pool, j]
            outside = math.ceil(max(-unannounced, 0.0) - SLACK)
        # Whole units; what sums of rounding errors make is no need.
        need = math.ceil(max(-surplus, 0.0) - SLACK)
        if need > 0:
            need += _ahead(tables, sheet, pool, j, surplus + need)
        if need > 0 or outside > 0:
            planned = divide(tables, position, memory, sheet, pool, j, float(need), float(outside), trusting)
            # What cannot be planned at all is not asked for again.
            surplus += max(planned, float(need))
            unannounced += outside
    if not trusting:
        fulfil(tables, position, sheet, pool)
    settle_starts(tables, position, sheet, pool)


def _received(tables: Tables, sheet: Worksheet, pool: int, j: int, ours: bool) -> float:
    """Return the scheduled receipts of a pool in a bucket.

    Without `ours`, as a pool that orders outside on announcements counts them: outside receipts, and announced output
    in place of in-house receipts.
    """
    total, view = 0.0, tables.gate[sheet.span[REVIEW]]
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[i]
        if ours or not tables.in_house[source]:
            total += sheet.receipts[source, j]
        else:
            total += tables.announced[view, source, j + 1] - tables.announced[view, source, j]
    return total


def _ahead(tables: Tables, sheet: Worksheet, pool: int, j: int, surplus: float) -> float:
    """Return the net requirement of the rest of the order period that the order of bucket `j` covers too."""
    if tables.source_start[pool] == tables.source_start[pool + 1]:
        return 0.0
    period = tables.order_period[sheet.rank[tables.source_start[pool]]]
    if period == 0:
        return 0.0
    end = sheet.due[pool, j] + period
    missing = 0.0
    for later in range(j + 1, sheet.span[UNTIL]):
        if sheet.gross[pool, later] > 0.0 and sheet.due[pool, later] >= end:
            break
        surplus += _received(tables, sheet, pool, later, True) - sheet.gross[pool, later]
        missing = max(missing, -surplus)
    return float(math.ceil(missing - SLACK))


def _risk_production(tables: Tables, position: Position, sheet: Worksheet, pool: int) -> None:
    """Plan risk production of in-house sources at its own rate, as far as there is any requirement.

    It is independent of what is on order outside.
    """
    for i in range(tables.source_start[pool], tables.source_start[pool + 1]):
        source = tables.pool_source[i]
        good = position.good_per_start[source]
        if good > 0.0 and tables.risk_rate[source] > 0.0 and guarded(tables, pool, source):
            wanted = -position.stock[pool]
            for j in range(sheet.span[BASE], sheet.span[UNTIL]):
                wanted += sheet.gross[pool, j]
            force(tables, sheet, source, max(wanted, 0.0) / good)


def pass_on(tables: Tables, position: Position, sheet: Worksheet, pool: int) -> None:
    """Require the inputs of a pool with a stock policy.

    The policy orders when demand comes, until its site closes. Inputs are therefore required on the day of the demand.
    """
    begin = tables.source_start[pool]
    if begin == tables.source_start[pool + 1]:
        return
    source = tables.pool_source[begin]
    good = position.good_per_start[source]
    closing = tables.closing[sheet.span[REVIEW], tables.source_site[source]]
    for j in range(sheet.span[BASE], sheet.span[UNTIL] if good > 0.0 else sheet.span[BASE]):
        if sheet.due[pool, j] >= closing:
            continue
        for i in range(tables.input_start[source], tables.input_start[source + 1]):
            units = sheet.gross[pool, j] / good * tables.takes[i]
            add_requirement(tables, sheet, tables.input_pool[i], sheet.due[pool, j], units)
