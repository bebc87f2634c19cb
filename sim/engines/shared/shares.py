"""What sharing owes each source, and what a floor or a phase-out owes those outside, in units.

What is released counts for good (`account`), for whatever date. Within a review what is planned counts as well, bucket
by bucket (`settle`): so that a source with a long lead time, whose orders are placed first, and one with a short lead
time have their parts of the same requirements, whenever each is decided.
"""

from __future__ import annotations

from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.release import decided
from sim.engines.shared.tables import PHASE_OUT, SPLIT, Tables
from sim.engines.shared.worksheet import BASE, FOLLOWING, REVIEW, Worksheet
from sim.plan import FloatArray


def kept_outside(tables: Tables, pool: int, due: int) -> float:
    """Return the share of what is due at an instant that must be ordered outside."""
    floor = float(tables.floor[pool])
    if tables.sourcing[pool] != PHASE_OUT:
        return floor
    begin, end, final = tables.phase_out[pool, 0], tables.phase_out[pool, 1], tables.phase_out[pool, 2]
    if due <= begin:
        return 1.0
    return float(max(floor, final if due >= end else 1.0 + (final - 1.0) * (due - begin) / (end - begin)))


def has_part(tables: Tables, sheet: Worksheet, pool: int, source: int, due: int) -> bool:
    """Return whether a source shares in what is due at an instant: in volume in time, at a site not yet closed."""
    if tables.share[source] <= 0.0 or (tables.in_house[source] and tables.sourcing[pool] != SPLIT):
        return False
    k, begin = sheet.span[REVIEW], due - tables.lead[source]
    return bool(tables.volume_begins[k, source] <= begin < tables.closing[k, tables.source_site[source]])


def settle(tables: Tables, memory: Memory, sheet: Worksheet, pool: int, j: int, trusting: bool) -> None:
    """Carry forward what sharing owes after a bucket is planned.

    No source is owed more than a lot: what it could not take is not made up for. The limit is applied where no source
    had its turn before the others, and becomes final when the first of them decides.
    """
    begin, end, due = tables.source_start[pool], tables.source_start[pool + 1], sheet.due[pool, j]
    total, outside, step, first = 0.0, 0.0, 1.0, len(tables.edges)
    for i in range(begin, end):
        source = tables.pool_source[i]
        first = min(first, sheet.now_last[source])
        total += sheet.units[source, j]
        outside += 0.0 if tables.in_house[source] else sheet.units[source, j]
        step = max(step, float(max(tables.minimum[source], tables.multiple[source], tables.lot_size[source])))
    sheet.owed_outside[pool] += kept_outside(tables, pool, due) * total - outside
    _credit(tables, sheet.owed, sheet, pool, due, total if tables.sourcing[pool] == SPLIT else outside)
    for i in range(begin, end):
        source = tables.pool_source[i]
        if has_part(tables, sheet, pool, source, due):
            sheet.owed[source] -= sheet.units[source, j]
    if first < sheet.span[BASE]:
        return
    for_good = first < sheet.span[FOLLOWING] and not trusting
    owed = min(max(sheet.owed_outside[pool], -step), step)
    if for_good:
        memory.owed_outside[pool] += owed - sheet.owed_outside[pool]
    sheet.owed_outside[pool] = owed
    mean, shares = 0.0, 0.0
    for i in range(begin, end):
        source = tables.pool_source[i]
        if sheet.now_able[source]:
            mean += sheet.owed[source]
            shares += tables.share[source]
    for i in range(begin, end):
        source = tables.pool_source[i]
        owed = sheet.owed[source]
        if sheet.now_able[source]:
            # Among those that can deliver nothing is owed on the whole.
            owed -= mean * tables.share[source] / shares
        owed = min(max(owed, -step), step)
        if for_good:
            memory.owed[source] += owed - sheet.owed[source]
        sheet.owed[source] = owed


def _credit(tables: Tables, owed: FloatArray, sheet: Worksheet, pool: int, due: int, units: float) -> None:
    """Credit units ordered for an instant to the sources that share them, in proportion to their shares."""
    begin, end, shares = tables.source_start[pool], tables.source_start[pool + 1], 0.0
    for i in range(begin, end):
        if has_part(tables, sheet, pool, tables.pool_source[i], due):
            shares += tables.share[tables.pool_source[i]]
    for i in range(begin, end):
        source = tables.pool_source[i]
        if has_part(tables, sheet, pool, source, due):
            owed[source] += units * tables.share[source] / shares


def account(tables: Tables, position: Position, memory: Memory, sheet: Worksheet) -> None:
    """Count the starts released now towards shares and floors; risk production counts towards none."""
    base, following, k = sheet.span[BASE], sheet.span[FOLLOWING], sheet.span[REVIEW]
    for source in range(len(tables.source_pool)):
        pool = tables.source_pool[source]
        for j in range(base, following):
            starts, begin = decided(tables, sheet, source, j)
            units, due = starts * position.good_per_start[source], begin + tables.lead[source]
            if units <= 0.0 or begin < tables.volume_begins[k, source]:
                continue
            memory.owed_outside[pool] += kept_outside(tables, pool, due) * units
            if not tables.in_house[source]:
                memory.owed_outside[pool] -= units
            if tables.sourcing[pool] == SPLIT or not tables.in_house[source]:
                _credit(tables, memory.owed, sheet, pool, due, units)
                if has_part(tables, sheet, pool, source, due):
                    memory.owed[source] -= units
