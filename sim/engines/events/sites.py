"""Bottlenecks: identical parallel lines, of which a lot takes the one that is free first."""

from __future__ import annotations

import math
from bisect import bisect_right
from heapq import heapreplace
from operator import itemgetter

from sim.clock import NEVER, TICKS_PER_DAY
from sim.engines.events.state import SiteState
from sim.engines.shared.rules import finish, total, worked


def work(where: SiteState, load: float, now: int) -> tuple[int, int]:
    """Put a load on the line that is free first and return when it begins and leaves; NEVER if it never does."""
    # Of lines free at the same instant, the first. All have the same rate, so it also finishes the lot first.
    free, line, credit = where.lines[0]
    begin = max(free, now)
    if begin >= NEVER:
        return NEVER, NEVER
    # Instants lie on a grid; a line that goes on at once starts with what the last lot left of its tick.
    left = load - credit if begin == free else load
    knots, rates = where.rate
    leave, _, credit = finish(begin, left, knots, rates, bisect_right(knots, begin) - 1)
    heapreplace(where.lines, (leave, line, credit))
    return begin, leave


def leaves_site(where: SiteState, ready: int) -> int:
    """Return when a lot leaves a site: when ready, or when held shipments go."""
    for begin, end in where.held:
        if begin <= ready < end:
            ready = end
    return ready


def free_at(where: SiteState) -> int:
    """Return when the first line of a site is free."""
    return where.lines[0][0]


def committed(where: SiteState, now: int) -> float:
    """Return the load accepted and not yet worked off."""
    knots, rates = where.rate
    if math.isinf(rates[-1]):
        return 0.0
    # A line that is never free again has all the load it can ever work off.
    latest = now + 10**6 * TICKS_PER_DAY
    # In the order of their numbers, as the other engine adds up: sums of floats depend on the order.
    lines = sorted(where.lines, key=itemgetter(1))
    return total([worked(now, min(free, latest), knots, rates) for free, *_ in lines])
