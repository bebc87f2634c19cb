"""Checks for look-ahead, which makes a value too high: features that depend on later shocks, shocks with a mean."""

from __future__ import annotations

import numpy as np

from sim.errors import InputError, Problem, argument
from sim.options.arrays import Arrays, FloatArray, Later

MOST_T = 5.0
"""|t| above which a correlation is taken as real: one in two million exceeds it by chance for each pair."""
LEAST_PATHS = 20
"""Effective number of paths that a slope must depend on: the inverse of the sum of their squared shares in it."""


def refuse_leaks(arrays: Arrays) -> None:
    """Check that no feature is correlated with a later shock, and that every shock has mean zero.

    Raises:
        InputError: each feature and each shock for which this fails, with its |t|.
    """
    problems = [
        _problem(f"shocks.{s.name}", "its mean is not zero", t)
        for s in arrays.shocks
        if (t := _mean_t(s, arrays.weights))
    ]
    for stage in arrays.stages:
        later = [shock for shock in arrays.shocks if shock.later_than(stage.at)]
        if not later or not stage.names:
            continue
        strengths = _slopes_t(stage.features, np.hstack([shock.functions for shock in later]), arrays.weights)
        owners = [shock.name for shock in later for _ in range(shock.functions.shape[1])]
        for name, row in zip(stage.names, strengths, strict=True):
            if row.max() > MOST_T:
                message = f"is correlated with shock {owners[int(row.argmax())]!r}, drawn later"
                problems.append(_problem(f"nodes.{stage.name}.features.{name}", message, float(row.max())))
    if problems:
        raise InputError(problems)


def _problem(path: str, message: str, t: float) -> Problem:
    """Return the problem of a |t| that is too large."""
    return Problem(argument("decisions"), path, message, f"|t| = {t:.3g}", f"at most {MOST_T:g}")


def _mean_t(shock: Later, weights: FloatArray) -> float | None:
    """Return the greatest |t| of the means of the functions of a shock; None where it is small enough."""
    shares = weights / weights.sum()
    means = shares @ shock.functions
    errors = np.sqrt(shares**2 @ (shock.functions - means) ** 2)
    greatest = float(_ratio(means, errors).max())
    return greatest if greatest > MOST_T else None


def _slopes_t(features: FloatArray, functions: FloatArray, weights: FloatArray) -> FloatArray:
    """Return |t| of the slope of each function of later shocks on each feature, shape (features, functions).

    Features are replaced by their ranks, which contain the same information and have no long tails. Standard errors are
    robust to a variance that depends on the feature, as that of a martingale's increments does: HC3 of MacKinnon &
    White (1985), which divides residuals by one less their leverage. |t| is 0 for a feature that is the same on nearly
    all paths, since few paths then determine the slope.
    """
    from scipy.stats import rankdata

    shares = weights / weights.sum()
    ranks = rankdata(features, axis=0)
    centred = ranks - shares @ ranks
    target = functions - shares @ functions
    squares = (shares @ centred**2)[:, None]
    squares = np.where(squares > 0.0, squares, np.inf)
    slopes = (centred * shares[:, None]).T @ target / squares
    told = squares[:, 0] ** 2 >= LEAST_PATHS * (shares**2 @ centred**4)
    leverage = shares[:, None] * (1.0 + centred**2 / squares[:, 0])
    scale = (shares[:, None] / np.maximum(1.0 - leverage, 1e-9)) ** 2
    # The sum of s x^2 (y - b x)^2 is multiplied out: otherwise an array (paths, features, functions) is needed.
    even, odd = ((centred**power * scale).T @ target ** (4 - power) for power in (2, 3))
    spread = even - 2 * slopes * odd + slopes**2 * (centred**4 * scale).sum(axis=0)[:, None]
    return np.where(told[:, None], _ratio(slopes, np.sqrt(np.maximum(spread, 0.0)) / squares), 0.0)


def _ratio(estimates: FloatArray, errors: FloatArray) -> FloatArray:
    """Return |t|: infinite for an estimate without error, 0 for an estimate of zero."""
    size = np.abs(estimates)
    found: FloatArray = np.where(size > 1e-12, size / np.maximum(errors, 1e-15), 0.0)
    return found
