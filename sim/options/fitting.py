"""Rules fitted to gains: ridge regressions and trees of depth two, chosen by their out-of-fold gain.

Gains (paths, choices) are what each choice earns on a path beyond the base, which is the choice of the best fixed plan;
its column is zero. Regressing differences removes all noise that the choices share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.options.arrays import FloatArray, IntArray, taken
from sim.options.rules import Always, Linear, Rule, Split, regressors

Candidates = Callable[[FloatArray, FloatArray, FloatArray, int], Sequence[Rule]]
"""(features, gains, weights, base) -> rules of several kinds, always in the same order of kinds."""

PENALTIES = (1e-4, 1e-2, 1.0)
"""Ridge penalties, as multiples of the number of paths; regressors are standardised."""
QUADRATIC_TERMS = 0.1
"""Terms of a quadratic rule for each path, above which it is not tried."""
SPLITS = 24
"""Thresholds tried for each feature, at quantiles."""
MOST_SPLITS = 400
"""Thresholds tried for all features together."""
LEAST_LEAF = 5
"""Least number of paths in a leaf of a tree."""
LEAF_SHARE = 0.01
"""Least share of all paths in a leaf."""
FOLDS = 5


def kinds(features: FloatArray, gains: FloatArray, weights: FloatArray, base: int) -> list[Rule]:
    """Return the rules tried by default: a tree, linear ridge regressions and, with enough paths, quadratic ones."""
    terms = features.shape[1] * (features.shape[1] + 3) // 2
    found: list[Rule] = [tree(features, gains, weights, base), *ridge(features, gains, weights, base, PENALTIES)]
    # Last: a fold may have too few paths for them where all paths together have enough, and rules of the folds are
    # matched by their position.
    if terms <= QUADRATIC_TERMS * len(features):
        found += ridge(features, gains, weights, base, PENALTIES, quadratic=True)
    return found


def least_squares(features: FloatArray, gains: FloatArray, weights: FloatArray, base: int) -> Linear:
    """Return the rule of one ordinary least-squares regression on the features as they are."""
    return ridge(features, gains, weights, base, (0.0,))[0]


def ridge(
    features: FloatArray,
    gains: FloatArray,
    weights: FloatArray,
    base: int,
    penalties: Sequence[float],
    *,
    quadratic: bool = False,
) -> list[Linear]:
    """Return the rule of one ridge regression for each penalty (Hoerl & Kennard 1970); the intercept is not penalised.

    `features` (paths, names) are regressors, with `quadratic` also their squares and products; `gains` (paths, choices)
    are the targets. One eigendecomposition serves all penalties. It also makes collinear features harmless: directions
    without variance are dropped.
    """
    shares = weights / weights.sum()
    centre = shares @ features
    scale = np.sqrt(shares @ (features - centre) ** 2)
    # A constant feature is divided by infinity and so becomes a regressor that is always 0, also on fresh paths.
    scale = np.where(scale > 1e-12 * (np.abs(centre) + 1e-300), scale, np.inf)
    terms = regressors((features - centre) / scale, quadratic)
    middle, level = shares @ terms, shares @ gains
    root = np.sqrt(shares)[:, None]
    weighted = root * (terms - middle)
    values, vectors = np.linalg.eigh(weighted.T @ weighted)
    projected = vectors.T @ (weighted.T @ (root * (gains - level)))
    whole = values > 1e-12 * max(values.max(initial=0.0), 1e-300)
    found = []
    for penalty in penalties:
        shrunk = np.where(whole, 1.0 / np.where(whole, values + penalty, 1.0), 0.0)
        slopes = vectors @ (shrunk[:, None] * projected)
        rule = Linear(
            base, features.min(axis=0), features.max(axis=0), centre, scale, quadratic,
            level - middle @ slopes, slopes, Always(base), 1.0,
        )  # fmt: skip
        found.append(rule)
    return found


def told(rule: Rule, features: FloatArray, weights: FloatArray) -> Rule:
    """Return the rule; a linear one with the tree nearest to it on these paths, which is its description in words."""
    if not isinstance(rule, Linear):
        return rule
    near = tree(features, rule.predicted(features), weights, rule.base)
    same = near.choose(features) == rule.choose(features)
    return replace(rule, told=near, agrees=float(weights @ same / weights.sum()))


def tree(features: FloatArray, gains: FloatArray, weights: FloatArray, base: int) -> Split | Always:
    """Return the tree of at most two splits on the way to a leaf that earns most on these paths (Athey & Wager 2021).

    The search is exhaustive: all pairs of thresholds are compared, from tables of the sums of gains below both.
    """
    grid = _Grid.of(features)
    weighted = gains * (weights / weights.mean())[:, None]
    # The base comes first, since argmax takes the first of equals.
    order = [base, *(k for k in range(gains.shape[1]) if k != base)]
    whole = weighted.sum(axis=0)[order]
    if not len(grid.thresholds):
        return Always(order[int(whole.argmax())])
    both = np.stack([grid.below_both(weighted[:, k]) for k in order])
    counts = grid.below_both(np.ones(len(features)))
    one = np.diagonal(both, axis1=1, axis2=2)
    least = max(LEAST_LEAF, LEAF_SHARE * len(features))
    sides = (
        _second(both, one[:, :, None] - both, counts, counts.diagonal()[:, None] - counts, least),
        _upper(both, one, counts, whole, len(features), least),
    )
    return _grown(sides, grid.places, grid.thresholds, order, whole)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Thresholds of all features: the feature (`places`) and the rank within it of each.

    `cells` (paths, features) counts the thresholds of the feature that are not above the value on the path.
    """

    places: IntArray
    ranks: IntArray
    thresholds: FloatArray
    cells: IntArray

    @classmethod
    def of(cls, features: FloatArray) -> _Grid:
        """Return the thresholds halfway between neighbouring values; at quantiles where there are many values."""
        paths, count = features.shape
        each = max(min(SPLITS, MOST_SPLITS // max(count, 1), paths // LEAST_LEAF), 1)
        found = [_thresholds(column, each) for column in features.T]
        cells = [np.searchsorted(t, column, side="right") for t, column in zip(found, features.T, strict=True)]
        places = np.repeat(np.arange(len(found)), [len(t) for t in found])
        ranks = np.concatenate([np.arange(len(t)) for t in found]) if found else places
        thresholds = np.concatenate(found) if found else np.empty(0)
        return cls(places, ranks, thresholds, np.column_stack(cells) if cells else np.empty((0, 0), dtype=np.int64))

    def below_both(self, weights: FloatArray) -> FloatArray:
        """Return the sum of weights over the paths below each pair of thresholds, shape (thresholds, thresholds)."""
        count, deep = self.cells.shape[1], int(self.ranks.max()) + 2
        every, repeated = self.cells + deep * np.arange(count), np.repeat(weights, count)
        rows = []
        for feature in range(count):
            own = int((self.places == feature).sum())
            among = (self.cells[:, feature, None] * (count * deep) + every).ravel()
            # A two-dimensional histogram for each other feature, cumulated in both directions: the time is linear in
            # paths.
            table = np.bincount(among, repeated, (own + 1) * count * deep).reshape(own + 1, count, deep)
            rows.append(table.cumsum(axis=0).cumsum(axis=2)[:-1][:, self.places, self.ranks])
        return np.concatenate(rows)


Side = tuple[FloatArray, IntArray, IntArray, IntArray]
"""For each first split the gain of one side, the second split there (-1: none), and the choices below and above it."""


def _upper(both: FloatArray, one: FloatArray, counts: FloatArray, whole: FloatArray, paths: int, least: float) -> Side:
    """Return the best second split of the paths that are not below each first split."""
    # Everything above is found by subtraction from the totals, so no second table is needed.
    inner = one[:, None, :] - both
    below = counts.diagonal()
    in_count = below[None, :] - counts
    outer = whole[:, None, None] - one[:, :, None] - inner
    return _second(inner, outer, in_count, paths - below[:, None] - in_count, least)


def _second(inner: FloatArray, outer: FloatArray, in_count: FloatArray, out_count: FloatArray, least: float) -> Side:
    """Return the best second split on one side of each first split.

    `inner` and `outer`, shape (choices, first, second), are the sums of gains below and above the second split;
    `in_count` and `out_count`, shape (first, second), are the numbers of paths. Leaves of less than `least` paths are
    not allowed.
    """
    unsplit = (inner + outer)[:, :, 0]
    scores = inner.max(axis=0) + outer.max(axis=0)
    scores = np.where((in_count >= least) & (out_count >= least), scores, -np.inf)
    best = scores.argmax(axis=1)
    rows = np.arange(len(best))
    plain = unsplit.max(axis=0)
    # A second split that earns no more than rounding is left out: the rule stays simpler.
    better = scores[rows, best] > plain + 1e-12 * np.abs(plain)
    size = in_count[:, 0] + out_count[:, 0]
    gain = np.where(size >= least, np.where(better, scores[rows, best], plain), -np.inf)
    low = np.where(better, inner.argmax(axis=0)[rows, best], unsplit.argmax(axis=0))
    high = np.where(better, outer.argmax(axis=0)[rows, best], low)
    return gain, np.where(better, best, -1), low, high


def _grown(
    sides: tuple[Side, Side], places: IntArray, thresholds: FloatArray, order: list[int], whole: FloatArray
) -> Split | Always:
    """Return the tree with the best first split, or one choice for all paths where no split earns more."""
    total = sides[0][0] + sides[1][0]
    root = int(total.argmax())
    if not total[root] > whole.max() + 1e-12 * np.abs(whole).max():
        return Always(order[int(whole.argmax())])
    branches: list[Split | Always] = []
    for _, second, low, high in sides:
        leaf = Always(order[int(low[root])])
        k = int(second[root])
        above = Always(order[int(high[root])])
        branches.append(leaf if k < 0 or leaf == above else Split(int(places[k]), float(thresholds[k]), leaf, above))
    return _plain(Split(int(places[root]), float(thresholds[root]), branches[0], branches[1]))


def _plain(split: Split) -> Split:
    """Return the tree without the outer split, where the inner split on the same feature alone is equivalent."""
    below, above = split.below, split.above
    if isinstance(above, Split) and above.feature == split.feature and above.below == below:
        return above
    if isinstance(below, Split) and below.feature == split.feature and below.above == above:
        return below
    return split


def _thresholds(column: FloatArray, most: int) -> FloatArray:
    """Return at most `most` thresholds between the values of a feature, at quantiles where there are more values."""
    values = np.unique(column)
    if len(values) > most + 1:
        values = np.unique(np.quantile(column, np.linspace(0, 1, most + 2), method="nearest"))
    # A path is below a threshold if its value is less. The middle of two neighbouring floats may round to the lower
    # one, and then both values would be on the same side.
    middle: FloatArray = np.maximum((values[:-1] + values[1:]) / 2, np.nextafter(values[:-1], np.inf))
    return middle


def chosen(
    features: FloatArray, gains: FloatArray, weights: FloatArray, base: int, folds: IntArray, candidates: Candidates
) -> Rule:
    """Return the rule that earns most out of fold.

    A fixed choice must earn one standard error more than the base, and a rule that uses features one standard error
    more than the fixed choice: with many weak features some rule looks better by chance. `features` (paths, names),
    `gains` (paths, choices), `weights` and `folds` (paths,) are those of the training paths.
    """
    constant = Always(_best(gains, weights, base))
    if not gains.any():
        return Always(base)
    scores = _out_of_fold(gains, weights, folds, lambda of: [Always(_best(gains[of], weights[of], base))], features)
    # Gains are relative to the base, so its own are zero.
    current, rule = np.zeros(len(gains)), Always(base)
    if constant != rule and _beats(scores[0], current, weights):
        current, rule = scores[0], constant
    if not features.shape[1] or not np.ptp(features, axis=0).any():
        return rule
    scores = _out_of_fold(
        gains, weights, folds, lambda of: candidates(features[of], gains[of], weights[of], base), features
    )
    totals = scores @ weights
    # Among rules that are equal up to rounding the first, which is the tree: its words describe it exactly.
    best = int(np.argmax(totals >= totals.max() - 1e-9 * np.abs(totals).max()))
    if not _beats(scores[best], current, weights):
        return rule
    # The kind is chosen out of fold; the rule itself is then fitted on all training paths.
    return told(candidates(features, gains, weights, base)[best], features, weights)


def _best(gains: FloatArray, weights: FloatArray, base: int) -> int:
    """Return the choice of greatest mean gain; the base where no other has a positive mean."""
    means = weights @ gains
    return base if means.max() <= 0.0 else int(means.argmax())


def _out_of_fold(
    gains: FloatArray,
    weights: FloatArray,
    folds: IntArray,
    fit: Callable[[IntArray], Sequence[Rule]],
    features: FloatArray,
) -> FloatArray:
    """Return the gain of each rule on each path when it is fitted on the other folds, shape (rules, paths)."""
    found: list[FloatArray] = []
    for fold in range(int(folds.max()) + 1):
        held = folds == fold
        if not weights[~held].any():
            continue
        rules = fit(np.flatnonzero(~held))
        if not found:
            found = [np.zeros(len(gains)) for _ in rules]
        # Not strict: a fold may have fewer kinds of rules than the first one, see `kinds`.
        for score, rule in zip(found, rules, strict=False):
            score[held] = taken(gains[held].T, rule.choose(features[held]))
    return np.stack(found)


def _beats(score: FloatArray, current: FloatArray, weights: FloatArray) -> bool:
    """Return whether a gain exceeds the current one by more than one standard error of the paired difference."""
    gain = score - current
    mean = float(weights @ gain / weights.sum())
    return mean > float(np.sqrt((weights**2) @ (gain - mean) ** 2)) / float(weights.sum())
