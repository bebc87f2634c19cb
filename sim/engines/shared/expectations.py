"""What planners expect of sites and qualification at each review.

Dates and levels are those planned, at the typical values of all inputs, until something shows: a site that
has opened is known to have opened, and at what level it runs; one that is overdue is expected as much later
as it already is, at the next review at the earliest; a disruption in force is expected to last as long again
as it has lasted, until the next review at least. Nothing drawn for a time after the review is read.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.clock import NEVER, TICKS_PER_DAY
from sim.draws import Draws
from sim.draws.curves import Curve
from sim.draws.sites import SiteDraws
from sim.plan import FloatArray, IntArray


class SiteOutlook(NamedTuple):
    """What is expected of each site at each review.

    `capacity[s, j]` is the load that it can work off from the first edge of the buckets to edge j (J + 1), all
    going as planned; at review k that happens `shift[k, s]` ticks later, times `level[k, s]`, and until
    `until[k, s]` times `factor[k, s]`, its allocation times `granted[k, s]`.
    """

    capacity: FloatArray
    shift: IntArray
    level: FloatArray
    factor: FloatArray
    until: IntArray
    granted: FloatArray


def site_outlook(draws: Draws, edges: IntArray) -> SiteOutlook:
    """Expectations of all sites."""
    reviews = draws.reviews
    shape = (len(reviews) - 1, len(draws.sites))
    shift, until = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    level, factor, granted = np.ones(shape), np.ones(shape), np.ones(shape)
    for s, site in enumerate(draws.sites):
        shift[:, s] = _shift(site, reviews)
        level[:, s] = _level(site, reviews[:-1], shift[:, s])
        factor[:, s] = site.factors.capacity.at_all(reviews[:-1])
        granted[:, s] = site.factors.allocation.at_all(reviews[:-1])
        until[:, s] = _lasting([site.factors.capacity, site.factors.allocation], reviews)
    capacity = np.array([cumulated(site.planned, edges) for site in draws.sites]).reshape(shape[1], len(edges))
    return SiteOutlook(capacity, shift, level, factor, until, granted)


def cumulated(curve: Curve, edges: IntArray) -> FloatArray:
    """The integral of a curve from the first edge to each; before the start its first value holds. Infinite
    rates, which need no integral, count as none."""
    values = np.where(np.isfinite(curve.values), curve.values, 0.0)
    if not values.any():
        return np.zeros(len(edges))
    knots = np.append(min(int(edges[0]), 0), np.append(curve.knots[1:], edges[-1]))
    total = np.concatenate([[0.0], np.cumsum(values * np.diff(np.maximum.accumulate(knots)) / TICKS_PER_DAY)])
    return np.asarray(np.interp(edges, knots[: len(total)], total))


def _shift(site: SiteDraws, reviews: IntArray) -> IntArray:
    """How much later than planned a site opens, as far as each review knows."""
    planned, actual = site.planned.first_positive(), site.undisturbed.first_positive()
    now, period = reviews[:-1], np.diff(reviews)
    if planned >= NEVER or planned == actual:
        return np.zeros(len(now), dtype=np.int64)
    return np.where(actual <= now, min(actual, int(reviews[-1])) - planned, overdue(planned, now, period) - planned)


def overdue(planned: int, now: IntArray, period: IntArray) -> IntArray:
    """When something planned for an instant, that has not happened yet, is expected at each review."""
    return np.where(planned > now, planned, now + np.maximum(now - planned, period))


def _level(site: SiteDraws, now: IntArray, shift: IntArray) -> FloatArray:
    """What a site that has opened can do, disruptions apart, against what was planned for then."""
    can, planned = site.undisturbed.at_all(now), site.planned.at_all(np.maximum(now - shift, 0))
    known = (can > 0) & (planned > 0) & np.isfinite(can) & np.isfinite(planned)
    return np.divide(can, planned, out=np.ones(len(now)), where=known)


def _lasting(factors: list[Curve], reviews: IntArray) -> IntArray:
    """How long the disruptions in force at each review are expected to last."""
    now = reviews[:-1]
    since = now.copy()
    for curve in factors:
        if (curve.values == 1.0).all():
            continue
        step = np.searchsorted(curve.knots, now, side="right") - 1
        normal = np.flatnonzero(curve.values == 1.0)
        before = normal[np.searchsorted(normal, step, side="right") - 1] if normal.size else np.zeros_like(step)
        begun = curve.knots[np.minimum(before + 1, len(curve.knots) - 1)]
        since = np.where(curve.values[step] != 1.0, np.minimum(since, begun), since)
    return np.maximum(now + (now - since), reviews[1:])


def phase_outlook(draws: Draws, sites: IntArray, shift: IntArray) -> tuple[IntArray, IntArray]:
    """When each source is expected to enter risk production and volume, seen from each review (K, R)."""
    now, period = draws.reviews[:-1, None], np.diff(draws.reviews)[:, None]
    delay = np.maximum(shift[:, sites], 0)
    actual = np.array([[s.sample_begins, s.risk_begins, s.volume_begins] for s in draws.sources], dtype=np.int64).T
    planned = np.array([s.planned_phases for s in draws.sources], dtype=np.int64).T
    found = []
    for place in (1, 2):
        never = planned[place] >= NEVER
        expected = np.where(never, NEVER, np.minimum(np.where(never, 0, planned[place]) + delay, NEVER))
        for done in range(place):
            # What has begun is known; what follows takes as long as planned.
            rest = planned[place] - planned[done]
            expected = np.where(actual[done] <= now, actual[done] + rest, expected)
        late = np.where(expected > now, expected, now + np.maximum(now - expected, period))
        found.append(np.where(actual[place] <= now, actual[place], late))
    return found[0], found[1]
