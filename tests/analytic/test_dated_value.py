"""A unit delivered is worth what its line says on the day of its delivery; worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.api import Result, run
from sim.errors import InputError
from sim.scenario.loader import Scenario

Build = Callable[..., Scenario]
START, END = dt.date(2026, 1, 1), dt.date(2028, 1, 1)


def falling(first: float = 100, last: float = 50, **shape: Any) -> dict[str, Any]:
    """A value that falls from the first day to the last."""
    return {"points": [{"at": START, "value": first}, {"at": END, "value": last}], **shape}


def shop(**line: Any) -> dict[str, Any]:
    """Ten parts a day from endless stock, at a cost of 40 dollars each, for two years."""
    return {
        "horizon": {"start": START, "end": END},
        "items": {"part": {"stage": "part", "h100e": 2.5, "policy": {"type": "base_stock", "level": 100}}},
        "sites": {"market": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"buy": {"item": "part", "site": "market", "shipping_time": 1, "price": 40}},
        "demand": {
            "d": {"item": "part", "pattern": "series", "every": 1, "values": [10], "repeats": True, **line},
        },
    }


@pytest.fixture
def go(build: Build) -> Callable[..., Result]:
    return lambda data, **how: run(build(data), **how)


def earned(result: Result) -> list[float]:
    """Dollars of value by month."""
    cash = result.frames["cash"]
    return [float(usd) for usd in cash[cash["category"] == "value"].sort_values("period")["usd"]]


def test_a_month_counts_at_the_middle_of_a_straight_path(go: Callable[..., Result]) -> None:
    months = earned(go(shop(value=falling())))
    assert len(months) == 24
    # Of 730 days: January 2026 is days 0 to 31, December 2027 days 699 to 730; each day has its middle.
    assert months[0] == pytest.approx(310 * (100 - 50 * 15.5 / 730), abs=0.02)
    assert months[-1] == pytest.approx(310 * (100 - 50 * 714.5 / 730), abs=0.02)
    assert sum(months) == pytest.approx(7300 * 75, abs=1)


def test_a_step_within_a_month_counts_by_its_days(go: Callable[..., Result]) -> None:
    points = [{"at": START, "value": 100}, {"at": dt.date(2026, 1, 11), "value": 10}]
    months = earned(go(shop(value={"interpolate": "step", "points": points})))
    assert months[:2] == [10 * 10 * 100 + 21 * 10 * 10, 28 * 10 * 10]


def test_shorter_periods_come_nearer_to_the_day(go: Callable[..., Result]) -> None:
    """A thousand parts on one day, the 11th, are worth what they are then."""
    orders = [{"date": dt.date(2026, 1, 11), "units": 1000}]
    data = shop(value=falling())
    data["items"]["part"] |= {"initial_stock": 2000}
    data["demand"]["d"] = {"item": "part", "orders": orders, "value": falling()}
    exact = 1000 * (100 - 50 * 10.5 / 730)
    assert sum(earned(go(data | {"report_every": 1}))) == pytest.approx(exact, abs=0.01)
    assert sum(earned(go(data))) == pytest.approx(exact, rel=0.005)


def test_both_engines_book_the_same(go: Callable[..., Result]) -> None:
    data = shop(value=falling(interpolate="exponential"))
    assert earned(go(data)) == earned(go(data, engine="batch"))


def test_a_value_per_h100e_counts_the_compute_of_a_unit(go: Callable[..., Result]) -> None:
    per_unit, per_compute = go(shop(value=falling(250, 125))), go(shop(value_per_h100e=falling()))
    assert earned(per_compute) == pytest.approx(earned(per_unit))


def test_what_is_left_counts_at_its_value_at_the_end_where_that_is_less_than_was_paid(
    go: Callable[..., Result],
) -> None:
    for last, each in ((50, 40), (40, 40), (15, 15)):
        result = go(shop(value=falling(last=last)))
        left = result.kpis["stock_end.part"]
        assert left
        assert result.kpis["stock_value_end_usd"] == pytest.approx(left * each)


def test_what_is_made_into_something_else_counts_at_what_was_paid(go: Callable[..., Result]) -> None:
    data = shop(value=falling(last=15))
    data["items"]["box"] = {"stage": "box", "policy": {"type": "base_stock", "level": 5}}
    data["recipes"]["pack"] = {"item": "box", "site": "market", "inputs": {"part": 1}, "price": 1}
    result = go(data)
    left = result.kpis["stock_end.part"]
    boxes = result.kpis["stock_end.box"]
    assert left
    assert boxes
    assert result.kpis["stock_value_end_usd"] == pytest.approx(left * 40 + boxes * 41)


@pytest.mark.parametrize(("line", "message"), [
    ({"value": 1, "value_per_h100e": 2}, "give either value or value_per_h100e"),
    ({"value": falling(last=-1)}, "must be at least 0"),
    ({"value": falling(last=0, interpolate="exponential")}, "an exponential path needs values above 0"),
    ({"value": falling(ends=END)}, "only a path of demand must say how far it reaches"),
])  # fmt: skip
def test_values_that_make_no_sense_are_refused(build: Build, line: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build(shop(**line))


def test_a_value_per_h100e_needs_compute(build: Build) -> None:
    data = shop(value_per_h100e=3)
    del data["items"]["part"]["h100e"]
    with pytest.raises(InputError, match="a value per H100e counts H100-equivalents, but part has no h100e"):
        build(data)
