"""Penalties on knowing the future: features seen at a node times functions of later shocks with mean zero.

A policy that does not look ahead pays them on average nothing, whatever their coefficients, since the features
are known before the shocks are drawn. One that does look ahead pays for it; the best coefficients are those of
the value function's martingale (Rogers 2002; Haugh & Kogan 2004; Brown, Smith & Sun 2010). They are found by
regressing what a choice brings on these products, which have a mean of exactly zero whatever is fitted
(Belomestny, Bender & Schoenmakers 2009), backward along the fitted policy.
"""

from __future__ import annotations

import numpy as np

from sim.options.arrays import END, Arrays, FloatArray, Later, Stage
from sim.options.estimates import Paths
from sim.options.fitting import QUADRATIC_TERMS
from sim.options.rules import regressors

PATHS_A_TERM = 20
"""Training paths for each coefficient of a penalty at least."""
LEAST_T = 3.0
"""|t| of the correlation above which a product is used: of hundreds few pass by chance."""
PENALTIES = (1e-8, 1e-6, 1e-4, 1e-2)
"""Ridge penalties, as multiples of the number of paths."""


def penalties(arrays: Arrays, stage: Stage, brought: FloatArray, paths: Paths) -> FloatArray:
    """The penalty of each choice of a node on each path (choices, paths), fitted on the training paths.

    `brought` (choices, paths) is what each choice brings on from there, less the penalties of later nodes.
    """
    if not arrays.shocks:
        return np.zeros_like(brought)
    known, training = _known(stage, paths), paths.training
    # What the features explain is no surprise of later shocks.
    seen, weighted = known[training], known[training] * paths.weights[training, None]
    inverse = np.linalg.pinv(weighted.T @ seen, rcond=1e-12, hermitian=True)
    # One choice at a time: rounding must not depend on how many choices there are.
    rests = [row - seen @ (inverse @ (weighted.T @ row)) for row in brought[:, training]]
    least = 1e-10 * np.abs(brought).max(initial=0.0)
    found = [
        _penalty(arrays, stage, choice, rest, known, paths) if np.abs(rest).max() > least else np.zeros(arrays.paths)
        for choice, rest in enumerate(rests)
    ]
    return np.stack(found)


def _known(stage: Stage, paths: Paths) -> FloatArray:
    """One, the features, and where paths allow their squares and products (paths, terms), standardised and bounded."""
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
    products = _products(arrays, stage, choice, known, rest, paths)
    if products is None:
        return np.zeros(arrays.paths)
    found: FloatArray = products @ _slopes(products[paths.training], rest, np.sqrt(paths.weights[paths.training]))
    return found


def _slopes(products: FloatArray, rest: FloatArray, root: FloatArray) -> FloatArray:
    """Ridge regression through zero, with the penalty of least generalised cross-validation (Golub, Heath & Wahba
    1979); all zero where that is less still. Products of collinear features would else fit noise with great numbers."""
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
    """Products of what is known and of later shocks that are correlated with what is left to explain.

    The shocks up to the next node come with all their functions; later ones as they are, since the penalties
    of later nodes see to them, except for the cash of this choice that depends on them.
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
    return shock.functions[:, :1] if shock.later_than(until) else shock.functions


def _t(known: FloatArray, functions: FloatArray, rest: FloatArray, weights: FloatArray) -> FloatArray:
    """|t| of the correlation of each product, which has mean zero, with a residual (terms, functions)."""
    weighted = known * weights[:, None]
    sizes = np.sqrt(((known * weighted).T @ functions**2) * float(weights @ rest**2))
    r = np.abs((weighted * rest[:, None]).T @ functions) / np.where(sizes > 0.0, sizes, np.inf)
    found: FloatArray = r * np.sqrt(len(rest) / np.maximum(1.0 - r * r, 1e-12))
    return found
