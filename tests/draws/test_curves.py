"""Step functions of time, and the paths and ramps they come from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.clock import NEVER, TICKS_PER_DAY
from sim.draws.curves import (
    Curve,
    combine,
    constant,
    merged,
    path_at,
    path_before,
    path_curve,
    price_curve,
    product,
    ramp_points,
    steps,
    value,
)
from sim.plan import NONE, PathPlan, Ref, SplicePlan
from sim.vocabulary import Interpolate, RampShape

DAY = TICKS_PER_DAY
VECTOR = np.array([10.0, 30.0, 100.0, 400.0, 20.0, 7.0])
"""Days 10 and 30, values 100 and 400, and a gate on day 20 at which 7 is chosen."""
CHOSEN = SplicePlan(Ref(4), NONE, value=Ref(5))
SORTED = st.lists(st.integers(0, 50), min_size=1, max_size=20).map(sorted)


def path(how: Interpolate, *splices: SplicePlan) -> PathPlan:
    """From 100 on day 10 to 400 on day 30."""
    return PathPlan(how, (Ref(0), Ref(1)), (Ref(2), Ref(3)), splices)


@given(st.lists(SORTED, min_size=1, max_size=4))
def test_instants_are_merged_in_order_each_once(knots: list[list[int]]) -> None:
    found = merged(*(np.array(k) for k in knots))
    assert found.tolist() == sorted({knot for each in knots for knot in each})


def test_steps_hold_from_their_instants_on() -> None:
    """Nothing before the first, the last of several at one instant, and none that changes nothing."""
    curve = steps([5, 8, 8, 9, 12], [3.0, 1.0, 4.0, 4.0, 0.0])
    assert curve.knots.tolist() == [0, 5, 8, 12]
    assert curve.at_all(np.array([0, 4, 5, 7, 8, 11, 12, 99])).tolist() == [0, 0, 3, 3, 4, 4, 0, 0]
    assert curve.first_positive() == 5
    assert constant(0.0).first_positive() == NEVER


@given(SORTED, SORTED)
def test_curves_are_combined_at_every_instant(one: list[int], other: list[int]) -> None:
    first, second = (steps(at, np.arange(1.0, len(at) + 1) % 3) for at in (one, other))
    instants = np.arange(60)
    found = combine(np.add, first, second)
    assert found.at_all(instants).tolist() == (first.at_all(instants) + second.at_all(instants)).tolist()
    multiplied = product([first, second, constant(2.0)])
    assert multiplied.at_all(instants).tolist() == (first.at_all(instants) * second.at_all(instants) * 2).tolist()
    assert np.all(np.diff(found.values) != 0)


def test_the_product_of_nothing_is_one() -> None:
    assert product([]).values.tolist() == [1.0]


@pytest.mark.parametrize(
    ("how", "values"),
    [
        (Interpolate.LINEAR, [100, 100, 175, 250, 400, 400]),
        (Interpolate.STEP, [0, 100, 100, 100, 400, 400]),
        (Interpolate.EXPONENTIAL, [100, 100, 100 * 4**0.25, 200, 400, 400]),
    ],
)
def test_a_path_runs_between_its_points(how: Interpolate, values: list[float]) -> None:
    assert path_at(path(how), VECTOR, np.array([5.0, 10, 15, 20, 30, 99])) == pytest.approx(values)


def test_a_choice_is_in_force_on_the_day_of_its_gate_and_not_before_it() -> None:
    days = np.array([19.0, 20.0, 21.0])
    spliced = path(Interpolate.LINEAR, CHOSEN)
    assert path_at(spliced, VECTOR, days) == pytest.approx([235, 7, 7])
    assert path_before(spliced, VECTOR, days) == pytest.approx([235, 250, 7])


def test_a_choice_moves_no_bit_of_what_was_before_its_gate() -> None:
    plain = path_curve(path(Interpolate.LINEAR), VECTOR, 1.0, 50.0)
    chosen = path_curve(path(Interpolate.LINEAR, CHOSEN), VECTOR, 1.0, 50.0)
    before = plain.knots < 20 * DAY
    assert chosen.knots.tolist() == [*plain.knots[before].tolist(), 20 * DAY]
    assert chosen.values.tolist() == [*plain.values[before].tolist(), 7.0]


def integral(curve: Curve, until: float) -> float:
    """The integral of a curve from day 0 on."""
    knots = np.append(curve.knots, round(until * DAY))
    return float(curve.values @ np.diff(knots) / DAY)


def test_the_integral_of_a_slope_is_exact() -> None:
    """100 for 10 days, a trapezoid of 20 days at a mean of 250, 400 for 20."""
    assert integral(path_curve(path(Interpolate.LINEAR), VECTOR, 1.0, 50.0), 50) == pytest.approx(1000 + 5000 + 8000)


def test_a_price_is_that_of_the_beginning_of_its_step() -> None:
    curve = price_curve(path(Interpolate.LINEAR), VECTOR, 1.0, 50.0)
    assert np.allclose(curve.values, np.interp(curve.knots / DAY, [10, 30], [100, 400]))


@pytest.mark.parametrize(
    ("shape", "area"), [(RampShape.LINEAR, 10 * 60), (RampShape.LOGISTIC, 10 * 60), (RampShape.STEPS, 10 * (30 + 60 * 0.375))]
)  # fmt: skip
def test_a_ramp_has_the_area_of_its_shape(shape: RampShape, area: float) -> None:
    """From 30 to 90 in 10 days: half of it by symmetry; in four equal steps 0, 1/4, 2/4, 3/4 of it, then all."""
    at, values = ramp_points(20.0, 30.0, 90.0, 10.0, shape, 1.0)
    assert (at[0], at[-1], values[-1]) == (20 * DAY, 30 * DAY, 90.0)
    assert np.all(np.diff(values) >= 0)
    assert float(values[:-1] @ np.diff(at)) / DAY == pytest.approx(area, rel=1e-6)


def test_what_is_left_out_has_its_default() -> None:
    assert (value(VECTOR, Ref(0)), value(VECTOR, NONE), value(VECTOR, NONE, 5.0)) == (10.0, 0.0, 5.0)
