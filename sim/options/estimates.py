"""Means over fresh paths with their standard errors, control variates included, and the mean of the worst paths.

A control variate is an array over paths whose mean is known, or is better known than on the fresh paths alone:
from all paths. Its weights are least squares on the training paths only, so that the estimate on fresh paths
stays without bias (Glasserman 2003, section 4.1; for a mean from further paths, section 4.1.3 and the
two-phase sampling of Cochran 1977, section 12.6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.options.arrays import BoolArray, FloatArray, IntArray

PATHS_A_CONTROL = 20
"""Training paths for each control variate that is used: fewer would fit noise."""


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
    """Which paths weigh how much, which train and which are fresh, and which were drawn together."""

    weights: FloatArray
    groups: IntArray | None
    training: BoolArray

    @property
    def fresh(self) -> BoolArray:
        """The paths that no rule was fitted on."""
        return ~self.training

    def mean(self, values: FloatArray, of: BoolArray | None = None) -> float:
        """The weighted mean of `values` (paths,), on some of the paths or all. Equal numbers have themselves as mean."""
        kept = slice(None) if of is None else of
        numbers, weights = values[kept], self.weights[kept]
        return float(numbers[0] + (weights * (numbers - numbers[0])).sum() / weights.sum())

    def variance(self, values: FloatArray, of: BoolArray) -> float:
        """The variance of that mean: of a ratio, over independent groups (Cochran 1977, section 6.3)."""
        numbers, weights = values[of], self.weights[of]
        parts = weights * (numbers - self.mean(values, of)) / weights.sum()
        if self.groups is not None:
            parts = np.bincount(self.groups[of], parts)[np.unique(self.groups[of])]
        return float((parts**2).sum() * len(parts) / max(len(parts) - 1, 1))

    def share(self, of: BoolArray) -> float:
        """The weight of some of the paths among all."""
        return float(self.weights[of].sum() / self.weights.sum())


@dataclass(frozen=True, slots=True)
class Controls:
    """Control variates (paths, k), with their known means, NaN where the mean is that over all paths."""

    values: FloatArray
    means: FloatArray


@dataclass(frozen=True, slots=True)
class Measured:
    """An array over paths with the weights of its controls; sums and differences are those of their estimates."""

    values: FloatArray
    weights: FloatArray
    paths: Paths
    controls: Controls

    def __add__(self, other: Measured) -> Measured:
        return Measured(self.values + other.values, self.weights + other.weights, self.paths, self.controls)

    @property
    def estimate(self) -> Estimate:
        """The mean on fresh paths, corrected by what the controls show these paths to be off."""
        if not self.weights.any():
            fresh = self.paths.fresh
            return Estimate(
                self.paths.mean(self.values, fresh), float(np.sqrt(self.paths.variance(self.values, fresh)))
            )
        return _controlled(self.values, self.weights, self.paths, self.controls, self.paths.training)


def _controlled(
    values: FloatArray, weights: FloatArray, paths: Paths, controls: Controls, training: BoolArray
) -> Estimate:
    known = ~np.isnan(controls.means)
    elsewhere = controls.values @ np.where(known, 0.0, weights)
    rest = values - controls.values @ weights
    mean = paths.mean(rest, ~training) + float(weights[known] @ controls.means[known]) + paths.mean(elsewhere, training)
    return Estimate(mean, float(np.sqrt(paths.variance(rest, ~training) + paths.variance(elsewhere, training))))


def measured(values: FloatArray, paths: Paths, controls: Controls) -> Measured:
    """`values` (paths,) with the weights of controls that the training paths suggest; 0 where they gain nothing.

    Controls with a known mean come first: the others correct only what is left.
    """
    weights = np.zeros(controls.values.shape[1])
    known = ~np.isnan(controls.means)
    for kind in (known, ~known):
        further = weights + _regressed(values - controls.values @ weights, kind, paths, controls)
        if _variance(values, further, paths, controls) < _variance(values, weights, paths, controls):
            weights = further
    return Measured(values, weights, paths, controls)


def _regressed(values: FloatArray, kind: BoolArray, paths: Paths, controls: Controls) -> FloatArray:
    """Least-squares weights of the controls of one kind on training paths, those most correlated with the values."""
    training, found = paths.training, np.zeros(len(kind))
    kept = np.flatnonzero(kind)
    target = (values - paths.mean(values, training))[training]
    weights, columns = paths.weights[training], controls.values[training][:, kept]
    columns = columns - weights @ columns / weights.sum()
    spread = np.sqrt(weights @ columns**2)
    strength = np.abs((weights * target) @ columns) / np.where(spread > 0.0, spread, np.inf)
    strongest = np.argsort(-strength, kind="stable")[: int(training.sum()) // PATHS_A_CONTROL]
    strongest = np.sort(strongest[strength[strongest] > 0.0])
    root = np.sqrt(weights)
    slopes = np.linalg.lstsq(root[:, None] * columns[:, strongest], root * target, rcond=1e-8)[0]
    # With a mean from all paths only the part of it that is independent of the fresh ones corrects anything.
    found[kept[strongest]] = slopes * np.where(np.isnan(controls.means[kept[strongest]]), paths.share(training), 1.0)
    return found


def _variance(values: FloatArray, weights: FloatArray, paths: Paths, controls: Controls) -> float:
    """The variance of an estimate as the training paths foretell it."""
    training, count = paths.training, int(paths.training.sum())
    elsewhere = controls.values @ np.where(np.isnan(controls.means), weights, 0.0)
    # Residuals on the paths that chose the weights are too small by the weights chosen.
    chosen = count / max(count - int(np.count_nonzero(weights)) - 1, 1)
    carried = chosen * paths.share(training) / paths.share(paths.fresh)
    rest = paths.variance(values - controls.values @ weights, training)
    return carried * rest + paths.variance(elsewhere, training)


def cvar(values: FloatArray, weights: FloatArray | None = None, tail: float = 0.05) -> float:
    """The mean of the worst (lowest) `tail` of the weight: conditional value at risk.

    The path on the edge of the tail counts with the part of its weight that is in it (Rockafellar & Uryasev 2002).
    """
    order = np.argsort(values, kind="stable")
    shares = (np.ones(len(values)) if weights is None else weights)[order]
    shares = shares / shares.sum()
    inside = np.clip(tail - (np.cumsum(shares) - shares), 0.0, shares)
    return float(inside @ values[order] / inside.sum())
