"""Bottlenecks: identical parallel lines, of which a lot takes the one that is free first."""

from __future__ import annotations

from sim.clock import NEVER, TICKS_PER_DAY
from sim.engines.batch.state import CURVES, RATE, State
from sim.engines.shared.rules import finish, segment, worked


def work(s: State, site: int, load: float) -> tuple[int, int]:
    """Put a load on the line that is free first and return when it begins and leaves; NEVER if it never does."""
    where, now = s.sites[site], s.clock[0].now
    # Of lines free at the same instant, the first. All have the same rate, so it also finishes the lot first.
    line = where.line_begin
    for other in range(line + 1, where.line_end):
        if s.line_free[other] < s.line_free[line]:
            line = other
    begin = max(s.line_free[line], now)
    if begin >= NEVER:
        return NEVER, NEVER
    # Instants lie on a grid; a line that goes on at once starts with what the last lot left of its tick.
    left = load - s.line_credit[line] if begin == s.line_free[line] else load
    curve = s.curves[site * CURVES + RATE]
    knots, rates = s.knots[curve.begin : curve.end], s.values[curve.begin : curve.end]
    leave, i, credit = finish(begin, left, knots, rates, segment(knots, begin, s.line_step[line]))
    s.line_free[line], s.line_step[line], s.line_credit[line] = leave, i, credit
    return begin, leave


def leaves_site(s: State, site: int, ready: int) -> int:
    """Return when a lot leaves a site: when ready, or when held shipments go."""
    where = s.sites[site]
    for i in range(where.held_begin, where.held_end):
        if s.held[i, 0] <= ready < s.held[i, 1]:
            ready = s.held[i, 1]
    return ready


def free_at(s: State, site: int) -> int:
    """Return when the first line of a site is free."""
    where = s.sites[site]
    first = s.line_free[where.line_begin]
    for line in range(where.line_begin + 1, where.line_end):
        first = min(first, s.line_free[line])
    return int(first)


def committed(s: State, site: int, now: int) -> float:
    """Return the load accepted and not yet worked off."""
    where, total = s.sites[site], 0.0
    if where.endless:
        return total
    curve = s.curves[site * CURVES + RATE]
    knots, rates = s.knots[curve.begin : curve.end], s.values[curve.begin : curve.end]
    # A line that is never free again has all the load it can ever work off.
    latest = now + 10**6 * TICKS_PER_DAY
    for line in range(where.line_begin, where.line_end):
        total += worked(now, min(s.line_free[line], latest), knots, rates)
    return total
