"""Where orders are decided: planned reviews on the calendar, classical stock policies after demand."""

from __future__ import annotations

import math

from sim.draws.curves import ticks
from sim.engines.batch.calendar import PERIODIC, PLAN, at
from sim.engines.batch.foreign import call_planner
from sim.engines.batch.lots import SAMPLES, order, order_evenly
from sim.engines.batch.shop import good_per_start
from sim.engines.batch.state import State
from sim.engines.batch.store import available
from sim.engines.positions import Memory, Position, stage
from sim.engines.rules import settled, stock_order
from sim.engines.tables import Tables


def hold_review(s: State, t: Tables, p: Position, m: Memory, k: int) -> None:
    """Plan the starts of the period that begins at review `k`, and order them."""
    call_planner(s.clock[0].planner, s, t, p, m, k)
    # Raw items first, so that their lots are in hand when what is made of them is released.
    for i in range(len(t.order) - 1, -1, -1):
        for j in range(t.source_start[t.order[i]], t.source_start[t.order[i] + 1]):
            _order(s, t, k, t.pool_source[j])


def _order(s: State, t: Tables, k: int, r: int) -> None:
    now, end = s.clock[0].now, s.reviews[k + 1]
    if s.samples[r]:
        order_evenly(s, r, s.samples[r], SAMPLES, max(now, t.phases[r, 0]), min(end, t.phases[r, 1]))
    if s.starts[r]:
        order_evenly(s, r, s.starts[r], stage(t, r, now), now, end)


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
