"""Files that must load, and what is in them afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sim.errors import InputError
from sim.scenario.loader import Scenario, list_shipped, load_scenario
from sim.shipped import shipped_root
from tests.conftest import INPUTS

pytestmark = pytest.mark.usefixtures("in_inputs")

GOOD = sorted(str(p) for p in (INPUTS / "good").glob("*.yaml"))


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


CANNOT_BE = {
    ("nine-month-cadence", "fab.node", node): f"ai9_die has no die_area for {node}" for node in ("5nm", "7nm", "14nm")
}
"""Readings that contradict a scenario, and what it answers."""
STRUCTURE = {"items", "recipes", "sites", "sourcing"}
"""What a scenario writes that builds another supply chain than the one it extends."""
BUILT = [
    name
    for name, _ in list_shipped()
    if name in {"as-announced", *(contradicted for contradicted, *_ in CANNOT_BE)}
    or YAML(typ="safe").load((shipped_root() / f"{name}.yaml").read_text(encoding="utf-8")).keys() & STRUCTURE
]
SWITCHES = [(scenario, switch) for scenario in map(load_scenario, BUILT) for switch in scenario.switches]


@pytest.mark.parametrize(("scenario", "switch"), SWITCHES, ids=lambda value: getattr(value, "name", value))
def test_shipped_with_every_reading_that_switches_something(scenario: Scenario, switch: str) -> None:
    """What only_if leaves of a scenario need not use every field of the rest. The reading it has is loaded above."""
    name, own = scenario.name, scenario.ledger.reading_name(switch)
    for reading in scenario.ledger[switch].readings:
        answer = CANNOT_BE.get((name, switch, reading))
        if reading == own:
            assert answer is None
        elif answer is None:
            assert load_scenario(name, readings=[f"{switch}={reading}"]).inputs
        else:
            with pytest.raises(InputError, match=answer):
                load_scenario(name, readings=[f"{switch}={reading}"])


WITH_EFFECT = {
    "a scheduled disruption raises a random one": "disruptions: {war: {kind: scheduled, sites: [foundry], begins: 2027-01-01, duration: 5, effects: {capacity: 0}, raises: {quake: 2}}}",
    "three thirds are a whole": "recipes: {chip_plant: {inputs: {die: 0.3333333333333333}, units_per_start: 3}}",
    "no capacity at all, be it unlimited": "disruptions: {shut: {kind: scheduled, sites: [supplier], begins: 2027-01-01, duration: 5, effects: {capacity: 0}}}",
    "some of the struck have it": "disruptions: {dear: {kind: random, rate: 1, regions: [taiwan, texas], duration: 5, effects: {price: 2, cycle_time: 2}}}",
    "a drawn cycle time": "disruptions: {late: {kind: random, rate: 1, sites: [plant], duration: 5, effects: {cycle_time: 2}}}\nrecipes: {chip_plant: {cycle_time: {assumed: 0, low: 0, high: 5, draw: uniform, source: x}}}",
    "outside orders are shared out": "sourcing: {chip: {shares: {chip_supplier: 1}}}",
    "cheapest, but withdrawn on what is announced": "sites: {plant: {announced: 5}}\nsourcing: {chip: {policy: least_cost, phase_out: null, second_source_floor: null, withdraw_on: announced}}",
    "a commitment that only costs": "sites: {foundry: {contract: {notice: null}}}",
    "a commitment that only binds": "sites: {foundry: {contract: {take_or_pay: null}}}",
    "a commitment alone": "sites: {foundry: {contract: {notice: null, take_or_pay: null, until: 2027-01-01}}}",
    "sizes of orders": "recipes: {chip_supplier: {minimum: 500, multiple: 300, order_period: 14}}",
    "orders placed before, at one site on one day": "open_orders: [{recipe: chip_supplier, quantity: 5, due: 2026-01-01}, {recipe: chip_supplier, quantity: 5, due: 2026-01-01}]",
    "dated orders in any order": "demand: {cars: {rate: null, share: null, orders: [{date: 2027-01-01, units: 5}, {date: 2026-01-01, units: 5}]}}",
    "a season that repeats": "demand: {cars: {rate: null, share: null, pattern: series, every: 91, values: [5, 8, 3, 0], repeats: true}}",
    "members that say the same": "items: {b: {stage: package, h100e: 1.1}}\npools: {chips: {members: [chip, b]}}\nsourcing: {chip: null, chips: {sources: [chip_plant, chip_supplier]}}\ndemand: {cars: {item: chips}}",
    "lots of an uneven density": "yield_noise: gamma\nrecipes: {die_foundry: {yield: {lot_cv: 0.2}}}",
    "spread as far as zero": "recipes: {chip_plant: {load: {shape: uniform, mean: 1, cv: 0.577}, cycle_time: {shape: normal, mean: 9, cv: 0.5}}}",
    "a stock policy with planned items before it": "items: {chip: {policy: {type: base_stock, level: 9}}}\nrecipes: {chip_plant: {planned_lead_time: 9, qualification: null}}\nsourcing: {chip: {sources: [chip_plant], policy: split, phase_out: null, second_source_floor: null}}\ndemand: {cars: {forecast: {bias: 2}}}",
    "a changeover waits for its phases": "items: {chip: {policy: {type: base_stock, level: 9}}}\nsourcing: {chip: {sources: [chip_plant], policy: split, phase_out: null, second_source_floor: null}}\ndemand: {cars: {item: null, generations: [{item: die}, {item: chip, begins: 2027-01-01, wait_for: [chip_plant]}]}}",
}  # fmt: skip


@pytest.mark.parametrize("change", WITH_EFFECT.values(), ids=WITH_EFFECT.keys())
def test_what_has_an_effect_is_let_in(change: str, tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text(
        f"title: over\nextends: {Path('good/base.yaml').resolve()}\nbare_numbers: made up\n{change}\n"
    )
    assert load_scenario(tmp_path / "over.yaml").inputs


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


def test_an_open_order_goes_with_its_recipe(tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text(
        f"title: orders\nextends: {Path('good/layered.yaml').resolve()}\nbare_numbers: made up\nopen_orders:\n"
        "  - {recipe: chip_plant, quantity: 5, due: 2026-03-01}\n"
        "  - {recipe: chip_supplier, quantity: 6, due: 2026-03-01}\n"
    )
    assert len(load_scenario(tmp_path / "over.yaml").document.open_orders) == 2
    scenario = load_scenario(tmp_path / "over.yaml", readings=["story.line=stopped"])
    (left,) = scenario.document.open_orders
    assert left.recipe == "chip_supplier"
    assert scenario.inputs["open_orders.0.quantity"].value == 6
    assert scenario.marks["open_orders", 0, "recipe"].line == 6


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
        "demand: {cars: {item: null, generations: [{item: old}, {item: chip, begins: 2027-01-01, months: 3, wait_for: [chip_plant]}]}}\n"
    )
    assert len(load_scenario(tmp_path / "over.yaml").document.demand["cars"].generations) == 2
    scenario = load_scenario(tmp_path / "over.yaml", readings=["story.line=stopped"])
    (left,) = scenario.document.demand["cars"].generations
    assert (left.item, left.begins, left.wait_for, left.months.literal) == ("chip", None, [], 0)


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
