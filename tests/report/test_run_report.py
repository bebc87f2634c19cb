"""The tables of a run, from small made-up results."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.linting import Finding, Severity
from sim.report.chain import alternatives, groups
from sim.report.cost_tables import money, sites
from sim.report.headline import sentences
from sim.report.held_back import own_output, supply
from sim.report.layout import cells
from sim.report.learning_table import yields
from sim.report.periods import by_quarter, by_year, last_year
from sim.report.render import as_text
from sim.report.run_report import changes, contested, run_report
from sim.report.shift_tables import compute, demand_lines, in_house_shares, milestones
from sim.report.tables import Table
from sim.scenario.schema import Document
from tests.report.small import DOCUMENT, make, rows, without_own_sources


@pytest.fixture(autouse=True)
def findings_as_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scenarios of this file are no files that could be held against bounds: their findings are given."""
    monkeypatch.setattr("sim.report.lint_report.lint", lambda scenario: scenario.findings)


def body(table: Table | None) -> tuple[tuple[str, ...], ...]:
    assert table is not None
    return table.rows


def test_shares_by_quarter_with_nothing_made_and_the_assumption_named() -> None:
    table = in_house_shares(make())
    assert body(table) == (("wafer*", "-", "0", "25.0", "100"), ("board*", "50.0", "50.0", "50.0", "50.0"))
    assert table is not None
    assert [c.title for c in table.columns] == ["share", "26Q1", "26Q2", "26Q3", "26Q4"]
    assert table.notes == ("* wafer, board: based on an assumed capacity (fab: no source states its size)",)


def test_the_cause_that_cut_own_sources_most_held_the_shift_back() -> None:
    table = own_output(make())
    assert body(table) == (("wafer", "qual", "qual", "cap", "-"), ("board", "-", "-", "-", "-"))
    assert table is not None
    assert table.notes[-1] == "Where most: wafer: fab"


def test_what_nobody_released_held_supply_back() -> None:
    table = supply(make())
    assert body(table) == (("wafer", "-", "-", "-", "contract"),)
    assert table is not None
    assert table.notes[-1] == "Where most: wafer: die"


def test_without_own_recipes_nothing_is_planned() -> None:
    result = make(without_own_sources())
    assert own_output(result) is None
    assert sentences(result)[0] == "Nothing is planned in-house."


def test_a_pool_is_grouped_by_a_member_that_is_made() -> None:
    items = DOCUMENT["items"] | {"dropped": {"stage": "wafer"}}  # type: ignore[operator]
    document = Document.model_validate(DOCUMENT | {"items": items, "pools": {"dies": {"members": ["dropped", "die"]}}})
    assert groups(document) == {"die": "wafer", "board": "board", "dies": "wafer"}
    assert alternatives(document, "fab") == ["bought"]


def test_milestones_are_dates_or_not_by_the_end() -> None:
    assert body(milestones(make())) == (("First die", "2026-07-09"), ("never", "not by 2027-01-01"))


def test_demand_lines() -> None:
    assert body(demand_lines(make())) == (("Cars", "12.0k", "10.8k", "75.0", "100", "1.2k", "0"),)


def test_compute_by_year() -> None:
    assert body(compute(make())) == (("Cars", "H100e", "1.2M", "1.2M"), ("", "power", "3.0 GW", "3.0 GW"))


def test_money_separates_outside_from_in_house_and_leaves_salvage_out_of_net() -> None:
    table = {row[0]: row[-1] for row in body(money(make()))}
    assert table == {
        "building (capex)": "-$3.4bn",
        "spent outside": "-$2.0M",
        "spent in-house": "-$500.0k",
        "take-or-pay": "-$1.0M",
        "value delivered": "$10.0bn",
        "salvage": "$100.0M",
        "net without salvage": "$6.6bn",
    }


def test_assumed_values_are_named_under_the_money() -> None:
    result = make()
    result.scenario.inputs = {"demand.cars.value": SimpleNamespace(kind="assumed")}
    table = money(result)
    assert table is not None
    assert table.notes[-1] == "value delivered, and so NPV, depends on assumed values per unit"


