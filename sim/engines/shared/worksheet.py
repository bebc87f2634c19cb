"""The planner's worksheet: everything that one review works out, in arrays that serve all reviews."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines.shared.phases import CAUSES
from sim.engines.shared.tables import Tables
from sim.plan import FloatArray, IntArray

REVIEW, BASE, FOLLOWING, UNTIL = range(4)
"""Places in `span`."""


class Worksheet(NamedTuple):
    """P pools, S sites, R sources, J buckets, W buckets of the longest review period.

    `span` holds the review, its first bucket, the first bucket of the next review, and the end of what it sees.

    Requirements: `gross` units of each pool by bucket, wanted by `due`; `receipts` good units of each source by the
    bucket for which they were wanted, `arriving` those of each pool by the bucket in which they are expected now, or
    can come: the first at `earliest`, the last at `ready`, `sooner` of them by `ready_sooner`.

    Capability: `capacity` expected of each site, `site_room` what is left of it for anyone, `source_room` for one
    source alone, `trusted` for output that has been shown, `allowed` what contracts leave (in starts, at the first
    bucket of each review period: that of bucket j is `period[j]`); `attained` units of each pool that can be had up to
    the end of each bucket, `supply` what others have left of them, `spare` the least that is left from then on, `usage`
    what the pool being planned takes of it.

    Plan: `starts` of each source by bucket, not before `begin`, of which `sure` have all their inputs by `sure_begin`,
    whose good `units` are for the requirements of each bucket.

    The current need (`now_*`): the buckets in which starts are in time for it, whether a source can deliver, what it
    was cut by and why.

    Wishes: starts if each source had its site for itself.

    Decision: `release_*` starts of each bucket before the next review, `samples`, and by cause what kept each source
    below its wish (`cut`), the part of it that no source made up for (`short`), and the pool at the root of a lack of
    inputs (`starved`).
    """

    span: IntArray
    gross: FloatArray
    due: IntArray
    receipts: FloatArray
    arriving: FloatArray
    earliest: IntArray
    sooner: FloatArray
    ready_sooner: IntArray
    ready: IntArray
    capacity: FloatArray
    site_room: FloatArray
    source_room: FloatArray
    trusted: FloatArray
    allowed: FloatArray
    period: IntArray
    lowest: IntArray
    queue: FloatArray
    at_hand: FloatArray
    attained: FloatArray
    supply: FloatArray
    spare: FloatArray
    usage: FloatArray
    starts: FloatArray
    begin: IntArray
    sure: FloatArray
    sure_begin: IntArray
    units: FloatArray
    wishes: FloatArray
    planned: FloatArray
    settled: FloatArray
    most: FloatArray
    fraction: FloatArray
    loose: FloatArray
    fitted: FloatArray
    wanted: FloatArray
    owed: FloatArray
    bound: FloatArray
    owed_outside: FloatArray
    rank: IntArray
    late: IntArray
    claim: FloatArray
    now_first: IntArray
    now_last: IntArray
    now_able: IntArray
    now_cut: FloatArray
    now_cause: IntArray
    need: FloatArray
    output: FloatArray
    cut: FloatArray
    short: FloatArray
    starved: FloatArray
    samples: IntArray
    release_starts: IntArray
    release_begin: IntArray
    release_end: IntArray
    release_due: IntArray


def worksheet(tables: Tables) -> Worksheet:
    """Return a blank worksheet for all reviews of a replication."""
    pools, sources, sites = len(tables.order), len(tables.source_pool), tables.shift.shape[1]
    count = len(tables.edges) - 1
    longest = int(np.max(np.diff(tables.first), initial=1))

    def blank(*shape: int) -> FloatArray:
        return np.zeros(shape)

    def whole(*shape: int) -> IntArray:
        return np.zeros(shape, dtype=np.int64)

    return Worksheet(
        span=whole(4), gross=blank(pools, count), due=whole(pools, count), receipts=blank(sources, count),
        arriving=blank(pools, count), earliest=whole(pools, count), sooner=blank(pools, count), ready_sooner=whole(pools, count), ready=whole(pools, count), capacity=blank(sites, count),
        site_room=blank(sites, count), source_room=blank(sources, count), trusted=blank(sources, count),
        allowed=blank(sites, count), period=whole(count), lowest=whole(sources), queue=blank(sites), at_hand=blank(pools), attained=blank(pools, count), supply=blank(pools, count),
        spare=blank(pools, count), usage=blank(pools, count), starts=blank(sources, count),
        begin=whole(sources, count), sure=blank(sources, count), sure_begin=whole(sources, count), units=blank(sources, count), wishes=blank(sources, count), planned=blank(sources), settled=blank(sources), most=blank(sources), fraction=blank(sources), loose=blank(sources), fitted=blank(count), wanted=blank(count),
        owed=blank(sources), bound=blank(sources), owed_outside=blank(pools), rank=whole(len(tables.pool_source)),
        late=whole(pools), claim=blank(sources), now_first=whole(sources), now_last=whole(sources), now_able=whole(sources), now_cut=blank(sources), now_cause=whole(sources), need=blank(pools),
        output=blank(pools), cut=blank(sources, CAUSES), short=blank(sources, CAUSES), starved=blank(pools, CAUSES),
        samples=whole(sources), release_starts=whole(sources, longest), release_begin=whole(sources, longest),
        release_end=whole(sources, longest), release_due=whole(sources, longest),
    )  # fmt: skip
