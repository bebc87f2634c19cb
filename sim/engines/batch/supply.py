"""The noise of a replication as compiled code draws it: the keys of its streams, and its tables of quantiles."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draws
from sim.draws.streams import key
from sim.draws.tabulated import QuantileTable, standard_normal
from sim.engines.batch import state as layout
from sim.engines.batch.philox import WORDS, round_keys
from sim.engines.batch.state import CYCLE, LOAD, NOTHING, YIELD_NOISE, Records, blank
from sim.plan import FloatArray, IntArray
from sim.vocabulary import YieldNoise

KINDS = LOAD, CYCLE, YIELD_NOISE


class Supply(NamedTuple):
    """The arrays of `State` that variates are drawn from."""

    noise: Records
    keys: IntArray
    uniforms: FloatArray
    quantiles: FloatArray


def supply(draws: Draws) -> Supply:
    """Return what the variates of all sources are drawn from, none of them drawn yet."""
    noise = blank(layout.NOISE, len(draws.sources), len(KINDS))
    keys: list[NDArray[np.uint64]] = []
    tables: dict[QuantileTable, int] = {}
    # Binomial yields need the normal quantiles of their uniforms, too.
    if draws.plan.yield_noise is YieldNoise.BINOMIAL:
        tables[standard_normal()] = layout.NORMAL
    for records, source in zip(noise, draws.sources, strict=True):
        for record, one in zip(records, (source.load, source.cycle, source.yield_noise), strict=True):
            varies = one is not None and not one.constant
            record["typical"], record["stream"] = 1.0 if one is None else one.mean, len(keys) if varies else NOTHING
            if one is not None and varies:
                keys.append(key(one.seed, one.replication, one.name))
                record["table"] = tables.setdefault(one.table, len(tables))
    words = np.array(keys, dtype=np.uint64).reshape(-1, 2)
    return Supply(noise, round_keys(words), np.zeros(WORDS * len(keys)), _end_to_end(tuple(tables)))


@lru_cache(maxsize=16)
def _end_to_end(tables: tuple[QuantileTable, ...]) -> FloatArray:
    """Return tables one after the other."""
    return np.concatenate([np.zeros((0, 4)), *(table.coefficients for table in tables)])
