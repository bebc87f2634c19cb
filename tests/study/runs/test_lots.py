"""Lots made larger to save time change no cost: they stand for as many of the scenario's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.api import Result, run
from sim.scenario.loader import load_scenario
from sim.study.montecarlo import monte_carlo

CASE = Path(__file__).parents[2] / "analytic" / "cases" / "lots-for-speed.yaml"


def played(engine: str, *sets: str) -> Result:
    return run(load_scenario(CASE, sets=list(sets)), engine=engine)


def cost(result: Result, category: str) -> float:
    cash = result.frames["cash"]
    return -float(cash.loc[cash["category"] == category, "usd"].sum())


@pytest.mark.parametrize("engine", ["events", "batch"])
@pytest.mark.parametrize("scale", [2, 7, 20])
def test_costs_are_those_of_the_scenarios_own_lots(engine: str, scale: int) -> None:
    own, larger = played(engine), played(engine, f"lot_scale={scale}")
    for category in ("shipment", "variable", "purchases", "order"):
        assert cost(larger, category) == pytest.approx(cost(own, category), rel=0.03)
    assert larger.kpis["npv_usd"] == pytest.approx(own.kpis["npv_usd"], rel=0.01)
    assert larger.kpis["shipments.make"] == pytest.approx(4800, rel=0.02)


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_the_last_lot_of_an_order_is_a_shipment_though_it_is_small(engine: str) -> None:
    """An order of 25 in lots of ten is three shipments, in lots of twenty or of fifty too."""
    orders = "demand.d={item: box, orders: [{date: 2026-01-05, units: 25}, {date: 2026-01-09, units: 25}]}"
    policy = "items.box.policy={type: base_stock, level: 0}"
    sets = ("initial=empty", "items.part.initial_stock=9999", policy, orders)
    for scale in (1, 2, 5):
        assert played(engine, *sets, f"lot_scale={scale}").kpis["shipments.make"] == 6


def test_no_bias_of_money_is_reported() -> None:
    found = monte_carlo(load_scenario(CASE), 4, lot_scale="auto", jobs=1)
    assert found.lot_scale > 1
    assert found.bias is not None
    for kpi in ("npv_usd", "total_cost_usd", "transport_usd"):
        assert found.bias.difference[kpi].estimate == pytest.approx(0, abs=0.03 * abs(found.bias.own[kpi]))
