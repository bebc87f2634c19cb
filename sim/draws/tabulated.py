"""Quantile functions as tables, for noise that is drawn by the million.

The logarithm of a variate is a smooth function of the log odds of its probability, tails included: a cubic spline
on an even grid of log odds gives it within a relative error of 1e-8, and many times faster than the inverse of an
incomplete gamma function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.plan import FloatArray
from sim.vocabulary import Shape

INTERVALS = 1536
LEAST, MOST = -38.0, 38.0
"""Log odds of every double strictly between 0 and 1 lie between them, but those below 3e-17, which no stream gives."""


@dataclass(frozen=True, slots=True)
class QuantileTable:
    """Cubic polynomials of the log odds, one for each interval, shape (4, INTERVALS)."""

    coefficients: FloatArray

    def at(self, u: FloatArray) -> FloatArray:
        """Return the tabulated function at probabilities strictly between 0 and 1, and not below 3e-17; same shape."""
        odds = np.log(u) - np.log1p(-u)
        place = (odds - LEAST) * (INTERVALS / (MOST - LEAST))
        interval = place.astype(np.int64)
        t = place - interval
        # No index lies outside; to be told to clip costs less than to check.
        a, b, c, d = (row.take(interval, mode="clip") for row in self.coefficients)
        return np.asarray(((a * t + b) * t + c) * t + d)


_prepared: dict[tuple[Shape, float], QuantileTable] = {}


def prepare(tables: Mapping[tuple[Shape, float], QuantileTable]) -> None:
    """Take tables that this program made before, by shape and coefficient of variation: to make one needs scipy."""
    _prepared.update(tables)


def table(shape: Shape, cv: float) -> QuantileTable | None:
    """Return the table of a standard variate; None for shapes that need none.

    It is the logarithm of a gamma variate with mean 1 and this coefficient of variation, or a standard normal variate
    for a lognormal or normal one.
    """
    return _prepared.get((shape, cv)) or _made(shape, cv)


@lru_cache(maxsize=64)
def _made(shape: Shape, cv: float) -> QuantileTable | None:
    if shape is Shape.GAMMA:
        return _tabulate(lambda p, q: _log_gamma(1 / cv**2, p, q))
    return _normal() if shape in (Shape.LOGNORMAL, Shape.NORMAL) else None


@lru_cache(maxsize=1)
def _normal() -> QuantileTable:
    """Return the table of a standard normal variate."""
    from scipy import special

    # By symmetry the upper tail is as exact as the lower.
    return _tabulate(lambda p, q: np.where(p < q, special.ndtri(p), -special.ndtri(q)))


def _log_gamma(a: float, p: FloatArray, q: FloatArray) -> FloatArray:
    """Return the logarithm of gamma quantiles with mean 1 and shape `a`, at probabilities `p` = 1 - `q`, same shape."""
    from scipy import special

    half = int(np.searchsorted(p, 0.5))
    # Each tail by its own probability, which keeps its digits.
    values = np.concatenate([special.gammaincinv(a, p[:half]), special.gammainccinv(a, q[half:])]) / a
    # Below all doubles the distribution function is u^a / (a Gamma(a)) to every digit.
    small = (np.log(p) + special.gammaln(a + 1)) / a - np.log(a)
    return np.where(values > 1e-300, np.log(np.maximum(values, 1e-300)), small)


def _tabulate(function: Callable[[FloatArray, FloatArray], FloatArray]) -> QuantileTable:
    """Return a spline through a function of the probabilities below and above each point of the grid."""
    from scipy.special import expit

    odds = np.linspace(LEAST, MOST, INTERVALS + 1)
    return QuantileTable(_spline(function(expit(odds), expit(-odds))))


def _spline(values: FloatArray) -> FloatArray:
    """Return the cubic spline with not-a-knot ends through values at 0, 1, ..., shape (4, intervals).

    It is to the bit that of `scipy.interpolate.CubicSpline`, which takes a third of a second to import.
    """
    from scipy.linalg import solve_banded

    slope = np.diff(values)
    bands, right = np.ones((3, len(values))), np.empty(len(values))
    bands[1, 1:-1], right[1:-1] = 4, 3 * (slope[:-1] + slope[1:])
    # The third derivative is continuous at the second point from either end.
    bands[0, 1] = bands[2, -2] = 2
    right[0], right[-1] = (5 * slope[0] + slope[1]) / 2, (slope[-2] + 5 * slope[-1]) / 2
    rise = solve_banded((1, 1), bands, right)
    bend = rise[:-1] + rise[1:] - 2 * slope
    return np.stack([bend, (slope - rise[:-1]) - bend, rise[:-1], values[:-1]])
