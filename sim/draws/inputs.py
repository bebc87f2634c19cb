"""One value for every input of a replication: typical, or drawn from the range of its number."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.correlation import linked, normal_matrix
from sim.dimensions import Dimension, Fed
from sim.distributions import LEAST, MOST, quantile
from sim.draws.processes import draw_levels, set_mean_levels
from sim.draws.refusals import refuse
from sim.draws.streams import stream, uniforms
from sim.errors import InputError, Problem, argument
from sim.ledger import FormulaError, Term
from sim.ledger.formula import compiled
from sim.plan import FloatArray, Plan

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Pairs = tuple[tuple[int, int, float], ...]
_NO_VARIANCE = 1e-9
"""Variance that is left to an input by those before it, below which it follows from them."""


def sample_inputs(plan: Plan, seed: int, replication: int, point: ArrayLike | None = None) -> FloatArray:
    """Return the inputs of one replication in internal units and, behind them, the levels of processes.

    `point` holds a uniform in (0, 1) for each dimension of the plan, shape (dimensions,). Every dimension takes its
    quantile there, after the rank correlations, and formulas follow; processes are drawn from their own streams.
    Without a point inputs have their typical values, but those that say `draw:` draw from their own streams, and
    processes are at their means.

    Raises:
        ValueError: the point has not one coordinate for each dimension.
        InputError: the values drawn make no valid scenario.
    """
    vector = plan.vector()
    if point is None:
        _draw_own(plan, seed, replication, vector)
        set_mean_levels(plan, vector)
        return vector
    u = probabilities(plan, point)
    for direct in plan.lineage.direct:
        vector[direct.input] = input_quantile(direct.spread, float(u[direct.dimension])) * direct.scale
    _follow(plan, u, vector)
    refuse(plan, vector)
    draw_levels(plan, vector, seed, replication)
    return vector


def probabilities(plan: Plan, point: ArrayLike) -> FloatArray:
    """Return the probability at which each dimension is drawn at a point: the point with the plan's rank correlations.

    Raises:
        ValueError: the point has not one coordinate for each dimension.
    """
    u = np.asarray(point, dtype=np.float64)
    if u.shape != (len(plan.dimensions),):
        raise ValueError(f"the plan has {len(plan.dimensions)} dimensions, the point {u.shape}")
    return correlated(u, plan.correlations)


def _draw_own(plan: Plan, seed: int, replication: int, vector: FloatArray) -> None:
    """Draw the inputs that say so themselves, each from its own stream."""
    always = [direct for direct in plan.lineage.direct if direct.always]
    if not always:
        return
    streams = {direct.dimension: plan.dimensions[direct.dimension].stream for direct in always}
    # All others stay at their typical values: their places are not read.
    u = np.full(len(plan.dimensions), 0.5)
    for k, name in streams.items():
        u[k] = uniforms(stream(seed, replication, f"input/{name}"), 1)[0]
    u = correlated(u, tuple(c for c in plan.correlations if c[0] in streams and c[1] in streams))
    for direct in always:
        vector[direct.input] = input_quantile(direct.spread, float(u[direct.dimension])) * direct.scale
    refuse(plan, vector)


def _follow(plan: Plan, u: FloatArray, vector: FloatArray) -> None:
    """Set the figures drawn, calculate again what depends on them, and hand it to the inputs."""
    terms: dict[str, Term] = dict(plan.lineage.terms)
    for name, k in plan.lineage.figures:
        terms[name] = replace(terms[name], value=input_quantile(plan.dimensions[k], float(u[k])))
    for name, formula in plan.lineage.formulas:
        try:
            terms[name] = replace(terms[name], value=compiled(formula).value(terms))
        except FormulaError as error:
            message = f"cannot be calculated at the values drawn: {error}"
            raise InputError([Problem(argument(plan.name), name, message)]) from error
    for fed in plan.lineage.fed:
        vector[fed.input] = _converted(fed, terms[fed.figure].value)


def _converted(fed: Fed, value: float | dt.date) -> float:
    """Return the value of a figure in the internal unit of the input that it feeds."""
    if isinstance(value, dt.date):
        assert fed.start is not None
        return float((value - fed.start).days) * fed.scale
    return float(value) * fed.factor * fed.scale


def correlated(u: FloatArray, pairs: Pairs) -> FloatArray:
    """Return uniforms with these rank correlations, by a Gaussian copula, shape as `u`.

    Each group of correlated inputs goes by a lower triangular root, in the order of the dimensions: the first keeps its
    own draw, each later one follows those before it and its own. So an input that is taken away leaves all before it as
    they were, to the bit, and what is not correlated stays at its own draw.
    """
    from scipy import special

    u = u.copy()
    for group, root in _roots(pairs):
        own = special.ndtri(u[list(group)])
        for i, k in enumerate(group):
            # Whoever follows none before it keeps its uniform: through the normal and back it would be rounded.
            if root[i, :i].any():
                # Row by row: the product with the whole matrix would round otherwise in a larger group.
                u[k] = special.ndtr(root[i, : i + 1] @ own[: i + 1])
    return np.clip(u, LEAST, MOST)


def uncorrelated(u: FloatArray, pairs: Pairs) -> FloatArray:
    """Return the point that `correlated` takes to these uniforms; the nearest if the correlations allow none."""
    from scipy import special

    u = np.clip(u, LEAST, MOST)
    for group, root in _roots(pairs):
        # Least squares, since the root is singular where one input follows from others.
        u[list(group)] = special.ndtr(np.linalg.lstsq(root, special.ndtri(u[list(group)]))[0])
    return np.clip(u, LEAST, MOST)


@lru_cache(maxsize=64)
def _roots(pairs: Pairs) -> list[tuple[tuple[int, ...], FloatArray]]:
    """Return groups of dimensions that correlations link, each with the lower triangular root of its matrix."""
    return [(group, _root(normal_matrix(group, pairs))) for group in linked(pairs)]


def _root(matrix: FloatArray) -> FloatArray:
    """Return the Cholesky root of a correlation matrix, of which a negative eigenvalue is rounding.

    It is computed by rows (Banachiewicz), each of which needs those before it alone: library routines use blocks, the bits
    of which depend on the size of the whole, and refuse a matrix without full rank.
    """
    root = np.zeros_like(matrix)
    for i, row in enumerate(matrix):
        for j in range(i):
            rest = row[j] - root[i, :j] @ root[j, :j]
            root[i, j] = rest / root[j, j] if root[j, j] > 0.0 else 0.0
        left = row[i] - root[i, :i] @ root[i, :i]
        root[i, i] = np.sqrt(left) if left > _NO_VARIANCE else 0.0
        # Rows of length 1 keep the variance of each normal.
        root[i] /= np.sqrt(root[i, : i + 1] @ root[i, : i + 1])
    return root


def input_quantile(spread: Dimension, u: float) -> float:
    """Return the value of an uncertain number at probability `u`, in its own unit; counts are rounded."""
    value = quantile(spread.draw, spread.low, spread.mode, spread.high, u)
    return float(round(value)) if spread.whole else value
