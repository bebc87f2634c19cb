"""One value for every input of a replication: typical, or drawn from its range."""

from __future__ import annotations

import numpy as np

from sim.draws.streams import stream, uniforms
from sim.plan import FloatArray, Plan, PlannedInput
from sim.scenario.schema.quantity import Draw


def sample_inputs(plan: Plan, seed: int, replication: int) -> FloatArray:
    """The vector of inputs of one replication, shape (number of inputs,).

    Rank correlations are imposed with a Gaussian copula: the correlation of the normals is
    2 sin(pi r / 6) for a Spearman correlation r (Pearson 1907).
    """
    vector = plan.vector()
    drawn = [i for i, planned in enumerate(plan.inputs) if planned.draw is not Draw.FIXED]
    if not drawn:
        return vector
    streams = list(dict.fromkeys(plan.inputs[i].stream for i in drawn))
    place = {i: streams.index(plan.inputs[i].stream) for i in drawn}
    u = np.array([uniforms(stream(seed, replication, f"input/{name}"), 1)[0] for name in streams])
    if plan.correlations:
        u = _correlated(u, place, plan)
    for i in drawn:
        vector[i] = input_quantile(plan.inputs[i], float(u[place[i]]))
    return vector


def _correlated(u: FloatArray, place: dict[int, int], plan: Plan) -> FloatArray:
    from scipy import special

    matrix = np.eye(len(u))
    for a, b, rank in plan.correlations:
        if place[a] != place[b]:
            matrix[place[a], place[b]] = matrix[place[b], place[a]] = 2 * np.sin(np.pi * rank / 6)
    # Pairwise wishes may contradict each other: take the nearest matrix that can be one.
    values, vectors = np.linalg.eigh(matrix)
    root = vectors * np.sqrt(np.maximum(values, 1e-9))
    root /= np.sqrt((root**2).sum(axis=1, keepdims=True))
    # A symmetric root leaves uncorrelated inputs with the luck they had alone.
    symmetric = root @ vectors.T
    symmetric /= np.sqrt((symmetric**2).sum(axis=1, keepdims=True))
    normals = symmetric @ special.ndtri(u)
    return np.clip(np.asarray(special.ndtr(normals), dtype=np.float64), 2.0**-54, 1 - 2.0**-53)


def input_quantile(planned: PlannedInput, u: float) -> float:
    """The value of an uncertain input at probability `u`.

    Triangular and PERT (a beta with mean (low + 4 mode + high) / 6) span low to high; normal and
    lognormal take low and high as their 5th and 95th percentiles.
    """
    from scipy import special

    low, mode, high = planned.low, planned.value, planned.high
    if planned.draw is Draw.UNIFORM or high == low:
        return low + u * (high - low)
    if planned.draw is Draw.TRIANGULAR:
        cut = (mode - low) / (high - low)
        if u < cut:
            return float(low + np.sqrt(u * (high - low) * (mode - low)))
        return float(high - np.sqrt((1 - u) * (high - low) * (high - mode)))
    if planned.draw is Draw.PERT:
        a = 1 + 4 * (mode - low) / (high - low)
        b = 1 + 4 * (high - mode) / (high - low)
        return float(low + (high - low) * special.betaincinv(a, b, u))
    z, z95 = float(special.ndtri(u)), 1.6448536269514722
    if planned.draw is Draw.NORMAL:
        return mode + z * (high - low) / (2 * z95)
    return float(mode * np.exp(z * np.log(high / low) / (2 * z95)))
