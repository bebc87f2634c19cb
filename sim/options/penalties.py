"""Penalties on knowing the future: products of features seen at a node and functions of later shocks with mean zero.

A policy that does not look ahead pays zero on average, whatever the coefficients are, since the features are known
before the shocks are drawn. A policy that looks ahead pays more. The best coefficients are those of the martingale part
of the value function (Rogers 2002; Haugh & Kogan 2004; Brown, Smith & Sun 2010). They are found by regressing what a
choice earns on these products, backward along the fitted policy; the products have mean zero whatever is fitted
(Belomestny, Bender & Schoenmakers 2009).
"""

from __future__ import annotations

import numpy as np

from sim.options.arrays import END, Arrays, FloatArray, Later, Stage
from sim.options.estimates import Paths
from sim.options.fitting import QUADRATIC_TERMS
from sim.options.rules import regressors

PATHS_A_TERM = 20
"""Training paths required for each coefficient of a penalty."""
LEAST_T = 3.0
"""|t| of the correlation above which a product is used; among hundreds few exceed it by chance."""
PENALTIES = (1e-8, 1e-6, 1e-4, 1e-2)
"""Ridge penalties, as multiples of the number of paths."""


def penalties(arrays: Arrays, stage: Stage, brought: FloatArray, paths: Paths) -> FloatArray:
    """Return the penalty of each choice of a node on each path, shape (choices, paths), fitted on the training paths.

    `brought` (choices, paths) is what each choice earns from the node on, less the penalties of later nodes.
    """
    if not arrays.shocks:
        return np.zeros_like(brought)
    known, training = _known(stage, paths), paths.training
    # What the features explain is known at the node; only the residual can come from later shocks.
    seen, weighted = known[training], known[training] * paths.weights[training, None]
    inverse = np.linalg.pinv(weighted.T @ seen, rcond=1e-12, hermitian=True)
    # One choice at a time: in a product of matrices the rounding of a row could depend on how many choices there are,
    # and an unused choice must not change a value.
    rests = [row - seen @ (inverse @ (weighted.T @ row)) for row in brought[:, training]]
    least = 1e-10 * np.abs(brought).max(initial=0.0)
    found = [
        _penalty(arrays, stage, choice, rest, known, paths) if np.abs(rest).max() > least else np.zeros(arrays.paths)
        for choice, rest in enumerate(rests)
    ]
    return np.stack(found)


def _known(stage: Stage, paths: Paths) -> FloatArray:
    """Return the regressors known at a node, shape (paths, terms): one, features, and with enough paths their products.

    Features are standardised, and clipped to their range on the training paths: a fresh path beyond it must not be
    extrapolated.
    """
    count, features = int(paths.training.sum()), stage.features
    seen = features[paths.training]
    features = features[:, np.ptp(seen, axis=0) > 0.0] if seen.size else features[:, :0]
    seen = features[paths.training]
    standardised = (np.clip(features, seen.min(axis=0), seen.max(axis=0)) - seen.mean(axis=0)) / seen.std(axis=0)
    terms = features.shape[1] * (features.shape[1] + 3) // 2
    columns = regressors(standardised, terms <= QUADRATIC_TERMS * count / PATHS_A_TERM)
    return np.column_stack([np.ones(len(columns)), columns])


def _penalty(
    arrays: Arrays, stage: Stage, choice: int, rest: FloatArray, known: FloatArray, paths: Paths
) -> FloatArray:
    """Return the penalty of one choice on each path, shape (paths,); zero where no product correlates with `rest`."""
    products = _products(arrays, stage, choice, known, rest, paths)
    if products is None:
        return np.zeros(arrays.paths)
    found: FloatArray = products @ _slopes(products[paths.training], rest, np.sqrt(paths.weights[paths.training]))
    return found


def _slopes(products: FloatArray, rest: FloatArray, root: FloatArray) -> FloatArray:
    """Return the coefficients of a ridge regression without intercept, shape (products,).

    The ridge penalty is the one of least generalised cross-validation (Golub, Heath & Wahba 1979); the coefficients are
    all zero where that is less still. Without a penalty, products of collinear features would be fitted to noise with
    large coefficients.
    """
    weighted, target = root[:, None] * products, root * rest
    scale = np.sqrt((weighted**2).mean(axis=0))
    values, vectors = np.linalg.eigh((weighted / scale).T @ (weighted / scale))
    values = np.maximum(values, 0.0)
    projected, count = vectors.T @ ((weighted / scale).T @ target), len(target)
    best, found = float(target @ target) / count**2, np.zeros(products.shape[1])
    for penalty in PENALTIES:
        shrunk = projected / (values + penalty * count)
        kept = values / (values + penalty * count)
        # |y - X b|^2 = y'y - 2 b'X'y + b'X'X b
        unexplained = float(target @ target) - float(shrunk @ (2 * projected - values * shrunk))
        score = unexplained / max(count - float(kept.sum()), 1.0) ** 2
        if score < best:
            best, found = score, vectors @ shrunk / scale
    return found


def _products(
    arrays: Arrays, stage: Stage, choice: int, known: FloatArray, rest: FloatArray, paths: Paths
) -> FloatArray | None:
    """Return products of what is known and of later shocks that are correlated with the residual; None if none are.

    Shocks before the next node enter with all their functions. Later shocks enter linearly only: the penalties of later
    nodes account for them, except in the cash of this choice.
    """
    to = stage.to[choice]
    until = np.inf if to == END else arrays.stages[to].at
    later = [_functions(shock, until) for shock in arrays.shocks if shock.later_than(stage.at)]
    if not later:
        return None
    functions, training = np.hstack(later), paths.training
    strengths = _t(known[training], functions[training], rest, paths.weights[training])
    most = max(int(training.sum()) // PATHS_A_TERM - known.shape[1], 0)
    order = np.argsort(-strengths, axis=None, kind="stable")[:most]
    terms, places = np.unravel_index(np.sort(order[strengths.ravel()[order] > LEAST_T]), strengths.shape)
    return known[:, terms] * functions[:, places] if len(terms) else None


def _functions(shock: Later, until: float) -> FloatArray:
    """Return all functions of a shock that is drawn before the date `until`; of a later one only the shock itself."""
    return shock.functions[:, :1] if shock.later_than(until) else shock.functions


def _t(known: FloatArray, functions: FloatArray, rest: FloatArray, weights: FloatArray) -> FloatArray:
    """Return |t| of the correlation of each product, with mean zero, with the residual, shape (terms, functions)."""
    weighted = known * weights[:, None]
    sizes = np.sqrt(((known * weighted).T @ functions**2) * float(weights @ rest**2))
    r = np.abs((weighted * rest[:, None]).T @ functions) / np.where(sizes > 0.0, sizes, np.inf)
    found: FloatArray = r * np.sqrt(len(rest) / np.maximum(1.0 - r * r, 1e-12))
    return found
