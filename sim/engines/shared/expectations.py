"""What planners expect of sites and qualification at each review.

Dates and levels are those planned, at the typical values of all inputs, until something shows: a site that
has opened is known to have opened, and at what level it runs; one that is overdue is expected as much later
as it already is, at the next review at the earliest; a disruption in force is expected to last as long again
as it has lasted, until the next review at least. Nothing drawn for a time after the review is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.clock import NEVER, TICKS_PER_DAY
from sim.draws.curves import Curve
from sim.draws.sites import SiteDraws
from sim.draws.sources import SourceDraws
from sim.draws.yields import EXPERIENCE_END
from sim.engines.shared.rules import good_share
from sim.plan import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Instants:
    """Reviews (K + 1,) and the edges of buckets (J + 1,), in ticks.

    Compared by identity, so that results computed from it can be cached.
    """

    reviews: IntArray
    edges: IntArray


@lru_cache(maxsize=64)
def instants(reviews: bytes, edges: bytes) -> Instants:
    """Return one object for equal instants, so that what is cached by it is found again."""
    return Instants(np.frombuffer(reviews, dtype=np.int64), np.frombuffer(edges, dtype=np.int64))


class SiteOutlook(NamedTuple):
    """What is expected of each site at each review.

    `capacity[s, j]` is the load that it can work off from the first edge of the buckets to edge j (J + 1), all going as
    planned; at review k that happens `shift[k, s]` ticks later, times `level[k, s]`, and until `until[k, s]` times
    `factor[k, s]`, its allocation times `granted[k, s]`. `allocation` and `commitment` are starts up to each edge,
    cumulative (S, J + 1).
    """

    capacity: FloatArray
    shift: IntArray
    level: FloatArray
    factor: FloatArray
    until: IntArray
    granted: FloatArray
    allocation: FloatArray
    commitment: FloatArray


class SourceOutlook(NamedTuple):
    """What is expected of each source.

    At review k it enters risk production at `risk[k, r]` and volume at `volume[k, r]`, and a start costs
    `unit_cost[k, r]` dollars; `announced` is its announced good output up to each edge, cumulative (R, J + 1).
    """

    risk: IntArray
    volume: IntArray
    announced: FloatArray
    unit_cost: FloatArray


@lru_cache(maxsize=16)
def site_outlook(sites: tuple[SiteDraws, ...], moments: Instants) -> SiteOutlook:
    """Return what is expected of all sites at each review."""
    each = [_outlook(site, moments) for site in sites]
    by_edge, by_review = (len(each), len(moments.edges)), (len(each), len(moments.reviews) - 1)

    def rows(name: str, shape: tuple[int, int], kind: type = np.float64) -> Any:
        return np.array([getattr(one, name) for one in each], dtype=kind).reshape(shape)

    # Reviews come first: the planner reads the row of one review at a time.
    return SiteOutlook(
        capacity=rows("capacity", by_edge),
        shift=rows("shift", by_review, np.int64).T,
        level=rows("level", by_review).T,
        factor=rows("factor", by_review).T,
        until=rows("until", by_review, np.int64).T,
        granted=rows("granted", by_review).T,
        allocation=rows("allocation", by_edge),
        commitment=rows("commitment", by_edge),
    )


@lru_cache(maxsize=64)
def source_outlook(sources: tuple[SourceDraws, ...], sites: tuple[SiteDraws, ...], moments: Instants) -> SourceOutlook:
    """Return what is expected of all sources, each at its site (R,), without the noise of a replication."""
    each = [_source_outlook(source, site, moments) for source, site in zip(sources, sites, strict=True)]
    risk, volume, announced, unit_cost = (np.array(rows) for rows in zip(*each, strict=True))
    return SourceOutlook(risk.T, volume.T, announced, unit_cost.T)


@lru_cache(maxsize=256)
def _outlook(site: SiteDraws, moments: Instants) -> SiteOutlook:
    """Return what is expected of one site, worked out once for all runs that share its draws."""
    reviews, edges = moments.reviews, moments.edges
    shift = _shift(site, reviews)
    return SiteOutlook(
        capacity=cumulated(site.planned, edges),
        shift=shift,
        level=_level(site, reviews[:-1], shift),
        factor=site.factors.capacity.at_all(reviews[:-1]),
        until=_lasting([site.factors.capacity, site.factors.allocation], reviews),
        granted=site.factors.allocation.at_all(reviews[:-1]),
        allocation=cumulated(site.granted, edges),
        commitment=cumulated(site.commitment, edges),
    )


def cumulated(curve: Curve, edges: IntArray) -> FloatArray:
    """Return the integral of a curve (rate per day) from the first edge to each edge, shape (J + 1,).

    Before the start its first value holds. Infinite rates, which need no integral, count as zero.
    """
    values = np.where(np.isfinite(curve.values), curve.values, 0.0)
    if not values.any():
        return np.zeros(len(edges))
    knots = np.append(min(int(edges[0]), 0), np.append(curve.knots[1:], edges[-1]))
    # Knots beyond the last edge are drawn back to it: their steps have length zero.
    total = np.concatenate([[0.0], np.cumsum(values * np.diff(np.maximum.accumulate(knots)) / TICKS_PER_DAY)])
    return np.asarray(np.interp(edges, knots[: len(total)], total))


def _shift(site: SiteDraws, reviews: IntArray) -> IntArray:
    """Return how many ticks later than planned a site opens, as each review knows (K,)."""
    planned, actual = site.planned.first_positive(), site.undisturbed.first_positive()
    now, period = reviews[:-1], np.diff(reviews)
    if planned >= NEVER or planned == actual:
        return np.zeros(len(now), dtype=np.int64)
    return np.where(actual <= now, min(actual, int(reviews[-1])) - planned, overdue(planned, now, period) - planned)


def overdue(planned: int, now: IntArray, period: IntArray) -> IntArray:
    """Return when something planned that has not happened yet is expected at each review (K,).

    Once overdue, it is expected as much later again as it already is, at the next review at the earliest.
    """
    return np.where(planned > now, planned, now + np.maximum(now - planned, period))


def _level(site: SiteDraws, now: IntArray, shift: IntArray) -> FloatArray:
    """Return the capacity of an open site relative to plan, disruptions apart (K,); 1 where it is zero or infinite."""
    can, planned = site.undisturbed.at_all(now), site.planned.at_all(np.maximum(now - shift, 0))
    known = (can > 0) & (planned > 0) & np.isfinite(can) & np.isfinite(planned)
    return np.divide(can, planned, out=np.ones(len(now)), where=known)


def _lasting(factors: list[Curve], reviews: IntArray) -> IntArray:
    """Return until when the disruptions in force at each review are expected to last (K,).

    They last as long again as they have lasted, until the next review at least.
    """
    now = reviews[:-1]
    since = now.copy()
    for curve in factors:
        if (curve.values == 1.0).all():
            continue
        step = np.searchsorted(curve.knots, now, side="right") - 1
        normal = np.flatnonzero(curve.values == 1.0)
        # A disruption began at the end of the last step with the factor 1.
        before = normal[np.searchsorted(normal, step, side="right") - 1] if normal.size else np.zeros_like(step)
        begun = curve.knots[np.minimum(before + 1, len(curve.knots) - 1)]
        since = np.where(curve.values[step] != 1.0, np.minimum(since, begun), since)
    return np.maximum(now + (now - since), reviews[1:])


@lru_cache(maxsize=256)
def _source_outlook(source: SourceDraws, site: SiteDraws, moments: Instants) -> SourceOutlook:
    """Return what is expected of one source, worked out once for all runs that share it and its site."""
    now = moments.reviews[:-1]
    risk, volume = _phases(source, np.maximum(_outlook(site, moments).shift, 0), moments.reviews)
    price = source.price.at_all(now) * site.factors.price.at_all(now)
    return SourceOutlook(risk, volume, _announced(source, site, moments.edges), (price + source.variable_cost) / 100.0)


def _phases(source: SourceDraws, delay: IntArray, reviews: IntArray) -> tuple[IntArray, IntArray]:
    """Return when a source is expected to enter risk production and volume, as seen from each review (K,) twice."""
    now, period, planned = reviews[:-1], np.diff(reviews), source.planned_phases
    actual = source.sample_begins, source.risk_begins, source.volume_begins

    def seen(phase: int) -> IntArray:
        never = planned[phase] >= NEVER
        expected = np.full(len(now), NEVER) if never else np.minimum(planned[phase] + delay, NEVER)
        for done in range(phase):
            # What has begun is known; what follows takes as long as planned.
            rest = planned[phase] - planned[done]
            expected = np.where(actual[done] <= now, actual[done] + rest, expected)
        late = np.where(expected > now, expected, now + np.maximum(now - expected, period))
        return np.where(actual[phase] <= now, actual[phase], late)

    return seen(1), seen(2)


def _announced(source: SourceDraws, site: SiteDraws, edges: IntArray) -> FloatArray:
    """Return the announced good output of a source at its site up to each edge, cumulative (J + 1,)."""
    announced, yields = site.announced, source.yields
    if not announced.values.any():
        return np.zeros(len(edges))
    good = good_share(yields.defects, yields.expected, yields.assembly, EXPERIENCE_END, 1.0)
    # Nothing was announced of the time before the start, and nothing holds of that after a closing.
    until = np.minimum(np.maximum(edges, 0), site.closes)
    return cumulated(Curve(announced.knots, announced.values * (yields.line * yields.gross * good)), until)
