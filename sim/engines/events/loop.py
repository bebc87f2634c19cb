"""The run itself: from the first event to the end of the horizon, one SimPy event after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.clock import NEVER
from sim.engines.events.audit import audit
from sim.engines.events.demand import cancel, meet, next_demand, serve_backlog, settle_demand
from sim.engines.events.losses import strike
from sim.engines.events.lots import dispatch, plant, receive, release, take_turns
from sim.engines.events.ordering import begin_before, hold_review, replenish, review_periodically
from sim.engines.events.recording import count_lots
from sim.engines.events.state import UNDER_WAY, State
from sim.engines.events.stock import settle_stock
from sim.engines.events.wip import fill_lines
from sim.engines.events.yields import good_per_start
from sim.engines.shared import phases
from sim.engines.shared.phases import CLOSE, DISRUPT, LOST, PERIODIC, PLAN, RECORD, REPLENISH, REVIEW
from sim.engines.shared.rules import whole


def play(s: State) -> None:
    """Run a replication to its end."""
    _open(s)
    s.calendar.run(_ACTIONS, s)
    s.until = s.calendar.now
    if s.plan.calendar.drain:
        _finish_held(s)
        _close(s, len(s.edges) - 2, s.until)


def _open(s: State) -> None:
    """Put the initial pipeline in place and schedule everything that is known from the start."""
    for source, starts, due in s.draws.open_orders.tolist():
        plant(s, source, 1, whole(starts * good_per_start(s, source, 0)), due, due)
    if s.plan.initial_pipeline and s.tables.planned.any():
        begin_before(s)
    s.seeded_stock = [item.units for item in s.items]
    fill_lines(s)
    for flow, f in enumerate(s.flows):
        if f.times:
            next_demand(s, flow, 0)
    _appoint_reviews(s)
    for i, loss in enumerate(s.draws.losses):
        s.calendar.at(loss.at, DISRUPT, 0, i, 0, LOST, i)
    # With a drain the last period closes when all is empty.
    for period, end in enumerate(s.edges[1:-1] if s.plan.calendar.drain else s.edges[1:]):
        # A period closes one tick before its end: what happens at the end belongs to the next.
        s.calendar.at(end - 1, RECORD, 0, 0, period, CLOSE, period)
    s.calendar.stop_at(s.draws.end)


def _finish_held(s: State) -> None:
    """Extend the run until lots that never leave their site are finished there."""
    lots = (lot for lot in s.open_lots.values() if lot.where == UNDER_WAY and lot.ready < NEVER)
    s.until = max(s.until, *(lot.ready for lot in lots), 0)


def _appoint_reviews(s: State) -> None:
    """Schedule the planner's reviews, and the first review of each stock policy."""
    if s.tables.planned.any():
        for k, at in enumerate(s.reviews[:-1]):
            s.calendar.at(at, PLAN, 0, 0, k, REVIEW, k)
    for p in range(len(s.plan.pools)):
        # Before planners look: to them what a policy orders now is on order already.
        if s.pools[p].continuous:
            s.calendar.at(0, PLAN, -1, p, 0, REPLENISH, p)
        elif not s.pools[p].planned:
            s.calendar.at(0, PLAN, -1, p, 0, PERIODIC, (p, 0))


def _stop(s: State, _: None) -> None:
    """Stop the run at its end, unless the network is to run empty."""
    if not s.plan.calendar.drain:
        s.calendar.stop()


def _close_now(s: State, period: int) -> None:
    """Close a period at the current instant."""
    _close(s, period, s.calendar.now)


def _close(s: State, period: int, at: int) -> None:
    """Close a period at its last instant and check that nothing was lost or made up."""
    settle_stock(s, at + 1)
    settle_demand(s, at + 1)
    count_lots(s, at + 1)
    audit(s, at + 1)
    if s.progress:
        s.progress((at + 1) / s.draws.end)
    if period + 2 < len(s.edges):
        s.rows, s.period_end = s.by_period[period + 1], s.edges[period + 2]


_ACTIONS: dict[int, Callable[..., Any]] = {
    phases.RECEIVED: receive,
    phases.DEMANDED: lambda s, demand: meet(s, demand[0], demand[1]),
    phases.RELEASED: release,
    phases.REPLENISH: replenish,
    phases.DISPATCH: dispatch,
    phases.SERVED: lambda s, claims: serve_backlog(s, claims[0], claims[1]),
    phases.CANCEL: lambda s, demand: cancel(s, demand[0], demand[1]),
    phases.LINE_FREE: take_turns,
    phases.REVIEW: hold_review,
    phases.PERIODIC: lambda s, review: review_periodically(s, review[0], review[1]),
    phases.LOST: strike,
    phases.CLOSE: _close_now,
    phases.STOP: _stop,
}
"""What is done when an event is due, by its kind; arguments are what the event was put on the calendar with."""
