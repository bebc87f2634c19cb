"""Variates for the compiled engine: most are drawn before it starts, for asking later has to wait for Python's lock."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.clock import TICKS_PER_DAY
from sim.draws import Draws
from sim.draws.streams import BLOCK, Noise
from sim.engines.batch import state as layout
from sim.engines.batch.compiling.addresses import CALLBACK
from sim.engines.batch.state import CYCLE, NOTHING, YIELD_NOISE, State, blank
from sim.plan import FloatArray
from sim.vocabulary import YieldNoise

Progress = Callable[[float], None]

MOST_AT_ONCE = 512
"""Blocks of a stream that are drawn before a run: two megabytes. What a longer run needs beyond is drawn on the way."""


class Stream:
    """The variates of one kind for one source, drawn as the engine needs them and kept for a run that starts again.

    Uniform noise comes with its standard normal quantiles: its blocks have two rows, others one.
    """

    def __init__(self, source: int, kind: int, noise: Noise, *, uniform: bool) -> None:
        self.source, self.kind, self.name = source, kind, noise.name
        self._noise = noise.variates()
        self.rows = 2 if uniform else 1
        self._drawn: list[FloatArray] = []
        self._count = 0

    def blocks(self, first: int, count: int) -> FloatArray:
        """Return `count` blocks, at least one, from the `first` on, shape (rows, count * BLOCK)."""
        end = first + count
        if end > self._count:
            self._drawn.append(self._next(end - self._count))
            self._count = end
        # What is asked for is mostly what was drawn last, and then needs no copy.
        if end == self._count and count * BLOCK <= self._drawn[-1].shape[1]:
            return self._drawn[-1][:, -count * BLOCK :]
        if len(self._drawn) > 1:
            self._drawn = [np.hstack(self._drawn)]
        return self._drawn[0][:, first * BLOCK : end * BLOCK]

    def _next(self, count: int) -> FloatArray:
        """Draw the next `count` blocks, shape (rows, count * BLOCK); cycle times in whole ticks."""
        variates = self._noise.blocks(count)
        if self.kind == CYCLE:
            variates = np.ceil(variates * TICKS_PER_DAY)
        if self.rows == 1:
            return variates[None, :]
        from scipy import special

        return np.stack([variates, special.ndtri(variates)])


class Supply:
    """Lays out the variates of a run, draws more when compiled code asks for them, and passes on how far it is."""

    _used: dict[str, int] = {}
    """Blocks that runs before used of each stream: the next is likely to use as many, and gets them at the start."""

    def __init__(self, draws: Draws, streams: list[Stream], progress: Progress | None) -> None:
        self._draws, self._streams, self._progress = draws, streams, progress
        self._given = [min(self._used.get(stream.name, 1), MOST_AT_ONCE) for stream in streams]
        self._called = CALLBACK(self._ask)
        self.noise, self.drawn = self._lay_out()

    @property
    def address(self) -> int:
        """Where compiled code finds this."""
        return int(ctypes.cast(self._called, ctypes.c_void_p).value or 0)

    def _lay_out(self) -> tuple[Any, FloatArray]:
        """Return where the variates of each source and kind lie, and the variates themselves, end to end."""
        noise = blank(layout.NOISE, len(self._draws.sources), 3)
        noise["row"] = NOTHING
        noise["typical"] = [
            (s.load.mean, np.ceil(s.cycle.mean * TICKS_PER_DAY), 1.0 if s.yield_noise is None else s.yield_noise.mean)
            for s in self._draws.sources
        ]
        parts, begin = [np.empty(0)], 0
        for row, (stream, given) in enumerate(zip(self._streams, self._given, strict=True)):
            # Room for one block at least, to put what is asked for later.
            part = stream.blocks(0, given) if given else np.empty((stream.rows, BLOCK))
            n = noise[stream.source, stream.kind]
            n["row"], n["begin"], n["at"], n["end"] = row, begin, begin, begin + given * BLOCK
            n["second"] = part.shape[1]
            parts.append(part.ravel())
            begin += part.size
        return noise, np.concatenate(parts)

    def _ask(self, number: int) -> None:
        """Draw the next block of a row or, for a negative number, report that a period is over."""
        if number < 0:
            if self._progress:
                self._progress(float(self._draws.periods[-number]) / self._draws.end)
            return
        stream = self._streams[number]
        n = self.noise[stream.source, stream.kind]
        for row, block in enumerate(stream.blocks(self._given[number], 1)):
            begin = int(n["begin"]) + row * int(n["second"])
            self.drawn[begin : begin + BLOCK] = block
        self._given[number] += 1

    def remember(self, s: State) -> None:
        """Keep how many blocks a run used: the next one is given as many at its start."""
        for number, stream in enumerate(self._streams):
            n = s.noise[stream.source, stream.kind]
            used = self._given[number] - int(n["end"] - n["at"]) // BLOCK
            # To ask on the way costs as much as several blocks too many: a run that used more is forgotten slowly.
            self._used[stream.name] = max(used, self._used.get(stream.name, 0) * 7 // 8)


def streams(draws: Draws) -> list[Stream]:
    """Return the streams of all that varies in a run."""
    uniform = draws.plan.yield_noise is YieldNoise.BINOMIAL
    return [
        Stream(r, kind, noise, uniform=uniform and kind == YIELD_NOISE)
        for r, source in enumerate(draws.sources)
        for kind, noise in ((layout.LOAD, source.load), (CYCLE, source.cycle), (YIELD_NOISE, source.yield_noise))
        if noise is not None and not noise.constant
    ]
