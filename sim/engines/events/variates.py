"""Variates of each source, one after the other: drawn in blocks as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat

import numpy as np

from sim.clock import TICKS_PER_DAY
from sim.draws.sources import SourceDraws
from sim.draws.streams import Noise
from sim.engines.events.state import State


def variate(s: State, source: int, kind: int) -> float:
    """Return the next variate of a source: load of a start, cycle time in ticks, or what varies its yield."""
    return next(s.sources[source].noise[kind])


def noise_of(source: SourceDraws) -> tuple[Iterator[float], Iterator[float], Iterator[float]]:
    """Return endless variates of a source, in the order of the kinds of noise."""
    yield_noise = repeat(1.0) if source.yield_noise is None else _endless(source.yield_noise)
    return _endless(source.load), _endless(source.cycle, in_ticks=True), yield_noise


def _endless(noise: Noise, *, in_ticks: bool = False) -> Iterator[float]:
    """Return endless variates of one kind, drawn in blocks."""
    if noise.constant:
        return repeat(float(np.ceil(noise.mean * TICKS_PER_DAY)) if in_ticks else noise.mean)
    variates = noise.variates()
    blocks = (variates.blocks() for _ in repeat(None))
    return chain.from_iterable((np.ceil(b * TICKS_PER_DAY) if in_ticks else b).tolist() for b in blocks)
