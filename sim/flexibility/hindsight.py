"""The sequence of choices that is best with hindsight: its share of paths, and the inputs that describe these paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.draws.inputs import input_quantile, probabilities
from sim.draws.points import points
from sim.flexibility.sequences import Sequence
from sim.plan import BoolArray, FloatArray, Plan
from sim.study.methods import boxes
from sim.study.methods.boxes import InputColumn, LimitSide
from sim.study.methods.intervals import Interval, probability_interval
from sim.study.methods.prim import first_box

DENSITY = 0.8
"""Required share of paths within the limits on which the sequence is best."""
MOST_PATHS = 2000
"""Paths that limits are searched in: more take time and change little."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an uncertain input in its own unit; None on a side without a limit."""

    input: str
    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Best:
    """The share of paths on which a sequence is best, and limits on inputs that describe these paths, if any are found.

    `density` is the share of the paths within the limits on which the sequence is best, `coverage` the share of the
    paths on which it is best that are within the limits.
    """

    sequence: Sequence
    share: Interval
    limits: tuple[Limits, ...] = ()
    density: float = 0.0
    coverage: float = 0.0


def best_with_hindsight(sequences: list[Sequence], npv: FloatArray, plan: Plan, seed: int) -> list[Best]:
    """Return each sequence that is best on some path, the most frequent first; of equals the one listed first.

    `npv` has the shape (paths, sequences). The limits are those of the first box of PRIM (`sim.study.methods.prim`).
    """
    columns, best = _drawn(plan, min(len(npv), MOST_PATHS), seed), npv.argmax(axis=1)
    found = []
    for index in np.argsort(-np.bincount(best, minlength=len(sequences)), kind="stable"):
        here: BoolArray = best == index
        if not here.any():
            break
        share = probability_interval(int(here.sum()), len(here))
        box = first_box(columns, here[:MOST_PATHS], density=DENSITY) if columns else None
        if box is None:
            found.append(Best(sequences[index], share))
        else:
            limits, score = box
            described = _described(limits, columns, {d.name: d.unit for d in plan.dimensions})
            found.append(Best(sequences[index], share, described, score.density, score.coverage))
    return found


def _described(limits: boxes.Limits, columns: list[InputColumn], units: dict[str, str]) -> tuple[Limits, ...]:
    """Return the limits of a box, by input."""
    found: dict[str, dict[LimitSide, float]] = {}
    for limit in limits:
        found.setdefault(columns[limit.column].name, {})[limit.side] = limit.bound
    return tuple(
        Limits(name, sides.get(LimitSide.AT_LEAST), sides.get(LimitSide.AT_MOST), units[name])
        for name, sides in found.items()
    )


def _drawn(plan: Plan, n: int, seed: int) -> list[InputColumn]:
    """Return the uncertain inputs on paths 0 to n - 1 in their own units; none if nothing is uncertain."""
    # Inputs depend only on seed and replication, so they are drawn again rather than kept with each path.
    uniforms = np.array([probabilities(plan, point) for point in points(plan.dimensions, seed, 0, n)])
    return [
        InputColumn(dimension.name, np.array([input_quantile(dimension, float(u)) for u in uniforms[:, column]]))
        for column, dimension in enumerate(plan.dimensions)
    ]
