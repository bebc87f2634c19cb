"""Where orders are decided: planned reviews on the calendar, classical stock policies after demand."""

from __future__ import annotations

import math

import numpy as np

from sim.clock import ticks
from sim.engines.events.looking import look, note, revise
from sim.engines.events.lots import SAMPLES, book_order, order, order_evenly, plant
from sim.engines.events.state import State
from sim.engines.events.stock import put
from sim.engines.events.yields import good_per_start
from sim.engines.shared.initial import lot_before, lots_before, show_start
from sim.engines.shared.phases import PERIODIC, PLAN
from sim.engines.shared.positions import blank_position
from sim.engines.shared.release import planned_stage, samples_end
from sim.engines.shared.reviews import BEFORE
from sim.engines.shared.rules import lot_count, settled, stock_order


def hold_review(s: State, k: int) -> None:
    """Plan the starts of the period that begins at review `k` and order them."""
    revise(s, k)
    s.decide(look(s), k)
    note(s, k)
    # Raw items first, so that their lots are in hand when what is made of them is released.
    for pool in s.plan.order.tolist()[::-1]:
        for source in s.plan.pools[pool].sources:
            _order(s, k, source)


def begin_before(s: State) -> None:
    """Put in stock, or in process, what the plan began before the start."""
    position = blank_position(
        len(s.plan.pools), len(s.sites), len(s.sources), len(s.flows), len(s.draws.open_orders)
    )  # fmt: skip
    good = [good_per_start(s, source, 0) for source in range(len(s.sources))]
    position.good_per_start[:] = good
    show_start(s.draws, position)
    s.decide(position, BEFORE)
    for source, r in enumerate(s.sources):
        done = 0
        for j in range(int(s.tables.first[0])):
            for i in range(lots_before(s.tables, s.sheet, source, j)):
                lot = lot_before(s.tables, s.sheet, source, j, i, done, good[source])
                starts, units, arrive, due = (int(number) for number in lot)
                if arrive <= 0:
                    put(s, r.makes, units)
                elif units > 0:
                    plant(s, source, lot_count(starts, r.shipped_lot), units, arrive, due)
            done += int(s.sheet.starts[source, j])


def _order(s: State, k: int, source: int) -> None:
    """Order the samples of a source and what the planner releases of it."""
    sheet, phases = s.sheet, s.tables.phases
    if sheet.samples[source]:
        until = samples_end(s.tables, source, s.reviews[k + 1])
        book_order(s, source)
        order_evenly(
            s, source, int(sheet.samples[source]), SAMPLES, max(s.calendar.now, int(phases[source, 0])), until, until
        )  # fmt: skip
    starts = sheet.release_starts[source].tolist()
    # What one review releases of a source is one order, however many dates it has.
    if any(starts):
        book_order(s, source)
    for i in np.flatnonzero(starts):
        begin, end, due = (int(a[source, i]) for a in (sheet.release_begin, sheet.release_end, sheet.release_due))
        order_evenly(s, source, starts[i], planned_stage(s.tables, sheet, source, begin), begin, end, due)


def review_periodically(s: State, pool: int, k: int) -> None:
    """Review a pool for its stock policy and schedule the next review."""
    replenish(s, pool)
    # Counted from the start each time: a sum of rounded periods would drift.
    then = ticks((k + 1) * s.pools[pool].review)
    if then < s.draws.end:
        s.calendar.at(then, PLAN, 0, pool, k + 1, PERIODIC, (pool, k + 1))


def replenish(s: State, pool: int) -> None:
    """Review a pool and order what its stock policy requires."""
    p = s.pools[pool]
    r = s.sources[p.source]
    if s.calendar.now >= s.sites[r.site].closes:
        return
    # Inventory position: stock and orders, less backlog and what waiting lots claim.
    position = p.available + settled(r.on_order) - p.backlog - p.waiting
    wanted = stock_order(p.policy, p.level, p.reorder, p.quantity, position)
    if wanted <= 0.0:
        return
    good = good_per_start(s, p.source, s.calendar.now)
    # Whole starts that bring at least so much; what is over by rounding errors alone takes no start.
    starts = math.ceil(wanted / good - 1e-9) if good > 0.0 else 0
    if starts > 0:
        order(s, p.source, starts)
