"""What is left over at the end is the stock beyond a year's demand, as it is then, along the bill of materials."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.api import run

Fixture = Callable[..., Any]


def test_a_superseded_product_and_its_parts_are_left_over(build: Fixture) -> None:
    """300 a month of a first product until July, then of a second. Each takes two chips of its own."""
    stocks = {"one": 5000, "two": 5000, "chip_one": 700, "chip_two": 9000}
    data = {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "items": {name: {"stage": "s", "initial_stock": units} for name, units in stocks.items()},
        "sites": {"plant": {"in_house": True, "capacity": 1}},
        "recipes": {
            **{f"make_{k}": {"item": k, "site": "plant", "inputs": {f"chip_{k}": 2}} for k in ("one", "two")},
            **{f"make_chip_{k}": {"item": f"chip_{k}", "site": "plant"} for k in ("one", "two")},
        },
        "demand": {"d": {"generations": [{"item": "one"}, {"item": "two", "begins": dt.date(2026, 7, 1)}], "rate": 300}},
    }
    kpis = run(build(data)).kpis
    assert kpis["stock_end.one"] is not None
    assert 3000 < kpis["stock_end.one"] < 3400
    # Nobody wants the first any more; 3600 a year are wanted of the second, and 7200 of its chips.
    assert kpis["left_over.one"] == kpis["stock_end.one"]
    assert kpis["left_over.two"] == 0.0
    assert kpis["left_over.chip_one"] == kpis["stock_end.chip_one"] == 700
    assert kpis["left_over.chip_two"] == pytest.approx(9000 - 7200, abs=5)
