"""The planner's review, compiled by itself: it shares with the rest of the engine only the state that both see.

It is half of all there is to compile and runs a few dozen times, so the loop calls it by its address: another
process can compile it meanwhile (see `ahead`), and nothing of it is optimised twice.
"""

from __future__ import annotations

from sim.draws.curves import TICKS_PER_DAY
from sim.engines.batch.shop import committed, good_per_start
from sim.engines.batch.state import State
from sim.engines.batch.store import available
from sim.engines.phases import CAUSES
from sim.engines.planner import Release, review
from sim.engines.positions import Memory, Position, expected_demand
from sim.engines.tables import Tables


def decide(s: State, t: Tables, p: Position, m: Memory, k: int) -> int:
    """Decide the starts of the period that begins at review `k`, and leave them in the state; 0."""
    _revise(s, t, p, k)
    _look(s, p, k)
    # By value, as `review` makes other memories and should not be compiled twice.
    _note(s, k, review(t, p, Memory(m.mix, m.proven, m.wished, m.promised), k))
    return 0


def _revise(s: State, t: Tables, p: Position, k: int) -> None:
    """Correct forecasts by part of the error seen since the last review."""
    if k == 0:
        return
    begin, end = s.reviews[k - 1] / TICKS_PER_DAY, s.reviews[k] / TICKS_PER_DAY
    for flow in range(len(s.flows)):
        f = s.flows[flow]
        expected = expected_demand(t, k, flow, begin, end)
        if f.revision > 0.0 and expected > 0.0:
            p.correction[flow] += f.revision * (f.seen / expected - p.correction[flow])
        f.seen = 0


def _look(s: State, p: Position, k: int) -> None:
    """What the planner sees at review `k`."""
    now = s.clock[0].now
    for q in range(len(s.pools)):
        p.stock[q], p.waiting[q] = available(s, q), s.pools[q].waiting
        due = 0.0
        for j in range(k + 1):
            due += s.due[q, j]
        p.due[q] = due
    for r in range(len(s.sources)):
        source = s.sources[r]
        p.on_order[r], p.on_order_risk[r] = source.on_order, source.on_order_risk
        p.in_process[r], p.good_per_start[r] = source.in_process, good_per_start(s, r, now)
    for site in range(len(s.sites)):
        p.committed[site] = committed(s, site, now)
    for flow in range(len(s.flows)):
        p.backlog[flow] = s.flows[flow].backlog


def _note(s: State, k: int, decided: Release) -> None:
    """Keep what was decided, number by number: whole rows take long to compile."""
    for r in range(len(s.sources)):
        s.starts[r], s.samples[r] = decided.starts[r], decided.samples[r]
        for cause in range(CAUSES):
            s.cut[k, r, cause], s.short[k, r, cause] = decided.cut[r, cause], decided.short[r, cause]
    for q in range(len(s.pools)):
        s.need[k, q], s.planned_output[k, q] = decided.need[q], decided.released[q]