def test_good_units_of_a_start_are_shown_where_yield_is_learned() -> None:
    learned = {"defect_learning": {"start": 1, "mature": 0.1, "days": 200}, "alpha": 3}
    recipes = DOCUMENT["recipes"] | {"own": {"item": "die", "site": "fab", "yield": learned}}  # type: ignore[operator]
    result = make(DOCUMENT | {"recipes": recipes})
    assert yields(result) is None
    made = {
        "good": [0] * 6 + [60] * 3 + [160] * 3,
        "samples": [0] * 6 + [20] * 3 + [0] * 3,
        "out": [0] * 6 + [3] * 6,
        "scrapped": [0] * 6 + [1] * 6,
    }
    more = [
        row
        for measure, values in made.items()
        for recipe in ("own", "bought")
        for row in rows("recipe", recipe, measure, values)
    ]
    result.observed += more
    assert body(yields(result)) == (("own", "-", "-", "20.0", "40.0"),)


def test_an_allocation_below_capacity_is_what_a_site_has_for_us() -> None:
    result = make()
    result.observed += rows("site", "foundry", "allocation", [60] * 12)
    assert (table := sites(result))
    assert body(table)[2][2:4] == ("60 a", "50.0")
    assert table.notes[-1] == "a: allocated to us"


def test_sites_one_row_a_recipe() -> None:
    assert body(sites(make(kpis={"unit_cost_with_materials.own": 20.0, "unit_cost_at_full_load.own": 10.0}))) == (
        ("fab", "own", "50", "80.0", "own", "40", "$20.00", "$10.00"),
        ("", "", "", "", "boards", "-", "-", "-"),
        ("The foundry", "outside", "unlimited", "-", "bought", "-", "-", "-"),
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
    empty.period_starts, empty.observed, empty.booked = [], [], []
    assert [t(empty) for t in (in_house_shares, own_output, supply, demand_lines, compute, sites, money)] == [None] * 7


def test_the_headline_says_what_moved_and_what_it_cost() -> None:
    assert sentences(make()) == [
        "In the last 12 months, in-house: 40 % of wafer.",
        "Every demand line was served by the end.",
        "1.2M H100e were delivered.",
        "1 of 2 milestones were reached by 2027-01-01.",
        "Building costs $3.4bn; NPV -$1.0M, with salvage -.",
    ]


def test_a_stage_without_own_source_is_not_planned_rather_than_zero() -> None:
    recipes = DOCUMENT["recipes"] | {"boards": {"item": "board", "site": "foundry", "inputs": {"die": 1}}}  # type: ignore[operator]
    first = sentences(make(DOCUMENT | {"recipes": recipes}))[0]
    assert first == "In the last 12 months, in-house: 40 % of wafer; no in-house source is planned for board."


def test_beside_a_share_of_wafers_stands_that_of_good_units_where_it_is_another() -> None:
    result = make()
    for good, told in ((0.4, "40 % of wafer"), (0.31, "40 % of wafer (31 % of good units)")):
        result.kpis["in_house_share_of_good.wafer"] = good
        assert sentences(result)[0] == f"In the last 12 months, in-house: {told}."


def test_the_headline_names_the_lines_that_wait_worst_first_and_compute_that_was_asked_for() -> None:
    demand: Any = {n: {"item": "board", "rate": 1} for n in ("a", "b", "c", "d", "e")} | {
        "cars": {"item": "board", "compute": 1}
    }
    served = {"a": 0.5, "b": 0.374, "c": 1.0, "d": 0.9999, "e": 0.0, "cars": 1.0}
    result = make(DOCUMENT | {"demand": demand}, kpis={f"served_by_end.{k}": v for k, v in served.items()})
    assert sentences(result)[:2] == [
        "Served by the end: all lines but e 0 %; b 37 %; a 50 %; and 1 more.",
        "1.2M H100e were delivered, 1.2M of them on demand lines with a compute need.",
    ]


def test_an_own_site_hardly_used_is_named_with_its_cost_beside_others() -> None:
    result = make()
    result.observed = [
        one._replace(values=np.full(12, 2.95)) if one.measure == "load" else one for one in result.observed
    ]
    assert "fab: 5.9 % of its capacity was used in the last 12 months." in sentences(result)
    result.kpis["unit_cost.bought"] = 3.0
    told = "fab: 5.9 % of its capacity was used in the last 12 months; a good unit costs $12.50 there against $3.00 outside."
    assert told in sentences(result)


def test_stock_that_nobody_takes_any_more_is_named_where_it_is_much() -> None:
    result = make(DOCUMENT | {"items": {"die": {"stage": "wafer", "title": "AI4 dies"}, "board": {"stage": "board"}}})
    result.observed += rows("recipe", "own", "received", [10_000] * 12)
    result.kpis |= {"left_over.die": 1200.0, "left_over.board": 0.0}
    assert not any("Left over" in sentence for sentence in sentences(result))
    result.kpis["left_over.die"] = 12_300.0
    told = "Left over at the end, beyond what the backlog and a year's demand would take: 12.3k AI4 dies."
    assert told in sentences(result)


def test_what_is_out_of_reach_has_no_plural() -> None:
    since = dt.date(2026, 3, 1)
    lacking = SimpleNamespace(
        pool="accelerator", unit="gpu", since=since, required=287_100.0, possible=4e4, starts=287_100.0
    )
    told = sentences(make(shortfalls=[lacking, lacking]))[-2:]
    assert "First out of reach, from 2026-03: at the end the demand requires 287.1k accelerator a month" in told[0]
    assert told[1].startswith("Out of reach, from 2026-03")


def test_inputs_beyond_precedent_are_counted_once_each() -> None:
    finding = Finding("size", "too large", ("a.b",), (), 3.0, "1", 2.0, None, "s", True, Severity.BEYOND_PRECEDENT)
    result = make(findings=[finding, replace(finding, rule="growth")])
    result.scenario.file = "small.yaml"
    told = "Lint: 1 input goes beyond precedent or physics, in 2 ways (fabshift lint small.yaml)."
    assert sentences(result)[-1] == told


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


def test_contested_figures_fit_a_narrow_terminal() -> None:
    """Long names are broken after dots and hyphens, dates and numbers are not."""
    values = {"announced-phases": "11", "foundry-five-years": "66.5", "precedent": "2027-12-31"}
    readings = {name: SimpleNamespace(value=value) for name, value in values.items()}
    figures = {"terafab.construction.begin": figure("month", readings=readings)}
    ledger = SimpleNamespace(
        figures=figures, resolve=lambda _, reading: readings[reading], reading_name=lambda _: "announced-phases"
    )
    scenario = make().scenario
    scenario.inputs, scenario.ledger = {"a": SimpleNamespace(figure="terafab.construction.begin", reading=None)}, ledger
    block = contested(scenario)
    assert block is not None
    wide, narrow = (as_text(block, width) for width in (100, 60))
    assert "terafab.construction.begin" in wide
    assert max(cells(line) for line in narrow.splitlines()) <= 60
    for whole in ("construction.", "announced-", "years:", "66.5", "2027-12-31"):
        assert whole in narrow


def test_the_whole_report_fits_100_columns() -> None:
    for block in run_report(make()):
        for line in as_text(block).splitlines():
            assert cells(line) <= 100, line


@pytest.mark.parametrize("years", [1, 3, 8])
def test_never_more_columns_than_fit(years: int) -> None:
    result = make(DOCUMENT | {"horizon": {"start": "2026-01-01", "end": f"{2026 + years}-01-01"}})
    result.period_starts = [dt.date(2026 + m // 12, m % 12 + 1, 1) for m in range(12 * years)]
    assert len(by_quarter(result).labels) <= 12
