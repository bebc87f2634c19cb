"""What is left over at the end is the stock beyond the backlog and a year's demand, as it is then, along the bill of materials."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.api import run

Fixture = Callable[..., Any]


def successors(stocks: dict[str, int]) -> dict[str, Any]:
    """300 a month of a first product until July, then of a second. Each takes two chips of its own."""
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "items": {name: {"stage": "s", "initial_stock": units} for name, units in stocks.items()},
        "sites": {"plant": {"in_house": True, "capacity": 1}},
        "recipes": {
            **{f"make_{k}": {"item": k, "site": "plant", "inputs": {f"chip_{k}": 2}} for k in ("one", "two")},
            **{f"make_chip_{k}": {"item": f"chip_{k}", "site": "plant"} for k in ("one", "two")},
        },
        "demand": {
            "d": {"generations": [{"item": "one"}, {"item": "two", "begins": dt.date(2026, 7, 1)}], "rate": 300}
        },
    }


def test_a_superseded_product_and_its_parts_are_left_over(build: Fixture) -> None:
    kpis = run(build(successors({"one": 5000, "two": 5000, "chip_one": 700, "chip_two": 9000}))).kpis
    assert kpis["stock_end.one"] is not None
    assert 3000 < kpis["stock_end.one"] < 3400
    # Nobody wants the first any more; 3600 a year are wanted of the second, and 7200 of its chips.
    assert kpis["left_over.one"] == kpis["stock_end.one"]
    assert kpis["left_over.two"] == 0.0
    assert kpis["left_over.chip_one"] == kpis["stock_end.chip_one"] == 700
    assert kpis["left_over.chip_two"] == pytest.approx(9000 - 7200, abs=5)


def test_what_the_backlog_still_takes_is_not_left_over(build: Fixture) -> None:
    """1,800 of the first product wait; the plant makes one start a month. They would take 3,600 chips."""
    kpis = run(build(successors({"one": 0, "two": 5000, "chip_one": 4000, "chip_two": 9000}))).kpis
    waiting, chips = kpis["backlog_end"], kpis["stock_end.chip_one"]
    assert waiting is not None
    assert chips is not None
    assert waiting == pytest.approx(1800, abs=30)
    assert kpis["left_over.chip_one"] == pytest.approx(chips - 2 * waiting, abs=30)
