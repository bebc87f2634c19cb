"""Orders of stock policies that meet too little stock: what there is goes, and the rest when it comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.api import run
from sim.errors import InputError
from sim.scenario.loader import load_scenario

CASE = Path(__file__).parent / "cases" / "partial-shipment.yaml"
ENGINES = pytest.mark.parametrize("engine", ["events", "batch"])
Build = Callable[..., Any]


@ENGINES
@pytest.mark.parametrize(("partial", "cost", "shipments"), [("true", 0, 3), ("false", 12, 2)])
def test_five_of_six_go_at_once(engine: str, partial: str, cost: int, shipments: int) -> None:
    """The sixth follows when the depot has it; waiting for all costs the shop three units for four days."""
    kpis = run(load_scenario(CASE, sets=[f"items.shop.partial={partial}"]), engine=engine).kpis
    assert kpis["shortage_usd"] == cost
    assert kpis["shipments.to_shop"] == shipments
    assert kpis["orders.to_shop"] == 2


@ENGINES
def test_lots_with_a_size_stay_whole(engine: str) -> None:
    kpis = run(load_scenario(CASE, sets=["recipes.to_shop.lot_size=6"]), engine=engine).kpis
    assert kpis["shortage_usd"] == 12


@ENGINES
def test_the_scarcest_input_says_how_many_go(build: Build, engine: str) -> None:
    """Ten are ordered; of one input there are seven, of the other two for each of four: four go, then the rest."""
    stock = {"policy": {"type": "base_stock", "level": 0}}
    data = {
        "horizon": {"length": 20, "time_unit": "day"},
        "items": {
            "product": {"stage": "product", **stock}, "x": {"stage": "part", "initial_stock": 7, **stock},
            "y": {"stage": "part", "initial_stock": 8, **stock},
        },
        "sites": {"shop": {"in_house": True, "capacity": "unlimited"}},
        "recipes": {
            "make": {"item": "product", "site": "shop", "inputs": {"x": 1, "y": 2}},
            "make_x": {"item": "x", "site": "shop", "cycle_time": 3}, "make_y": {"item": "y", "site": "shop", "cycle_time": 5},
        },
        "demand": {"d": {"item": "product", "pattern": "series", "every": 1, "values": [10]}},
    }  # fmt: skip
    lots = run(build(data), engine=engine, trace=True).frames["lots"]
    made = lots[lots["recipe"] == "make"].sort_values("begin")
    assert made["starts"].tolist() == [4, 6]
    assert made["begin"].tolist() == [0, 5]
    assert set(made["released"]) == {0}


def test_planned_items_take_no_partial() -> None:
    with pytest.raises(InputError, match=r"items\.depot\.partial: has no effect"):
        load_scenario(CASE, sets=["items.depot.policy={}", "items.depot.partial=false"])


@given(
    st.lists(st.integers(0, 9), min_size=12, max_size=25), st.integers(0, 12), st.integers(0, 12), st.integers(1, 4), st.integers(1, 4),
)  # fmt: skip
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
def test_two_stocks_in_series_are_those_of_the_textbook(
    demand: list[int], shop: int, depot: int, near: int, far: int
) -> None:
    """Net stock of the shop: its level, less what the depot owed a lead time ago and the demand since."""

    def last(days: int, until: int) -> int:
        return sum(demand[max(until - days + 1, 0) : until + 1])

    end = len(demand) - 1
    owed = max(last(far, end - near) - depot, 0) if end >= near else 0
    sets = [
        f"horizon.length={end + 0.5}", f"items.shop.initial_stock={shop}", f"items.shop.policy.level={shop}",
        f"items.depot.initial_stock={depot}", f"items.depot.policy.level={depot}", f"recipes.to_shop.shipping_time={near}",
        f"recipes.to_depot.shipping_time={far}", f"demand.customers.values={demand}",
    ]  # fmt: skip
    found = [run(load_scenario(CASE, sets=sets), engine=engine).kpis for engine in ("events", "batch")]
    assert found[0] == found[1]
    assert found[0]["stock_end.shop"] - found[0]["backlog_end"] == shop - owed - last(near, end)
