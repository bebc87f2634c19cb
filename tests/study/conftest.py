"""A small plant whose inputs are uncertain, for studies that take a second."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.scenario.loader import Scenario


def uncertain_plant() -> dict[str, Any]:
    """Parts for a demand that may be beyond the shop; the shop opens late, early, or not at all in time."""
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "items": {"part": {"stage": "board"}},
        "sites": {
            "maker": {"in_house": False, "capacity": 900},
            "shop": {
                "in_house": True,
                "construction": {
                    "decision": dt.date(2026, 1, 1),
                    "stages": [{"name": "all", "duration": _ranged(200, 60, 420)}],
                },
                "ramp": {"initial": 300, "target": 600, "months": 3},
                "capex": {"per_capacity": _ranged(100, 50, 180), "life": 5, "equipment_share": 0.5},
            },
        },
        "recipes": {
            "bought": {"item": "part", "site": "maker", "lot_size": 20, "cycle_time": 5, "price": _ranged(12, 8, 20)},
            "own": {"item": "part", "site": "shop", "lot_size": 20, "cycle_time": 5, "variable_cost": 9},
        },
        "sourcing": {"part": {"sources": ["own", "bought"], "policy": "in_house_first"}},
        "demand": {"customers": {"item": "part", "pattern": "poisson", "rate": _ranged(600, 400, 900)}},
        "milestones": {
            "first": {"rule": "first_output", "items": ["part"], "sites": ["shop"]},
            "half": {"rule": "in_house_share", "share": "board", "level": 0.5},
        },
        "uncertainty": {"ranges": "triangular"},
    }


def _ranged(value: float, low: float, high: float) -> dict[str, Any]:
    return {"assumed": value, "low": low, "high": high, "source": "made up"}


@pytest.fixture(scope="session")
def plant_data() -> Callable[[], dict[str, Any]]:
    """What makes the plant: plain data, anew each time."""
    return uncertain_plant


@pytest.fixture(scope="session")
def uncertain(build: Any) -> Scenario:
    """The plant, loaded."""
    loaded: Scenario = build(uncertain_plant(), "uncertain")
    return loaded
