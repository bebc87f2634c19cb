"""Yield as tables, so that engines only multiply and interpolate, to the bit alike.

A lot's good units per start are line yield x gross units x Y(u) x assembly(x), where x is the
experience at its start in learning constants, u = A D(x) the mean number of fatal defects on a die,
and Y the yield model. Y and D are tabulated so finely that interpolation errs by less than 1e-5.

Where lots differ, a lot's dies survive with exp(-v G): G is its gamma factor of mean 1 and coefficient of variation c
(`lot_cv`), and v the density at which the mean over lots, (1 + v c^2)^(-1 / c^2), is Y(u). So alpha says how much
defects cluster and c how much of that lies between lots: nothing at c = 0, all of it at c^2 = 1 / alpha, where v = u.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.clock import TICKS_PER_DAY
from sim.dies import die_yield, gross_dies_per_wafer
from sim.draws.curves import value
from sim.plan import NONE, FloatArray, LearningPlan, YieldPlan
from sim.vocabulary import LearnOver, YieldModel, YieldNoise

EXPERIENCE_NODES = 2049
EXPERIENCE_END = 16.0
"""Learning constants after which a value counts as mature."""
STILL_TO_LEARN = np.exp(-np.linspace(0.0, EXPERIENCE_END, EXPERIENCE_NODES))
DEFECT_NODES = 16385
DEFECT_END = 32.0
"""Mean fatal defects on a die beyond which none is good."""


@dataclass(frozen=True, slots=True)
class YieldCurve:
    """Yield tables of one source, on even grids from 0.

    `learns` is 0 (constant), 1 (over starts) or 2 (over time), and `scale` the learning constant in starts or ticks.
    `defects` are fatal defects on a die; where lots differ, those of a lot of average density. `survival` is for the
    density of a lot, `expected` the mean over lots, which planners use.
    """

    line: float
    gross: float
    learns: int
    scale: float
    inherits: int
    keep: float
    defects: FloatArray
    survival: FloatArray
    expected: FloatArray
    assembly: FloatArray


def gross_units(plan: YieldPlan, vector: FloatArray) -> float:
    """Return the gross units of one start: dies of a wafer (unrounded), packages of a panel, or one."""
    if plan.die_area == NONE:
        return value(vector, plan.units_per_start, 1.0)
    diameter, edge, scribe = (value(vector, ref) for ref in plan.wafer)
    return gross_dies_per_wafer(float(vector[plan.die_area]), diameter, edge, scribe)


def yield_curve(plan: YieldPlan, vector: FloatArray, noise: YieldNoise) -> YieldCurve:
    """Return the yield of one source as tables."""
    learning = plan.defect_learning or plan.assembly_learning
    area = value(vector, plan.die_area) / 100.0
    defects = area * _learned(plan.defect_learning, plan.defects, 0.0, vector)
    alpha, lot_cv = value(vector, plan.alpha, 1.0), value(vector, plan.lot_cv)
    expected = survival = _survival(plan.model, alpha) if plan.die_area != NONE else _all_survive()
    if noise is YieldNoise.GAMMA and lot_cv and plan.die_area != NONE:
        defects = _between_lots(die_yield(plan.model, 1.0, defects, alpha), lot_cv)
        survival = _survival(YieldModel.POISSON, alpha)
        expected = _survival(YieldModel.NEGATIVE_BINOMIAL, 1 / lot_cv**2)
    return YieldCurve(
        line=value(vector, plan.line, 1.0),
        gross=gross_units(plan, vector),
        learns=0 if learning is None else (1 if learning.over is LearnOver.STARTS else 2),
        scale=1.0 if learning is None else _scale(learning, vector),
        inherits=-1 if learning is None else learning.inherits,
        keep=0.0 if learning is None else value(vector, learning.keep),
        defects=defects,
        survival=survival,
        expected=expected,
        assembly=_learned(plan.assembly_learning, plan.assembly, 1.0, vector),
    )


def _scale(learning: LearningPlan, vector: FloatArray) -> float:
    """Return the learning constant in starts, or in ticks."""
    return value(vector, learning.scale) * (1 if learning.over is LearnOver.STARTS else TICKS_PER_DAY)


def _between_lots(mean: FloatArray, lot_cv: float) -> FloatArray:
    """Return the defects on a die of a lot of average density, where the share `mean` of dies survives in all lots."""
    with np.errstate(divide="ignore", over="ignore"):
        # The inverse of (1 + v c^2)^(-1 / c^2), the mean of exp(-v G) over gamma factors G.
        return np.minimum(np.asarray(np.expm1(-(lot_cv**2) * np.log(mean)) / lot_cv**2), DEFECT_END)


@lru_cache(maxsize=256)
def _survival(model: YieldModel, alpha: float) -> FloatArray:
    """Return the share of dies that survive a mean of u defects, as a table."""
    table = die_yield(model, 1.0, np.linspace(0.0, DEFECT_END, DEFECT_NODES), alpha)
    # Cached and shared by all sources: nobody may write into it.
    table.setflags(write=False)
    return table


@lru_cache(maxsize=1)
def _all_survive() -> FloatArray:
    """Return the table of a source without dies."""
    # One for all such sources, of which a large network has a thousand.
    table = np.ones(DEFECT_NODES)
    table.setflags(write=False)
    return table


def _learned(learning: LearningPlan | None, constant: int, default: float, vector: FloatArray) -> FloatArray:
    """Return the table of a number that is learned, from its start to its mature value; or that stays constant."""
    if learning is None:
        return np.full(EXPERIENCE_NODES, default if constant == NONE else vector[constant])
    start, mature = value(vector, learning.start), value(vector, learning.mature)
    return np.asarray(mature + (start - mature) * STILL_TO_LEARN)
