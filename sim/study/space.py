"""The unit cube of a plan's uncertain inputs: what moves together, and where the typical values lie."""

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
    """The dimensions of a plan as factors; inputs that are correlated are one, named after all of them.

    Indices of single inputs are defined for independent ones only.
    """
    groups = linked(plan.correlations)
    inside = {k for group in groups for k in group}
    alone = [(k,) for k in range(len(plan.dimensions)) if k not in inside]
    return [Factor(" + ".join(plan.dimensions[k].name for k in g), g) for g in sorted([*alone, *groups])]


def typical(plan: Plan, moved: Mapping[int, float] | None = None) -> FloatArray:
    """The point at which inputs have their typical values, but those `moved`: dimension -> probability.

    One input is moved on its own, whatever it is correlated with.
    """
    moved = moved or {}
    wanted = [moved.get(k, probability_of_mode(d)) for k, d in enumerate(plan.dimensions)]
    return uncorrelated(np.array(wanted, dtype=np.float64), plan.correlations)


def probability_of_mode(dimension: Dimension) -> float:
    """The probability that an input is no more than its typical value."""
    from scipy import special

    low, mode, high = dimension.low, dimension.mode, dimension.high
    if dimension.draw in (Draw.NORMAL, Draw.LOGNORMAL) or high == low:
        return 0.5
    at = (mode - low) / (high - low)
    if dimension.draw is Draw.PERT:
        return float(special.betainc(1 + 4 * at, 1 + 4 * (1 - at), at))
    return at
