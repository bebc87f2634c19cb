"""Tornado: each input in turn at the ends of its range, all others at their typical values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.plan import FloatArray


@dataclass(frozen=True, slots=True)
class Bar:
    """The value of an output at each trial of one input; None where it has no value.

    `swing` is the range of these values and the base, in the output's unit. It is infinite where the output has a
    value in some of them only.
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
        """Yield one record for each trial of each input."""
        for bar in self.bars:
            for label, value in bar.ends:
                yield {"input": bar.name, "at": label, "value": value, "base": self.base, "swing": bar.swing}


def tornado(trials: Sequence[tuple[str, Sequence[str]]], values: FloatArray) -> Tornado:
    """Return the bars of one output, widest first.

    `trials` are the inputs with the labels of their trials. `values` (1 + trials of all inputs,) are the output at the
    base, followed by the output at each trial in the same order.
    """
    found, at = [], 1
    for name, labels in trials:
        tried = values[at : at + len(labels)].tolist()
        at += len(labels)
        ends = tuple((label, _number(v)) for label, v in zip(labels, tried, strict=True))
        found.append(Bar(name, ends, _swing([float(values[0]), *tried])))
    return Tornado(_number(float(values[0])), tuple(sorted(found, key=lambda bar: -bar.swing)))


def _number(value: float) -> float | None:
    """Return the value, or None where it is missing (NaN)."""
    return None if np.isnan(value) else value


def _swing(values: Sequence[float]) -> float:
    """Return the range of the values; infinite where only some are missing, 0 where all are."""
    there = [v for v in values if not np.isnan(v)]
    if not there:
        return 0.0
    return float("inf") if len(there) < len(values) else max(there) - min(there)
