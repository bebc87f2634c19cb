"""Safety stock under stock policies: it lifts the level and the reorder point, as in the textbooks."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, factorial
from typing import Any

import numpy as np
import pytest

Fixture = Callable[..., Any]


def shop(policy: dict[str, Any], mean: float, costs: tuple[float, float, float], periods: int) -> dict[str, Any]:
    """Poisson demand in each period; an order costs the first, a unit held the second, one short the third."""
    fixed, holding, shortage = costs
    part = {"stage": "part", "initial_stock": policy["level"], "holding_cost": holding, "policy": policy}
    line = {"item": "part", "pattern": "periodic", "every": 1, "quantity": {"shape": "poisson", "mean": mean}}
    return {
        "horizon": {"length": periods, "time_unit": "period", "warmup": 100},
        "report_every": 100,
        "items": {"part": part},
        "sites": {"supplier": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"buy": {"item": "part", "site": "supplier", "shipping_time": 1, "order_cost": fixed}},
        "demand": {"d": line | {"shortage_cost": shortage}},
    }


def renewal(s: int, level: int, mean: float, costs: tuple[float, float, float]) -> float:
    """Cost of a period under (s, S), by the renewal function of demand (Zheng & Federgruen 1991, equation 3)."""
    fixed, holding, shortage = costs
    chance = [exp(-mean) * mean**k / factorial(k) for k in range(120)]
    a_period = [
        sum(p * (holding * max(y - k, 0) + shortage * max(k - y, 0)) for k, p in enumerate(chance))
        for y in range(level + 1)
    ]
    visits = [1 / (1 - chance[0])]
    for j in range(1, level - s):
        visits.append(sum(chance[k] * visits[j - k] for k in range(1, j + 1)) / (1 - chance[0]))
    return (fixed + sum(m * a_period[level - j] for j, m in enumerate(visits))) / sum(visits)


@pytest.mark.parametrize(
    ("s", "level", "mean", "costs", "printed"),
    [(4, 10, 6, (5, 1, 4), 8.034112), (6, 40, 10, (64, 1, 9), 35.0215), (14, 62, 20, (64, 1, 9), 49.173)],
)
def test_min_max(
    build: Fixture, agreed: Fixture, judge: Fixture, s: int, level: int, mean: float, costs: Any, printed: float
) -> None:
    """The optimal (s, S) with 3 of both as safety stock has the cost that is printed.

    Snyder & Shen, Fundamentals of Supply Chain Theory (2nd ed.), example 4.7; Zheng & Federgruen, Operations
    Research 39 (1991), table 1. A lead time of one period, as orders follow demand, is none of theirs.
    """
    assert renewal(s, level, mean, costs) == pytest.approx(printed, rel=2e-5)
    policy = {"type": "min_max", "reorder": s - 3, "level": level - 3, "safety": 3}
    scenario = build(shop(policy, mean, costs, 1100))
    found = [agreed(scenario, seed=seed).kpis["total_cost_usd"] / 1000 for seed in range(12)]
    judge(np.array(found), printed, power=0.02)


@pytest.mark.parametrize(
    ("policy", "lifted"),
    [
        ({"type": "base_stock", "level": 10, "safety": 4}, {"type": "base_stock", "level": 14}),
        ({"type": "base_stock", "level": 10, "safety": 4, "review": 2}, {"type": "base_stock", "level": 14, "review": 2}),
        ({"type": "min_max", "reorder": 3, "level": 20, "safety": 4}, {"type": "min_max", "reorder": 7, "level": 24}),
    ],
)  # fmt: skip
def test_level_and_reorder_point_are_lifted(build: Fixture, agreed: Fixture, policy: Any, lifted: Any) -> None:
    """The same run as with higher numbers, stock at the start apart."""
    a, b = (shop(p, 6, (5, 1, 4), 300) for p in (policy, lifted))
    b["items"]["part"]["initial_stock"] = a["items"]["part"]["initial_stock"]
    assert agreed(build(a), seed=5).kpis == agreed(build(b), seed=5).kpis


def test_reorder_point_of_lead_time_demand_and_safety_stock(build: Fixture, agreed: Fixture) -> None:
    """(R, Q): 5 a day, lead time 4 days, safety stock 7: R = 27, and 7 beyond the demand of the day are left
    whenever 40 arrive.

    Hopp & Spearman, Factory Physics, section 2.4: the reorder point is mean lead time demand and safety stock.
    """
    data = shop({"type": "min_max", "reorder": 0, "level": 47}, 5, (0, 0, 0), 160)
    data["horizon"] = {"length": 160, "time_unit": "day"}
    data["report_every"] = 1
    data["items"]["part"]["policy"] = {"type": "reorder", "reorder": 20, "quantity": 40, "safety": 7}
    data["demand"]["d"] = {"item": "part", "pattern": "periodic", "every": 1, "quantity": 5}
    data["recipes"]["buy"]["shipping_time"] = 4
    frame = agreed(build(data)).frames["monthly"]
    stock = frame[(frame["scope"] == "item") & (frame["measure"] == "stock")].sort_values("period")["value"]
    assert stock.iloc[40:].min() == 7 + 5
    assert stock.iloc[40:].max() == 7 + 40
