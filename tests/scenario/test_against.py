"""`against`: which file it names, what is refused, and what the counterfactual takes over."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.cli.main import main
from sim.compiler import compile_plan
from sim.errors import InputError
from sim.results.result import scenario_hash
from sim.scenario.counterfactual import Counterfactual, load_counterfactual
from sim.scenario.loader import load_scenario
from tests.conftest import INPUTS

BASE = (INPUTS / "good" / "base.yaml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder with one whole scenario."""
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(BASE, encoding="utf-8")


def write(name: str, text: str) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")
    return name


def plan(name: str, against: str, extends: str = "base.yaml") -> str:
    return write(name, f"title: t\nextends: {extends}\nbare_numbers: made up\nagainst: {against}\n")


def refusal(name: str) -> str:
    with pytest.raises(InputError) as found:
        load_scenario(name)
    return str(found.value)


def counterfactual(name: str, **given: list[str]) -> Counterfactual:
    found = load_counterfactual(load_scenario(name, **given))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_scenario_without_one_has_none() -> None:
    scenario = load_scenario("base.yaml")
    assert scenario.against is None
    assert load_counterfactual(scenario) is None


@pytest.mark.parametrize("name", ["base.yaml", "./base.yaml", "foundry-only"])
def test_a_path_beside_the_file_or_a_shipped_name(name: str) -> None:
    against = load_scenario(plan("plans.yaml", name)).against
    assert against is not None
    assert against.stem == Path(name).stem


def test_an_inherited_path_is_relative_to_the_file_that_says_it() -> None:
    write("below/other.yaml", BASE)
    plan("below/middle.yaml", "other.yaml", "../base.yaml")
    write("top.yaml", "title: t\nextends: below/middle.yaml\n")
    assert load_scenario("top.yaml").against == Path("below/other.yaml")


def test_a_scenario_that_extends_another_names_its_own_or_none() -> None:
    write("other.yaml", BASE)
    plan("middle.yaml", "other.yaml")
    assert load_scenario(plan("own.yaml", "base.yaml", "middle.yaml")).against == Path("base.yaml")
    assert load_scenario(plan("none.yaml", "null", "middle.yaml")).against is None
    assert load_scenario("middle.yaml").against == Path("other.yaml")


def test_what_inherits_itself_as_counterfactual_has_none() -> None:
    write("base.yaml", f"against: variant.yaml\n{BASE}")
    write("variant.yaml", "title: t\nextends: base.yaml\n")
    assert load_scenario("variant.yaml").against is None
    assert load_scenario("base.yaml").against == Path("variant.yaml")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bass.yaml", "there is no such scenario to compare with; found bass.yaml; allowed: a shipped name or a path "
         "relative to this file; did you mean 'base.yaml'?"),
        ("foundry-onli", "there is no such scenario to compare with; found foundry-onli; allowed: a shipped name or a "
         "path relative to this file; did you mean 'foundry-only'?"),
        ("plan.yaml", "a scenario cannot be compared with itself, but for other readings; found plan.yaml"),
        ("../plan.yaml", "lies outside the current folder, the folder of the scenario named and what is shipped; found "
         "../plan.yaml; allowed: --allow-outside reads it all the same"),
        ("[base.yaml]", "a value of the wrong kind; found a list of 1; allowed: text or a mapping with "
         "readings"),
    ],
)  # fmt: skip
def test_refused_with_its_place(name: str, told: str) -> None:
    assert refusal(plan("plan.yaml", name)) == f"plan.yaml:4:1: against: {told}"


CADENCE = "title: t\nextends: nine-month-cadence\nagainst: "


def test_other_readings_of_the_scenario_itself() -> None:
    write("own.yaml", f"{CADENCE}{{readings: {{chip.cadence: yearly}}}}\n")
    found = counterfactual("own.yaml", readings=["dc.goal_share=half", "chip.cadence=automotive"])
    assert found.scenario.file == Path("own.yaml")
    assert found.name == "own with chip.cadence yearly"
    # Its own reading stands; the other holds on both sides.
    assert found.scenario.asked.readings == ("dc.goal_share=half", "chip.cadence=yearly")
    assert found.left_out == ()


def test_other_readings_of_another_scenario_under_a_name() -> None:
    text = "{scenario: as-announced, readings: {fab.node: 14nm}, name: An older node}"
    found = counterfactual(write("own.yaml", f"{CADENCE}{text}\n"))
    assert found.scenario.name == "as-announced"
    assert found.name == "An older node"
    assert found.scenario.ledger.reading_name("fab.node") == "14nm"


def test_what_extends_it_is_compared_with_itself_under_those_readings_too() -> None:
    write("own.yaml", "title: t\nextends: nine-month-cadence\n")
    assert counterfactual("own.yaml").scenario.file == Path("own.yaml")
    # A scenario compared with one that is compared with itself makes no circle.
    assert counterfactual(plan("other.yaml", "nine-month-cadence")).name == "nine-month-cadence"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{readings: {chip.cadence: monthly}}", "own.yaml:3:22: against.readings.chip.cadence: 'monthly' is no reading of "
         "this figure; allowed: nine-months, yearly, automotive"),
        ("{readings: {chip.cadnce: yearly}}", "own.yaml:3:22: against.readings.chip.cadnce: the ledger has no such figure; "
         "did you mean 'chip.cadence'?"),
    ],
)  # fmt: skip
def test_readings_that_there_are_not_are_refused_in_their_place(text: str, told: str) -> None:
    scenario = load_scenario(write("own.yaml", f"{CADENCE}{text}\n"))
    with pytest.raises(InputError) as found:
        load_counterfactual(scenario)
    assert told in str(found.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{readings: {}}", "own.yaml:3:11: against.readings: needs at least 1 entry; found 0"),
        ("{scenario: as-announced}", "own.yaml:3:1: against.readings: this key is missing: readings of contested figures "
         "that it takes, whatever ours are"),
        ("{readings: {chip.cadence: yearly}, scenaro: x}", "own.yaml:3:45: against.scenaro: unknown key 'scenaro'; allowed: "
         "scenario, readings, name; did you mean 'scenario'?"),
    ],
)  # fmt: skip
def test_a_mapping_that_is_not_one_is_refused(text: str, told: str) -> None:
    assert told in refusal(write("own.yaml", f"{CADENCE}{text}\n"))


