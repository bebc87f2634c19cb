"""Random numbers of units: their quantiles and their mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.draws.curves import value
from sim.draws.streams import quantile
from sim.plan import FloatArray, UnitsPlan
from sim.vocabulary import Shape, UnitShape

Cumulated = Callable[[FloatArray], FloatArray]
"""The chance of at most so many units."""


def mean_units(units: UnitsPlan, vector: FloatArray) -> float:
    """Return the mean of a number of units."""
    if units.shape is not UnitShape.EMPIRICAL:
        return value(vector, units.mean)
    values, weights = _listed(units, vector)
    return float(values @ weights / weights.sum())


def drawn_units(units: UnitsPlan, vector: FloatArray, u: FloatArray) -> FloatArray:
    """Return units at these probabilities, by inverse transform; shape as `u`."""
    mean, cv = value(vector, units.mean), value(vector, units.cv)
    if units.shape is UnitShape.EMPIRICAL:
        values, weights = _listed(units, vector)
        cumulated = np.cumsum(weights)
        return np.asarray(values[np.searchsorted(cumulated, u * cumulated[-1], side="right")])
    if units.shape is UnitShape.POISSON:
        return _poisson(mean, u)
    if units.shape is UnitShape.NEGATIVE_BINOMIAL:
        return _negative_binomial(mean, cv, u)
    return quantile(Shape(units.shape), mean, cv, u)


def _listed(units: UnitsPlan, vector: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return values in increasing order, and their weights."""
    values = vector[list(units.values)]
    weights = vector[list(units.weights)] if units.weights else np.ones(values.size)
    order = np.argsort(values, kind="stable")
    return values[order], weights[order]


def _poisson(mean: float, u: FloatArray) -> FloatArray:
    """Return Poisson quantiles."""
    from scipy import special

    return _counts(lambda k: np.asarray(special.pdtr(k, mean)), mean, u)


def _negative_binomial(mean: float, cv: float, u: FloatArray) -> FloatArray:
    """Return negative binomial quantiles with variance (cv mean)^2; Poisson's as it approaches the mean."""
    from scipy import special

    excess = cv**2 * mean - 1.0
    if excess <= 1e-9:
        return _poisson(mean, u)
    successes, chance = mean / excess, 1.0 / (1.0 + excess)
    return _counts(lambda k: np.asarray(special.betainc(successes, k + 1.0, chance)), mean, u)


def _counts(cumulated: Cumulated, mean: float, u: FloatArray) -> FloatArray:
    """Return the fewest units whose cumulative probability reaches each probability."""
    # Doubled until it is reached, then bisected. The bracket begins below 0, so that 0 units can be found.
    below, reached = np.full(u.shape, -1.0), np.full(u.shape, 1.0 + np.ceil(mean))
    while np.any(short := cumulated(reached) < u):
        reached = np.where(short, 2.0 * reached, reached)
    while np.any(reached - below > 1.0):
        middle = np.maximum(np.floor((below + reached) / 2.0), 0.0)
        enough = cumulated(middle) >= u
        reached, below = np.where(enough, middle, reached), np.where(enough, below, middle)
    return reached


__all__ = ["drawn_units", "mean_units"]
