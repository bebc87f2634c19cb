"""Distributions of uncertain inputs, each given by its low, typical and high value."""

from __future__ import annotations

import math
from enum import StrEnum

LEAST, MOST = 2.0**-54, 1 - 2.0**-53
"""The least and the greatest probability at which anything is drawn: at 0 and 1 a normal would be infinite."""
_Z95 = 1.6448536269514722
"""The 95th percentile of the standard normal distribution."""


class Draw(StrEnum):
    """How an uncertain input is drawn, once per replication, from its low, typical and high."""

    FIXED = "fixed"
    UNIFORM = "uniform"
    TRIANGULAR = "triangular"
    PERT = "pert"
    NORMAL = "normal"
    LOGNORMAL = "lognormal"


def quantile(draw: Draw, low: float, mode: float, high: float, u: float) -> float:
    """Return the value of an uncertain number at probability `u`.

    Triangular and PERT (a beta with mean (low + 4 mode + high) / 6, Malcolm et al. 1959) span low to high; normal and
    lognormal take low and high as their 5th and 95th percentiles.
    """
    from scipy import special

    if draw is Draw.UNIFORM or high == low:
        return low + u * (high - low)
    if draw is Draw.TRIANGULAR:
        return _triangular(low, mode, high, u)
    if draw is Draw.PERT:
        a = 1 + 4 * (mode - low) / (high - low)
        b = 1 + 4 * (high - mode) / (high - low)
        return float(low + (high - low) * special.betaincinv(a, b, u))
    # From the 5th to the 95th percentile are 2 _Z95 standard deviations, of the logarithm for a lognormal.
    z = float(special.ndtri(u)) / (2 * _Z95)
    return mode + z * (high - low) if draw is Draw.NORMAL else mode * math.exp(z * math.log(high / low))


def _triangular(low: float, mode: float, high: float, u: float) -> float:
    """Return the quantile of a triangular distribution."""
    if u < (mode - low) / (high - low):
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1 - u) * (high - low) * (high - mode))
