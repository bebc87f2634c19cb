"""Costs of units lost and of units on their way, against textbook results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.scenario.loader import load_scenario

Fixture = Callable[..., Any]
NEWSVENDOR = Path(__file__).parent / "newsvendor.yaml"


def shop(level: int, line: dict[str, Any]) -> dict[str, Any]:
    """Base stock at an endless supplier with a lead time of a day; demand 12, 6, 11, 14."""
    return {
        "horizon": {"length": 4, "time_unit": "day"},
        "report_every": 1,
        "items": {"part": {"stage": "part", "initial_stock": level, "policy": {"type": "base_stock", "level": level}}},
        "sites": {"supplier": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"buy": {"item": "part", "site": "supplier", "shipping_time": 1}},
        "demand": {"d": {"item": "part", "pattern": "series", "every": 1, "values": [12, 6, 11, 14], **line}},
    }


def booked(result: Any, category: str) -> list[float]:
    """Dollars of a category in each period with any."""
    cash = result.frames["cash"]
    return [float(usd) for usd in cash[cash["category"] == category].sort_values("period")["usd"]]


def test_newsvendor_with_lost_sales(agreed: Fixture, judge: Fixture) -> None:
    """Demand N(50, 8), holding 0.18, 0.70 for each unit lost: S = 56.604, cost 1.99761 a period.

    With a lead time of one period and orders after each demand, every period begins with S, so that lost
    sales cost what the newsvendor's do. Snyder & Shen, Fundamentals of Supply Chain Theory (2nd ed.), section 4.3.
    """
    line = "demand.readers={item: paper, pattern: normal, every: 1, quantity: 50000, sd: 8000, backlog: false, lost_cost: 0.7}"
    scenario = load_scenario(NEWSVENDOR, sets=[line])
    kpis = [agreed(scenario, seed=seed).kpis for seed in range(10)]
    judge(np.array([k["holding_usd"] + k["lost_usd"] for k in kpis]) / 2000, 1997.61, power=0.01)
    assert kpis[0]["lost_usd"] == pytest.approx(0.7 * kpis[0]["lost"])


def test_lost_units_are_paid_in_their_period(build: Fixture, agreed: Fixture) -> None:
    """Stock 10 each day: 2, 0, 1 and 4 are lost, at 3 dollars each; all of it in NPV and total cost."""
    result = agreed(build(shop(10, {"backlog": False, "lost_cost": 3})))
    assert booked(result, "lost") == [-6, -3, -12]
    assert result.kpis["lost_usd"] == result.kpis["total_cost_usd"] == -result.kpis["npv_usd"] == 21


def test_cancelled_units_are_lost(build: Fixture, agreed: Fixture) -> None:
    """2, 0, 1 and 3 are cancelled after half a day, having been ordered: 3 dollars each, and 9 a day for waiting."""
    kpis = agreed(build(shop(10, {"cancel_after": 0.5, "shortage_cost": 9, "lost_cost": 3}))).kpis
    assert (kpis["lost_usd"], kpis["shortage_usd"], kpis["total_cost_usd"]) == (18, 27, 45)


def test_parts_of_a_cent_do_not_drift(build: Fixture, agreed: Fixture) -> None:
    """7 units at 0.4 cents are 2.8 cents; cent by cent they would be 1 + 0 + 0 + 2."""
    result = agreed(build(shop(10, {"backlog": False, "lost_cost": 0.004})))
    assert booked(result, "lost") == [-0.01, -0.02]
    assert result.kpis["lost_usd"] == pytest.approx(0.03)
