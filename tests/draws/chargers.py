"""A charger whose demand and price follow random processes."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from sim.scenario.loader import Scenario
from tests.conftest import Build

CHARGER: dict[str, Any] = {
    "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2029, 1, 1)},
    "items": {"charger": {"stage": "assembly"}},
    "sites": {"maker": {"in_house": False, "capacity": 4000}},
    "recipes": {"bought": {"item": "charger", "site": "maker", "lot_size": 100, "cycle_time": 30, "price": 400}},
    "demand": {"chargers": {"item": "charger", "rate": 1500, "value": 500}},
}
GEOMETRIC = {"kind": "geometric", "volatility": 0.3}
REVERTING = {"kind": "mean_reverting", "volatility": 0.4, "reversion": 1.5}
JUMPS = {"rate": 0.8, "mean": -0.3, "sd": 0.2}


def moved(
    build: Build, rate: dict[str, Any] | None = None, price: dict[str, Any] | None = None, **more: Any
) -> Scenario:
    """The charger with processes on its demand and its price."""
    data = copy.deepcopy(CHARGER) | more
    if rate is not None:
        data["demand"]["chargers"]["rate"] = {"constant": 1500, "process": rate}
    if price is not None:
        data["recipes"]["bought"]["price"] = {"constant": 400, "process": price}
    return build(data)