def test_a_circle_is_refused() -> None:
    plan("one.yaml", "two.yaml")
    plan("two.yaml", "three.yaml")
    plan("three.yaml", "one.yaml")
    told = "one.yaml -> two.yaml -> three.yaml -> one.yaml"
    assert (
        refusal("one.yaml") == f"one.yaml:4:1: against: the scenarios are compared with each other in a circle: {told}"
    )


def test_outside_is_read_where_it_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    with pytest.MonkeyPatch.context() as here:
        here.chdir(tmp_path / "work")
        plan("plan.yaml", "../base.yaml", "as-announced")
        found = load_scenario("plan.yaml", allow_outside=True)
    assert found.against == Path("../base.yaml")


def test_one_that_does_not_load_stops_run_and_validate_but_no_study(capsys: pytest.CaptureFixture[str]) -> None:
    write("broken.yaml", BASE.replace("in_house: true", "in_house: maybe"))
    name = plan("plan.yaml", "broken.yaml")
    for command in ("run", "validate"):
        assert main([command, name]) == 2
        err = capsys.readouterr().err
        assert "plan.yaml:4:1: against: the counterfactual broken.yaml cannot be loaded for this comparison" in err
        assert "sites.plant.in_house: a value of the wrong kind" in err
    assert main(["run", name, "--no-against"]) == 0
    assert main(["montecarlo", name, "-n", "2", "--engine", "events", "--jobs", "1"]) == 0


def test_it_plays_no_part_in_hash_and_inputs() -> None:
    write("bare.yaml", "title: t\nextends: base.yaml\nbare_numbers: made up\n")
    one, other = load_scenario("bare.yaml"), load_scenario(plan("plan.yaml", "foundry-only"))
    assert scenario_hash(one) == scenario_hash(other)
    assert compile_plan(one).inputs == compile_plan(other).inputs


def test_it_cannot_be_set() -> None:
    with pytest.raises(InputError, match="against belongs to the file and cannot be set"):
        load_scenario("base.yaml", sets=["against=foundry-only"])


def test_overrides_are_applied_to_both_where_both_have_a_place_for_them() -> None:
    write("other.yaml", BASE.replace("supplier:", "vendor:", 1).replace("site: supplier", "site: vendor"))
    sets = ["recipes.chip_supplier.price=70", "sites.supplier.region=korea", "horizon.end=2027-12-31"]
    found = counterfactual(plan("plan.yaml", "other.yaml"), sets=sets)
    assert found.left_out == ("--set sites.supplier.region=korea",)
    assert found.not_applied == "other is run without --set sites.supplier.region=korea"
    assert found.scenario.inputs["recipes.chip_supplier.price"].value == 70
    assert found.scenario.document.horizon.end == load_scenario("plan.yaml", sets=sets).document.horizon.end


def test_horizon_and_lot_scale_are_those_of_the_scenario() -> None:
    write("plan.yaml", "title: t\nextends: base.yaml\nagainst: base.yaml\nlot_scale: 5\nhorizon: {end: 2027-07-01}\n")
    found = counterfactual("plan.yaml")
    assert found.settings == ("horizon", "lot_scale")
    ours = load_scenario("plan.yaml").document
    assert (found.scenario.document.horizon, found.scenario.document.lot_scale) == (ours.horizon, 5)
    assert counterfactual(plan("same.yaml", "base.yaml")).settings == ()


def test_the_reporting_period_is_that_of_the_scenario() -> None:
    write("plan.yaml", "title: t\nextends: base.yaml\nagainst: base.yaml\nreport_every: 7\n")
    found = counterfactual("plan.yaml")
    assert found.settings == ("report_every",)
    assert found.scenario.document.report_every == 7


def test_readings_and_articles_left_out_are_the_same_on_both_sides() -> None:
    scenario = load_scenario("as-announced", readings=["fab.node=14nm"], without=["003_d649b6dd3a06dc4f.txt"])
    found = load_counterfactual(scenario)
    assert found is not None
    assert found.left_out == ()
    assert found.scenario.asked.readings == ("fab.node=14nm",)
    assert found.scenario.asked.without == ("003_d649b6dd3a06dc4f.txt",)


@pytest.mark.parametrize("name", [name for name, _ in sim.list_shipped()])
def test_every_shipped_scenario_loads_its_counterfactual(name: str) -> None:
    scenario = load_scenario(name)
    found = load_counterfactual(scenario)
    assert (found is None) == (name in ("foundry-only", "charger-option"))
    if found is not None:
        assert found.scenario.document.horizon == scenario.document.horizon
