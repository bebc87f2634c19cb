"""Step functions of time on the grid of ticks, and the paths and ramps they come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from sim.clock import NEVER, all_ticks, ticks
from sim.draws.rates import middles, moment_day, path_edges, slope_edges, union
from sim.plan import NONE, FloatArray, IntArray, PathPlan, ProcessPlan, Ref
from sim.vocabulary import Interpolate, RampShape


def merged(*knots: IntArray) -> IntArray:
    """Return all instants of several increasing sequences, each once, in order."""
    every = np.sort(np.concatenate(knots))
    return np.asarray(every[np.append(True, np.diff(every) > 0)])


@dataclass(frozen=True, slots=True)
class Curve:
    """A step function: `values[i]` holds from `knots[i]` (ticks) to the next knot; `knots[0]` is 0."""

    knots: IntArray
    values: FloatArray

    def at_all(self, ticks: IntArray) -> FloatArray:
        """Return the values in force at these instants, same shape."""
        if ticks is self.knots:
            return self.values
        if len(self.knots) == 1:
            return np.full(np.shape(ticks), self.values[0])
        return np.asarray(self.values[np.searchsorted(self.knots, ticks, side="right") - 1])

    def first_positive(self) -> int:
        """Return the first instant with a positive value, or NEVER."""
        positive = np.flatnonzero(self.values > 0)
        return int(self.knots[positive[0]]) if positive.size else NEVER


def constant(value: float) -> Curve:
    """Return a curve with one value for all time."""
    return Curve(np.zeros(1, dtype=np.int64), np.array([value], dtype=np.float64))


def steps(at: ArrayLike, values: ArrayLike) -> Curve:
    """Return a curve through instants in order and the values from them on; of several at one instant the last counts.

    Steps that change nothing are dropped, so that an event without effect leaves every later sum as it was.
    """
    knots, kept = np.maximum(np.asarray(at, dtype=np.int64), 0), np.asarray(values, dtype=np.float64)
    if knots[0] > 0:
        knots, kept = np.append(0, knots), np.append(0.0, kept)
    last = np.append(np.diff(knots) != 0, True)
    return _changes(knots[last], kept[last])


def _changes(knots: IntArray, values: FloatArray) -> Curve:
    """Return the curve without the steps that change nothing."""
    changed = np.append(True, values[1:] != values[:-1])  # no differences: infinite ones have none
    return Curve(knots[changed], values[changed])


def combine(function: Callable[..., FloatArray], *curves: Curve) -> Curve:
    """Return a curve whose values are a function of those of other curves, knot by knot."""
    # Most are constant, and have no other knot than the first, which all share.
    moving = [c.knots for c in curves if len(c.knots) > 1]
    knots = merged(*moving) if len(moving) > 1 else moving[0] if moving else curves[0].knots
    values = np.asarray(function(*(c.at_all(knots) for c in curves)), dtype=np.float64)
    return _changes(knots, values) if moving else Curve(knots, values)


def product(curves: Sequence[Curve]) -> Curve:
    """Return the product of curves; 1 if there are none."""
    if len(curves) < 2:
        return curves[0] if curves else constant(1.0)
    # By halves: each knot is then met by few of the other curves.
    half = len(curves) // 2
    return combine(np.multiply, product(curves[:half]), product(curves[half:]))


def path_at(path: PathPlan, vector: FloatArray, days: FloatArray) -> FloatArray:
    """Return the values of a path on these days, same shape."""
    found = _written_at(path, vector, days)
    if path.process is not None:
        found = found * level_at(path.process, vector, days)
    for splice in path.splices:
        found = np.where(days >= moment_day(splice, vector), vector[splice.value], found)
    return found


def path_rows(path: PathPlan, vectors: Sequence[FloatArray], days: FloatArray, *, before: bool = False) -> FloatArray:
    """Return `path_at`, or `path_before`, of several vectors, shape (vectors, days).

    The vectors differ in the levels of processes alone.
    """
    found = np.tile(_written_at(path, vectors[0], days), (len(vectors), 1))
    if path.process is not None:
        levels = np.array([vector[path.process.levels] for vector in vectors])
        found *= levels[:, months_of(path.process, days)]
    for splice in path.splices:
        from_then = moment_day(splice, vectors[0])
        found[:, days > from_then if before else days >= from_then] = vectors[0][splice.value]
    return found


def months_of(process: ProcessPlan, days: FloatArray) -> IntArray:
    """Return the month of a process in which each day lies; before the first, the first."""
    return np.maximum(np.searchsorted(np.array(process.months), days, side="right") - 1, 0)


def level_at(process: ProcessPlan, vector: FloatArray, days: FloatArray) -> FloatArray:
    """Return the factors of a process on these days, same shape."""
    return np.asarray(vector[process.levels][months_of(process, days)])


def path_before(path: PathPlan, vector: FloatArray, days: FloatArray) -> FloatArray:
    """Return the values of a path on these days before what is chosen on them, same shape."""
    found = _written_at(path, vector, days)
    if path.process is not None:
        found = found * level_at(path.process, vector, days)
    for splice in path.splices:
        found = np.where(days > moment_day(splice, vector), vector[splice.value], found)
    return found


def _written_at(path: PathPlan, vector: FloatArray, days: FloatArray) -> FloatArray:
    """Return the values of a path on these days before its process and any choice, same shape."""
    values = vector[list(path.values)]
    if path.at[0] == NONE:
        return np.full(days.shape, values[0])
    at = vector[list(path.at)]
    if path.interpolate is Interpolate.STEP:
        # Before its first point a step path is 0.
        held = np.concatenate([[0.0], values])
        return held[np.searchsorted(at, days, side="right")]
    if path.interpolate is Interpolate.EXPONENTIAL and np.all(values > 0):
        return np.asarray(np.exp(np.interp(days, at, np.log(values))))
    return np.interp(days, at, values)


def path_curve(path: PathPlan, vector: FloatArray, day: float, until: float) -> Curve:
    """Return a path as a step function in value over ticks; from `until` on its value there holds.

    It is exact for constants and steps. Slopes take the middle of each of their steps; a real day is `day`.
    """
    return _spliced(path, vector, _moved_curve(path, vector, day, until, begin=False))


def price_curve(path: PathPlan, vector: FloatArray, day: float, until: float) -> Curve:
    """Return a path as a step function with the value at the beginning of each step.

    So a day has the price of its date. A real day is `day`; from `until` on the value there holds.
    """
    return _spliced(path, vector, _moved_curve(path, vector, day, until, begin=True))


def _moved_curve(path: PathPlan, vector: FloatArray, day: float, until: float, *, begin: bool) -> Curve:
    """Return a path times its process, before any choice."""
    written = _written_curve(path, vector, day, until, begin=begin)
    if path.process is None:
        return written
    levels = Curve(all_ticks(np.array(path.process.months)), vector[path.process.levels])
    return combine(np.multiply, written, levels)


def _written_curve(path: PathPlan, vector: FloatArray, day: float, until: float, *, begin: bool) -> Curve:
    """Return a path before its process and any choice, with the value of the beginning or the middle of its steps."""
    if path.at[0] == NONE:
        return constant(float(vector[path.values[0]]))
    if path.interpolate is Interpolate.STEP:
        return steps(all_ticks(vector[list(path.at)]), vector[list(path.values)])
    edges = union(until, path_edges(replace(path, splices=()), vector, day, until))
    at = edges if begin else np.append(middles(edges), until)
    return steps(all_ticks(edges), _written_at(path, vector, at))


def _spliced(path: PathPlan, vector: FloatArray, curve: Curve) -> Curve:
    """Return the curve with what choices put in its place.

    Before a gate it keeps its very knots, so that no choice moves a bit of what went before.
    """
    for splice in path.splices:
        at = ticks(moment_day(splice, vector))
        if at == NEVER:
            continue
        before = curve.knots < at
        curve = steps(np.append(curve.knots[before], at), np.append(curve.values[before], vector[splice.value]))
    return curve


def ramp_points(
    begin: float, initial: float, target: float, length: float, shape: RampShape, day: float
) -> tuple[IntArray, FloatArray]:
    """Return instants and values of a ramp of `length` days.

    A ramp has four equal steps, or a slope with the value of the middle of each of its steps. The target holds from its
    end on.
    """
    if shape is RampShape.STEPS:
        k = np.arange(5.0)
        return all_ticks(begin + length * k / 4), initial + (target - initial) * k / 4
    edges = slope_edges(0.0, length, day, np.inf) if length > 0 else np.zeros(1)
    # A ramp without a length has no steps to divide.
    progress = middles(edges) / max(length, 1e-300)
    if shape is not RampShape.LINEAR:
        # A logistic from 1 % to 99 %, rescaled to run from 0 to 1.
        raw, ends = 1 / (1 + np.exp(-9.19 * (progress - 0.5))), 1 / (1 + np.exp(9.19 / 2))
        progress = (raw - ends) / (1 - 2 * ends)
    values = initial + (target - initial) * progress
    return all_ticks(begin + edges), np.append(values, target)


def value(vector: FloatArray, ref: Ref, default: float = 0.0) -> float:
    """Return the value of a reference, or the default if it is left out."""
    return default if ref == NONE else float(vector[ref])
