"""What a run leaves at its end, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.api import Result, run
from sim.scenario.loader import Scenario

Build = Callable[..., Scenario]


def shop(**over: Any) -> dict[str, Any]:
    """Base stock 100 of parts at 4 dollars each, one day on their way; 10 sold each day at 9 dollars."""
    return {
        "horizon": {"length": 10, "time_unit": "day"},
        "report_every": 1,
        "items": {"part": {"stage": "part", "policy": {"type": "base_stock", "level": 100}}},
        "sites": {"market": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"buy": {"item": "part", "site": "market", "shipping_time": 1, "price": 4}},
        "demand": {"d": {"item": "part", "pattern": "series", "every": 1, "values": [10], "repeats": True, "value": 9}},
    } | over


@pytest.fixture
def go(build: Build) -> Callable[..., Result]:
    return lambda data: run(build(data))


def parts(result: Result) -> tuple[float | None, ...]:
    names = ("stock_value_end_usd", "under_way_value_end_usd", "terminal_value_usd")
    return tuple(result.kpis[name] for name in names)


def test_stock_counts_at_what_was_paid_and_orders_not_yet_paid_do_not(go: Callable[..., Result]) -> None:
    kpis = (result := go(shop())).kpis
    assert kpis["stock_end.part"] == 90
    assert parts(result) == (360, 0, 0)
    assert kpis["npv_with_continuing_value_usd"] == pytest.approx(kpis["npv_usd"] + 360)  # type: ignore[operator]


def test_what_is_paid_when_it_leaves_counts_on_its_way(go: Callable[..., Result]) -> None:
    """A shipment costs 20 dollars: ten days of 90 or 10 units; the last is paid for and still on its way."""
    data = shop()
    data["recipes"]["buy"]["shipment_cost"] = 20
    result = go(data)
    kpis = result.kpis
    shipped = kpis["shipments.buy"] * 20  # type: ignore[operator]
    came = kpis["received.buy"]
    assert kpis["stock_value_end_usd"] == pytest.approx(90 * (4 + shipped / came))  # type: ignore[operator]
    assert kpis["under_way_value_end_usd"] == pytest.approx(shipped * 10 / (10 + came))  # type: ignore[operator]


def test_goods_on_their_way_to_customers_count_until_they_are_delivered(go: Callable[..., Result]) -> None:
    data = shop()
    data["demand"]["d"]["delivery_time"] = 2.5
    # Handed out on days 8 and 9, and delivered after the end.
    result = go(data)
    assert result.kpis["served.d"] - result.kpis["delivered.d"] == 20  # type: ignore[operator]
    assert parts(result) == (360, 80, 0)


def test_own_work_in_process_counts_at_its_materials_and_what_its_start_cost(go: Callable[..., Result]) -> None:
    """Boxes of 2 parts take 3 days at 5 dollars a start; suppliers of the same are paid for nothing but the parts."""
    data = shop()
    data["items"]["box"] = {"stage": "box", "policy": {"type": "base_stock", "level": 40}}
    data["sites"]["shop"] = {"in_house": True, "capacity": "unlimited"}
    data["recipes"]["pack"] = {
        "item": "box",
        "site": "shop",
        "inputs": {"part": 2},
        "cycle_time": 3,
        "variable_cost": 5,
    }
    data["demand"]["d"]["item"] = "box"
    result = go(data)
    frame = result.frames["monthly"]
    inside = frame[(frame["name"] == "pack") & (frame["measure"] == "in_process")]["value"].iloc[-1]
    assert inside > 0
    assert parts(result)[1] == pytest.approx(inside * (2 * 4 + 5))
    data["sites"]["shop"]["in_house"] = False
    data["recipes"]["pack"]["price"] = data["recipes"]["pack"].pop("variable_cost")
    assert parts(go(data))[1] == pytest.approx(inside * 2 * 4)


def test_fixed_cost_is_no_part_of_what_stock_is_worth(go: Callable[..., Result]) -> None:
    """The less is made, the more of it a unit bears: it would pay to make little."""
    data = shop()
    data["sites"]["market"] = {"in_house": True, "capacity": 20, "fixed_cost": 3}
    del data["recipes"]["buy"]["price"]
    data["recipes"]["buy"]["variable_cost"] = 4
    result = go(data)
    assert result.kpis["unit_cost.buy"] > 4  # type: ignore[operator]
    assert parts(result)[0] == pytest.approx(4 * result.kpis["stock_end.part"])  # type: ignore[operator]


def test_a_terminal_value_is_discounted_from_the_end(go: Callable[..., Result]) -> None:
    data = shop(money={"terminal_value": 1000, "discount_rate": 0.01}, horizon={"length": 10, "time_unit": "year"})
    kpis = (result := go(data)).kpis
    left = sum(part or 0.0 for part in parts(result))
    assert parts(result)[2] == 1000
    gained = kpis["npv_with_continuing_value_usd"] - kpis["npv_with_salvage_usd"]  # type: ignore[operator]
    assert gained == pytest.approx(left / 1.01**10)


def test_what_was_never_paid_for_is_worth_nothing(go: Callable[..., Result]) -> None:
    data = shop()
    data["items"]["part"] = {"stage": "part", "initial_stock": 500, "policy": {"type": "base_stock", "level": 0}}
    assert parts(go(data)) == (0, 0, 0)
