"""Money of plans with different horizons stands in one table only by the year, or with its own horizon said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.report.compare_report import compare_report
from sim.report.sweep_report import sweep_report
from sim.report.tables import Block, Lines, Table
from sim.scenario.loader import Scenario
from sim.study.compare import Comparison, compare
from sim.study.sweep import sweep

Build = Callable[..., Scenario]
HOW: dict[str, Any] = {"engine": "batch", "jobs": 1}
KPIS = ("spend_outside_usd", "stock_value_end_usd", "npv_usd", "fill_rate")
SAID = "Money of different horizons is not comparable: totals are shown for the mean year, NPVs over each one's own horizon"


def shop(years: int, start: int = 2026) -> dict[str, Any]:
    """Ten parts a day, bought at 4 dollars and sold at 9."""
    return {
        "horizon": {"start": dt.date(start, 1, 1), "end": dt.date(start + years, 1, 1)},
        "items": {"part": {"stage": "part", "policy": {"type": "base_stock", "level": 100}}},
        "sites": {"market": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"buy": {"item": "part", "site": "market", "shipping_time": 1, "price": 4}},
        "demand": {"d": {"item": "part", "pattern": "even", "every": 1, "rate": 300, "value": 9}},
    }


@pytest.fixture
def compared(build: Build) -> Callable[..., Comparison]:
    def of(*data: dict[str, Any]) -> Comparison:
        return compare([build(each, f"plan{k}") for k, each in enumerate(data)], n=2, **HOW)

    return of


def lines(blocks: list[Block]) -> str:
    return " ".join(line for block in blocks if isinstance(block, Lines) for line in block.lines)


def tables(blocks: list[Block]) -> dict[str, Table]:
    return {block.title: block for block in blocks if isinstance(block, Table)}


def test_totals_are_shown_by_the_year_and_differences_left_out(compared: Callable[..., Comparison]) -> None:
    found = compared(shop(1), shop(3))
    blocks = compare_report(found, KPIS)
    assert SAID in lines(blocks)
    rows = {row[0]: row[1:] for row in tables(blocks)["Means"].rows}
    assert set(rows) == {
        "fill_rate [%]", "npv_usd (own horizon)", "spend_outside_usd (a year)", "stock_value_end_usd (at each end)",
    }  # fmt: skip
    totals = [f.kpis["spend_outside_usd"].mean.estimate for f in found.found.values()]
    assert totals[1] > 2.5 * totals[0]
    shown = [float(cell.strip("$k")) for cell in rows["spend_outside_usd (a year)"]]
    assert shown == pytest.approx([totals[0] / 1000 * 365.25 / 365, totals[1] / 1000 * 365.25 / 1096], rel=0.01)
    against = tables(blocks)["plan1 minus plan0, over 2 pairs"]
    assert [row[0] for row in against.rows] == ["fill_rate [%]"]
    assert against.notes[-1].startswith("left out, since horizons differ: ")
    assert all(kpi in against.notes[-1] for kpi in KPIS[:3])
    assert found.to_json()["horizons"]["plan1"]["end"] == "2029-01-01"


def test_money_alone_has_no_table_of_differences(compared: Callable[..., Comparison]) -> None:
    assert list(tables(compare_report(compared(shop(1), shop(2)), ["npv_usd"]))) == ["Means"]


def test_the_same_length_at_another_date_is_another_horizon(compared: Callable[..., Comparison]) -> None:
    assert SAID in lines(compare_report(compared(shop(1), shop(1, 2027)), KPIS))


def test_one_horizon_needs_no_words(compared: Callable[..., Comparison]) -> None:
    blocks = compare_report(compared(shop(2), shop(2)), KPIS)
    assert "horizon" not in lines(blocks)
    assert {row[0] for row in tables(blocks)["Means"].rows} == {"fill_rate [%]", *KPIS[:3]}
    assert len(tables(blocks)["plan1 minus plan0, over 2 pairs"].rows) == 4


def test_a_sweep_over_the_end_says_so(build: Build) -> None:
    scenario = build(shop(1))
    found = sweep(scenario, ["horizon.end=2027-01-01,2029-01-01"], n=2, **HOW)
    blocks = sweep_report(found, KPIS)
    assert SAID in lines(blocks)
    rows = {row[0]: row[1:] for row in tables(blocks)["Means by horizon.end"].rows}
    first, second = (float(cell.strip("$k")) for cell in rows["spend_outside_usd (a year)"])
    assert first == pytest.approx(second, rel=0.05)
    assert "horizon" not in lines(sweep_report(sweep(scenario, ["recipes.buy.price=4,5"], n=2, **HOW), KPIS))
