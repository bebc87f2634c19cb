"""Rates in time, and the steps in which what moves is followed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.draws.rates import MOST_STEPS, Rate, middles, moment_day, path_edges, slope_edges, times_until, union
from sim.plan import LEAST_STEPS, NONE, MomentPlan, PathPlan, Ref
from sim.vocabulary import Interpolate

DAYS = st.lists(st.integers(0, 400).map(lambda n: n / 4), min_size=2, max_size=12, unique=True).map(sorted)


@pytest.mark.parametrize(
    ("begin", "end", "until", "count"),
    [(0, 100, 1000, 100), (0, 10, 1000, LEAST_STEPS), (-50, 50, 1000, 50), (0, 100, 30, 30), (0, 1e9, 1e9, MOST_STEPS)],
)
def test_a_slope_goes_by_days_but_in_no_fewer_than_64_steps(begin: float, end: float, until: float, count: int) -> None:
    """As far as it lies in the run, and in no more steps than can be kept."""
    edges = slope_edges(begin, end, 1.0, until)
    assert (edges[0], edges[-1], edges.size - 1) == (max(begin, 0), min(end, until), count)
    assert np.all(np.diff(edges) > 0)


@pytest.mark.parametrize(("begin", "end"), [(-9, 0), (-9, -3), (50, 60), (20, 20)])
def test_a_slope_outside_the_run_has_no_steps(begin: float, end: float) -> None:
    assert slope_edges(begin, end, 1.0, 50.0).size == 0


def test_steps_before_a_day_are_even() -> None:
    assert times_until(1.0, 0.25).tolist() == [0, 0.25, 0.5, 0.75]
    assert times_until(1e9, 1.0).size == MOST_STEPS


@given(st.lists(st.lists(st.floats(-10, 60), max_size=8), max_size=4))
def test_edges_are_united_in_order_each_once(edges: list[list[float]]) -> None:
    found = union(50.0, *edges)
    assert (found[0], found[-1]) == (0.0, 50.0)
    assert np.all(np.diff(found) > 0)
    inside = [e for each in edges for e in each if 0 <= e <= 50]
    assert all(np.abs(found - e).min() <= 1e-8 for e in inside)
    assert all(min(abs(e - f) for e in [0.0, 50.0, *inside]) == 0 for f in found)


def test_a_path_is_followed_along_its_slopes_alone() -> None:
    """From 5 on day 0 to 5 on day 100 nothing moves; from there to 9 on day 200 it moves by days."""
    vector = np.array([0.0, 100.0, 200.0, 5.0, 5.0, 9.0])
    path = PathPlan(Interpolate.LINEAR, (Ref(0), Ref(1), Ref(2)), (Ref(3), Ref(4), Ref(5)))
    assert sorted(set(path_edges(path, vector, 1.0, 1000.0).tolist())) == [0, *range(100, 201)]
    assert path_edges(None, vector, 1.0, 1000.0).size == 0
    assert path_edges(PathPlan(Interpolate.LINEAR, (NONE,), (Ref(3),)), vector, 1.0, 1000.0).size == 0


def test_a_choice_comes_its_days_after_the_gate_and_sooner_no_earlier_than_it() -> None:
    vector = np.array([50.0, 30.0])
    assert moment_day(MomentPlan(Ref(0), Ref(1)), vector) == 80
    assert moment_day(MomentPlan(Ref(0), NONE), vector) == 50
    assert moment_day(MomentPlan(Ref(0), Ref(1), 12.0), vector) == 68
    assert moment_day(MomentPlan(Ref(0), Ref(1), 99.0), vector) == 50


RATE = Rate(np.array([0.0, 10.0, 30.0]), np.array([3.0, 5.0]))


def test_what_comes_is_the_integral_of_the_rate() -> None:
    """3 a day for 10 days and 5 for 20; nothing beyond."""
    assert RATE.cumulated(np.array([-5.0, 0, 4, 10, 12, 30, 99])).tolist() == [0, 0, 12, 30, 40, 130, 130]
    assert RATE.between(np.array([4.0, 12.0, 30.0])).tolist() == [28, 90]
    assert RATE.at(np.array([9.99, 10.0])).tolist() == [3, 5]
    assert RATE.mean(5, 15) == 4


@given(DAYS, DAYS, st.data())
def test_parts_of_a_time_add_up_to_the_whole_of_it(edges: list[float], days: list[float], data: st.DataObject) -> None:
    count = len(edges) - 1
    values = np.array([data.draw(st.lists(st.floats(0, 9), min_size=count, max_size=count)) for _ in range(2)])
    rate = Rate(np.array(edges), values)
    whole = rate.between(np.array([days[0], days[-1]]))[:, 0]
    assert rate.between(np.array(days)).sum(axis=1) == pytest.approx(whole)
    assert rate.cumulated(np.array([edges[-1]]))[:, 0] == pytest.approx(values @ np.diff(edges))


def test_the_middle_lies_between() -> None:
    assert middles(np.array([0.0, 2.0, 8.0])).tolist() == [1, 5]
