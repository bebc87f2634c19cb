"""Readings of how suppliers behave move the run as they should, each by its own number."""

from __future__ import annotations

import pytest

from sim.api import run
from sim.scenario.loader import load_scenario

KPIs = dict[str, float | None]


def played(reading: str, *sets: str) -> KPIs:
    scenario = load_scenario("as-announced", sets=["lot_scale=20", *sets], readings=[reading])
    return run(scenario, engine="batch").kpis


def number(kpis: KPIs, name: str) -> float:
    found = kpis[name]
    assert found is not None
    return found


@pytest.fixture(scope="module")
def plain() -> KPIs:
    return played("foundry.answer=none")


def test_a_foundry_that_asks_more_is_paid_more_for_the_same_wafers(plain: KPIs) -> None:
    """A fifth more for lots begun from October 2026 on, which are some of all AI5 and few X1 wafers."""
    dear = played("foundry.answer=price")
    assert dear["starts.ai5_tsmc"] == plain["starts.ai5_tsmc"]
    more = number(dear, "unit_cost.ai5_tsmc") / number(plain, "unit_cost.ai5_tsmc")
    assert 1.05 < more <= 1.2
    assert number(dear, "npv_usd") < number(plain, "npv_usd")


def test_a_foundry_that_serves_others_first_makes_less(plain: KPIs) -> None:
    others = played("foundry.answer=priority")
    assert number(others, "starts.ai5_tsmc") < 0.9 * number(plain, "starts.ai5_tsmc")
    none = played("foundry.answer=priority", "disruptions.foundry_serves_others.effects.allocation=1")
    assert none["starts.ai5_tsmc"] == plain["starts.ai5_tsmc"]


def test_exclusive_lines_bring_what_rivals_take() -> None:
    """They are used to at least what is promised of them, paid for once, and each wafer is cheaper by what was paid ahead."""
    scenario = load_scenario("exclusive-lines", sets=["lot_scale=20"])
    kpis = run(scenario, engine="batch").kpis
    without = run(load_scenario("foundry-squeeze", sets=["lot_scale=20"]), engine="batch").kpis
    outlay = number(kpis, "payments_usd") - number(without, "payments_usd")
    assert outlay == pytest.approx(0.5 * 400e6 * 5)
    months = 17.4  # mid-July 2027, half a year after the first starts, to the end of 2028
    assert number(kpis, "starts.ai5_exclusive") > 0.9 * 4000 * months
    assert number(kpis, "h100e_delivered") > 1.1 * number(without, "h100e_delivered")
    assert number(kpis, "unit_cost.ai5_exclusive") == pytest.approx(16_667 / 88, rel=0.03)
