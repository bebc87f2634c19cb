"""95 % confidence intervals for what a study estimates: means, probabilities, percentiles, paired differences.

Replication k of a study lies in scramble k % 16 of its points. The scrambles are independent, the points
within one are not: they are spread more evenly than at random. So the interval of a mean is Student's,
over the means of the scrambles (replicated randomised quasi-Monte Carlo: Owen, Monte Carlo theory,
methods and examples, ch. 17; L'Ecuyer, Nakayama, Owen & Tuffin 2023, who find it the one to be trusted).
With less than four points in each scramble their means tell little, and runs are taken as independent:
the first 16 are, and points that are spread more evenly make that interval too wide, if anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.draws.points import SCRAMBLES
from sim.plan import FloatArray

LEVEL = 0.95
ENOUGH = 4 * SCRAMBLES
"""Replications from which on the scrambles' means are used."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its 95 % confidence interval; NaN where there are too few values for one."""

    estimate: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


def mean_interval(values: FloatArray, *, scrambled: bool) -> Interval:
    """The mean of the values of replications 0, 1, ..., shape (replications,), and its interval.

    NaN counts as no value. `scrambled`: the replications have points; else they are independent.
    Scrambles weigh as many values as they have, and the variance is that of a ratio (Cochran 1977,
    section 6.3), which for equal numbers is that of the mean of their means.
    """
    kept = ~np.isnan(values)
    numbers = values[kept]
    if not len(numbers):
        return Interval(np.nan, np.nan, np.nan)
    mean = _mean(numbers)
    if scrambled and len(values) >= ENOUGH:
        groups = (np.arange(len(values)) % SCRAMBLES)[kept]
    else:
        groups = np.arange(len(numbers))
    return _student(mean, np.bincount(groups, numbers - mean) / len(numbers), len(np.unique(groups)))


def _mean(numbers: FloatArray) -> float:
    # Equal numbers have themselves as their mean, to the bit: rounding makes no spread where there is none.
    return float(numbers[0] + (numbers - numbers[0]).mean())


def _student(mean: float, residuals: FloatArray, groups: int) -> Interval:
    from scipy import stats

    if groups < 2:
        return Interval(mean, np.nan, np.nan)
    error = np.sqrt(groups / (groups - 1) * float((residuals**2).sum()))
    half = float(stats.t.ppf((1 + LEVEL) / 2, groups - 1) * error)
    return Interval(mean, mean - half, mean + half)


def probability_interval(successes: int, n: int) -> Interval:
    """A share of n runs with its interval (Wilson 1927), which has a width at 0 and 1 too.

    The runs are taken as independent, which makes it too wide, if anything, for points of a scramble.
    """
    from scipy.stats import binomtest

    if not n:
        return Interval(np.nan, np.nan, np.nan)
    found = binomtest(successes, n).proportion_ci(confidence_level=LEVEL, method="wilson")
    return Interval(successes / n, float(found.low), float(found.high))


def percentile(values: FloatArray, q: float) -> Interval:
    """The smallest value that at least the share q of the values do not exceed, and the interval of order
    statistics around it, which holds for any distribution (David & Nagaraja 2003, section 7.1).

    An end is NaN where even the outermost value is not sure enough: for p5 and p95 that takes 72 values.
    NaN counts as no value.
    """
    ordered = np.sort(values[~np.isnan(values)])
    n = len(ordered)
    if not n:
        return Interval(np.nan, np.nan, np.nan)
    first, last = _order_statistics(n, q)
    low = float(ordered[first - 1]) if first >= 1 else np.nan
    high = float(ordered[last - 1]) if last <= n else np.nan
    return Interval(float(ordered[_rank(n, q)]), low, high)


@lru_cache(maxsize=64)
def _order_statistics(n: int, q: float) -> tuple[int, int]:
    """Ranks r and s around the quantile: the r-th smallest of n values lies above it with probability
    P(Bin(n, q) < r), the s-th below with P(Bin(n, q) >= s)."""
    from scipy.stats import binom

    outside = (1 - LEVEL) / 2
    return int(binom.ppf(outside, n, q)), int(binom.ppf(1 - outside, n, q)) + 1


def _rank(n: int, q: float) -> int:
    # 0.95 * 20 is 19.000000000000004 in some orders of rounding: ranks are meant to a millionth.
    return min(max(int(np.ceil(n * q - 1e-6)) - 1, 0), n - 1)
