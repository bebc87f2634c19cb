"""Limits on the work in process of lines of sites (CONWIP: Spearman, Woodruff and Hopp, 1990).

Engines see the free places of each limit as one more pool, behind those of the plan: a lot that enters a line takes a
place for each start, and waits for places as it waits for inputs. A place is free again when its unit leaves the line:
as a finished unit, as scrap, or as one of several that go into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.draws import Draws
from sim.draws.curves import value
from sim.plan import NONE, BoolArray, IntArray, Plan

ONE = 1
"""Places that a start takes."""


class WipLimits(NamedTuple):
    """L limits, R sources, I items; arrays hold the number of a limit, or NONE.

    `places` are those of each limit (L,); `limit` is that of the line of each source (R,), `freed` the places that a
    start of it frees as it takes units made on the line (R,), and `stays` whether its good units go on there (R,).
    `held` is the limit in whose places units of an item lie in stock (I,). `takes` are the pools and units that a start
    of each source takes, the place on its line included.
    """

    places: IntArray
    limit: IntArray
    freed: IntArray
    stays: BoolArray
    held: IntArray
    takes: tuple[tuple[tuple[int, int], ...], ...]


def wip_limits(draws: Draws) -> WipLimits:
    """Return the limits on work in process of a replication."""
    plan = draws.plan
    # At least one place: with none nothing could ever begin.
    places = (max(round(value(draws.vector, line.limit)), 1) for line in plan.wip_limits)
    return _wip_limits(plan, tuple([tuple(source.takes.tolist()) for source in draws.sources]), tuple(places))


@lru_cache(maxsize=16)
def _wip_limits(plan: Plan, takes: tuple[tuple[int, ...], ...], places: tuple[int, ...]) -> WipLimits:
    """Return limits with so many places, where a start of each source takes so many units of each input."""
    inputs = [_inputs(plan, r, units) for r, units in enumerate(takes)]
    makes = plan.item_pool[[source.item for source in plan.sources]]
    limit, freed = np.full(len(plan.sources), NONE, dtype=np.int64), np.zeros(len(plan.sources), dtype=np.int64)
    stays, held = np.zeros(len(plan.sources), dtype=np.bool_), np.full(len(plan.items), NONE, dtype=np.int64)
    for index, line in enumerate(plan.wip_limits):
        mine = [r for r, source in enumerate(plan.sources) if source.site in line.sites]
        taken = {pool for r in mine for pool, _ in inputs[r]}
        # Items that are made and used on the same line stay within its limit.
        within = taken & set(makes[mine].tolist())
        limit[mine] = index
        stays[mine] = [makes[r] in within for r in mine]
        held[np.isin(plan.item_pool, list(within))] = index
        for r in mine:
            units = sum(take for pool, take in inputs[r] if pool in within)
            if units:
                # Of several units that go into one, one place goes on with it.
                freed[r] = units - ONE
            else:
                # A start that takes nothing made on the line enters it, and needs a place as it needs inputs.
                inputs[r].append((len(plan.pools) + index, ONE))
    taken_by = tuple(tuple(taken) for taken in inputs)
    return WipLimits(np.array(places, dtype=np.int64), limit, freed, stays, held, taken_by)


def _inputs(plan: Plan, r: int, units: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pools and units that a start takes."""
    pools = plan.input_pool[plan.inputs_start[r] : plan.inputs_start[r + 1]]
    return list(zip(pools.tolist(), units, strict=True))
