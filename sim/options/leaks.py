"""Refusing what would make a value too high: features that know what is drawn later, shocks with a mean."""

from __future__ import annotations

import numpy as np

from sim.errors import InputError, Problem, argument
from sim.options.arrays import Arrays, FloatArray, Later

MOST_T = 5.0
"""|t| above which a correlation is no chance: one in two million for each pair."""


def refuse_leaks(arrays: Arrays) -> None:
    """Raise InputError for each feature that is correlated with a later shock, and each shock whose mean is not zero."""
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
    return Problem(argument("decisions"), path, message, f"|t| = {t:.3g}", f"at most {MOST_T:g}")


def _mean_t(shock: Later, weights: FloatArray) -> float | None:
    """The greatest |t| of a mean of the shock's functions, where it is too great."""
    shares = weights / weights.sum()
    means = shares @ shock.functions
    errors = np.sqrt(shares**2 @ (shock.functions - means) ** 2)
    greatest = float(_ratio(means, errors).max())
    return greatest if greatest > MOST_T else None


def _slopes_t(features: FloatArray, functions: FloatArray, weights: FloatArray) -> FloatArray:
    """|t| of the slope of each function of later shocks on each feature (features, functions).

    Standard errors allow for a variance that depends on the feature (White 1980), as that of a martingale's
    increments does, with the factor n / (n - 2) for few paths.
    """
    shares, n = weights / weights.sum(), len(weights)
    centred = features - shares @ features
    target = functions - shares @ functions
    squares = (shares @ centred**2)[:, None]
    squares = np.where(squares > 0.0, squares, np.inf)
    slopes = (centred * shares[:, None]).T @ target / squares
    # The sum of w^2 x^2 (y - b x)^2, multiplied out so that no array of (paths, features, functions) is made.
    even, odd = ((centred**p * shares[:, None] ** 2).T @ target ** (4 - p) for p in (2, 3))
    spread = even - 2 * slopes * odd + slopes**2 * (shares**2 @ centred**4)[:, None]
    return _ratio(slopes, np.sqrt(np.maximum(spread, 0.0) * n / max(n - 2, 1)) / squares)


def _ratio(estimates: FloatArray, errors: FloatArray) -> FloatArray:
    """|t|; infinite where an estimate has no error, 0 where it is zero itself."""
    size = np.abs(estimates)
    found: FloatArray = np.where(size > 1e-12, size / np.maximum(errors, 1e-15), 0.0)
    return found
