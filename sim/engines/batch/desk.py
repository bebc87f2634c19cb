"""Where orders are decided: planned reviews on the calendar, classical stock policies after demand."""

from __future__ import annotations

import math

from sim.draws.curves import TICKS_PER_DAY, ticks
from sim.engines.batch.calendar import PERIODIC, PLAN, at
from sim.engines.batch.lots import SAMPLES, order, order_evenly
from sim.engines.batch.shop import committed, good_per_start
from sim.engines.batch.state import State
from sim.engines.batch.store import available
from sim.engines.phases import CAUSES
from sim.engines.planner import Release, review
from sim.engines.positions import Memory, Position, expected_demand, stage
from sim.engines.rules import settled, stock_order
from sim.engines.tables import Tables


def hold_review(s: State, t: Tables, p: Position, m: Memory, k: int) -> None:
    """Plan the starts of the period that begins at review `k`, and order them."""
    _revise(s, t, p, k)
    _look(s, p, k)
    decided = review(t, p, m, k)
    _note(s, k, decided)
    # Raw items first, so that their lots are in hand when what is made of them is released.
    for i in range(len(t.order) - 1, -1, -1):
        for j in range(t.source_start[t.order[i]], t.source_start[t.order[i] + 1]):
            r = t.pool_source[j]
            _order(s, t, k, r, decided.samples[r], decided.starts[r])


def _note(s: State, k: int, decided: Release) -> None:
    """Keep what was decided, number by number: whole rows take long to compile."""
    for r in range(len(s.sources)):
        for cause in range(CAUSES):
            s.cut[k, r, cause], s.short[k, r, cause] = decided.cut[r, cause], decided.short[r, cause]
    for q in range(len(s.pools)):
        s.need[k, q], s.planned_output[k, q] = decided.need[q], decided.released[q]


def _order(s: State, t: Tables, k: int, r: int, samples: int, starts: int) -> None:
    now, end = s.clock[0].now, s.reviews[k + 1]
    if samples:
        order_evenly(s, r, samples, SAMPLES, max(now, t.phases[r, 0]), min(end, t.phases[r, 1]))
    if starts:
        order_evenly(s, r, starts, stage(t, r, now), now, end)


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


def review_periodically(s: State, pool: int, k: int) -> None:
    """A policy reviews its pool, and makes its next appointment."""
    replenish(s, pool)
    then = ticks((k + 1) * s.pools[pool].review)
    if then < s.clock[0].end:
        at(s, then, PLAN, 0, pool, k + 1, PERIODIC, 0)


def replenish(s: State, pool: int) -> None:
    """Review a pool, and order what its policy wants."""
    p = s.pools[pool]
    # Inventory position: stock and orders, less backlog and what waiting lots claim.
    position = available(s, pool) + settled(s.sources[p.source].on_order) - p.backlog - p.waiting
    wanted = stock_order(p.policy, p.level, p.reorder, p.quantity, position)
    if wanted <= 0.0:
        return
    good = good_per_start(s, p.source, s.clock[0].now)
    starts = math.ceil(wanted / good - 1e-9) if good > 0.0 else 0
    if starts > 0:
        order(s, p.source, starts)
