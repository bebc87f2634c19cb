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


SERIAL = {"factory": (2, 2.0), "depot": (1, 4.0), "shop": (1, 7.0)}
"""Lead time in days, and holding cost of a unit and day on the way there."""


def serial(horizon: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    """Three stages in series under base stock, each supplied by the one before, the first without limit."""
    stages = list(SERIAL)
    recipes = {}
    for stage, before in zip(stages, [None, *stages], strict=False):
        recipes[f"to_{stage}"] = {"item": stage, "site": f"before_{stage}", "shipping_time": SERIAL[stage][0]}
        if before:
            recipes[f"to_{stage}"]["inputs"] = {before: 1}
    return {
        "horizon": {"time_unit": "day", **horizon},
        "items": {
            stage: {"stage": stage, "initial_stock": 60, "transit_cost": cost, "policy": {"type": "base_stock", "level": 60}}
            for stage, (_, cost) in SERIAL.items()
        },
        "sites": {f"before_{stage}": {"in_house": True, "capacity": "unlimited"} for stage in stages},
        "recipes": recipes,
        "demand": {"customers": {"item": "shop", "every": 1, **line}},
    }  # fmt: skip


def test_pipeline_holding_by_littles_law(build: Fixture, agreed: Fixture) -> None:
    """Units in transit are demand x lead time: 5 a day x (2 x 2 + 4 x 1 + 7 x 1) dollars a day, from day 2 on.

    Rates and lead times of the serial system of Snyder & Shen, Fundamentals of Supply Chain Theory (2nd ed.),
    example 6.1, where what is on its way to a stage is charged at a rate of its own.
    """
    data = serial({"length": 100, "warmup": 10}, {"pattern": "periodic", "quantity": 5})
    kpis = agreed(build({**data, "report_every": 1})).kpis
    assert kpis["holding_usd"] == kpis["total_cost_usd"] == 90 * 5 * (2 * 2 + 4 * 1 + 7 * 1)
    assert agreed(build(data | {"report_every": 10})).kpis["holding_usd"] == kpis["holding_usd"]


def test_pipeline_holding_of_random_demand(build: Fixture, agreed: Fixture) -> None:
    """Over an emptied system every unit ordered is in transit for exactly its lead time, to the cent."""
    data = serial({"length": 50, "drain": True}, {"pattern": "poisson", "rate": 5} | {"every": None})
    del data["demand"]["customers"]["every"]
    kpis = agreed(build(data), seed=2).kpis
    starts = [kpis[f"starts.to_{stage}"] for stage in SERIAL]
    assert kpis["holding_usd"] == pytest.approx(
        sum(n * lead * c for n, (lead, c) in zip(starts, SERIAL.values(), strict=True))
    )


def test_transit_is_cut_at_the_end_and_adds_to_stock(build: Fixture, agreed: Fixture) -> None:
    """12 units leave on day 0 and 6 on day 1, for 3 days each, of 4 that count; 10 and 4 wait in stock."""
    data = shop(22, {"values": [12, 6, 0, 0]})
    data["items"]["part"] |= {"holding_cost": 1, "transit_cost": 0.5}
    data["recipes"]["buy"]["shipping_time"] = 3
    result = agreed(build(data))
    assert booked(result, "holding") == [-(10 + 6), -(4 + 9), -(4 + 9), -(16 + 3)]


def test_open_orders_and_held_shipments_are_in_transit(build: Fixture, agreed: Fixture) -> None:
    """20 units due on day 3 that leave on day 2, ordered before; held until day 5, they come on day 6."""
    data = shop(0, {"values": [0, 0, 0, 0, 0, 0, 0, 0]})
    data |= {"horizon": {"length": 8, "time_unit": "day"}, "open_orders": [{"recipe": "buy", "quantity": 20, "due": 3}]}
    data["items"]["part"] |= {"transit_cost": 1}
    assert booked(agreed(build(data)), "holding") == [-20]
    strike = {
        "kind": "scheduled",
        "sites": ["supplier"],
        "begins": 1.5,
        "duration": 3.5,
        "effects": {"shipments_held": True},
    }
    assert booked(agreed(build(data | {"disruptions": {"strike": strike}})), "holding") == [-20, -20, -20, -20]
