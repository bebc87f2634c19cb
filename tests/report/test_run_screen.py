"""One screen of a run: what it says of a small shift, and what it depends on once `explain` was asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.api import run
from sim.report.render import as_text
from sim.report.run_screen import run_screen
from sim.report.tables import left, right, spread, table
from sim.study.explained import Explained, explained, remember

CHARGERS: dict[str, Any] = {
    "title": "Chargers",
    "question": "When is half in-house?",
    "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2028, 1, 1)},
    "items": {"charger": {"stage": "assembly"}},
    "sites": {
        "maker": {"in_house": False, "capacity": "unlimited"},
        "hall": {"title": "Our hall", "in_house": True, "ramp": {"start": dt.date(2026, 7, 1), "initial": 10, "target": 60, "months": 6},
                 "capex": {"per_capacity": 20000, "life": 5}},
    },
    "recipes": {
        "bought": {"item": "charger", "site": "maker", "price": 400, "cycle_time": 20},
        "own": {"item": "charger", "site": "hall", "variable_cost": 300, "cycle_time": 10},
    },
    "sourcing": {"charger": {"sources": ["own", "bought"], "policy": "in_house_first"}},
    "demand": {"drivers": {"title": "Drivers", "item": "charger", "rate": 80}},
    "milestones": {"half": {"title": "Half in-house", "rule": "in_house_share", "share": "assembly", "level": 0.5, "months": 3}},
    "money": {"discount_rate": 0.08},
}  # fmt: skip


@pytest.fixture
def screen(build: Callable[..., Any]) -> Callable[..., str]:
    def shown(**over: Any) -> str:
        result = run(build({**CHARGERS, **over}))
        return "\n\n".join(as_text(block) for block in run_screen(result))

    return shown


def test_a_small_shift_is_told_whole(screen: Callable[..., str]) -> None:
    text = screen()
    for told in (
        "When is half in-house?",
        "Milestones: Half in-house 2026-1",
        "assembly: capacity",
        "(Our hall)",
        "Served by the end [%]: Drivers 100",
        "NPV at 8.0 % a year",
        "Building ",
        "Next: fabshift run ",
    ):
        assert told in text


def test_marks_and_years_are_the_shares_of_the_run(build: Callable[..., Any]) -> None:
    result = run(build(CHARGERS))
    (shares,) = (block for block in run_screen(result) if "In-house share" in as_text(block))
    row = as_text(shares).splitlines()[1].split()
    frame = result.frames["monthly"]
    made = frame[frame["scope"] == "share"].assign(year=lambda f: [d.year for d in f["period_start"]])
    by_year = made.pivot_table(index="year", columns="measure", values="value", aggfunc="sum")
    assert row[1][:2] == "··"
    assert [float(x) for x in row[2:4]] == pytest.approx(list(100 * by_year["in_house"] / by_year["total"]), abs=0.51)


def test_a_run_without_money_or_own_sites_shows_neither(screen: Callable[..., str]) -> None:
    text = screen(
        sites={"maker": {"in_house": False, "capacity": "unlimited"}},
        recipes={"bought": {"item": "charger", "site": "maker", "cycle_time": 20}},
        sourcing={},
        milestones={},
        money={},
    )
    assert "Money" not in text
    assert "What held it back" not in text
    assert "Served by the end" in text


def test_what_explain_found_is_named_afterwards(
    build: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    result = run(build(CHARGERS))
    assert explained(result.hash) == {}
    told = ["demand.drivers.rate (80: -$1M to $2M)", "recipes.bought.price (400: ...)"]
    remember(result.hash, "served_by_end", Explained(["recipes.own.cycle_time (10: 90 % to 100 %)"], [], 0, 1))
    remember(result.hash, "npv_usd", Explained(told, [], 0, 1))
    text = "\n".join(as_text(block) for block in run_screen(result))
    assert text.index("npv_usd is most sensitive to demand.drivers.rate (80") < text.index(
        "served_by_end is most sensitive to"
    )
    (kept,) = tmp_path.rglob("*.json")
    kept.write_text("[]", encoding="utf-8")
    assert explained(result.hash) == {}


def test_optional_columns_are_left_out_before_a_table_is_split() -> None:
    columns = [left("share"), *spread(["2026", "2027"], optional=True), right("last")]
    block = table("", columns, [["a" * 40, "10", "20", "30"]])
    assert as_text(block, 60).splitlines()[0].split() == ["share", "2026", "2027", "last"]
    assert as_text(block, 50).splitlines()[0].split() == ["share", "last"]
