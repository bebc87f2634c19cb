"""Step functions of time on the grid of ticks, and the paths and ramps they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.plan import NONE, FloatArray, IntArray, PathPlan, Ref
from sim.scenario.schema.quantity import Interpolate
from sim.scenario.schema.supply import RampShape

TICKS_PER_DAY = 2**20
"""All instants lie on this grid, so that sums are exact and simultaneity is real."""
NEVER = 2**62
"""An instant after every horizon."""


def ticks(days: float) -> int:
    """Days in ticks, rounded up: a computed duration is never cut short."""
    return NEVER if days >= NEVER / TICKS_PER_DAY else int(np.ceil(days * TICKS_PER_DAY))


@dataclass(frozen=True, slots=True)
class Curve:
    """A step function: `values[i]` holds from `knots[i]` (ticks) to the next knot; `knots[0]` is 0."""

    knots: IntArray
    values: FloatArray

    def at_all(self, ticks: IntArray) -> FloatArray:
        """The values in force at these instants, same shape."""
        return np.asarray(self.values[np.searchsorted(self.knots, ticks, side="right") - 1])

    def first_positive(self) -> int:
        """The first instant with a positive value, or NEVER."""
        positive = np.flatnonzero(self.values > 0)
        return int(self.knots[positive[0]]) if positive.size else NEVER


def constant(value: float) -> Curve:
    """The same value for all time."""
    return Curve(np.zeros(1, dtype=np.int64), np.array([value], dtype=np.float64))


def steps(at: list[int], values: list[float]) -> Curve:
    """A curve through (instant, value) pairs in order; steps that change nothing are dropped, so that
    an event without effect leaves every later sum as it was."""
    knots: list[int] = []
    kept: list[float] = []
    for tick, value in zip(at, values, strict=True):
        if tick < 0:
            tick = 0
        if knots and knots[-1] == tick:
            kept[-1] = value
        else:
            knots.append(tick)
            kept.append(value)
    if knots[0] > 0:
        knots.insert(0, 0)
        kept.insert(0, 0.0)
    changed = [0, *(i for i in range(1, len(kept)) if kept[i] != kept[i - 1])]
    return Curve(np.array([knots[i] for i in changed], dtype=np.int64), np.array([kept[i] for i in changed]))


def combine(function: Callable[..., FloatArray], *curves: Curve) -> Curve:
    """Apply a function of values to curves, knot by knot."""
    knots = np.unique(np.concatenate([c.knots for c in curves]))
    values = function(*(c.at_all(knots) for c in curves))
    return steps(knots.tolist(), np.asarray(values, dtype=np.float64).tolist())


def path_at(path: PathPlan, vector: FloatArray, days: FloatArray) -> FloatArray:
    """Values of a path at these days, same shape."""
    values = vector[list(path.values)]
    if path.at[0] == NONE:
        return np.full(days.shape, values[0])
    at = vector[list(path.at)]
    if path.interpolate is Interpolate.STEP:
        held = np.concatenate([[0.0], values])
        return held[np.searchsorted(at, days, side="right")]
    if path.interpolate is Interpolate.EXPONENTIAL and np.all(values > 0):
        return np.asarray(np.exp(np.interp(days, at, np.log(values))))
    return np.interp(days, at, values)


def path_curve(path: PathPlan, vector: FloatArray, days: float) -> Curve:
    """A path as a step function: exact for constants and steps, by whole days at midday otherwise."""
    if path.at[0] == NONE:
        return constant(float(vector[path.values[0]]))
    if path.interpolate is Interpolate.STEP:
        return steps([ticks(float(vector[a])) for a in path.at], [float(vector[v]) for v in path.values])
    grid = np.arange(0.0, days + 1)
    return steps((grid * TICKS_PER_DAY).astype(np.int64).tolist(), path_at(path, vector, grid + 0.5).tolist())


def ramp_points(
    start: float, initial: float, target: float, days: float, shape: RampShape
) -> tuple[list[int], list[float]]:
    """Instants and values of a ramp: four equal steps, or by whole days at midday; the target from its
    end on."""
    if shape is RampShape.STEPS:
        at = [ticks(start + days * k / 4) for k in range(5)]
        return at, [initial + (target - initial) * k / 4 for k in range(5)]
    n = int(np.ceil(days))
    x = (np.arange(n) + 0.5) / max(days, 1e-9)
    if shape is RampShape.LINEAR:
        progress = x
    else:
        # A logistic from 1 % to 99 %, rescaled to run from 0 to 1.
        raw, ends = 1 / (1 + np.exp(-9.19 * (x - 0.5))), 1 / (1 + np.exp(9.19 / 2))
        progress = (raw - ends) / (1 - 2 * ends)
    values = initial + (target - initial) * np.clip(progress, 0.0, 1.0)
    at = [ticks(start + j) for j in range(n)]
    return [*at, ticks(start + days)], [*values.tolist(), target]


def value(vector: FloatArray, ref: Ref, default: float = 0.0) -> float:
    """The value of a reference, or what it means to leave it out."""
    return default if ref == NONE else float(vector[ref])
