"""What is drawn must make a scenario."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sim.compiler import compile_plan
from sim.errors import InputError
from tests.draws.lines import Fixture, drawn
from tests.draws.test_inputs import at, data


@pytest.mark.parametrize("what", ["a customer's order", "an open order"])
def test_a_date_drawn_before_the_start_is_refused(build: Fixture, what: str) -> None:
    day = {"assumed": 1, "low": -20, "high": 2, "draw": "uniform", "source": "made up"}
    line: dict[str, Any] = {"orders": [{"date": day, "units": 5}]} if what == "a customer's order" else {"rate": 1}
    more = {} if "orders" in line else {"open_orders": [{"recipe": "buy", "quantity": 5, "due": day}]}
    with pytest.raises(InputError, match="lies before the start"):
        drawn(build, line, **more)


def test_dates_drawn_in_the_wrong_order_are_refused(build: Any) -> None:
    """The site grows on 1 March; the day on which it opens is drawn from February to October."""
    points_ = [{"at": {"figure": "opening"}, "value": 5}, {"at": dt.date(2026, 6, 1), "value": 9}]
    sites = {**data()["sites"], "east": {"in_house": True, "capacity": points_}}
    plan = compile_plan(build(data(sites=sites)))
    assert at(plan, {"opens": 0.01})["sites.east.capacity.points.0.at"] < 151
    with pytest.raises(InputError, match=r"capacity.points.1.at: comes no later than the point before it"):
        at(plan, {"opens": 0.9})
