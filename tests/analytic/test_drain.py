"""What is held for ever by its site is finished there, and accounted for, when a run drains."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.api import run
from sim.scenario.loader import load_scenario

CASE = Path(__file__).parent / "cases" / "drain-with-shipments-held.yaml"


@pytest.mark.parametrize("engine", ["events", "batch"])
@pytest.mark.parametrize(
    "sets",
    [
        [],
        ["recipes.r.cycle_time=40"],
        ["recipes.r.cycle_time={shape: uniform, mean: 30, cv: 0.5}"],
        ["recipes.r.cycle_time=20", "recipes.r.shipping_time=5", "items.a.holding_cost=1"],
        ["sites.m.capacity=4", "recipes.r.shipment_cost=5"],
    ],
)
def test_lots_that_never_leave_are_accounted_for(engine: str, sets: list[str]) -> None:
    result = run(load_scenario(CASE, sets=sets), engine=engine)
    assert result.conservation == {"worst_units": 0, "worst_usd": 0}
    frame = result.frames["monthly"]
    last = frame[(frame["scope"] == "recipe") & (frame["period"] == frame["period"].max())].set_index("measure")[
        "value"
    ]
    assert result.kpis["starts.r"] == result.kpis["good.r"] > 0
    assert last["in_transit"] == result.kpis["good.r"] - result.kpis["received.r"] > 0
    assert last["in_process"] == 0
