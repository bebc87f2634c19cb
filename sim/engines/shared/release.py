"""From planned starts to orders: whole starts, full lots, when each may be released, and for what date it is wanted."""

from __future__ import annotations

import math

import numpy as np

from sim.engines.shared.capability import SLACK, is_past, startable, use_inputs
from sim.engines.shared.phases import QualificationPhase
from sim.engines.shared.positions import Memory, Position, stage
from sim.engines.shared.requirements import add_requirement, look_at_inputs, reserve
from sim.engines.shared.rules import lot_count
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import BASE, FOLLOWING, REVIEW, UNTIL, Worksheet


def settle_starts(tables: Tables, position: Position, sheet: Worksheet, pool: int) -> None:
    """Round the planned starts of a pool to whole ones, and require and reserve their inputs."""
    begin, end = tables.source_start[pool], tables.source_start[pool + 1]
    look_at_inputs(tables, sheet, pool)
    for i in range(begin, end):
        _begin_settling(sheet, tables.pool_source[i])
    # Bucket by bucket, as inputs are taken in the order of time.
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        for i in range(begin, end):
            _make_whole(tables, position, sheet, pool, tables.pool_source[i], j)
    for i in range(begin, end):
        source = tables.pool_source[i]
        for place in range(tables.input_start[source], tables.input_start[source + 1]):
            reserve(sheet, tables.input_pool[place])


def _begin_settling(sheet: Worksheet, source: int) -> None:
    """Reset the settled starts of a source; all that is planned of it bounds the last lot."""
    sheet.planned[source] = sheet.settled[source] = sheet.most[source] = 0.0
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        sheet.most[source] += sheet.starts[source, j]
    sheet.most[source] = math.ceil(sheet.most[source] - SLACK)


def _make_whole(tables: Tables, position: Position, sheet: Worksheet, pool: int, source: int, j: int) -> None:
    """Round the starts of a bucket up to whole ones, and to full lots where a source takes no inputs.

    A lot is released when its first start is due. Lots that take inputs are not filled up: they would grow with each
    need that comes into view, and inputs for that could no longer be ordered in time.
    """
    sheet.planned[source] += sheet.starts[source, j]
    # Rounded as a running total, so that fractions carried from bucket to bucket make no extra start.
    whole, size, settled = math.ceil(sheet.planned[source] - SLACK), tables.lot_size[source], int(sheet.settled[source])
    if sheet.starts[source, j] <= 0.0:
        sheet.begin[source, j] = tables.edges[j]
    if whole <= settled:
        sheet.starts[source, j] = 0.0
        return
    starts = max(min(float(whole - settled), startable(tables, sheet, source, j)), 0.0)
    if size > 1 and starts == whole - settled and tables.input_start[source] == tables.input_start[source + 1]:
        starts = float(min(lot_count(whole, size) * size, int(sheet.most[source])) - settled)
    sheet.starts[source, j] = starts
    if starts <= 0.0:
        return
    sheet.settled[source] += starts
    use_inputs(tables, sheet, source, j, starts)
    if not is_past(tables, j):
        _require_inputs(tables, sheet, source, j)
    if j < sheet.span[FOLLOWING]:
        sheet.output[pool] += starts * position.good_per_start[source]


def _require_inputs(tables: Tables, sheet: Worksheet, source: int, j: int) -> None:
    """Require the inputs of a bucket's starts at the instant at which the first of them begins.

    That is not before the inputs arrive. Starts for which all inputs are there earlier could begin as planned (`sure`).
    """
    site = tables.source_site[source]
    sheet.sure[source, j], sheet.sure_begin[source, j] = sheet.starts[source, j], sheet.begin[source, j]
    for place in range(tables.input_start[source], tables.input_start[source + 1]):
        child = tables.input_pool[place]
        units = sheet.starts[source, j] * tables.takes[place]
        sheet.usage[child, j] += units
        # Where lots are spread over a bucket none of them waits; at an endless site each begins as soon as it can.
        comes = (sheet.earliest if tables.endless[site] else sheet.ready)[child, j]
        short = _short_before(sheet, child, j)
        if comes > sheet.begin[source, j] and short > 0.0:
            sheet.begin[source, j] = min(comes, tables.edges[j + 1])
            sure = float(np.floor(max(units - short, 0.0) / tables.takes[place] + SLACK))
            sheet.sure[source, j] = min(sheet.sure[source, j], sure)
    for place in range(tables.input_start[source], tables.input_start[source + 1]):
        units = sheet.starts[source, j] * tables.takes[place]
        add_requirement(tables, sheet, tables.input_pool[place], sheet.begin[source, j], units)


