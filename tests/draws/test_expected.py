"""Planners with a right forecast expect what comes, when it comes, within the horizon and beyond its end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sim.clock import TICKS_PER_DAY
from sim.compiler import compile_plan
from sim.draws import Draws, draw
from sim.draws.demand import Flow
from tests.draws.lines import END, REACH, Fixture, dated, drawn, orders

Line = dict[str, Any]
MANY = settings(
    max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
SHORT, LEAD, LATER = 60, 25, 120
"""Horizon, lead time, and a longer horizon: beyond the lead time and a review from SHORT."""
QUARTERS = st.integers(1, 80).map(lambda n: n / 4)
"""Days on which instants are exact in ticks."""


def without_chance(build: Fixture, line: Line, end: int = SHORT) -> Draws:
    """The draws of a scenario with this line of demand, for one product or two that succeed each other."""
    products = [g["item"] for g in line["generations"]] if "generations" in line else ["part"]
    data = {
        "horizon": {"length": end, "time_unit": "day"},
        "items": {k: {"stage": "s"} for k in products},
        "sites": {"vendor": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {f"buy_{k}": {"item": k, "site": "vendor", "cycle_time": LEAD} for k in products},
        "demand": {"d": line if "generations" in line else {"item": "part", **line}},
    }
    return draw(compile_plan(build(data)), 0)


@st.composite
def patterns(draw: st.DrawFn) -> Line:
    """Demand without chance: even, periodic, a series or dated orders."""
    listed = st.lists(st.integers(0, 50), min_size=1, max_size=30)
    kind = draw(st.sampled_from(["even", "periodic", "series", "orders"]))
    if kind == "even":
        points = [{"at": 0, "value": draw(st.floats(0, 30))}, {"at": LATER * 2, "value": draw(st.floats(0, 30))}]
        return {"rate": {"points": points}, "every": draw(QUARTERS)}
    if kind == "periodic":
        return {"pattern": kind, "quantity": draw(st.floats(0.1, 50)), "every": draw(QUARTERS)}
    if kind == "series":
        values = draw(listed)
        return {"pattern": kind, "values": values, "every": draw(QUARTERS), "repeats": draw(st.booleans())}
    dates = draw(st.lists(st.integers(0, 4 * (SHORT + LEAD)).map(lambda n: n / 4), min_size=1, max_size=20))
    return {"orders": [{"date": date, "units": draw(st.integers(1, 50))} for date in dates]}


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A demand line with one generation, or two of which the second takes over on a date."""
    line = {**draw(patterns()), "per_unit": draw(st.sampled_from([1, 0.3, 2.5]))}
    if "orders" not in line:
        line["begins"] = draw(st.integers(0, 40)) / 4
    if draw(st.booleans()):
        second = {"item": "two", "begins": draw(st.integers(0, SHORT)), "months": draw(st.integers(0, 40))}
        line["generations"] = [{"item": "one"}, second]
    return line


def came(flow: Flow, instants: Any) -> Any:
    """Units that have come up to and including each instant."""
    return np.append(0, np.cumsum(flow.units))[np.searchsorted(flow.times, instants, side="right")]


def expected(flow: Flow, instants: Any, view: int = 0) -> Any:
    """Units expected up to and including each instant."""
    return flow.expected[view, np.searchsorted(flow.expected_at, instants, side="right")]


@given(line=lines())
@MANY
def test_what_is_expected_between_any_two_instants_is_what_comes(build: Fixture, line: Line) -> None:
    """A right forecast of demand without chance is right from any instant to any later one in the horizon."""
    draws = without_chance(build, line)
    for flow in draws.flows:
        assert np.all(np.diff(flow.expected_at) >= 0)
        edges = np.unique(np.concatenate([[-1], flow.times, flow.expected_at, flow.expected_at - 1]))
        edges = edges[edges < draws.end]
        np.testing.assert_array_equal(expected(flow, edges), came(flow, edges))


@given(line=lines())
@MANY
def test_what_is_expected_beyond_the_end_is_what_a_longer_run_brings(build: Fixture, line: Line) -> None:
    """The end of the horizon changes no expectation, if it does not cut a grain of even demand in two."""
    assume("rate" not in line or SHORT % line["every"] == 0)
    short, long = without_chance(build, line), without_chance(build, line, LATER)
    for flow, longer in zip(short.flows, long.flows, strict=True):
        reach = (SHORT + LEAD) * TICKS_PER_DAY
        edges = np.unique(np.concatenate([longer.times[longer.times <= reach], [reach]]))
        np.testing.assert_array_equal(expected(flow, edges), came(longer, edges))


@given(line=lines(), bias=st.sampled_from([0.0, 0.5, 1.25]))
@MANY
def test_a_bias_is_a_factor_on_every_expectation(build: Fixture, line: Line, bias: float) -> None:
    right, biased = without_chance(build, line), without_chance(build, {**line, "forecast": {"bias": bias}})
    for one, other in zip(right.flows, biased.flows, strict=True):
        assert other.expected == pytest.approx(one.expected * bias)


def test_poisson_demand_is_expected_day_by_day_at_its_mean(build: Fixture) -> None:
    line = {"pattern": "poisson", "rate": {"points": [{"at": 0, "value": 0}, {"at": 100, "value": 10}]}, "begins": 5}
    (flow,) = drawn(build, line).flows
    found = dated(flow)
    assert found == pytest.approx({float(day): (day + 0.5) / 10 for day in range(5, REACH + 1)})


def test_normal_demand_is_expected_at_its_mean_on_its_dates(build: Fixture) -> None:
    (flow,) = drawn(build, {"pattern": "normal", "quantity": 10.5, "sd": 3, "every": 7, "begins": 2}).flows
    assert dated(flow) == {2: 10.5, 9: 10.5, 16: 10.5, 23: 10.5, 30: 10.5, 37: 10.5}


def test_a_forecast_rate_is_expected_by_the_period_of_the_demand_else_day_by_day(build: Fixture) -> None:
    line = {"orders": orders((3, 50)), "forecast": {"rate": 2.5}}
    assert dated(drawn(build, line).flows[0]) == {float(day): 2.5 for day in range(REACH + 1)}
    line = {"pattern": "series", "every": 4, "begins": 6.5, "values": [5], "forecast": {"rate": 2.5}}
    found = dated(drawn(build, line).flows[0])
    assert list(found.items())[:3] == [(6.5, 10), (8, 10), (12, 10)]


def test_a_forecast_rate_of_even_demand_has_its_grain(build: Fixture) -> None:
    """Two and a half a day, in whole units each four days."""
    (flow,) = drawn(build, {"rate": 9, "every": 4, "forecast": {"rate": 2.5}}).flows
    assert [day for day in dated(flow) if day < END] == [0, 4, 8, 12, 16, 20, 24, 28]
    assert set(list(dated(flow).values())[:7]) == {10}


def test_expectations_reach_as_far_as_orders_cover(build: Fixture) -> None:
    recipe = {"item": "part", "site": "vendor", "cycle_time": 10}
    plain, sized = (
        drawn(build, {"rate": 1}, recipes={"buy": recipe | more}).flows[0].expected_at[-1]
        for more in ({}, {"order_period": 14})
    )
    assert sized - plain == 14 * TICKS_PER_DAY
