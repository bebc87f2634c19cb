"""What the planner sees of a run, and what is kept of what it decided."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.clock import NEVER
from sim.engines.events.sites import committed
from sim.engines.events.state import UNDER_WAY, WAITS, OpenLot, State
from sim.engines.events.yields import good_per_start
from sim.engines.shared.positions import IN_CYCLE, QUEUED, WAITING, Position, expected_between
from sim.plan import FloatArray, IntArray


def revise(s: State, k: int) -> None:
    """Correct forecasts by part of the error seen since the last review."""
    if k == 0:
        return
    begin, end = (int(s.tables.first[j]) for j in (k - 1, k))
    for flow, f in enumerate(s.flows):
        expected = expected_between(s.tables, k, flow, begin, end)
        if f.revision > 0.0 and expected > 0.0:
            s.correction[flow] += f.revision * (f.seen / expected - s.correction[flow])
        f.seen = 0


def look(s: State) -> Position:
    """Return what the planner sees now."""
    pools, lots = range(len(s.plan.pools)), list(s.open_lots.values())
    return Position(
        stock=_real(s.pools[pool].available for pool in pools),
        waiting=_real(s.pools[pool].waiting for pool in pools),
        committed=_real(_accepted(s, site) for site in range(len(s.sites))),
        backlog=_real(f.backlog for f in s.flows),
        good_per_start=_real(good_per_start(s, source, s.calendar.now) for source in range(len(s.sources))),
        carried=_real(r.carry_good if r.certain else 0.0 for r in s.sources),
        correction=np.array(s.correction),
        lots=_whole([len(lots)]),
        lot_source=_whole(lot.source for lot in lots),
        lot_units=_real(_counted_on(s, lot) for lot in lots),
        lot_due=_whole(lot.due for lot in lots),
        lot_promised=_whole(lot.promised for lot in lots),
        lot_starts=_whole(lot.starts for lot in lots),
        lot_stage=_whole(lot.stage for lot in lots),
        lot_place=_whole(_place(s, lot) for lot in lots),
    )


def _accepted(s: State, site: int) -> float:
    """Return the load that a site has accepted and not worked off, with what queues for a line."""
    load = committed(s.sites[site], s.calendar.now)
    # In the order of the queue, as the other engine adds up: sums of floats depend on the order.
    for _, _, lot in sorted(s.sites[site].queue):
        load += lot.starts * float(s.tables.load[lot.source])
    return load


def _counted_on(s: State, lot: OpenLot) -> float:
    """Return the good units to count on from a lot.

    Where yields are certain and the lot has taken its line, they are those it has; else those expected at its release.
    What a lot with a drawn yield brings is not known before it arrives.
    """
    known = lot.where == UNDER_WAY and lot.leave < NEVER and s.sources[lot.source].certain
    return float(lot.good) if known else lot.expected


def _place(s: State, lot: OpenLot) -> int:
    """Return where a lot is: waiting for inputs, at the bottleneck or beyond it."""
    if lot.where == WAITS:
        return WAITING
    return QUEUED if lot.leave > s.calendar.now else IN_CYCLE


def note(s: State, k: int) -> None:
    """Keep what limited sources at a review, with its needs and planned output."""
    sheet = s.sheet
    s.cut[k], s.short[k], s.starved[k] = sheet.cut, sheet.short, sheet.starved
    s.need[k], s.planned_output[k] = sheet.need, sheet.output


def _real(numbers: Iterable[float]) -> FloatArray:
    """Return numbers as an array of floats."""
    return np.array(list(numbers), dtype=np.float64)


def _whole(numbers: Iterable[int]) -> IntArray:
    """Return numbers as an array of integers."""
    return np.array(list(numbers), dtype=np.int64)
