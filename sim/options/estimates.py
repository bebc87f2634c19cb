"""Means over fresh paths with standard errors and control variates, and the conditional value at risk.

A control variate is an array over paths whose mean is known, or is known more precisely than from the fresh paths: from
all paths. Its weights are fitted by least squares on the training paths only, so that the estimate on the fresh paths
is unbiased (Glasserman 2003, section 4.1; for a mean from further paths section 4.1.3, and two-phase sampling in
Cochran 1977, section 12.6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.options.arrays import BoolArray, FloatArray, IntArray

PATHS_A_CONTROL = 20
"""Training paths required for each control variate that is used: with fewer its weight would be fitted to noise."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and its standard error."""

    mean: float
    error: float

    def __str__(self) -> str:
        error = self.error if self.error > 1e-9 * abs(self.mean) else 0.0
        return f"{self.mean:.5g} (+- {error:.2g})"


@dataclass(frozen=True, slots=True)
class Paths:
    """The weights of the paths, which of them are for training, and the groups that were drawn together, if any."""

    weights: FloatArray
    groups: IntArray | None
    training: BoolArray

    @property
    def fresh(self) -> BoolArray:
        """The paths that nothing was fitted on."""
        return ~self.training

    def mean(self, values: FloatArray, of: BoolArray | None = None) -> float:
        """Return the weighted mean of `values` (paths,) on the paths `of` (paths,), by default all."""
        kept = slice(None) if of is None else of
        numbers, weights = values[kept], self.weights[kept]
        # As a difference from the first value, so that the mean of equal numbers is that number, exactly.
        return float(numbers[0] + (weights * (numbers - numbers[0])).sum() / weights.sum())

    def variance(self, values: FloatArray, of: BoolArray) -> float:
        """Return the variance of that mean as a ratio estimator over independent groups (Cochran 1977, section 6.3)."""
        numbers, weights = values[of], self.weights[of]
        parts = weights * (numbers - self.mean(values, of)) / weights.sum()
        if self.groups is not None:
            parts = np.bincount(self.groups[of], parts)[np.unique(self.groups[of])]
        return float((parts**2).sum() * len(parts) / max(len(parts) - 1, 1))

    def share(self, of: BoolArray) -> float:
        """Return the share of the paths `of` in the total weight."""
        return float(self.weights[of].sum() / self.weights.sum())


@dataclass(frozen=True, slots=True)
class Controls:
    """Control variates (paths, k) with their known means (k,); NaN where the mean over all paths is used."""

    values: FloatArray
    means: FloatArray


@dataclass(frozen=True, slots=True)
class Measured:
    """An array over paths with the weights of its controls; the estimate of a sum is the sum of the estimates."""

    values: FloatArray
    weights: FloatArray
    paths: Paths
    controls: Controls

    def __add__(self, other: Measured) -> Measured:
        return Measured(self.values + other.values, self.weights + other.weights, self.paths, self.controls)

    @property
    def estimate(self) -> Estimate:
        """The mean on fresh paths, corrected by the deviation of the controls from their means."""
        if not self.weights.any():
            fresh = self.paths.fresh
            return Estimate(
                self.paths.mean(self.values, fresh), float(np.sqrt(self.paths.variance(self.values, fresh)))
            )
        return _controlled(self.values, self.weights, self.paths, self.controls, self.paths.training)


def _controlled(
    values: FloatArray, weights: FloatArray, paths: Paths, controls: Controls, training: BoolArray
) -> Estimate:
    """Return the controlled mean of `values` on the fresh paths, with its standard error."""
    known = ~np.isnan(controls.means)
    # A control without a known mean is centred on its mean over the training paths, which has an error of its own.
    elsewhere = controls.values @ np.where(known, 0.0, weights)
    rest = values - controls.values @ weights
    mean = paths.mean(rest, ~training) + float(weights[known] @ controls.means[known]) + paths.mean(elsewhere, training)
    return Estimate(mean, float(np.sqrt(paths.variance(rest, ~training) + paths.variance(elsewhere, training))))


def measured(values: FloatArray, paths: Paths, controls: Controls) -> Measured:
    """Return `values` (paths,) with weights of the controls from the training paths; 0 where they reduce no variance.

    Controls with a known mean are regressed on first; the others only on the residuals.
    """
    weights = np.zeros(controls.values.shape[1])
    known = ~np.isnan(controls.means)
    for kind in (known, ~known):
        further = weights + _regressed(values - controls.values @ weights, kind, paths, controls)
        if _variance(values, further, paths, controls) < _variance(values, weights, paths, controls):
            weights = further
    return Measured(values, weights, paths, controls)


def _regressed(values: FloatArray, kind: BoolArray, paths: Paths, controls: Controls) -> FloatArray:
    """Return least-squares weights of the controls marked by `kind` (k,), fitted on the training paths.

    Only the controls that are most correlated with the values are used, one for every `PATHS_A_CONTROL` paths.
    """
    training, found = paths.training, np.zeros(len(kind))
    kept = np.flatnonzero(kind)
    target = (values - paths.mean(values, training))[training]
    weights, columns = paths.weights[training], controls.values[training][:, kept]
    columns = columns - weights @ columns / weights.sum()
    spread = np.sqrt(weights @ columns**2)
    strength = np.abs((weights * target) @ columns) / np.where(spread > 0.0, spread, np.inf)
    strongest = np.argsort(-strength, kind="stable")[: int(training.sum()) // PATHS_A_CONTROL]
    # Back in the order of the columns, so that rounding in the strengths does not change the order of sums.
    strongest = np.sort(strongest[strength[strongest] > 0.0])
    root = np.sqrt(weights)
    slopes = np.linalg.lstsq(root[:, None] * columns[:, strongest], root * target, rcond=1e-8)[0]
    # The mean over all paths contains the fresh ones. A correction to it equals a correction to the mean over the
    # training paths, with a weight that is smaller by their share.
    found[kept[strongest]] = slopes * np.where(np.isnan(controls.means[kept[strongest]]), paths.share(training), 1.0)
    return found


def _variance(values: FloatArray, weights: FloatArray, paths: Paths, controls: Controls) -> float:
    """Return the variance of the estimate on fresh paths, as predicted from the training paths."""
    training, count = paths.training, int(paths.training.sum())
    elsewhere = controls.values @ np.where(np.isnan(controls.means), weights, 0.0)
    # Residuals on the paths of the fit are too small: one degree of freedom is lost with each weight.
    chosen = count / max(count - int(np.count_nonzero(weights)) - 1, 1)
    carried = chosen * paths.share(training) / paths.share(paths.fresh)
    rest = paths.variance(values - controls.values @ weights, training)
    return carried * rest + paths.variance(elsewhere, training)


def cvar(values: FloatArray, weights: FloatArray | None = None, tail: float = 0.05) -> float:
    """Return the conditional value at risk: the weighted mean of the lowest values, up to the share `tail` of weight.

    The path at the edge of the tail counts with the part of its weight that is inside (Rockafellar & Uryasev 2002).
    `values` and `weights` have the shape (paths,); weights are equal by default.
    """
    order = np.argsort(values, kind="stable")
    shares = (np.ones(len(values)) if weights is None else weights)[order]
    shares = shares / shares.sum()
    inside = np.clip(tail - (np.cumsum(shares) - shares), 0.0, shares)
    return float(inside @ values[order] / inside.sum())