def _short_before(sheet: Worksheet, child: int, j: int) -> float:
    """Return the units of an input that are missing before a bucket, of all that the current pool uses by its end."""
    used, base = 0.0, sheet.span[BASE]
    for i in range(base, j + 1):
        used += sheet.usage[child, i]
    before = sheet.supply[child, j - 1] if j > base else sheet.at_hand[child]
    return float(max(used - before, 0.0))


def release(tables: Tables, position: Position, sheet: Worksheet) -> None:
    """Set the starts to be released before the next review."""
    base, following = sheet.span[BASE], sheet.span[FOLLOWING]
    for source in range(len(tables.source_pool)):
        sheet.samples[source] = _sample_starts(tables, source, tables.edges[base], tables.edges[following])
        for i in range(sheet.release_starts.shape[1]):
            sheet.release_starts[source, i] = 0
        if tables.planned[tables.source_pool[source]]:
            _release_source(tables, position, sheet, source)


def _release_source(tables: Tables, position: Position, sheet: Worksheet, source: int) -> None:
    """Set the releases of one source: starts, instants and due dates."""
    base, good = sheet.span[BASE], position.good_per_start[source]
    # The good fraction already used covers the first requirement before any start does.
    site, done = tables.source_site[source], sheet.fraction[source] - sheet.loose[source]
    for j in range(base, sheet.span[FOLLOWING]):
        starts, begin = decided(tables, sheet, source, j)
        sheet.release_starts[source, j - base] = starts
        sheet.release_begin[source, j - base] = begin
        end = min(tables.edges[j + 1], tables.closing[sheet.span[REVIEW], site])
        sheet.release_end[source, j - base] = begin if tables.endless[site] else max(begin, end)
        sheet.release_due[source, j - base] = wanted_by(tables, sheet, source, done, begin + tables.lead[source])
        done += starts * good


def decided(tables: Tables, sheet: Worksheet, source: int, j: int) -> tuple[int, int]:
    """Return the starts of a bucket that are released before the next review, and when the first of them begins.

    If the last of their inputs come too late for that, only the starts that need not wait are released, as far as the
    order rules of the source allow. The next review decides on the rest.
    """
    base, end = tables.edges[sheet.span[BASE]], tables.edges[sheet.span[FOLLOWING]]
    starts, begin = int(sheet.starts[source, j]), max(sheet.begin[source, j], base)
    if begin >= end and starts > 0:
        multiple = max(tables.multiple[source], 1)
        starts, begin = int(sheet.sure[source, j]) // multiple * multiple, max(sheet.sure_begin[source, j], base)
        if starts < tables.minimum[source]:
            starts = 0
    return (starts if begin < end else 0), int(begin)


def planned_stage(tables: Tables, sheet: Worksheet, source: int, at: int) -> int:
    """Return the qualification phase in which a start is planned: volume or risk production."""
    return (
        QualificationPhase.VOLUME if at >= tables.volume_begins[sheet.span[REVIEW], source] else QualificationPhase.RISK
    )


def wanted_by(tables: Tables, sheet: Worksheet, source: int, done: float, otherwise: int) -> int:
    """Return the due date of the first good unit beyond `done`; `otherwise` if nothing requires it."""
    total, pool = 0.0, tables.source_pool[source]
    for j in range(sheet.span[BASE], sheet.span[UNTIL]):
        total += sheet.units[source, j]
        if total > done + SLACK:
            return int(sheet.due[pool, j])
    return otherwise


def samples_end(tables: Tables, source: int, end: int) -> int:
    """Return when sample starts end: at the latest at `end`."""
    return int(min(tables.phases[source, 1], tables.closes[tables.source_site[source]], end))


def _sample_starts(tables: Tables, source: int, begin: int, end: int) -> int:
    """Return the engineering starts of the sample phase between two instants."""
    begin, end = max(tables.phases[source, 0], begin), samples_end(tables, source, end)
    if end <= begin or tables.sample_rate[source] <= 0.0:
        return 0
    # At least one: rounding by review period must not lose a low rate altogether.
    return max(int(tables.sample_rate[source] * (end - begin) + 0.5), 1)


def remember(tables: Tables, memory: Memory, sheet: Worksheet) -> None:
    """Record the rate that each in-house source in volume has shown: its highest, as far as capacity allows it."""
    base, following, k = sheet.span[BASE], sheet.span[FOLLOWING], sheet.span[REVIEW]
    length = tables.edges[following] - tables.edges[base]
    for source in range(len(tables.source_pool)):
        if not tables.in_house[source] or stage(tables, source, tables.reviews[k]) != QualificationPhase.VOLUME:
            continue
        starts, site, load = 0.0, tables.source_site[source], 0.0
        for j in range(base, following):
            starts += sheet.starts[source, j]
            load += sheet.capacity[site, j]
        shown = max(memory.shown[source], starts / length)
        if not tables.endless[site]:
            shown = min(shown, load / tables.load[source] / length)
        memory.shown[source] = shown
