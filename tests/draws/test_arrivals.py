"""When demand falls: at random with the rate that is written, on dates, or evenly."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.draws.arrivals import arrivals, expected_grain, grain, rate_scale, whole
from sim.plan import NONE, FloatArray
from sim.vocabulary import Pattern
from tests.draws.lines import END, Fixture, compiled


def steps(*points: tuple[float, float]) -> dict[str, Any]:
    """A rate that steps on these days."""
    return {"interpolate": "step", "points": [{"at": day, "value": rate} for day, rate in points]}


def days(build: Fixture, rate: Any, replication: int = 0) -> FloatArray:
    """The days of Poisson demand."""
    plan = compiled(build, {"pattern": "poisson", "rate": rate})
    came = arrivals(plan, plan.lines[0], plan.vector(), 1, replication)
    assert came is not None
    return came.days


def test_an_uneven_rate_is_an_even_one_in_another_time(build: Fixture) -> None:
    """2 a day for 10 days and 5 for 20 are 120 arrivals, as 4 a day for 30: at the same cumulated rates."""
    even, uneven = days(build, 4), days(build, steps((0, 2), (10, 5)))
    cumulated = np.interp(uneven, [0, 10, 30], [0, 20, 120])
    assert cumulated == pytest.approx(even * 4)


def test_nothing_arrives_while_the_rate_is_zero(build: Fixture) -> None:
    found = days(build, steps((0, 20), (10, 0), (20, 20)))
    assert np.any(found < 10)
    assert np.any(found > 20)
    assert not np.any((found >= 10) & (found < 20))


def test_a_change_of_the_rate_leaves_what_came_before_it_to_the_bit(build: Fixture) -> None:
    before, after = days(build, steps((0, 20))), days(build, steps((0, 20), (12, 3)))
    assert before[before < 12].tolist() == after[after < 12].tolist()


def test_as_many_arrive_as_a_poisson_number(build: Fixture) -> None:
    """Mean and variance are 60; the mean of 400 lies within four standard errors, the variance within 35 %."""
    plan = compiled(build, {"pattern": "poisson", "rate": 2})
    came = [arrivals(plan, plan.lines[0], plan.vector(), 1, k) for k in range(400)]
    counts = np.array([one.days.size for one in came if one is not None])
    assert abs(counts.mean() - 2 * END) < 4 * np.sqrt(2 * END / 400)
    assert counts.var() == pytest.approx(2 * END, rel=0.35)


def test_normal_demand_has_its_mean_and_its_spread(build: Fixture) -> None:
    plan = compiled(build, {"pattern": "normal", "quantity": 100, "sd": 20, "every": 0.05})
    came = arrivals(plan, plan.lines[0], plan.vector(), 1, 0)
    assert came is not None
    assert came.days.tolist() == pytest.approx(np.arange(0, END, 0.05))
    assert came.units.mean() == pytest.approx(100, abs=4 * 20 / np.sqrt(came.units.size))
    assert came.units.std() == pytest.approx(20, rel=0.15)


def test_even_demand_has_no_arrivals(build: Fixture) -> None:
    plan = compiled(build, {"rate": 5})
    assert arrivals(plan, plan.lines[0], plan.vector(), 1, 0) is None


def test_a_share_of_a_rate_and_items_in_a_unit_are_factors(build: Fixture) -> None:
    plan = compiled(build, {"rate": 5, "share": 0.25, "per_unit": 6})
    assert rate_scale(plan.lines[0], plan.vector()) == 1.5


@given(st.lists(st.floats(0, 100), max_size=40))
def test_whole_units_are_never_ahead_of_the_sum_nor_a_unit_behind(units: list[float]) -> None:
    found, exact = whole(np.array(units)), np.cumsum(units)
    assert np.all(found == np.floor(found))
    assert np.all(np.diff(found, prepend=0.0) >= 0)
    assert np.all((exact - found < 1) & (found - exact < 1e-5))


@pytest.mark.parametrize(
    ("every", "day", "even", "expected"), [(NONE, 1.0, 1.0, 1.0), (NONE, 24.0, 1.0, 24.0), (NONE, 0.01, 0.01, 0.01), (0, 1.0, 7.0, 1.0)]
)  # fmt: skip
def test_even_demand_falls_by_days_or_shorter_time_units(every: int, day: float, even: float, expected: float) -> None:
    """A model in hours has days of 24 of them."""
    line: Any = SimpleNamespace(every=every, pattern=Pattern.EVEN)
    vector = np.array([7.0])
    assert (grain(line, vector, day), expected_grain(line, vector, day)) == (even, expected)


def test_a_share_of_a_rate_arrives_at_that_share_of_it(build: Fixture) -> None:
    plan = compiled(build, {"pattern": "poisson", "rate": 16, "share": 0.25})
    came = arrivals(plan, plan.lines[0], plan.vector(), 1, 0)
    assert came is not None
    assert came.days.tolist() == pytest.approx(days(build, 4).tolist())


def test_a_period_that_the_end_cuts_has_its_demand(build: Fixture) -> None:
    plan = compiled(build, {"pattern": "periodic", "quantity": 5, "every": 5, "begins": 7})
    came = arrivals(plan, plan.lines[0], plan.vector(), 1, 0)
    assert came is not None
    assert (came.days.tolist(), came.units.tolist()) == ([7, 12, 17, 22, 27], [5] * 5)
