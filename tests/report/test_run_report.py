"""The tables of a run, from small made-up results."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from sim.report.cost_tables import money, sites
from sim.report.headline import sentences
from sim.report.periods import by_quarter, by_year, last_year
from sim.report.render import as_text, cells
from sim.report.run_report import changes, contested, run_report
from sim.report.shift_tables import binding, compute, demand_lines, in_house_shares, milestones
from sim.report.tables import Table
from sim.scenario.schema import Document

DOCUMENT = {
    "title": "A small shift",
    "bare_numbers": "made up",
    "horizon": {"start": "2026-01-01", "end": "2027-01-01"},
    "items": {"die": {"stage": "wafer"}, "board": {"stage": "board"}},
    "sites": {
        "fab": {"in_house": True, "capacity": 100, "echoes_assumption": "no source states its size"},
        "foundry": {"in_house": False, "capacity": "unlimited", "title": "The foundry"},
    },
    "recipes": {
        "own": {"item": "die", "site": "fab"},
        "bought": {"item": "die", "site": "foundry"},
        "boards": {"item": "board", "site": "fab", "inputs": {"die": 1}},
    },
    "demand": {"cars": {"item": "board", "rate": 10, "title": "Cars"}},
    "shares": {"wafer": {"stage": "wafer"}, "board": {"stage": "board"}},
    "milestones": {"first": {"rule": "first_output", "items": ["die"], "title": "First die"}},
}
MONTHS = [dt.date(2026, m, 1) for m in range(1, 13)]


def rows(scope: str, name: str, measure: str, values: list[float]) -> list[dict[str, Any]]:
    return [
        {"period_start": start, "period": p, "scope": scope, "name": name, "measure": measure, "unit": "unit", "value": v}
        for p, (start, v) in enumerate(zip(MONTHS, values, strict=True))
    ]


def make(document: dict[str, Any] | None = None, **over: Any) -> Any:
    """A result as the engine would return it, as far as the report looks at it."""
    monthly = [
        *rows("share", "wafer", "in_house", [0] * 6 + [25] * 3 + [100] * 3),
        *rows("share", "wafer", "total", [0] * 3 + [100] * 9),
        *rows("share", "board", "in_house", [5] * 12),
        *rows("share", "board", "total", [10] * 12),
        *rows("pool", "die", "cut.capacity", [0] * 6 + [5] * 3 + [0] * 3),
        *rows("pool", "die", "cut.qualification", [7] * 6 + [1] * 3 + [0] * 3),
        *rows("demand", "cars", "demanded", [1000] * 12),
        *rows("demand", "cars", "delivered", [900] * 12),
        *rows("demand", "cars", "h100e", [1e5] * 12),
        *rows("demand", "cars", "watts", [2.5e8] * 12),
        *rows("site", "fab", "capacity", [50] * 12),
        *rows("recipe", "own", "starts", [40] * 12),
    ]
    cash = [
        {"period_start": MONTHS[0], "period": 0, "category": c, "scope": "site", "name": "x", "in_house": own, "usd": usd}
        for c, own, usd in (("capex", True, -3.4e9), ("purchases", False, -2e6), ("variable", True, -5e5), ("value", None, 1e10), ("salvage", True, 1e8))
    ]
    scenario = SimpleNamespace(
        name="small", document=Document.model_validate(document or DOCUMENT), changes=(), pruned=(), switches=(), inputs={}, ledger=None
    )
    result = {
        "scenario": scenario,
        "seed": 0,
        "engine": "events",
        "kpis": {"in_house_share.wafer": 0.4, "in_house_share.board": None, "served_by_end": 0.9, "backlog_end": 1200.0, "capex_usd": 3.4e9}
        | {"fill_rate.cars": 0.75, "served_by_end.cars": 1.0, "backlog_end.cars": 1200.0, "npv_usd": -1e6, "utilisation.fab": 0.8, "unit_cost.own": 12.5},
        "milestones": {"first": dt.date(2026, 7, 9), "never": None},
        "conservation": {"worst_units": 0.0, "worst_usd": 0.0},
        "frames": {"monthly": pd.DataFrame(monthly), "cash": pd.DataFrame(cash)},
        "hash": "abcdef0123456789",
        "shortfalls": [],
    }
    return cast(Any, SimpleNamespace(**(result | over)))


def body(table: Table | None) -> tuple[tuple[str, ...], ...]:
    assert table is not None
    return table.rows


def test_shares_by_quarter_with_nothing_made_and_the_assumption_named() -> None:
    table = in_house_shares(make())
    assert body(table) == (("wafer*", "-", "0", "25.0", "100"), ("board*", "50.0", "50.0", "50.0", "50.0"))
    assert table is not None
    assert [c.title for c in table.columns] == ["share", "26Q1", "26Q2", "26Q3", "26Q4"]
    assert table.notes == ("* wafer, board: echoes an assumption (fab: no source states its size)",)


def test_the_cause_that_cut_most_binds() -> None:
    table = binding(make())
    assert body(table) == (("wafer", "qual", "qual", "cap", "-"), ("board", "-", "-", "-", "-"))
    assert table is not None
    assert table.notes[-1] == "Where most: wafer: die"


def test_milestones_are_dates_or_not_by_the_end() -> None:
    assert body(milestones(make())) == (("First die", "2026-07-09"), ("never", "not by 2027-01-01"))


def test_demand_lines() -> None:
    assert body(demand_lines(make())) == (("Cars", "12.0k", "10.8k", "75.0", "100", "1.2k", "0"),)


def test_compute_by_year() -> None:
    assert body(compute(make())) == (("Cars", "H100e", "1.2M", "1.2M"), ("", "MW", "3.0k", "3.0k"))


def test_money_separates_outside_from_in_house_and_leaves_salvage_out_of_net() -> None:
    table = {row[0]: row[-1] for row in body(money(make()))}
    assert table == {
        "building (capex)": "-$3.4bn",
        "spent outside": "-$2.0M",
        "spent in-house": "-$500.0k",
        "value delivered": "$10.0bn",
        "salvage": "$100.0M",
        "net without salvage": "$6.6bn",
    }


def test_sites_one_row_a_recipe() -> None:
    assert body(sites(make())) == (
        ("fab", "own", "50", "80.0", "own", "40", "$12.50"),
        ("", "", "", "", "boards", "-", "-"),
        ("The foundry", "outside", "unlimited", "-", "bought", "-", "-"),
    )


def test_periods_of_a_dated_horizon() -> None:
    result = make()
    assert by_quarter(result).column[11] == "26Q4"
    assert by_year(result).labels == ("2026",)
    assert last_year(result) == set(range(12))


def test_an_abstract_horizon_counts_periods() -> None:
    result = make(DOCUMENT | {"horizon": {"length": 365, "time_unit": "hour"}})
    assert by_quarter(result).labels == tuple(str(n) for n in range(1, 13))
    assert last_year(result) == {8, 9, 10, 11}


def test_nothing_to_say_is_no_table() -> None:
    empty = make()
    empty.frames["monthly"] = empty.frames["monthly"].iloc[:0]
    empty.frames["cash"] = empty.frames["cash"].iloc[:0]
    assert [t(empty) for t in (in_house_shares, binding, demand_lines, compute, sites, money)] == [None] * 6


def test_the_headline_says_what_moved_and_what_it_cost() -> None:
    assert sentences(make()) == [
        "In the last 12 months, in-house: 40.0 % of wafer.",
        "Of the demand, 90.0 % was served by the end, 1.2k units wait.",
        "1 of 2 milestones were reached by 2027-01-01.",
        "Building costs $3.4bn; NPV -$1.0M, with salvage -.",
    ]


def test_overrides_stand_first() -> None:
    result = make()
    change = SimpleNamespace(path="sites.fab.capacity", old="100", new="200", origin="--set")
    result.scenario.changes = (change,)
    first = run_report(result)[0]
    assert first == changes(result.scenario)
    assert "sites.fab.capacity: 100 -> 200 (--set)" in as_text(first)


def figure(unit: str = "nm", **over: Any) -> SimpleNamespace:
    return SimpleNamespace(**({"readings": {}, "unit": unit, "follows": None, "operands": ()} | over))


def test_contested_figures_show_the_reading_taken() -> None:
    readings = {"s1": SimpleNamespace(value=2), "s2": SimpleNamespace(value=14)}
    figures = {
        "node": figure(readings=readings),
        "cost": figure("USD", operands=("node",)),
        "area": figure(readings=readings, follows="node"),
    }
    ledger = SimpleNamespace(figures=figures, resolve=lambda _, reading: readings[reading], reading_name=lambda _: "s2")
    inputs = {path: SimpleNamespace(figure=name, reading=None) for path, name in (("a", "cost"), ("b", "area"))}
    scenario = make().scenario
    scenario.inputs, scenario.ledger = inputs, ledger
    assert body(contested(scenario)) == (("node", "s2", "14 nm", "s1: 2"),)


def test_the_whole_report_fits_100_columns() -> None:
    for block in run_report(make()):
        for line in as_text(block).splitlines():
            assert cells(line) <= 100, line


@pytest.mark.parametrize("years", [1, 3, 8])
def test_never_more_columns_than_fit(years: int) -> None:
    result = make(DOCUMENT | {"horizon": {"start": "2026-01-01", "end": f"{2026 + years}-01-01"}})
    starts = [dt.date(2026 + m // 12, m % 12 + 1, 1) for m in range(12 * years)]
    frame = pd.DataFrame({"period": range(len(starts)), "period_start": starts})
    result.frames["monthly"] = frame
    assert len(by_quarter(result).labels) <= 12
