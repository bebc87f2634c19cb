"""Demand as it comes: dated orders, lists that repeat, rates, and compute that is needed."""

from __future__ import annotations

import numpy as np

from sim.clock import TICKS_PER_DAY
from tests.draws.lines import REACH, Fixture, dated, drawn, orders


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
