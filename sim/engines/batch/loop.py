"""The run itself: from the first event to the end of the horizon, compiled as a whole."""

from __future__ import annotations

from sim.clock import NEVER
from sim.engines.batch.calendar import (
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
    SERVE,
    SERVED,
    STOP,
    at,
    follow_up,
    later,
    next_event,
    release_event,
)
from sim.engines.batch.desk import begin_before, hold_review, replenish, review_periodically
from sim.engines.batch.foreign import ask, borrow
from sim.engines.batch.losses import strike
from sim.engines.batch.lots import dispatch, plant, receive, release, take_turns
from sim.engines.batch.shop import good_per_start
from sim.engines.batch.state import NOTHING, QUEUED, UNDER_WAY, State
from sim.engines.batch.store import cancel, serve_backlog, serve_new, settle_demand, settle_stock
from sim.engines.batch.wip import fill_lines
from sim.engines.shared.phases import QualificationPhase
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.rules import whole
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import Worksheet

SAMPLES = int(QualificationPhase.SAMPLES)
CANCELS_LAST = 10**6
"""Whoever is still waiting at the end of his patience was not served before."""


def play(state: State, tables: Tables, position: Position, memory: Memory, worksheet: Worksheet, planner: int) -> int:
    """Run a replication to its end, with the planner at this address; 0, or the fault that stopped it."""
    s, t, p, m, w = borrow(state), borrow(tables), borrow(position), borrow(memory), borrow(worksheet)
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
    """Stock and lots of the initial pipeline, and everything that is on the calendar from the start."""
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
            _next_demand(s, flow, 0)
    _appoint_reviews(s, t)
    for i in range(len(s.losses)):
        at(s, s.losses[i].at, DISRUPT, 0, i, 0, LOST, i)
    # With a drain the last period closes when all is empty.
    for period in range(c.edges - 2 if c.drain else c.edges - 1):
        at(s, s.edges[period + 1] - 1, RECORD, 0, 0, period, CLOSE, period)
    # Before anything else that is due at the end.
    later(s, c.end, -1, 0, 0, 0, 0, STOP, 0)


def _finish_held(s: State) -> None:
    """What never leaves its site is still finished there."""
    c = s.clock[0]
    for slot in range(c.lots_used):
        if s.lots[slot].where == UNDER_WAY and s.lots[slot].ready < NEVER:
            c.now = max(c.now, s.lots[slot].ready)


def _appoint_reviews(s: State, t: Tables) -> None:
    planned = False
    for pool in range(len(t.order)):
        planned = planned or s.pools[pool].planned != 0
    if planned:
        for k in range(len(s.reviews) - 1):
            at(s, s.reviews[k], PLAN, 0, 0, k, REVIEW, k)
    for pool in range(len(t.order)):
        # Before planners look: what a policy orders now is on its way for them.
        if s.pools[pool].continuous:
            at(s, 0, PLAN, -1, pool, 0, REPLENISH, pool)
        elif not s.pools[pool].planned:
            at(s, 0, PLAN, -1, pool, 0, PERIODIC, 0)


def _perform(s: State, t: Tables, p: Position, m: Memory, w: Worksheet, event: int) -> None:
    e, c = s.events[event], s.clock[0]
    if e.kind == RECEIVED:
        receive(s, e.what)
    elif e.kind == DEMANDED:
        _demand(s, e.rank, e.sequence)
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


def _next_demand(s: State, flow: int, k: int) -> None:
    f = s.flows[flow]
    at(s, s.times[f.begin + k], SERVE, f.priority, flow, k, DEMANDED, 0)


def _demand(s: State, flow: int, k: int) -> None:
    f, now = s.flows[flow], s.clock[0].now
    units = s.units[f.begin + k]
    left = serve_new(s, flow, units)
    f.seen += units
    if left and f.patience >= 0:
        at(s, now + f.patience, SERVE, CANCELS_LAST, flow, k, CANCEL, now)
    if f.begin + k + 1 < f.end:
        _next_demand(s, flow, k + 1)
    if s.pools[f.pool].continuous:
        follow_up(s, PLAN, 0, f.pool, 0, REPLENISH, f.pool)


def _close(s: State, period: int) -> None:
    """Close a period, at its last instant."""
    c = s.clock[0]
    settle_stock(s, c.now + 1)
    settle_demand(s, c.now + 1)
    _count(s, period, c.now + 1)
    if c.told:
        # Negative numbers are periods done, others rows of variates to draw.
        ask(c.callback, -1 - period)
    if period + 2 < c.edges:
        c.period = period + 1
        c.period_end = s.edges[period + 2]


def _count(s: State, period: int, edge: int) -> None:
    """Count lots that wait for inputs, are in process and in transit."""
    for slot in range(s.clock[0].lots_used):
        lot = s.lots[slot]
        row = s.by_source[period, lot.source]
        if lot.where == QUEUED:
            row.waiting += lot.starts
        elif lot.where == UNDER_WAY:
            if lot.seeded:
                s.under_way[period] += lot.good
            elif lot.ready >= edge:
                row.in_process += lot.starts
            elif lot.stage != SAMPLES:
                row.in_transit += lot.good
