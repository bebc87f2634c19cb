"""What the planner sees at a review, and what it remembers from one to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines.shared.phases import QualificationPhase
from sim.engines.shared.tables import Tables
from sim.plan import FloatArray, IntArray

WAITING, QUEUED, IN_CYCLE = range(3)
"""Where an open lot is: without its inputs, at the bottleneck, or beyond it."""


class Position(NamedTuple):
    """What the planner sees at a review. P pools, S sites, R sources, F flows.

    `stock` and `waiting` (claims of lots that wait for inputs) are units of each pool; `committed` is load
    at each site that was accepted and not worked off; `good_per_start` is what a start yields if
    begun now; `carried` is the fraction of a good unit that each source owes; `correction` is the learned factor on
    each flow's forecast. Of each of the `lots[0]` lots released and not yet arrived, in the order of their release:
    its source, the good units expected (those made, where yields are certain and it has begun), the date it is
    wanted by, the date it was promised for, its starts, its stage, and where it is.
    """

    stock: FloatArray
    waiting: FloatArray
    committed: FloatArray
    backlog: FloatArray
    good_per_start: FloatArray
    carried: FloatArray
    correction: FloatArray
    lots: IntArray
    lot_source: IntArray
    lot_units: FloatArray
    lot_due: IntArray
    lot_promised: IntArray
    lot_starts: IntArray
    lot_stage: IntArray
    lot_place: IntArray


def blank_position(pools: int, sites: int, sources: int, flows: int, lots: int) -> Position:
    """Return an empty position with room for so many lots."""
    whole, place = np.zeros((6, lots), dtype=np.int64), np.zeros(1, dtype=np.int64)
    return Position(
        stock=np.zeros(pools), waiting=np.zeros(pools), committed=np.zeros(sites), backlog=np.zeros(flows),
        good_per_start=np.zeros(sources), carried=np.zeros(sources), correction=np.ones(flows), lots=place,
        lot_source=whole[0], lot_units=np.zeros(lots), lot_due=whole[1], lot_promised=whole[2], lot_starts=whole[3],
        lot_stage=whole[4], lot_place=whole[5],
    )  # fmt: skip


class Memory(NamedTuple):
    """What the planner keeps from review to review.

    `owed` is the fraction of a unit that sharing owes each source, and `owed_outside` what a floor or a phase-out owes
    the outside sources of each pool together; `shown` the starts a tick that an in-house source in volume has shown;
    `wished[k, s]` the starts a tick wished at outside sites, to which notice periods look back; `promised[k, s]` the
    starts of review period k that commitments still ask for; `bound[k, p]` what let a pool start no more in it (a
    cause, -1 if nothing), at the bottom of which was the pool `bottom[k, p]`.
    """

    owed: FloatArray
    owed_outside: FloatArray
    shown: FloatArray
    wished: FloatArray
    promised: FloatArray
    bound: IntArray
    bottom: IntArray


def memory(tables: Tables) -> Memory:
    """Return the memory before the first review."""
    sources, pools = len(tables.source_pool), len(tables.order)
    wished, promised = np.zeros((2, *tables.shift.shape))
    bound, bottom = np.zeros((2, len(wished), pools), dtype=np.int64)
    return Memory(np.zeros(sources), np.zeros(pools), np.zeros(sources), wished, promised, bound, bottom)


def stage(tables: Tables, source: int, at: int) -> int:
    """Return the qualification phase of a source at an instant."""
    if at >= tables.closes[tables.source_site[source]]:
        return QualificationPhase.CLOSED
    if at >= tables.phases[source, 2]:
        return QualificationPhase.VOLUME
    if at >= tables.phases[source, 1]:
        return QualificationPhase.RISK
    return QualificationPhase.SAMPLES if at >= tables.phases[source, 0] else QualificationPhase.CLOSED


def expected_between(tables: Tables, k: int, flow: int, begin: int, end: int) -> float:
    """Return the units that review `k` expects of a flow between two edges of its buckets."""
    row = tables.belief[k, flow]
    return float(tables.expected[row, end] - tables.expected[row, begin])
