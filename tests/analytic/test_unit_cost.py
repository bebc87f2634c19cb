"""Unit costs worked out by hand: alone, rolled up the bill of materials, and at full load."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.api import Result, run
from sim.scenario.loader import Scenario

Go = Callable[[dict[str, Any]], Result]
DAYS = 100
CAPACITY = 10


@pytest.fixture
def go(build: Callable[[dict[str, Any]], Scenario]) -> Go:
    return lambda data: run(build(data))


def chain(**over: Any) -> dict[str, Any]:
    """Parts of which half are good, at a plant of 10 starts a day that costs 10 a day, from 2 raw at 6 dollars each."""
    return {
        "horizon": {"length": DAYS, "time_unit": "day"},
        "report_every": 10,
        "review_every": 1,
        "items": {"raw": {"stage": "raw"}, "part": {"stage": "part"}},
        "sites": {
            "market": {"in_house": False, "capacity": "unlimited"},
            "plant": {"in_house": True, "capacity": CAPACITY, "fixed_cost": 1},
        },
        "recipes": {
            "buy": {"item": "raw", "site": "market", "price": 6},
            "make": {
                "item": "part", "site": "plant", "inputs": {"raw": 2}, "cycle_time": 0, "variable_cost": 3,
                "yield": {"assembly": 0.5},
            },
        },
        "demand": {"d": {"item": "part", "pattern": "even", "every": 1, "rate": 2}},
    } | over  # fmt: skip


def test_a_good_unit_bears_its_materials_and_its_site(go: Go) -> None:
    """(3 + 2 x 6) / 0.5 = 30 dollars, and 10 dollars a day over the good units of the run."""
    result = go(chain())
    kpis = result.kpis
    site = 10 * DAYS / kpis["good.make"]
    assert kpis["unit_cost.buy"] == kpis["unit_cost_with_materials.buy"] == 6
    assert kpis["unit_cost.make"] == pytest.approx(6 + site)
    assert kpis["unit_cost_with_materials.make"] == pytest.approx(30 + site)
    assert kpis["unit_cost_of_item.part"] == kpis["unit_cost_with_materials.make"]


def test_at_full_load_the_site_is_spread_over_all_that_it_could_do(go: Go) -> None:
    """A day of 10 dollars over 10 starts: (3 + 1 + 12) / 0.5 = 32 dollars; a quarter less ready, 4/3 a start."""
    assert go(chain()).kpis["unit_cost_at_full_load.make"] == pytest.approx(32)
    data = chain()
    data["sites"]["plant"]["availability"] = 0.75
    assert go(data).kpis["unit_cost_at_full_load.make"] == pytest.approx((3 + 4 / 3 + 12) / 0.5)


def test_a_site_run_full_costs_the_same_both_ways(go: Go) -> None:
    data = chain()
    data["demand"]["d"]["rate"] = 50
    kpis = go(data).kpis
    assert kpis["unit_cost_with_materials.make"] == pytest.approx(kpis["unit_cost_at_full_load.make"], rel=0.03)


def test_full_load_goes_up_the_bill_of_materials(go: Go) -> None:
    """Boxes bought with 3 of our parts each: 5 + 3 x 32."""
    data = chain()
    data["items"]["box"] = {"stage": "box"}
    data["recipes"]["pack"] = {"item": "box", "site": "market", "inputs": {"part": 3}, "price": 5, "cycle_time": 1}
    data["demand"]["d"] |= {"item": "box", "rate": 1}
    kpis = go(data).kpis
    assert kpis["unit_cost_at_full_load.pack"] == pytest.approx(5 + 3 * 32)
    assert kpis["unit_cost_with_materials.pack"] == pytest.approx(5 + 3 * kpis["unit_cost_with_materials.make"])


def test_a_material_of_two_sources_has_their_mean_by_output(go: Go) -> None:
    data = chain()
    data["recipes"]["dear"] = {"item": "raw", "site": "market", "price": 10}
    data["sourcing"] = {"raw": {"policy": "split", "sources": ["buy", "dear"], "shares": {"buy": 0.25, "dear": 0.75}}}
    kpis = go(data).kpis
    mean = (6 * kpis["good.buy"] + 10 * kpis["good.dear"]) / (kpis["good.buy"] + kpis["good.dear"])
    assert mean == pytest.approx(9, rel=0.02)
    assert kpis["unit_cost_of_item.raw"] == pytest.approx(mean)
    assert kpis["unit_cost_at_full_load.make"] == pytest.approx((3 + 1 + 2 * mean) / 0.5)


def test_what_was_never_made_has_no_cost_nor_has_what_is_made_of_it(go: Go) -> None:
    data = chain()
    data["demand"]["d"]["rate"] = 0
    data["initial"] = "empty"
    kpis = go(data).kpis
    assert kpis["unit_cost_with_materials.make"] is None
    assert kpis["unit_cost_at_full_load.make"] is None
    assert kpis["unit_cost_of_item.part"] is None
