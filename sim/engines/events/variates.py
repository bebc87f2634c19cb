"""Variates of each source, one after the other: drawn in blocks as they are asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain, repeat

import numpy as np

from sim.clock import TICKS_PER_DAY
from sim.draws.streams import Noise
from sim.plan import FloatArray


def endless(noise: Noise) -> Iterator[float]:
    """Return endless variates of a noise."""
    if noise.constant:
        return repeat(noise.mean)
    return chain.from_iterable(block.tolist() for block in _blocks(noise))


def endless_times(noise: Noise) -> Iterator[int]:
    """Return endless variates of a noise in days as times in ticks, rounded up."""
    if noise.constant:
        return repeat(math.ceil(noise.mean * TICKS_PER_DAY))
    return chain.from_iterable(map(int, np.ceil(block * TICKS_PER_DAY).tolist()) for block in _blocks(noise))


def _blocks(noise: Noise) -> Iterator[FloatArray]:
    """Return endless blocks of variates, drawn when they are asked for."""
    variates = noise.variates()
    return (variates.blocks() for _ in repeat(None))
