"""Dated orders, lists that repeat, and the dates on which planners expect what does not come evenly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.clock import TICKS_PER_DAY
from sim.compiler import compile_plan
from sim.draws import Draws, draw
from sim.draws.demand import Flow
from sim.errors import InputError

Fixture = Callable[..., Any]
END, REACH = 30, 43
"""Horizon, and the day to which expectations reach: a lead time of 10 days, a review and a grain of a day and some."""


def drawn(build: Fixture, line: dict[str, Any], **more: Any) -> Draws:
    data = {
        "horizon": {"length": END, "time_unit": "day"},
        "items": {"part": {"stage": "s"}},
        "sites": {"vendor": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"buy": {"item": "part", "site": "vendor", "cycle_time": 10}},
        "demand": {"d": {"item": "part", **line}},
        **more,
    }
    return draw(compile_plan(build(data)), 1)


def dated(flow: Flow) -> dict[float, float]:
    """Days on which something is expected by the first view, and the units."""
    units = np.diff(flow.expected[0])
    return {day: float(n) for day, n in zip((flow.expected_at / TICKS_PER_DAY).tolist(), units, strict=True) if n}


def orders(*dates_and_units: tuple[float, int]) -> list[dict[str, float]]:
    return [{"date": date, "units": units} for date, units in dates_and_units]


def test_dated_orders_come_on_their_dates_in_any_order(build: Fixture) -> None:
    """Two orders of a day come as one; one after the end does not come, but is expected."""
    (flow,) = drawn(build, {"orders": orders((20, 5), (3.5, 7), (20, 6), (35, 9), (90, 1))}).flows
    assert (flow.times / TICKS_PER_DAY).tolist() == [3.5, 20]
    assert flow.units.tolist() == [7, 11]
    assert dated(flow) == {3.5: 7, 20: 11, 35: 9}


def test_the_rate_of_dated_orders_is_that_of_their_days(build: Fixture) -> None:
    (flow,) = drawn(build, {"orders": orders((3.5, 7), (20, 5))}).flows
    by_day = flow.actual_rate.between(np.arange(REACH + 1.0))
    assert np.flatnonzero(by_day).tolist() == [3, 20]
    assert by_day.sum() == 12


def test_a_list_ends_unless_it_repeats(build: Fixture) -> None:
    line = {"pattern": "series", "every": 4, "begins": 1, "values": [5, 0, 8]}
    once, again = (drawn(build, {**line, "repeats": repeats}).flows[0] for repeats in (False, True))
    assert dated(once) == {1: 5, 9: 8}
    assert dict(zip((again.times / TICKS_PER_DAY).tolist(), again.units.tolist(), strict=True)) == {
        1: 5, 9: 8, 13: 5, 21: 8, 25: 5,
    }  # fmt: skip
    assert dated(again) == {1: 5, 9: 8, 13: 5, 21: 8, 25: 5, 33: 8, 37: 5}


def test_the_rate_of_a_list_is_that_of_the_value_in_force(build: Fixture) -> None:
    (flow,) = drawn(build, {"pattern": "series", "every": 4, "begins": 1, "values": [6, 2]}).flows
    assert flow.actual_rate.at(np.arange(11.0)).tolist() == [0, 1.5, 1.5, 1.5, 1.5, 0.5, 0.5, 0.5, 0.5, 0, 0]


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


def test_each_view_expects_its_own_changeover(build: Fixture) -> None:
    """Planned for day 12, but later: up to day 12 planners expect the second product from then on, and afterwards from
    the next review on, until it has begun."""
    risk = {"assumed": 2, "low": 2, "high": 22, "draw": "uniform", "source": "made up"}
    recipes = {k: {"item": k, "site": "vendor", "cycle_time": 10} for k in ("one", "two")}
    recipes["two"]["qualification"] = {"risk": {"days": risk, "starts": 1}}
    generations = [{"item": "one"}, {"item": "two", "begins": 0, "wait_for": ["two"]}]
    items = {k: {"stage": "s"} for k in ("one", "two")}
    draws = drawn(build, {}, items=items, recipes=recipes, demand={"d": {"generations": generations, "rate": 1}})
    first, second = draws.flows
    begun = float(second.times[0]) / TICKS_PER_DAY
    assert begun > 14
    for k, day in enumerate(draws.plan.calendar.reviews[:-1]):
        expected = np.flatnonzero(np.diff(second.expected[second.view[k]]))
        since = float(second.expected_at[expected[0]]) / TICKS_PER_DAY
        assert since == (12 if day < 12 else np.ceil(min(day + 1, begun)))
    # A changeover within a day leaves a fraction of a unit to each product.
    total = first.expected[first.view] + second.expected[second.view]
    assert np.all(np.abs(total - total[0]) <= 1)


def test_open_orders_are_sources_starts_and_instants(build: Fixture) -> None:
    listed = [{"recipe": "buy", "quantity": 40, "due": 5.5}, {"recipe": "buy", "quantity": 7, "due": 0}]
    draws = drawn(build, {"rate": 1}, open_orders=listed)
    assert draws.open_orders.tolist() == [[0, 40, round(5.5 * TICKS_PER_DAY)], [0, 7, 0]]
    assert drawn(build, {"rate": 1}).open_orders.shape == (0, 3)


def test_sizes_of_orders_reach_the_draws(build: Fixture) -> None:
    sizes = {"minimum": 30, "multiple": 12, "order_period": 2.5}
    recipe = {"item": "part", "site": "vendor", "cycle_time": 10}
    (sized,) = drawn(build, {"rate": 1}, recipes={"buy": recipe | sizes}).sources
    (plain,) = drawn(build, {"rate": 1}, recipes={"buy": recipe}).sources
    assert (sized.minimum, sized.multiple, sized.order_ticks) == (30, 12, round(2.5 * TICKS_PER_DAY))
    assert (plain.minimum, plain.multiple, plain.order_ticks) == (0, 1, 0)


def test_expectations_reach_as_far_as_orders_cover(build: Fixture) -> None:
    recipe = {"item": "part", "site": "vendor", "cycle_time": 10}
    plain, sized = (
        drawn(build, {"rate": 1}, recipes={"buy": recipe | more}).flows[0].expected_at[-1]
        for more in ({}, {"order_period": 14})
    )
    assert sized - plain == 14 * TICKS_PER_DAY


@pytest.mark.parametrize(("until", "ends"), [({}, END), ({"until": 12.5}, 12.5)])
def test_a_commitment_ends_with_its_term(build: Fixture, until: dict[str, float], ends: float) -> None:
    contract = {"commitment": 3, "take_or_pay": 0.5, **until}
    vendor = {"in_house": False, "capacity": "unlimited", "contract": contract}
    recipe = {"item": "part", "site": "vendor", "price": 5}
    (site,) = drawn(build, {"rate": 1}, sites={"vendor": vendor}, recipes={"buy": recipe}).sites
    assert site.commitment.knots.tolist() == [0, round(ends * TICKS_PER_DAY)]
    assert site.commitment.values.tolist() == [3, 0]


@pytest.mark.parametrize("notice", [None, 0, 30])
def test_no_notice_is_another_thing_than_none_at_all(build: Fixture, notice: float | None) -> None:
    contract = {"commitment": 3} | ({} if notice is None else {"notice": notice})
    vendor = {"in_house": False, "capacity": "unlimited", "contract": contract}
    (site,) = drawn(build, {"rate": 1}, sites={"vendor": vendor}).sites
    assert np.isnan(site.notice) if notice is None else site.notice == notice


@pytest.mark.parametrize("what", ["a customer's order", "an open order"])
def test_a_date_drawn_before_the_start_is_refused(build: Fixture, what: str) -> None:
    day = {"assumed": 1, "low": -20, "high": 2, "draw": "uniform", "source": "made up"}
    line: dict[str, Any] = {"orders": [{"date": day, "units": 5}]} if what == "a customer's order" else {"rate": 1}
    more = {} if "orders" in line else {"open_orders": [{"recipe": "buy", "quantity": 5, "due": day}]}
    with pytest.raises(InputError, match="lies before the start"):
        drawn(build, line, **more)
