"""Quantile functions as tables, for noise that is drawn by the million.

A variate is a smooth function of the probability beyond it, and changes most in the tails. So steps of the grid halve
with each halving of that probability; a cubic spline through it gives variates within 2e-7 of their size, or of the mean
where they are smaller, by additions and multiplications alone: any processor, and both engines, get the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.plan import FloatArray
from sim.vocabulary import Shape

OCTAVES = 32
"""Halvings of the probability of a tail, from a half on. What lies beyond, one draw in four thousand million, is taken for
the last."""
STEPS = 32
"""Steps of the grid between a probability and its half."""
INTERVALS = OCTAVES * STEPS + 1
"""Intervals of each tail: the last begins at a half itself."""
LEAST = 2.0 ** -(OCTAVES + 1)
# A double between powers of two counts up in its last 52 bits: the first five of them are its step.
_FINER_BITS = 52 - 5
_FIRST = int(np.float64(LEAST).view(np.int64)) >> _FINER_BITS


@dataclass(frozen=True, slots=True, eq=False)
class QuantileTable:
    """Cubic polynomials of the place in each interval, shape (2 * INTERVALS, 4): the lower tail, then the upper.

    Compared by identity, so that what follows from it can be cached.
    """

    coefficients: FloatArray

    def at(self, u: FloatArray) -> FloatArray:
        """Return the tabulated function at probabilities from 0 to 1, same shape.

        It is to the bit what `engines.shared.quantiles.quantile` returns one by one.
        """
        bits = np.maximum(np.minimum(u, 1.0 - u), LEAST).view(np.int64)
        t = (bits & ((1 << _FINER_BITS) - 1)) * 2.0**-_FINER_BITS
        interval = (bits >> _FINER_BITS) - _FIRST + np.where(u > 0.5, INTERVALS, 0)
        # No index lies outside; to be told to clip costs less than to check.
        a, b, c, d = (column.take(interval, mode="clip") for column in self.coefficients.T)
        return np.asarray(((a * t + b) * t + c) * t + d)


_prepared: dict[tuple[Shape, float], QuantileTable] = {}


def prepare(tables: Mapping[tuple[Shape, float], QuantileTable]) -> None:
    """Take tables that this program made before, by shape and coefficient of variation: to make one needs scipy."""
    _prepared.update(tables)


def table(shape: Shape, cv: float) -> QuantileTable:
    """Return the table of a variate of mean 1 with this coefficient of variation; a normal one is not cut off at 0.

    A gamma distribution has shape 1 / cv^2 and scale cv^2, a uniform one the half-width cv sqrt(3); an exponential one has
    the coefficient of variation 1 and reads none.
    """
    key = shape, 1.0 if shape is Shape.EXPONENTIAL else cv
    return _prepared.get(key) or _made(*key)


@lru_cache(maxsize=64)
def _made(shape: Shape, cv: float) -> QuantileTable:
    from scipy import special

    if shape is Shape.GAMMA:
        a = 1 / cv**2
        return _tabulate(lambda p: special.gammaincinv(a, p) / a, lambda q: special.gammainccinv(a, q) / a)
    if shape is Shape.EXPONENTIAL:
        return _tabulate(lambda p: -np.log1p(-p), lambda q: -np.log(q))
    if shape is Shape.UNIFORM:
        return _mirrored(lambda p: 2 * p - 1, lambda x: 1 + cv * np.sqrt(3) * x)
    if shape is Shape.LOGNORMAL:
        # With log-variance log(1 + cv^2); half of it is deducted, so that the mean is 1.
        sigma = np.sqrt(np.log1p(cv**2))
        return _mirrored(special.ndtri, lambda z: np.exp(sigma * z - sigma**2 / 2))
    return _mirrored(special.ndtri, lambda z: 1 + cv * z)


@lru_cache(maxsize=1)
def standard_normal() -> QuantileTable:
    """Return the table of a standard normal variate."""
    from scipy import special

    return _mirrored(special.ndtri, lambda z: z)


def _mirrored(
    symmetric: Callable[[FloatArray], FloatArray], function: Callable[[FloatArray], FloatArray]
) -> QuantileTable:
    """Return the table of a function of a variate that is symmetric about 0: the upper tail is as exact as the lower."""
    return _tabulate(lambda p: function(symmetric(p)), lambda q: function(-symmetric(q)))


def _tabulate(lower: Callable[[FloatArray], FloatArray], upper: Callable[[FloatArray], FloatArray]) -> QuantileTable:
    """Return the table of a quantile function of the probability below, and of that above."""
    steps = 1 + np.arange(STEPS) / STEPS
    grid = np.append(np.outer(LEAST * 2.0 ** np.arange(OCTAVES), steps), 0.5 * steps[:2])
    return QuantileTable(np.concatenate([_spline(grid, tail(grid)) for tail in (lower, upper)]))


def _spline(x: FloatArray, values: FloatArray) -> FloatArray:
    """Return the cubic spline with not-a-knot ends through values at `x`, by the place from 0 to 1 in each interval.

    Shape (intervals, 4). It is that of `scipy.interpolate.CubicSpline`, which takes a third of a second to import.
    """
    from scipy.linalg import solve_banded

    step = np.diff(x)
    slope = np.diff(values) / step
    bands, right = np.zeros((3, len(x))), np.empty(len(x))
    bands[0, 2:], bands[1, 1:-1], bands[2, :-2] = step[:-1], 2 * (step[:-1] + step[1:]), step[1:]
    right[1:-1] = 3 * (step[1:] * slope[:-1] + step[:-1] * slope[1:])
    # The third derivative is continuous at the second point from either end.
    forward, backward = (step, slope, bands[1], bands[0], right), (step, slope, bands[1], bands[2], right)
    for h, m, own, next_to, wanted in (forward, [row[::-1] for row in backward]):
        both = h[0] + h[1]
        own[0], next_to[1] = h[1], both
        wanted[0] = ((h[0] + 2 * both) * h[1] * m[0] + h[0] ** 2 * m[1]) / both
    rise = solve_banded((1, 1), bands, right)
    begins, ends, gain = rise[:-1] * step, rise[1:] * step, np.diff(values)
    bend = begins + ends - 2 * gain
    return np.column_stack([bend, (gain - begins) - bend, begins, values[:-1]])
