"""Tornado: each input in turn at the ends of its range, all others at their typical values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.plan import FloatArray


@dataclass(frozen=True, slots=True)
class Bar:
    """Where each trial of one input puts an output (None: it has no value there).

    `swing` is in the output's unit, the base included; infinite where the output vanishes or appears.
    """

    name: str
    ends: tuple[tuple[str, float | None], ...]
    swing: float


@dataclass(frozen=True, slots=True)
class Tornado:
    """The bars of one output, widest first, and its value at typical inputs (None: it has none)."""

    base: float | None
    bars: tuple[Bar, ...]

    def records(self) -> Iterator[dict[str, object]]:
        """One for each trial of each input."""
        for bar in self.bars:
            for label, value in bar.ends:
                yield {"input": bar.name, "at": label, "value": value, "base": self.base, "swing": bar.swing}


def tornado(trials: Sequence[tuple[str, Sequence[str]]], values: FloatArray) -> Tornado:
    """The bars of one output from its value at the base and, in order, at every trial of every input."""
    found, at = [], 1
    for name, labels in trials:
        tried = values[at : at + len(labels)].tolist()
        at += len(labels)
        ends = tuple((label, _number(v)) for label, v in zip(labels, tried, strict=True))
        found.append(Bar(name, ends, _swing([float(values[0]), *tried])))
    return Tornado(_number(float(values[0])), tuple(sorted(found, key=lambda bar: -bar.swing)))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def _swing(values: Sequence[float]) -> float:
    there = [v for v in values if not np.isnan(v)]
    if not there:
        return 0.0
    return float("inf") if len(there) < len(values) else max(there) - min(there)
