"""Where orders are decided: planned reviews on the calendar, classical stock policies after demand."""

from __future__ import annotations

import math

from sim.clock import ticks
from sim.engines.batch.calendar import at
from sim.engines.batch.compiling.addresses import call
from sim.engines.batch.looking import look, note, revise
from sim.engines.batch.lots import SAMPLES, book_order, order, order_evenly, plant
from sim.engines.batch.state import UNPLANNED, State
from sim.engines.batch.stock import available
from sim.engines.batch.yields import good_per_start
from sim.engines.shared.initial import lot_before, lots_before
from sim.engines.shared.phases import PERIODIC, PLAN
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.release import planned_stage, samples_end
from sim.engines.shared.reviews import BEFORE, DECIDED, decide
from sim.engines.shared.rules import lot_count, settled, stock_order
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import Worksheet


def hold_review(s: State, t: Tables, p: Position, m: Memory, w: Worksheet, k: int) -> None:
    """Plan the starts of the period that begins at review `k` and order them."""
    revise(s, t, p, k)
    look(s, t, p)
    if call(decide, s.clock[0].planner, t, p, m, w, k) != DECIDED:
        s.clock[0].fault = UNPLANNED
        return
    note(s, w, k)
    # Raw items first, so that their lots are in hand when what is made of them is released.
    for i in range(len(t.order) - 1, -1, -1):
        for j in range(t.source_start[t.order[i]], t.source_start[t.order[i] + 1]):
            _order(s, t, w, k, t.pool_source[j])


def begin_before(s: State, t: Tables, p: Position, m: Memory, w: Worksheet) -> None:
    """Put in stock, or in process, what the plan began before the start."""
    for r in range(len(s.sources)):
        p.good_per_start[r] = good_per_start(s, r, 0)
    if call(decide, s.clock[0].planner, t, p, m, w, BEFORE) != DECIDED:
        s.clock[0].fault = UNPLANNED
        return
    for source in range(len(s.sources)):
        done, good = 0, good_per_start(s, source, 0)
        for j in range(t.first[0]):
            for i in range(lots_before(t, w, source, j)):
                starts, units, arrive, due = lot_before(t, w, source, j, i, done, good)
                if arrive <= 0:
                    s.items[s.sources[source].makes].units += units
                elif units > 0:
                    plant(s, source, lot_count(starts, s.sources[source].shipped_lot), units, arrive, due)
            done += int(w.starts[source, j])


def _order(s: State, t: Tables, w: Worksheet, k: int, r: int) -> None:
    """Order the samples of a source and what the planner releases of it."""
    now, end, any_starts = s.clock[0].now, s.reviews[k + 1], False
    if w.samples[r]:
        until = samples_end(t, r, end)
        book_order(s, r)
        order_evenly(s, r, 0, w.samples[r], SAMPLES, max(now, t.phases[r, 0]), until, until)
    for i in range(w.release_starts.shape[1]):
        any_starts = any_starts or w.release_starts[r, i] > 0
    # What one review releases of a source is one order, however many dates it has.
    if any_starts:
        book_order(s, r)
    for i in range(w.release_starts.shape[1]):
        begin = w.release_begin[r, i]
        if w.release_starts[r, i]:
            phase = planned_stage(t, w, r, begin)
            order_evenly(s, r, i + 1, w.release_starts[r, i], phase, begin, w.release_end[r, i], w.release_due[r, i])


def review_periodically(s: State, pool: int, k: int) -> None:
    """Review a pool for its stock policy and schedule the next review."""
    replenish(s, pool)
    # Counted from the start each time: a sum of rounded periods would drift.
    then = ticks((k + 1) * s.pools[pool].review)
    if then < s.clock[0].end:
        at(s, then, PLAN, 0, pool, k + 1, PERIODIC, 0)


def replenish(s: State, pool: int) -> None:
    """Review a pool and order what its stock policy requires."""
    p = s.pools[pool]
    if s.clock[0].now >= s.sites[s.sources[p.source].site].closes:
        return
    # Inventory position: stock and orders, less backlog and what waiting lots claim.
    position = available(s, pool) + settled(s.sources[p.source].on_order) - p.backlog - p.waiting
    wanted = stock_order(p.policy, p.level, p.reorder, p.quantity, position)
    if wanted <= 0.0:
        return
    good = good_per_start(s, p.source, s.clock[0].now)
    # Whole starts that bring at least so much; what is over by rounding errors alone takes no start.
    starts = math.ceil(wanted / good - 1e-9) if good > 0.0 else 0
    if starts > 0:
        order(s, p.source, starts)
