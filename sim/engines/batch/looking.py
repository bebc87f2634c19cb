"""What the planner sees of a run, and what is kept of what it decided."""

from __future__ import annotations

from sim.clock import NEVER
from sim.engines.batch.open_lots import fetch_ahead, forget_arrived
from sim.engines.batch.sites import committed
from sim.engines.batch.state import NOTHING, UNDER_WAY, State
from sim.engines.batch.stock import available
from sim.engines.batch.yields import good_per_start
from sim.engines.shared.phases import CAUSES
from sim.engines.shared.positions import IN_CYCLE, QUEUED, WAITING, Position, expected_between
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import Worksheet


def revise(s: State, t: Tables, p: Position, k: int) -> None:
    """Correct forecasts by part of the error seen since the last review."""
    if k == 0:
        return
    begin, end = t.first[k - 1], t.first[k]
    for flow in range(len(s.flows)):
        f = s.flows[flow]
        expected = expected_between(t, k, flow, begin, end)
        if f.revision > 0.0 and expected > 0.0:
            p.correction[flow] += f.revision * (f.seen / expected - p.correction[flow])
        f.seen = 0


def look(s: State, t: Tables, p: Position) -> None:
    """Fill in what the planner sees now."""
    now = s.clock[0].now
    for q in range(len(p.stock)):
        p.stock[q], p.waiting[q] = available(s, q), s.pools[q].waiting
    for r in range(len(s.sources)):
        p.good_per_start[r] = good_per_start(s, r, now)
        p.carried[r] = s.sources[r].carry_good if s.sources[r].certain else 0.0
    for site in range(len(s.sites)):
        p.committed[site] = committed(s, site, now)
        node = s.sites[site].head
        while node != NOTHING:
            lot = s.lots[s.nodes[node].lot]
            p.committed[site] += lot.starts * t.load[lot.source]
            node = s.nodes[node].after
    for flow in range(len(s.flows)):
        p.backlog[flow] = s.flows[flow].backlog
    p.lots[0] = forget_arrived(s)
    for i in range(p.lots[0]):
        fetch_ahead(s, i)
        _look_at_lot(s, p, s.open_lots[i], i)


def _look_at_lot(s: State, p: Position, slot: int, i: int) -> None:
    """Fill in what the planner sees of one lot."""
    lot = s.lots[slot]
    begun, works = lot.where == UNDER_WAY, lot.leave < NEVER
    p.lot_source[i], p.lot_due[i], p.lot_promised[i] = lot.source, lot.due, lot.promised
    p.lot_starts[i], p.lot_stage[i] = lot.starts, lot.stage
    # Where yields are drawn, what a lot will bring is not known before it arrives.
    p.lot_units[i] = float(lot.good) if begun and works and s.sources[lot.source].certain else lot.expected
    p.lot_place[i] = WAITING if not begun else QUEUED if lot.leave > s.clock[0].now else IN_CYCLE


def note(s: State, w: Worksheet, k: int) -> None:
    """Keep what limited sources at a review, with its needs and planned output."""
    # Number by number: assignments of whole rows take long to compile.
    for r in range(len(s.sources)):
        for cause in range(CAUSES):
            s.cut[k, r, cause], s.short[k, r, cause] = w.cut[r, cause], w.short[r, cause]
    for q in range(len(w.need)):
        s.need[k, q], s.planned_output[k, q] = w.need[q], w.output[q]
        for cause in range(CAUSES):
            s.starved[k, q, cause] = w.starved[q, cause]
