"""Files that must load, and what is in them afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.loader import list_shipped, load_scenario

GOOD = sorted(str(p) for p in (Path(__file__).parent / "good").glob("*.yaml"))


@pytest.mark.parametrize("file", GOOD, ids=lambda f: Path(f).stem)
def test_loads(file: str) -> None:
    scenario = load_scenario(file)
    assert scenario.name == Path(file).stem
    assert scenario.changes == ()
    assert scenario.inputs


@pytest.mark.parametrize("name", [name for name, _ in list_shipped()])
def test_shipped(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.document.title
    assert {entry.kind for entry in scenario.inputs.values() if entry.source != "the schema's default"} <= {
        "stated", "derived", "assumed", "later_report",
    }  # fmt: skip


def test_values_are_in_the_units_of_their_fields() -> None:
    inputs = load_scenario("good/layered.yaml").inputs
    months = inputs["sites.plant.ramp.months"]
    assert (months.value, months.low, months.high) == pytest.approx((12, 9, 24))
    assert (months.kind, months.figure) == ("assumed", "plant.months")
    assert inputs["sites.plant.availability"].value == pytest.approx(0.9)
    assert inputs["disruptions.flood.begins"].value == 516


def test_yaml_1_2_and_not_1_1(tmp_path: Path) -> None:
    text = Path("good/base.yaml").read_text().replace("region: texas", "region: NO").replace("20000", "2e4")
    (tmp_path / "no.yaml").write_text(text)
    scenario = load_scenario(tmp_path / "no.yaml")
    assert scenario.document.sites["plant"].region == "NO"
    assert scenario.inputs["sites.foundry.capacity"].value == 20000


def test_only_if_switches_off_an_entry_and_its_references() -> None:
    scenario = load_scenario("good/layered.yaml", readings=["story.line=stopped"])
    assert scenario.pruned == ("recipes.chip_plant",)
    assert list(scenario.document.recipes) == ["die_foundry", "chip_supplier"]
    assert scenario.document.sourcing["chip"].sources == ["chip_supplier"]


def test_what_is_switched_off_takes_its_dependants_along(tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text(
        f"title: no plant\nextends: {Path('good/layered.yaml').resolve()}\nreadings: {{story.line: stopped}}\n"
        "sites: {plant: {only_if: {figure: story.line, equals: built}}}\n"
        "milestones: {both: {rule: first_output, items: [chip], sites: [supplier, plant]}}\n"
    )
    scenario = load_scenario(tmp_path / "over.yaml")
    assert set(scenario.pruned) == {"sites.plant", "recipes.chip_plant", "disruptions.flood", "milestones.samples"}
    assert scenario.document.milestones["both"].sites == ["supplier"]


def test_marks_move_up_when_an_element_is_removed() -> None:
    scenario = load_scenario("good/layered.yaml", readings=["story.line=stopped"])
    before = load_scenario("good/layered.yaml").marks["sourcing", "chip", "sources", 1]
    assert scenario.marks["sourcing", "chip", "sources", 0] == before
    assert ("sourcing", "chip", "sources", 1) not in scenario.marks


def test_the_first_generation_left_needs_no_changeover(tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text(
        f"title: generations\nextends: {Path('good/layered.yaml').resolve()}\nbare_numbers: made up\n"
        "items: {old: {stage: package, only_if: {figure: story.line, equals: built}}}\n"
        "recipes: {old: {item: old, site: supplier}}\n"
        "demand: {cars: {item: null, generations: [{item: old}, {item: chip, begins: 2027-01-01, wait_for: [chip_plant]}]}}\n"
    )
    assert len(load_scenario(tmp_path / "over.yaml").document.demand["cars"].generations) == 2
    scenario = load_scenario(tmp_path / "over.yaml", readings=["story.line=stopped"])
    (left,) = scenario.document.demand["cars"].generations
    assert (left.item, left.begins, left.wait_for) == ("chip", None, [])


def test_a_region_without_sites_is_struck_no_more(tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text(
        f"title: regions\nextends: {Path('good/layered.yaml').resolve()}\nbare_numbers: made up\n"
        "sites: {plant: {only_if: {figure: story.line, equals: built}}}\n"
        "disruptions: {storm: {kind: random, regions: [texas], rate: 1, duration: 5, effects: {capacity: 0}}}\n"
    )
    scenario = load_scenario(tmp_path / "over.yaml", readings=["story.line=stopped"])
    assert "disruptions.storm" in scenario.pruned


def test_merge_keys_bring_in_what_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text(
        f"title: merge\nextends: {Path('good/base.yaml').resolve()}\nbare_numbers: made up\n"
        "sites:\n  second: &second {in_house: true, region: ohio, capacity: 5}\n  third: {<<: *second, region: utah}\n"
    )
    sites = load_scenario(tmp_path / "over.yaml").document.sites
    assert (sites["third"].region, sites["third"].in_house) == ("utah", True)
    assert sites["second"].region == "ohio"
