"""Yield as tables: against closed forms of die yield and of learning."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats

from sim.clock import TICKS_PER_DAY
from sim.draws.yields import DEFECT_END, EXPERIENCE_END, YieldCurve, gross_units, yield_curve
from sim.plan import NONE, FloatArray, LearningPlan, Ref, YieldPlan
from sim.vocabulary import LearnOver, YieldModel, YieldNoise

VECTOR = np.array([100.0, 300.0, 3.0, 0.1, 0.5, 3.0, 0.4, 0.9, 250.0, 0.2, 60.0])
AREA, WAFER, DENSITY, ALPHA, LOT_CV, LINE, SCALE, MATURE, PANEL = (
    Ref(0), (Ref(1), Ref(2), Ref(3)), Ref(4), Ref(5), Ref(6), Ref(7), Ref(8), Ref(9), Ref(10)
)  # fmt: skip
"""100 mm2 at 0.5 defects a cm2, which may fall to 0.2 with a time constant of 250."""
WAFERS = YieldPlan(
    line=LINE, assembly=NONE, assembly_learning=None, defects=DENSITY, defect_learning=None,
    model=YieldModel.POISSON, alpha=ALPHA, lot_cv=NONE, units_per_start=NONE, die_area=AREA, wafer=WAFER,
)  # fmt: skip
PANELS = replace(WAFERS, die_area=NONE, defects=NONE, units_per_start=PANEL, assembly=LINE, line=NONE)


def tabulated(table: FloatArray, end: float, at: float) -> float:
    """A table on an even grid from 0 to `end`, between its nodes."""
    return float(np.interp(at, np.linspace(0.0, end, table.size), table))


def good(curve: YieldCurve, experience: float = 0.0) -> float:
    """The share of dies that is good on average at an experience, in learning constants."""
    return tabulated(curve.expected, DEFECT_END, tabulated(curve.defects, EXPERIENCE_END, experience))


@pytest.mark.parametrize(
    ("model", "share"),
    [
        (YieldModel.POISSON, math.exp(-0.5)),
        (YieldModel.MURPHY, ((1 - math.exp(-0.5)) / 0.5) ** 2),
        (YieldModel.SEEDS, 1 / 1.5),
        (YieldModel.NEGATIVE_BINOMIAL, (1 + 0.5 / 3) ** -3),
    ],
)
def test_half_a_defect_on_a_die_leaves_what_the_model_says(model: YieldModel, share: float) -> None:
    curve = yield_curve(replace(WAFERS, model=model), VECTOR, YieldNoise.OFF)
    assert good(curve) == pytest.approx(share, abs=1e-5)
    assert (curve.line, curve.learns) == (0.9, 0)


def learning(over: LearnOver) -> LearningPlan:
    """From 0.5 defects a cm2 to 0.2."""
    return LearningPlan(DENSITY, MATURE, over, SCALE, -1, NONE)


@pytest.mark.parametrize(
    ("over", "learns", "scale"), [(LearnOver.TIME, 2, 250 * TICKS_PER_DAY), (LearnOver.STARTS, 1, 250)]
)
def test_a_defect_density_is_learned_exponentially(over: LearnOver, learns: int, scale: float) -> None:
    """After ln 2 constants half of the way is gone: 0.35."""
    curve = yield_curve(replace(WAFERS, defects=NONE, defect_learning=learning(over)), VECTOR, YieldNoise.OFF)
    assert (curve.learns, curve.scale) == (learns, scale)
    for experience, density in ((0.0, 0.5), (math.log(2), 0.35), (math.log(10), 0.23), (16.0, 0.2)):
        assert good(curve, experience) == pytest.approx(math.exp(-density), abs=1e-5)


def test_without_a_die_all_survive_and_assembly_counts() -> None:
    curve = yield_curve(PANELS, VECTOR, YieldNoise.OFF)
    assert np.all(curve.survival == 1)
    assert np.all(curve.assembly == 0.9)
    assert (curve.gross, curve.line) == (60.0, 1.0)
    assert gross_units(replace(PANELS, units_per_start=NONE), VECTOR) == 1.0


def test_smaller_dies_are_more_to_a_wafer() -> None:
    """Never more than the area of the wafer has room for, and above nine tenths of it for small ones."""
    room = [math.pi * 147.0**2 / area for area in (100.0, 4.0)]
    gross = [gross_units(WAFERS, np.append(area, VECTOR[1:])) for area in (100.0, 4.0)]
    assert gross[0] < gross[1]
    assert all(one < most for one, most in zip(gross, room, strict=True))
    # A die of 4 mm2 takes (2.1 mm)^2 with its scribe.
    assert gross[1] > 0.9 * room[1] * 4 / 2.1**2


@pytest.mark.parametrize("model", [YieldModel.NEGATIVE_BINOMIAL, YieldModel.POISSON])
def test_lots_that_differ_have_the_mean_of_the_model(model: YieldModel) -> None:
    """A lot's dies survive with exp(-v G): the mean over its gamma factor, by quadrature, is the model's yield."""
    curve = yield_curve(replace(WAFERS, model=model, lot_cv=LOT_CV), VECTOR, YieldNoise.GAMMA)
    share = math.exp(-0.5) if model is YieldModel.POISSON else (1 + 0.5 / 3) ** -3
    factor = stats.gamma(1 / 0.4**2, scale=0.4**2)
    v = float(curve.defects[0])
    mean = integrate.quad(lambda g: math.exp(-v * g) * factor.pdf(g), 0, 20)[0]
    assert mean == pytest.approx(share, abs=1e-6)
    assert good(curve) == pytest.approx(share, abs=1e-5)
    assert tabulated(curve.survival, DEFECT_END, v) == pytest.approx(math.exp(-v), abs=1e-5)
