"""Rules: what a fitted policy does at one node, as a function of the features seen there, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sim.options.arrays import BoolArray, FloatArray, IntArray


class Rule(Protocol):
    """Chooses on each path from features (paths, features) known at the node."""

    def choose(self, features: FloatArray) -> IntArray:
        """The place of the choice on each path (paths,)."""
        ...

    def words(self, choices: Sequence[str], features: Sequence[str]) -> str:
        """The rule in words."""
        ...


@dataclass(frozen=True, slots=True)
class Always:
    """One choice, whatever is seen."""

    choice: int

    def choose(self, features: FloatArray) -> IntArray:
        """That choice on every path."""
        return np.full(len(features), self.choice, dtype=np.int64)

    def words(self, choices: Sequence[str], features: Sequence[str]) -> str:  # noqa: ARG002
        """`always keep`."""
        return f"always {choices[self.choice]}"


@dataclass(frozen=True, slots=True)
class Split:
    """Below the threshold one way, else the other."""

    feature: int
    threshold: float
    below: Split | Always
    above: Split | Always

    def choose(self, features: FloatArray) -> IntArray:
        """The choice of the leaf that each path falls into."""
        under: BoolArray = features[:, self.feature] < self.threshold
        return np.where(under, self.below.choose(features), self.above.choose(features))

    def words(self, choices: Sequence[str], features: Sequence[str]) -> str:
        """`demand below 5 and price below 2 -> wait; demand below 5 -> keep; else build`."""
        clauses = self._clauses((), choices, features)
        *first, (_, last) = clauses
        return "; ".join([f"{' and '.join(when)} -> {choice}" for when, choice in first] + [f"else {last}"])

    def _clauses(
        self, above: tuple[str, ...], choices: Sequence[str], features: Sequence[str]
    ) -> list[tuple[tuple[str, ...], str]]:
        """Conditions and choices, read one after the other: a later one holds where no earlier one did."""
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
    """The choice with the greatest predicted gain over `base`, by a regression on features.

    Features are held within the range `low` to `high` that the rule was fitted on, and standardised; with
    `quadratic` their squares and products follow. `weights` (terms, choices) is 0 for `base`. `told` is the tree
    nearest to the rule, for words, and `agrees` the share of paths on which both choose alike.
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
        """The regressors (paths, terms)."""
        return regressors((np.clip(features, self.low, self.high) - self.centre) / self.scale, self.quadratic)

    def predicted(self, features: FloatArray) -> FloatArray:
        """The predicted gain of each choice over the base (paths, choices)."""
        return self.intercept + self.terms(features) @ self.weights

    def choose(self, features: FloatArray) -> IntArray:
        """The greatest predicted gain; the base where none is positive."""
        gains = self.predicted(features)
        return np.where(gains.max(axis=1) > 0.0, gains.argmax(axis=1), self.base)

    def words(self, choices: Sequence[str], features: Sequence[str]) -> str:
        """The nearest tree, and on how many paths it chooses the same."""
        told = self.told.words(choices, features)
        if self.agrees == 1.0:
            return told
        return f"{told} (nearest tree to a {self.kind} rule, the same on {self.agrees:.0%} of paths)"

    @property
    def kind(self) -> str:
        """`linear` or `quadratic`."""
        return "quadratic" if self.quadratic else "linear"


def regressors(standardised: FloatArray, quadratic: bool) -> FloatArray:
    """Features, with `quadratic` their squares and products of two as well (paths, terms)."""
    if not quadratic:
        return standardised
    first, second = np.triu_indices(standardised.shape[1])
    return np.hstack([standardised, standardised[:, first] * standardised[:, second]])


def _short(number: float) -> str:
    """Three digits of a small number, all whole ones of a large one: 0.141, 18,024."""
    return f"{number:,.0f}" if 1000 <= abs(number) < 1e9 else f"{number:.3g}"
