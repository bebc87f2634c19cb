"""The unit cube of a plan's uncertain inputs: groups of correlated inputs, and the point of typical values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.correlation import linked
from sim.dimensions import Dimension
from sim.distributions import Draw
from sim.draws.inputs import uncorrelated
from sim.plan import FloatArray, Plan
from sim.study.methods.factors import Factor


def factors(plan: Plan) -> list[Factor]:
    """Return the dimensions of a plan as factors.

    Correlated inputs are grouped into one factor, named after all of them, since Sobol indices require independent
    inputs.
    """
    groups = linked(plan.correlations)
    inside = {k for group in groups for k in group}
    alone = [(k,) for k in range(len(plan.dimensions)) if k not in inside]
    return [Factor(" + ".join(plan.dimensions[k].name for k in g), g) for g in sorted([*alone, *groups])]


def typical(plan: Plan, moved: Mapping[int, float] | None = None) -> FloatArray:
    """Return the point at which all inputs have typical values except those `moved`: dimension -> probability.

    A moved input does not move those correlated with it.
    """
    moved = moved or {}
    wanted = [moved.get(k, probability_of_mode(d)) for k, d in enumerate(plan.dimensions)]
    return uncorrelated(np.array(wanted, dtype=np.float64), plan.correlations)


def probability_of_mode(dimension: Dimension) -> float:
    """Return the probability that an input is no more than its typical value."""
    from scipy import special

    low, mode, high = dimension.low, dimension.mode, dimension.high
    if dimension.draw in (Draw.NORMAL, Draw.LOGNORMAL) or high == low:
        return 0.5
    at = (mode - low) / (high - low)
    if dimension.draw is Draw.PERT:
        return float(special.betainc(1 + 4 * at, 1 + 4 * (1 - at), at))
    return at
