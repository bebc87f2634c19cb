"""Demand as it comes: dated orders, lists that repeat, rates, and compute that is needed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.clock import TICKS_PER_DAY
from tests.draws.lines import END, REACH, Fixture, dated, drawn, orders


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


def test_a_day_of_even_demand_brings_whole_units_of_its_rate(build: Fixture) -> None:
    """2.4 a day: 12 in five days, in threes where a fraction has come together."""
    (flow,) = drawn(build, {"rate": 2.4}).flows
    assert flow.units[:5].tolist() == [2, 2, 3, 2, 3]
    assert flow.units.sum() == 72
    assert (flow.times[:3] / TICKS_PER_DAY).tolist() == [0, 1, 2]


def test_demand_begins_on_its_day(build: Fixture) -> None:
    (flow,) = drawn(build, {"rate": 2, "begins": 12}).flows
    assert flow.times[0] == 12 * TICKS_PER_DAY
    assert flow.units.sum() == 2 * (END - 12)


def test_generations_share_what_comes(build: Fixture) -> None:
    """The second takes over from day 10 to 20: half of ten days' demand, and all of the last ten."""
    items, recipes = ({k: {**entry} for k in ("one", "two")} for entry in ({"stage": "s"}, {}))
    recipes = {k: {"item": k, "site": "vendor"} for k in items}
    line = {"generations": [{"item": "one"}, {"item": "two", "begins": 10, "months": 10}], "rate": 100}
    first, second = drawn(build, {}, items=items, recipes=recipes, demand={"d": line}).flows
    assert [flow.units.sum() for flow in (first, second)] == pytest.approx([1500, 1500], abs=1)
    assert first.times.max() < 20 * TICKS_PER_DAY
    assert second.times.min() >= 10 * TICKS_PER_DAY


GROWS = {"points": [{"at": 0, "value": 100}, {"at": 30, "value": 400}, {"at": 90, "value": 400}]}


def compute(build: Fixture, **line: Any) -> float:
    """Units of 2 H100e that are demanded for a need that grows from 100 to 400 H100e."""
    items = {"part": {"stage": "s", "h100e": 2}}
    return float(drawn(build, {"compute": GROWS} | line, items=items).flows[0].units.sum())


def test_the_growth_of_a_compute_need_is_ordered_in_items(build: Fixture) -> None:
    assert compute(build) == pytest.approx(150, abs=1)
    assert compute(build, share=0.4) == pytest.approx(60, abs=1)


def test_no_more_compute_is_asked_for_than_there_is_power_for(build: Fixture) -> None:
    """300,000 W run 250 H100e at 1,200 W each."""
    power = {"available": 300_000, "per_compute": 1200}
    assert compute(build, power=power) == pytest.approx(75, abs=1)


def test_a_need_that_falls_orders_nothing(build: Fixture) -> None:
    falls = {"points": [{"at": 0, "value": 400}, {"at": 90, "value": 100}]}
    assert compute(build, compute=falls) == 0


def test_idle_compute_of_another_line_is_taken_off_the_need(build: Fixture) -> None:
    """4 cars a day, 2 H100e each, a quarter of it idle: 60 of 300 H100e in 30 days."""
    items = {"part": {"stage": "s", "h100e": 2}}
    lines = {
        "need": {"item": "part", "compute": GROWS, "idle_of": ["cars"]},
        "cars": {"item": "part", "rate": 4, "idle_share": 0.25},
    }
    draws = drawn(build, {}, items=items, demand=lines)
    units = {draws.plan.lines[flow.line].name: flow.units.sum() for flow in draws.flows}
    assert units == {"need": pytest.approx((300 - 60) / 2, abs=1), "cars": 120}


@pytest.mark.xfail(strict=True, reason="an arrival may want both generations during a changeover, or neither")
def test_each_random_arrival_wants_one_generation(build: Fixture) -> None:
    """No two products share an arrival, and together they have all those of a line with one product."""
    items = {k: {"stage": "s"} for k in ("one", "two")}
    recipes = {k: {"item": k, "site": "vendor"} for k in items}
    poisson = {"pattern": "poisson", "rate": 40}
    line = {"generations": [{"item": "one"}, {"item": "two", "begins": 0, "months": 30}]}
    first, second = drawn(build, {}, items=items, recipes=recipes, demand={"d": line | poisson}).flows
    (alone,) = drawn(build, poisson).flows
    assert not set(first.times.tolist()) & set(second.times.tolist())
    assert sorted([*first.times.tolist(), *second.times.tolist()]) == alone.times.tolist()
