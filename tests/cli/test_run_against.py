"""`fabshift run` beside the counterfactual that a scenario names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.api import Against, run_against
from sim.cli.main import main
from sim.engines.batch.engine import BatchEngine
from sim.report.against import answer, beside
from sim.report.layout import cells
from sim.report.render import as_text
from sim.report.run_report import run_report
from sim.report.tables import Table
from sim.results.result import Result
from sim.scenario.counterfactual import load_counterfactual

CHARGERS = """\
title: Chargers, from a contract maker into our own hall
bare_numbers: own estimates
horizon: {start: 2026-01-01, end: 2028-01-01}
items: {charger: {stage: assembly, h100e: 2}}
sites:
  maker: {in_house: false, capacity: 1000}
  hall: {in_house: true, ramp: {start: 2026-07-01, initial: 200, target: 2000, months: 12},
         capex: {per_capacity: 1000, life: 5}}
recipes:
  bought: {item: charger, site: maker, lot_size: 100, cycle_time: 30, price: 400}
  own: {item: charger, site: hall, lot_size: 100, cycle_time: 20, variable_cost: 310}
sourcing: {charger: {sources: [own, bought], policy: in_house_first}}
demand: {chargers: {title: Chargers, item: charger, rate: 1500, value: 500}}
shares: {assembly: {title: "Assembly (chargers)", stage: assembly}}
"""
OUTSIDE = """\
title: All chargers from the contract maker
extends: chargers.yaml
sites: {hall: null}
recipes: {own: null}
sourcing: {charger: {sources: [bought]}}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan and its counterfactual, and the plan without one in another folder."""
    monkeypatch.chdir(tmp_path)
    Path("chargers.yaml").write_text(f"{CHARGERS}against: outside.yaml\n", encoding="utf-8")
    Path("outside.yaml").write_text(OUTSIDE, encoding="utf-8")
    Path("alone").mkdir()
    Path("alone/chargers.yaml").write_text(CHARGERS, encoding="utf-8")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["run", *arguments]) == 0
    return capsys.readouterr().out


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    return json.loads(printed(capsys, *arguments, "--json"))


def both(
    name: str = "chargers.yaml", *, sets: list[str] | None = None, engine: str = "events"
) -> tuple[Result, Against]:
    scenario = sim.load_scenario(name, sets=sets or [])
    result = sim.run(scenario, engine=engine)
    against = run_against(result, load_counterfactual(scenario))
    assert against is not None
    return result, against


def test_the_first_lines_answer_with_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "chargers.yaml").splitlines()
    assert lines[0] == "chargers: Chargers, from a contract maker into our own hall"
    assert lines[1].startswith("In-house in the last 12 months: assembly (chargers) ")
    assert lines[1].endswith(", where outside makes nothing in-house.")
    text = " ".join(lines[2:7])
    assert " H100e are delivered, " in text
    assert " of outside. Served by the end: Chargers " in text
    assert "Building costs $2.0M, where outside builds nothing; NPV is $" in text


def test_the_larger_difference_comes_first() -> None:
    Path("chargers.yaml").write_text(CHARGERS, encoding="utf-8")
    less = (
        "title: t\nextends: chargers.yaml\nbare_numbers: x\nagainst: chargers.yaml\nsites: {maker: {capacity: 300}}\n"
    )
    Path("less.yaml").write_text(less, encoding="utf-8")
    amounts, shares, money = answer(*both("less.yaml")).lines
    assert "Served by the end: Chargers 85 % instead of 100 %." in amounts
    assert shares == "In-house in the last 12 months, against chargers: assembly (chargers) 85 % instead of 78 %."
    assert money.startswith("NPV is $")


def test_the_numbers_are_those_of_the_two_runs_done_apart(capsys: pytest.CaptureFixture[str]) -> None:
    beside_it = document(capsys, "chargers.yaml", "--seed", "3")
    apart = document(capsys, "outside.yaml", "--seed", "3")
    assert beside_it["against"] == {"scenario": "outside", "kpis": apart["kpis"]}
    assert {k: v for k, v in beside_it.items() if k != "against"} == document(
        capsys, "alone/chargers.yaml", "--seed", "3"
    )


def test_the_table_shows_both_and_their_difference() -> None:
    result, against = both()
    block = beside(result, against)
    assert isinstance(block, Table)
    rows = {row[0]: row[1:] for row in block.rows}
    ours, theirs = result.kpis, against.result.kpis
    share, served = ours["in_house_share.assembly"], (ours["served_by_end"], theirs["served_by_end"])
    assert share is not None
    assert None not in served
    assert rows["In-house: assembly (chargers) [%]"] == (f"{100 * share:.1f}", "0", f"+{100 * share:.1f}")
    gap = 100 * (served[0] - served[1])  # type: ignore[operator]
    assert rows["Demand served by the end [%]"][2] == f"+{gap:.1f}"
    assert rows["Building"] == ("$2.0M", "$0", "+$2.0M")
    assert [column.title for column in block.columns] == ["KPI", "chargers", "outside", "difference"]
    assert block.notes == ()


def test_overrides_are_applied_to_both_and_what_cannot_be_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    overrides = ("--set", "recipes.bought.price=450", "--set", "sites.hall.ramp.months=6")
    apart = document(capsys, "outside.yaml", "--set", "recipes.bought.price=450")
    assert main(["run", "chargers.yaml", *overrides, "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["against"]["kpis"] == apart["kpis"]
    assert captured.err == "note: outside is run without --set sites.hall.ramp.months=6\n"
    assert "\nOutside is run without --set sites.hall.ramp.months=6.\n" in printed(capsys, "chargers.yaml", *overrides)


@pytest.mark.parametrize("arguments", [(), ("--set", "sites.hall.ramp.months=6"), ("--seed", "5")])
def test_without_it_the_screen_is_that_of_a_scenario_that_names_none(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for asked in (arguments, (*arguments, "--full")):
        # The line at the end names the file, and is broken where it must be.
        alone = printed(capsys, "alone/chargers.yaml", *asked).replace("alone/", "").split()
        assert printed(capsys, "chargers.yaml", "--no-against", *asked).split() == alone
    assert "against" not in document(capsys, "chargers.yaml", "--no-against", *arguments)


def test_random_numbers_are_common(capsys: pytest.CaptureFixture[str]) -> None:
    noisy = CHARGERS.replace("cycle_time: 30", "cycle_time: {shape: gamma, mean: 30, cv: 0.5}").replace(
        "variable_cost: 310", "variable_cost: {assumed: 310, low: 250, high: 400, source: x}"
    )
    text = f"{noisy}uncertainty: {{ranges: triangular}}\n"
    Path("twin.yaml").write_text(text, encoding="utf-8")
    Path("noisy.yaml").write_text(f"{text}against: twin.yaml\n", encoding="utf-8")
    out = printed(capsys, "noisy.yaml", "--seed", "2", "--replication", "7")
    assert "In-house shares, compute, service and money are as in twin." in out
    found = document(capsys, "noisy.yaml", "--seed", "2", "--replication", "7")
    assert found["against"]["kpis"] == found["kpis"]


def test_sums_are_not_compared_where_the_counterfactual_has_more_demand() -> None:
    more = "extends: chargers.yaml\ntitle: t\nbare_numbers: x\ndemand: {spares: {title: Spares, item: charger, rate: 1500, priority: -1}}\n"
    Path("more.yaml").write_text(more, encoding="utf-8")
    Path("chargers.yaml").write_text(f"{CHARGERS}against: more.yaml\n", encoding="utf-8")
    result, against = both()
    block = beside(result, against)
    assert isinstance(block, Table)
    assert [row[0] for row in block.rows] == ["In-house: assembly (chargers) [%]"]
    assert block.notes == ("demanded in more alone: Spares; so sums over all demand and money are not compared",)
    Path("more.yaml").write_text(f"{more}against: chargers.yaml\n", encoding="utf-8")
    Path("chargers.yaml").write_text(CHARGERS, encoding="utf-8")
    result, against = both("more.yaml")
    assert "only here: Spares " in " ".join(answer(result, against).lines)


def test_what_the_counterfactual_takes_over_is_said() -> None:
    block = beside(*both(sets=["horizon.end=2027-01-01", "lot_scale=2"]))
    assert isinstance(block, Table)
    assert block.notes == (
        "outside is run with the horizon of chargers",
        "outside is run with the lot scale of chargers",
    )


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_it_fits(width: int) -> None:
    result, against = both(sets=["sites.hall.ramp.months=6"])
    for block in run_report(result, against):
        assert max(cells(line) for line in as_text(block, width).splitlines()) <= width


def test_the_engine_is_the_compiled_one_where_it_need_not_be_compiled_first() -> None:
    with pytest.MonkeyPatch.context() as nothing_compiled:
        nothing_compiled.setattr(BatchEngine, "is_compiled", staticmethod(lambda: False))
        events, batch = both()[1].result, both(engine="batch")[1].result
    assert (events.engine, batch.engine) == ("events", "batch")
    assert batch.kpis == events.kpis
    # By now it is compiled, unless it runs as plain Python here.
    compiled = os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")
    assert BatchEngine.is_compiled() == compiled
    assert both()[1].result.engine == ("batch" if compiled else "events")
