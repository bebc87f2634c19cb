"""Time buckets of the planner: one grid for all reviews, so that each review sees what the last one planned."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.clock import TICKS_PER_DAY
from sim.draws import Draws
from sim.engines.shared.rules import portion
from sim.plan import FloatArray, IntArray

WEEK = 7.0


class Buckets(NamedTuple):
    """Edges of the buckets in ticks (J + 1,), and where each review finds itself among them.

    Review k begins with bucket `first[k]` (`first[K]` is the end of the horizon) and looks ahead to the end of bucket
    `last[k] - 1`. Buckets before `first[0]` lie before the start; they serve to lay out what is in process then.
    `nearest[i]` is the bucket of the instant `i * 2 ** scale[0]` ticks after the first edge, from where that of an
    instant thereafter is found in a step or two.
    """

    edges: IntArray
    first: IntArray
    last: IntArray
    nearest: IntArray
    scale: IntArray


def buckets(draws: Draws, reach: FloatArray, view: IntArray) -> Buckets:
    """Return the planner's time buckets: of a day where reviews are at most a week apart, else of at most a week.

    The grid extends beyond the horizon, and before the start, by `reach`: the most days from the start of any lot to
    the customer, as known in each view (V,). Review k looks as far ahead as its view `view[k]` requires (K,).
    """
    calendar, reviews = draws.plan.calendar, draws.reviews.tobytes()
    return _buckets(
        reviews, calendar.unit_days, draws.plan.initial_pipeline, tuple(reach.tolist()), tuple(view.tolist())
    )


@lru_cache(maxsize=16)
def _buckets(
    instants: bytes, days: float, pipeline: bool, furthest: tuple[float, ...], views: tuple[int, ...]
) -> Buckets:
    """Build the grid once for all runs that look equally far ahead."""
    # Arguments arrive as bytes and tuples because the cache hashes them.
    reviews, reach, view = np.frombuffer(instants, dtype=np.int64), np.array(furthest), np.array(views, dtype=np.int64)
    counts = [_count((b - a) / TICKS_PER_DAY * days) for a, b in pairwise(reviews.tolist())]
    edges = [0]
    for begin, end, count in zip(reviews[:-1].tolist(), reviews[1:].tolist(), counts, strict=True):
        # The last portion is the whole period, so each review is an edge to the tick.
        edges += [begin + portion(end - begin, i + 1, count) for i in range(count)]
    longest = int(np.max(np.diff(reviews)))
    width = max(portion(longest, 1, _count(longest / TICKS_PER_DAY * days)), 1)
    ahead = np.ceil(reach * TICKS_PER_DAY).astype(np.int64)
    beyond = edges[-1] + width * np.arange(1, math.ceil((int(ahead.max()) + longest) / width) + 2)
    before = -width * np.arange(math.ceil(int(ahead[view[0]]) / width) + 1, 0, -1)
    past = before if pipeline else before[:0]
    every = np.concatenate([past, edges, beyond]).astype(np.int64)
    first = np.searchsorted(every, reviews)
    # The horizon may cut the last period short. Its review looks ahead as far as the others all the same.
    ends = np.append(reviews[1:-1], max(int(reviews[-1]), int(reviews[-2]) + longest)) + ahead[view]
    return Buckets(every, first.astype(np.int64), np.searchsorted(every, ends).astype(np.int64), *_index(every))


def _index(edges: IntArray) -> tuple[IntArray, IntArray]:
    """Return the bucket at every 2^scale ticks, about as many places as there are buckets, and the scale."""
    # Powers of two, since a division costs more than all the rest of looking up.
    scale = max(int(edges[-1] - edges[0]) // len(edges), 1).bit_length() - 1
    nearest = np.searchsorted(edges, np.arange(edges[0], edges[-1], 1 << scale), side="right") - 1
    return nearest.astype(np.int64), np.array([scale], dtype=np.int64)


def _count(days: float) -> int:
    """Return the number of buckets between two reviews."""
    # The tolerance keeps a rounding error of the day count from adding a bucket.
    return max(math.ceil(days - 1e-6), 1) if days <= WEEK + 1e-6 else math.ceil(days / WEEK - 1e-6)
