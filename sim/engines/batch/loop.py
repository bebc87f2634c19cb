"""The run itself: from the first event to the end of the horizon, compiled as a whole."""

from __future__ import annotations

from sim.clock import NEVER
from sim.engines.batch.calendar import at, next_event, release_event, stop_at
from sim.engines.batch.compiling.addresses import tell
from sim.engines.batch.demand import cancel, meet, next_demand, serve_backlog, settle_demand
from sim.engines.batch.losses import strike
from sim.engines.batch.lots import dispatch, plant, receive, release, take_turns
from sim.engines.batch.ordering import begin_before, hold_review, replenish, review_periodically
from sim.engines.batch.recording import count_lots
from sim.engines.batch.state import NOTHING, UNDER_WAY, State
from sim.engines.batch.stock import settle_stock
from sim.engines.batch.wip import fill_lines
from sim.engines.batch.yields import good_per_start
from sim.engines.shared.phases import (
    CANCEL,
    CLOSE,
    DEMANDED,
    DISPATCH,
    DISRUPT,
    LINE_FREE,
    LOST,
    PERIODIC,
    PLAN,
    RECEIVED,
    RECORD,
    RELEASED,
    REPLENISH,
    REVIEW,
    SERVED,
)
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.rules import whole
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import Worksheet


def play(s: State, t: Tables, p: Position, m: Memory, w: Worksheet, planner: int) -> int:
    """Run a replication to its end and return 0, or the fault that stopped it.

    `planner` is the address of the compiled planner, 0 in plain Python.
    """
    c = s.clock[0]
    c.planner = planner
    _open(s, t, p, m, w)
    while c.running and not c.fault:
        event = next_event(s)
        if event == NOTHING:
            break
        _perform(s, t, p, m, w, event)
        release_event(s, event)
    if c.drain and not c.fault:
        _finish_held(s)
        _close(s, c.edges - 2)
    return int(c.fault)


def _open(s: State, t: Tables, p: Position, m: Memory, w: Worksheet) -> None:
    """Put the initial pipeline in place and schedule everything that is known from the start."""
    c = s.clock[0]
    for i in range(len(s.open_orders)):
        source, due = s.open_orders[i, 0], s.open_orders[i, 2]
        plant(s, source, 1, whole(s.open_orders[i, 1] * good_per_start(s, source, 0)), due, due)
    if c.pipeline:
        begin_before(s, t, p, m, w)
    for item in range(len(s.items)):
        s.seeded_stock[item] = s.items[item].units
    fill_lines(s)
    for flow in range(len(s.flows)):
        if s.flows[flow].begin < s.flows[flow].end:
            next_demand(s, flow, 0)
    _appoint_reviews(s, t)
    for i in range(len(s.losses)):
        at(s, s.losses[i].at, DISRUPT, 0, i, 0, LOST, i)
    # With a drain the last period closes when all is empty.
    for period in range(c.edges - 2 if c.drain else c.edges - 1):
        # A period closes one tick before its end: what happens at the end belongs to the next.
        at(s, s.edges[period + 1] - 1, RECORD, 0, 0, period, CLOSE, period)
    stop_at(s, c.end)


def _finish_held(s: State) -> None:
    """Extend the run until lots that never leave their site are finished there."""
    c = s.clock[0]
    for slot in range(c.lots_used):
        if s.lots[slot].where == UNDER_WAY and s.lots[slot].ready < NEVER:
            c.now = max(c.now, s.lots[slot].ready)


def _appoint_reviews(s: State, t: Tables) -> None:
    """Schedule the planner's reviews, and the first review of each stock policy."""
    planned = False
    for pool in range(len(t.order)):
        planned = planned or s.pools[pool].planned != 0
    if planned:
        for k in range(len(s.reviews) - 1):
            at(s, s.reviews[k], PLAN, 0, 0, k, REVIEW, k)
    for pool in range(len(t.order)):
        # Before planners look: to them what a policy orders now is on order already.
        if s.pools[pool].continuous:
            at(s, 0, PLAN, -1, pool, 0, REPLENISH, pool)
        elif not s.pools[pool].planned:
            at(s, 0, PLAN, -1, pool, 0, PERIODIC, 0)


def _perform(s: State, t: Tables, p: Position, m: Memory, w: Worksheet, event: int) -> None:
    """Do what is due at an event of its kind."""
    e, c = s.events[event], s.clock[0]
    # Frequent kinds first: each comparison costs every kind after it.
    if e.kind == RECEIVED:
        receive(s, e.what)
    elif e.kind == DEMANDED:
        meet(s, e.rank, e.sequence)
    elif e.kind == RELEASED:
        release(s, t, e.what, e.sequence)
    elif e.kind == REPLENISH:
        replenish(s, e.what)
    elif e.kind == DISPATCH:
        dispatch(s, e.what)
    elif e.kind == SERVED:
        serve_backlog(s, e.what, e.priority)
    elif e.kind == CANCEL:
        cancel(s, e.rank, e.what)
    elif e.kind == LINE_FREE:
        take_turns(s, e.what)
    elif e.kind == REVIEW:
        hold_review(s, t, p, m, w, e.what)
    elif e.kind == PERIODIC:
        review_periodically(s, e.rank, e.sequence)
    elif e.kind == LOST:
        strike(s, e.what)
    elif e.kind == CLOSE:
        _close(s, e.what)
    else:
        # At the end everything stops, unless the network is to run empty.
        c.running = c.drain


def _close(s: State, period: int) -> None:
    """Close a period at its last instant."""
    c = s.clock[0]
    settle_stock(s, c.now + 1)
    settle_demand(s, c.now + 1)
    count_lots(s, c.now + 1)
    if c.callback:
        tell(c.callback, period + 1)
    if period + 2 < c.edges:
        c.period = period + 1
        c.period_end = s.edges[period + 2]
