"""Variates of each source, one after the other: drawn in blocks as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat

import numpy as np

from sim.clock import TICKS_PER_DAY
from sim.draws.streams import Noise


def endless(noise: Noise, *, in_ticks: bool = False) -> Iterator[float]:
    """Return endless variates of one kind, drawn in blocks."""
    if noise.constant:
        return repeat(float(np.ceil(noise.mean * TICKS_PER_DAY)) if in_ticks else noise.mean)
    variates = noise.variates()
    blocks = (variates.blocks() for _ in repeat(None))
    return chain.from_iterable((np.ceil(b * TICKS_PER_DAY) if in_ticks else b).tolist() for b in blocks)
