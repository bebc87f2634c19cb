"""The growth of the own fab is contested, and decides how much the plan loses."""

from __future__ import annotations

import pytest

from sim.api import run
from sim.scenario.loader import load_scenario

FIGURE = "terafab.ramp.final_months"


def test_slower_growth_costs_less() -> None:
    """Each slower reading builds less by the end and loses less; what stops near 100,000 wafers a month loses a thirtieth,
    since in-house shares depend on the first 100,000."""
    found = {}
    for reading in ("announced-phases", "five-years", "precedent", "full-first"):
        scenario = load_scenario("as-announced", sets=["lot_scale=20"], readings=[f"{FIGURE}={reading}"])
        found[reading] = run(scenario, engine="batch").kpis
    npv = [kpis["npv_usd"] for kpis in found.values()]
    assert npv == sorted(npv)
    assert npv[0] < -100e9
    assert abs(npv[-1]) < abs(npv[0]) / 10
    capex = [kpis["capex_usd"] for kpis in found.values()]
    assert capex == sorted(capex, reverse=True)
    share = [kpis["in_house_share.wafer"] for kpis in found.values()]
    assert share == pytest.approx([share[0]] * 4, abs=0.02)
