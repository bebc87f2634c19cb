"""Rules: the choice that a fitted policy makes at a node, as a function of the features seen there, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sim.options.arrays import BoolArray, FloatArray, IntArray


class Rule(Protocol):
    """A rule, which makes a choice on each path from the features known at the node."""

    def choose(self, features: FloatArray) -> IntArray:
        """Return the index of the choice on each path, shape (paths,), from features, shape (paths, features)."""
        ...

    def words(self, choices: Sequence[str], features: Sequence[str]) -> str:
        """Return the rule in words; `choices` and `features` are the names."""
        ...


@dataclass(frozen=True, slots=True)
class Always:
    """One choice, whatever is seen."""

    choice: int

    def choose(self, features: FloatArray) -> IntArray:
        """Return the same choice for every path, shape (paths,)."""
        return np.full(len(features), self.choice, dtype=np.int64)

    def words(self, choices: Sequence[str], features: Sequence[str]) -> str:  # noqa: ARG002
        """Return the rule in words: `always keep`."""
        return f"always {choices[self.choice]}"


@dataclass(frozen=True, slots=True)
class Split:
    """One branch where the feature is less than the threshold, and the other elsewhere."""

    feature: int
    threshold: float
    below: Split | Always
    above: Split | Always

    def choose(self, features: FloatArray) -> IntArray:
        """Return the choice of the leaf that each path falls into, shape (paths,)."""
        under: BoolArray = features[:, self.feature] < self.threshold
        return np.where(under, self.below.choose(features), self.above.choose(features))

    def words(self, choices: Sequence[str], features: Sequence[str]) -> str:
        """Return the rule in words: `demand below 5 and price below 2 -> wait; demand below 5 -> keep; else build`."""
        *first, (_, last) = self._clauses((), choices, features)
        return "; ".join([f"{' and '.join(when)} -> {choice}" for when, choice in first] + [f"else {last}"])

    def _clauses(
        self, above: tuple[str, ...], choices: Sequence[str], features: Sequence[str]
    ) -> list[tuple[tuple[str, ...], str]]:
        """Return conditions and choices in the order in which they are read: each holds where none before it does."""
        here = (*above, f"{features[self.feature]} below {_short(self.threshold)}")
        found = []
        for conditions, branch in ((here, self.below), (above, self.above)):
            if isinstance(branch, Always):
                found.append((conditions, choices[branch.choice]))
            else:
                found += branch._clauses(conditions, choices, features)
        return found


@dataclass(frozen=True, slots=True)
class Linear:
    """The choice with the greatest predicted gain over `base`, from a regression on features.

    Features are clipped to the range `low` to `high` that the rule was fitted on, and standardised; with `quadratic`
    their squares and products follow. `weights` (terms, choices) is 0 for `base`. `told` is the tree nearest to the
    rule, which describes it in words, and `agrees` the share of paths on which both make the same choice.
    """

    base: int
    low: FloatArray
    high: FloatArray
    centre: FloatArray
    scale: FloatArray
    quadratic: bool
    intercept: FloatArray
    weights: FloatArray
    told: Split | Always
    agrees: float

    def terms(self, features: FloatArray) -> FloatArray:
        """Return the regressors, shape (paths, terms)."""
        # A regression must not be extrapolated to a path beyond those that it was fitted on.
        return regressors((np.clip(features, self.low, self.high) - self.centre) / self.scale, self.quadratic)

    def predicted(self, features: FloatArray) -> FloatArray:
        """Return the predicted gain of each choice over the base, shape (paths, choices)."""
        return self.intercept + self.terms(features) @ self.weights

    def choose(self, features: FloatArray) -> IntArray:
        """Return the choice of greatest predicted gain, shape (paths,); the base where no gain is positive."""
        gains = self.predicted(features)
        return np.where(gains.max(axis=1) > 0.0, gains.argmax(axis=1), self.base)

    def words(self, choices: Sequence[str], features: Sequence[str]) -> str:
        """Return the nearest tree in words, and the share of paths on which it makes the same choice."""
        told = self.told.words(choices, features)
        if self.agrees == 1.0:
            return told
        return f"{told} (nearest tree to a {self.kind} rule, the same on {self.agrees:.0%} of paths)"

    @property
    def kind(self) -> str:
        """`linear` or `quadratic`."""
        return "quadratic" if self.quadratic else "linear"


def regressors(standardised: FloatArray, quadratic: bool) -> FloatArray:
    """Return the features, with `quadratic` also their squares and pairwise products, shape (paths, terms)."""
    if not quadratic:
        return standardised
    first, second = np.triu_indices(standardised.shape[1])
    return np.hstack([standardised, standardised[:, first] * standardised[:, second]])


def _short(number: float) -> str:
    """Return a number with three digits if it is small, and with all its integer digits if large: 0.141, 18,024."""
    return f"{number:,.0f}" if 1000 <= abs(number) < 1e9 else f"{number:.3g}"
