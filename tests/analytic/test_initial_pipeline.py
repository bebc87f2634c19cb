"""Lots under way at the start are shipped like any other: they wait where shipments are held, and cost as much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.api import Result, run

Fixture = Callable[..., Any]


@pytest.fixture
def ten_days(build: Fixture) -> Callable[..., Result]:
    """Ten a day from a supplier 10 days of work and 3 of shipping away: 26 lots of 5 under way, due on day
    0.25, 0.75 and so on. What is ordered in the run leaves only after its end."""

    def played(**changes: Any) -> Result:
        data: dict[str, Any] = {
            "horizon": {"length": 10, "time_unit": "day"},
            "initial": "pipeline",
            "items": {"part": {"stage": "part"}},
            "sites": {"supplier": {"in_house": False, "capacity": 100}},
            "recipes": {
                "buy": {
                    "item": "part",
                    "site": "supplier",
                    "lot_size": 5,
                    "cycle_time": 10,
                    "shipping_time": 3,
                    "shipment_cost": 7,
                }
            },
            "demand": {"d": {"item": "part", "rate": 10}},
        }
        return run(build(data | changes))

    return played


def held(begins: float, days: float) -> dict[str, Any]:
    return {
        "strike": {
            "kind": "scheduled",
            "begins": begins,
            "duration": days,
            "sites": ["supplier"],
            "effects": {"shipments_held": True},
        }
    }


def arrived(result: Result, measured: Fixture) -> float:
    return sum(measured(result, "recipe", "buy", "seeded"))


def test_what_leaves_within_the_run_is_paid(ten_days: Callable[..., Result], measured: Fixture) -> None:
    """Six lots are on their way already; the twenty due from day 3.25 on leave from day 0.25 on."""
    result = ten_days()
    assert arrived(result, measured) == 100
    assert result.kpis["shipments.buy"] == 20
    assert result.kpis["transport_usd"] == 140


def test_held_shipments_hold_lots_begun_before_the_start(ten_days: Callable[..., Result], measured: Fixture) -> None:
    """Those that would leave from day 2 to 8 leave on day 8, and arrive after the end."""
    result = ten_days(disruptions=held(2, 6))
    assert arrived(result, measured) == 50
    assert result.kpis["shipments.buy"] == 20


def test_what_is_held_to_the_end_is_not_paid(ten_days: Callable[..., Result], measured: Fixture) -> None:
    result = ten_days(disruptions=held(2, 20))
    assert arrived(result, measured) == 50
    assert result.kpis["shipments.buy"] == 4
    assert result.kpis["transport_usd"] == 28
    assert result.conservation == {"worst_units": 0.0, "worst_usd": 0.0}


def test_what_is_on_its_way_already_is_not_held(ten_days: Callable[..., Result], measured: Fixture) -> None:
    result = ten_days(disruptions=held(0, 20))
    assert arrived(result, measured) == 30
    assert result.kpis["shipments.buy"] == 0
