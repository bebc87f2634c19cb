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
    """Return the mean of the values of replications 0, 1, ..., shape (replications,), with its confidence interval.

    NaN is a missing value. With `scrambled` the replications are points of randomised quasi-Monte Carlo sequences;
    otherwise they are independent. A scramble is weighted by its number of values. The variance is that of a ratio
    estimator (Cochran 1977, section 6.3); with equal numbers it is the variance of the mean of the scrambles' means.
    """
    kept = ~np.isnan(values)
    numbers = values[kept]
    if not len(numbers):
        return Interval(np.nan, np.nan, np.nan)
    mean = _mean(numbers)
    if scrambled and len(values) >= ENOUGH:
        # The scramble is given by the number of the replication, so it is computed before missing values are dropped.
        groups = (np.arange(len(values)) % SCRAMBLES)[kept]
    else:
        groups = np.arange(len(numbers))
    return _student(mean, np.bincount(groups, numbers - mean) / len(numbers), len(np.unique(groups)))


def _mean(numbers: FloatArray) -> float:
    """Return the mean. The mean of equal numbers is that number, exactly."""
    # Rounding in the sum must not give an interval of positive width to values that are all the same.
    return float(numbers[0] + (numbers - numbers[0]).mean())


def _student(mean: float, residuals: FloatArray, groups: int) -> Interval:
    """Return Student's interval for a mean from the sum of residuals of each group, scaled by the number of values."""
    from scipy import stats

    if groups < 2:
        return Interval(mean, np.nan, np.nan)
    error = np.sqrt(groups / (groups - 1) * float((residuals**2).sum()))
    half = float(stats.t.ppf((1 + LEVEL) / 2, groups - 1) * error)
    return Interval(mean, mean - half, mean + half)


def probability_interval(successes: int, n: int) -> Interval:
    """Return the proportion `successes / n` with its Wilson (1927) interval, which has a positive width at 0 and 1 too.

    The runs are treated as independent. For points of one scramble the interval is therefore too wide, if anything.
    """
    from scipy.stats import binomtest

    if not n:
        return Interval(np.nan, np.nan, np.nan)
    found = binomtest(successes, n).proportion_ci(confidence_level=LEVEL, method="wilson")
    return Interval(successes / n, float(found.low), float(found.high))


def percentile(values: FloatArray, q: float) -> Interval:
    """Return the `q` quantile of the values (0 < q < 1) with a distribution-free interval between order statistics.

    The estimate is the smallest value that at least the share `q` of the values do not exceed; the interval is in David
    & Nagaraja (2003), section 7.1. An end is NaN where the sample is too small for its confidence: for p5 and p95 it
    takes 72 values. NaN is a missing value.
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
    """Return the ranks r and s of the order statistics that bound the quantile.

    The r-th smallest of n values is above the quantile with probability P(Bin(n, q) < r), the s-th below it with
    P(Bin(n, q) >= s).
    """
    from scipy.stats import binom

    outside = (1 - LEVEL) / 2
    return int(binom.ppf(outside, n, q)), int(binom.ppf(1 - outside, n, q)) + 1


def _rank(n: int, q: float) -> int:
    """Return the index, from 0, of the empirical quantile among n sorted values."""
    # Products such as 0.95 * 20 may come out just above a whole number: without the tolerance the rank would be one
    # too high.
    return min(max(int(np.ceil(n * q - 1e-6)) - 1, 0), n - 1)
