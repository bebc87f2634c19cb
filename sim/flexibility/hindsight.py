"""When a plan is best with hindsight: the share of paths, and the inputs by which these differ from the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.draws.inputs import input_quantile, probabilities
from sim.draws.points import points
from sim.flexibility.sequences import Sequence
from sim.plan import BoolArray, FloatArray, Plan
from sim.study.methods.boxes import InputColumn, LimitSide
from sim.study.methods.intervals import Interval, probability_interval
from sim.study.methods.prim import Box, boxes

DENSITY = 0.8
"""Share of the paths within the limits on which the plan is to be best."""
MOST_PATHS = 2000
"""Paths among which conditions are looked for: more take time and tell no more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an uncertain input is at least and at most, in its own unit; None where it has no limit there."""

    input: str
    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Best:
    """How often no other sequence is worth more on a path, and limits on inputs within which that is so, if any are found.

    `density` is the share of the paths within the limits on which it is best, `coverage` the share of those on which it is best that
    lie within.
    """

    sequence: Sequence
    share: Interval
    limits: tuple[Limits, ...] = ()
    density: float = 0.0
    coverage: float = 0.0


def best_with_hindsight(sequences: list[Sequence], npv: FloatArray, plan: Plan, seed: int) -> list[Best]:
    """Each sequence that is best on some path, the most frequent first; of equals the one listed first.

    `npv` (paths, sequences). Limits come from PRIM (`sim.study.methods.prim`), and are those of its first box.
    """
    columns, best = _drawn(plan, min(len(npv), MOST_PATHS), seed), npv.argmax(axis=1)
    found = []
    for j in np.argsort(-np.bincount(best, minlength=len(sequences)), kind="stable"):
        here: BoolArray = best == j
        if not here.any():
            break
        share = probability_interval(int(here.sum()), len(here))
        box = next(boxes(columns, here[:MOST_PATHS], density=DENSITY, most=1, seed=seed), None) if columns else None
        if box is None:
            found.append(Best(sequences[j], share))
        else:
            limits = _limits(box, columns, {d.name: d.unit for d in plan.dimensions})
            found.append(Best(sequences[j], share, limits, box.score.density, box.score.coverage))
    return found


def _limits(box: Box, columns: list[InputColumn], units: dict[str, str]) -> tuple[Limits, ...]:
    """The limits of a box, by input."""
    found: dict[str, dict[LimitSide, float]] = {}
    for limit in box.limits:
        found.setdefault(columns[limit.column].name, {})[limit.side] = limit.bound
    return tuple(
        Limits(name, sides.get(LimitSide.AT_LEAST), sides.get(LimitSide.AT_MOST), units[name])
        for name, sides in found.items()
    )


def _drawn(plan: Plan, n: int, seed: int) -> list[InputColumn]:
    """The uncertain inputs of paths 0 to n - 1, in their own units; none if nothing is uncertain."""
    u = np.array([probabilities(plan, point) for point in points(plan.dimensions, seed, 0, n)])
    return [
        InputColumn(d.name, np.array([input_quantile(d, float(x)) for x in u[:, k]]))
        for k, d in enumerate(plan.dimensions)
    ]
