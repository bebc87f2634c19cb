"""`--set` and `--reading`: what changes, what is said of it, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.scenario.loader import Change, load_scenario

pytestmark = pytest.mark.usefixtures("in_inputs")


def refusal(*sets: str, readings: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(InputError) as error:
        load_scenario("good/layered.yaml", sets=sets, readings=readings)
    return str(error.value).split("\n")


def changed(*sets: str, readings: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    changes = load_scenario("good/layered.yaml", sets=sets, readings=readings).changes
    return [(c.path, c.old, c.new) for c in changes]


def test_a_change_says_what_was_and_what_is() -> None:
    assert changed("sites.plant.ramp.months=36", "sites.foundry.availability=0.8", "horizon.end=2028-06-30") == [
        ("sites.plant.ramp.months", "12 month (figure plant.months)", "36 month"),
        ("sites.foundry.availability", "0.9 (derived)", "0.8"),
        ("horizon.end", "2028-12-31", "2028-06-30"),
    ]


def test_an_override_may_be_bare_and_is_called_one() -> None:
    scenario = load_scenario("good/layered.yaml", sets=["sites.plant.ramp.months=36"])
    found = scenario.inputs["sites.plant.ramp.months"]
    assert (found.value, found.kind, found.source, found.figure) == (
        36,
        "override",
        "--set sites.plant.ramp.months=36",
        None,
    )


def test_a_field_that_is_not_written_yet() -> None:
    sets = [
        "sites.supplier.echoes_assumption=a guess",
        "recipes.chip_supplier.yield.line=0.9",
        "sites.plant.capex.salvage=0.3",
    ]
    assert changed(*sets)[1] == ("recipes.chip_supplier.yield.line", "not set", "0.9")
    assert (
        load_scenario("good/layered.yaml", sets=["money.discount_rate=0.1"]).inputs["money.discount_rate"].value == 0.1
    )


def test_sizes_of_orders_and_what_is_listed_are_inputs_like_others(tmp_path: Path) -> None:
    (tmp_path / "over.yaml").write_text(
        f"title: orders\nextends: {Path('good/layered.yaml').resolve()}\nbare_numbers: made up\n"
        "open_orders: [{recipe: chip_supplier, quantity: 5, due: 2026-03-01}]\n"
        "demand: {key: {item: chip, orders: [{date: 2026-03-03, units: 10}]}}\n"
    )
    wanted = {
        "recipes.chip_supplier.minimum": 50, "recipes.chip_supplier.multiple": 20, "recipes.chip_supplier.order_period": 7,
        "open_orders.0.quantity": 8, "demand.key.orders.0.units": 12,
    }  # fmt: skip
    dates = {"open_orders.0.due": "2026-04-01", "demand.key.orders.0.date": "2026-04-02"}
    found = load_scenario(tmp_path / "over.yaml", sets=[f"{p}={v}" for p, v in (wanted | dates).items()]).inputs
    assert {path: found[path].value for path in (*wanted, *dates)} == wanted | dict(zip(dates, (90, 91), strict=True))
    assert {found[path].kind for path in (*wanted, *dates)} == {"override"}


@pytest.mark.parametrize(
    ("override", "path"),
    [
        ("demand.cars.rate.points.1.value=5", "demand.cars.rate.points.1.value"),
        ("recipes.die_foundry.price.points.0.value=5", "recipes.die_foundry.price.points.0.value"),
        ("recipes.die_foundry.price.0.value=5", "recipes.die_foundry.price.points.0.value"),
        ("recipes.chip_supplier.cycle_time.mean=5", "recipes.chip_supplier.cycle_time.mean"),
        ("recipes.die_foundry.cycle_time.mean=5", "recipes.die_foundry.cycle_time"),
        ("sites.foundry.capacity.constant=5", "sites.foundry.capacity"),
        ("items.die.die_area.n5=5", "items.die.die_area.n5"),
    ],
)
def test_long_and_short_paths(override: str, path: str) -> None:
    assert load_scenario("good/layered.yaml", sets=[override]).inputs[path].value == 5


def test_a_value_may_be_a_mapping_with_its_source() -> None:
    scenario = load_scenario(
        "good/layered.yaml", sets=["sites.plant.availability={assumed: 80, unit: percent, source: me}"]
    )
    assert scenario.inputs["sites.plant.availability"].value == pytest.approx(0.8)
    assert scenario.changes[0].new == "80 percent (assumed)"


def test_null_removes() -> None:
    scenario = load_scenario("good/layered.yaml", sets=["disruptions.flood=null"])
    assert scenario.document.disruptions == {}
    assert scenario.changes == (Change("disruptions.flood", scenario.changes[0].old, "removed", "--set"),)


def test_a_reading() -> None:
    assert changed(readings=("story.line=stopped",)) == [("story.line", "built: built", "stopped: stopped")]


def test_refusals_come_all_at_once() -> None:
    lines = refusal(
        "sites.plant.avalability=1", "sites.plont.owner=us", "nonsense", "=5", "sites.plant.owner=",
        "sites.plant.in_house=maybe", "demand.cars.rate.points.7.value=5", "extends=other", "sites.plant.region.x=1",
        "title=[1", "demand.cars.share=.nan", "sites.foundry.capacity=-5", "demand.cars.per_unit=lots",
        readings=("story.lime=stopped", "story.line=halted", "story.line", "plant.months=few"),
    )  # fmt: skip
    assert lines == [
        "--reading plant.months=few: readings.plant.months: this figure has no readings to choose from",
        "--reading story.lime=stopped: readings.story.lime: the ledger has no such figure; did you mean 'story.line'?",
        "--reading story.line: an override is written FIGURE=NAME; this has no =",
        "--reading story.line=halted: readings.story.line: 'halted' is no reading of this figure; allowed: built, stopped",
        "--set =5: an override is written PATH=VALUE; this has nothing before the =",
        "--set demand.cars.per_unit=lots: demand.cars.per_unit: expected a number [unit], found 'lots'",
        "--set demand.cars.rate.points.7.value=5: no such path: demand.cars.rate.points has no '7'; allowed: 0, 1; did you mean 'demand.cars.rate.points.1.value'?",
        "--set demand.cars.share=.nan: a number must be finite; found .nan",
        "--set extends=other: extends belongs to the file and cannot be set",
        "--set nonsense: an override is written PATH=VALUE; this has no =",
        "--set sites.foundry.capacity=-5: sites.foundry.capacity: must be at least 0; found -5 1/month",
        "--set sites.plant.avalability=1: no such path: sites.plant has no 'avalability'; allowed: in_house, region, construction, ramp, capex, availability, title, only_if, stream, owner, lines, capacity, expansions, tools, closes, closed, rivals, tariff, contract, announced, fixed_cost, outside_sales, echoes_assumption; did you mean 'sites.plant.availability'?",
        "--set sites.plant.in_house=maybe: sites.plant.in_house: a value of the wrong kind; found the text 'maybe'; allowed: true or false",
        "--set sites.plant.owner=: an override is written PATH=VALUE; this has nothing after the =",
        "--set sites.plant.region.x=1: no such path: sites.plant.region is a single value and has nothing inside it; did you mean 'sites.plant.region'?",
        "--set sites.plont.owner=us: no such path: sites has no 'plont'; allowed: foundry, supplier, plant; did you mean 'sites.plant.owner'?",
        "--set title=[1: a list opened with [ is not closed, or lacks a comma",
    ]


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("sites.plant.owner=a", "sites.plant.owner=b", "sites.plant.owner"),
        ("sites.plant.ramp={initial: 1, target: 2, months: 3}", "sites.plant.ramp.months=5", "sites.plant.ramp"),
        (
            "recipes.die_foundry.price.points.0.value=5",
            "recipes.die_foundry.price.0.value=6",
            "recipes.die_foundry.price.0.value",
        ),
    ],
)
def test_two_that_collide(first: str, second: str, shared: str) -> None:
    lines = refusal(first, second)
    assert len(lines) == 1
    assert lines[0].endswith(f"collides with --set {first}: both change {shared}")


def test_two_readings_of_one_figure_collide() -> None:
    assert len(refusal(readings=("story.line=built", "story.line=stopped"))) == 1


def test_a_problem_of_a_mapping_is_laid_on_the_override_inside_it() -> None:
    assert refusal("horizon.end=2025-01-01") == [
        "--set horizon.end=2025-01-01: horizon: end must come after start (start 2026-01-01, end 2025-01-01)"
    ]
    lines = refusal("disruptions.flood.kind=random", "title=other")
    assert (
        lines[0]
        == "--set disruptions.flood.kind=random: disruptions.flood.rate: this key is missing: expected number a year [1/year]"
    )


def test_an_override_beside_a_default_leaves_the_default_its_origin() -> None:
    scenario = load_scenario("good/layered.yaml", sets=["recipes.chip_plant.lot_size=10"])
    assert scenario.inputs["recipes.chip_plant.load"].kind == "bare"


def test_a_space_missing_after_a_colon_is_told_once() -> None:
    assert refusal("sites.plant.ramp={initial:5, target:6}") == [
        "--set sites.plant.ramp={initial:5, target:6}: initial: a space is missing after ':'; found initial:5; did you mean 'initial: 5'?"
    ]
    scenario = load_scenario("good/layered.yaml", sets=['sites.plant.title="a:b"', "sites.supplier.title=a:b"])
    assert (scenario.document.sites["plant"].title, scenario.document.sites["supplier"].title) == ("a:b", "a:b")


def test_another_word_for_a_key_is_understood() -> None:
    (line,) = refusal("horizon.until=2028-06-30")
    assert line.endswith("did you mean 'horizon.end'?")


def test_a_discount_rate_in_percent_is_refused() -> None:
    (line,) = refusal("money.discount_rate=10")
    assert line.endswith("must be at least 0 and at most 1 (10 % is written 0.1); found 10 1/year")


def test_a_later_end_asks_for_longer_demand_paths() -> None:
    with pytest.raises(InputError) as error:
        load_scenario("as-announced", sets=["horizon.end=2036-01-01"])
    lines = str(error.value).split("\n")
    assert all("the path ends too early" in line and "allowed: from 2036-" in line for line in lines)
    assert any("demand.cars.rate.ends" in line and "found 2035-" in line for line in lines)
    assert any("demand.data_centre_own.compute.points" in line and "found 2034-" in line for line in lines)
