"""Figures of a scenario's own, and other values of any figure: shown, set, swept and explained like those of the ledger."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.errors import InputError
from sim.scenario.loader import Scenario, load_scenario
from sim.scenario.override import Asked
from sim.study.dependence import dependences
from sim.study.sweep import sweep
from tests.conftest import INPUTS

GOOD = INPUTS / "good"
OWN = """title: own figures
extends: layered.yaml
bare_numbers: made up
figures:
  our.price: {statement: Price of a chip., unit: USD, value: 60, low: 50, high: 90, kind: assumed, source: our buyer}
  our.twice: {statement: Twice the price., unit: USD, formula: 2 * our.price}
  our.lead:
    statement: Lead time of the supplier.
    unit: day
    default: buyer
    readings:
      buyer: {value: 35, low: 30, high: 50, kind: assumed, source: our buyer}
      maker: {value: 60, kind: assumed, source: the maker}
recipes:
  chip_supplier: {price: {figure: our.price}, cycle_time: {figure: our.lead}}
  chip_plant: {variable_cost: {figure: our.twice}}
"""
PRICE, COST, LEAD = (
    "recipes.chip_supplier.price",
    "recipes.chip_plant.variable_cost",
    "recipes.chip_supplier.cycle_time",
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("base.yaml", "layered.yaml"):
        shutil.copy(GOOD / name, tmp_path / name)
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def found(scenario: Scenario, path: str) -> tuple[object, object, str, str]:
    entry = scenario.inputs[path]
    return entry.value, entry.low, entry.kind, entry.source


def test_a_figure_takes_another_value_wherever_it_is_used() -> None:
    scenario = load_scenario("own.yaml", sets=["our.price=70"])
    assert found(scenario, PRICE) == (70, None, "override", "--set our.price=70")
    assert found(scenario, COST) == (140, None, "derived", "calculated: 2 * our.price")
    assert [(c.path, c.old, c.new) for c in scenario.changes] == [("our.price", "60 USD", "70 USD")]


def test_a_figure_takes_another_reading_or_a_value_of_none() -> None:
    assert found(load_scenario("own.yaml", sets=["our.lead=maker"]), LEAD) == (60, None, "assumed", "the maker")
    assert found(load_scenario("own.yaml", sets=["our.lead=45"]), LEAD) == (45, None, "override", "--set our.lead=45")


def test_a_figure_of_the_ledger_is_no_longer_what_its_article_says() -> None:
    scenario = load_scenario("as-announced", sets=["terafab.construction=30"])
    (path,) = (p for p, i in scenario.inputs.items() if i.figure == "terafab.construction")
    assert scenario.inputs[path].kind == "override"
    assert scenario.inputs[path].value == pytest.approx(913.125)
    assert scenario.ledger.resolve("terafab.construction").article is None


def test_a_value_takes_the_place_of_a_range_that_is_drawn() -> None:
    entry = load_scenario("own.yaml", sets=["plant.months=6"]).inputs["sites.plant.ramp.months"]
    assert (entry.value, entry.draw) == (18, "fixed")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("our.lead=makr", "our.lead: no value of this figure; found makr; allowed: a reading (buyer, maker) or a number [day]"),
        ("our.price=true", "our.price: no value of this figure; found true; allowed: a number [USD]"),
        ("our.price=26,5", "our.price: no value of this figure; write 26.5; found 26,5; allowed: a number [USD]"),
        ("our.price=null", "our.price: no value of this figure; found nothing; allowed: a number [USD]"),
        ("story.lime=built", "did you mean 'story.line'?"),
    ],
)  # fmt: skip
def test_what_is_no_value_of_a_figure(text: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        load_scenario("own.yaml", sets=[text])
    (problem,) = error.value.problems
    assert str(problem).startswith(f"--set {text}: ")
    assert str(problem).endswith(said)


def test_figures_of_a_file_are_shown_with_what_rests_on_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "our.price", "--scenario", "own.yaml"]) == 0
    out = capsys.readouterr().out
    assert "value:   60 USD (50 .. 90)" in out
    assert f"own: {PRICE}, {COST}" in out
    assert main(["figures", "--scenario", "own.yaml", "--json"]) == 0
    ids = {one["id"] for one in json.loads(capsys.readouterr().out)}
    assert ids == {"story.line", "plant.months", "our.price", "our.twice", "our.lead"}
    assert main(["figures", "our.price"]) == 2
    assert "one of a scenario's own with --scenario FILE" in capsys.readouterr().err


def test_a_sweep_varies_figures_by_their_ids() -> None:
    swept = sweep("own.yaml", ["our.price=50,70", "our.lead=buyer,maker"], 1, engine="events", jobs=1)
    assert [f.scenario.inputs[COST].value for f in swept.found] == [100, 100, 140, 140]
    assert [f.scenario.inputs[LEAD].value for f in swept.found] == [35, 60, 35, 60]
    with pytest.raises(InputError, match=r"--vary our\.price=x: our\.price: no value of this figure"):
        sweep("own.yaml", ["our.price=50,x"], 1, engine="events")


def test_explain_varies_them_and_their_readings() -> None:
    scenario = load_scenario("own.yaml")
    told = dependences(Asked("own.yaml"), scenario, "spend_outside_usd", jobs=1)
    trials = {d.knob.name: [t.label for t in d.trials] for d in told.found}
    assert trials["our.price"] == ["low", "high"]
    assert "maker" in trials["our.lead"]
    # It is drawn in place from its range, and each trial puts one value there.
    assert "plant.months" in {*trials, *told.unmoved}


def test_a_figure_that_plays_no_part_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "own.yaml", "--set", "fab.node=14nm", "--set", "our.price=70"]) == 0
    assert capsys.readouterr().err == "note: fab.node has no effect in own\n"
