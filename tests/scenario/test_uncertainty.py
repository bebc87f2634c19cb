"""`uncertainty:` and `correlations:` of files that extend each other, under overrides, readings and values."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.scenario.loader import Scenario, load_scenario

pytestmark = pytest.mark.usefixtures("in_inputs")

BASE = """title: base
extends: {base}
bare_numbers: made up
figures:
  plant.days:
    {{statement: Days in the plant., value: 21, low: 14, high: 40, unit: day, kind: stated, article: plants.txt,
     fallback: {{value: 30, source: made up}}}}
  ship.days:
    statement: Days at sea.
    unit: day
    default: fast
    readings:
      fast: {{value: 5, low: 4, high: 9, kind: assumed, source: made up}}
      sure: {{value: 7, kind: assumed, source: made up}}
uncertainty: {{ranges: triangular, draw: {{plant.days: pert, sites.foundry.availability: triangular}}}}
correlations: [{{inputs: [plant.days, ship.days], rank: 0.5}}]
recipes:
  die_foundry: {{shipping_time: {{figure: ship.days}}}}
  chip_plant: {{cycle_time: {{figure: plant.days}}}}
  chip_supplier: {{price: {{assumed: 60, low: 30, high: 200, source: made up}}}}
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE.format(base=Path("good/base.yaml").resolve()))
    return tmp_path / "base.yaml"


def over(base: Path, text: str) -> Scenario:
    file = base.parent / "over.yaml"
    file.write_text(f"title: over\nextends: base.yaml\n{text}\n")
    return load_scenario(file)


def shapes(scenario: Scenario) -> dict[str, str]:
    return {name: str(one.draw) for name, one in scenario.uncertain.items()}


WHOLE = {
    "ship.days": "triangular", "plant.days": "pert", "sites.foundry.availability": "triangular",
    "recipes.chip_supplier.price": "triangular",
}  # fmt: skip


def test_it_is_inherited_changed_and_removed(base: Path) -> None:
    assert shapes(load_scenario(base)) == WHOLE
    assert shapes(over(base, "uncertainty: {draw: {plant.days: null, ship.days: fixed}}")) == {
        **{name: draw for name, draw in WHOLE.items() if name != "ship.days"}, "plant.days": "triangular",
    }  # fmt: skip
    assert shapes(over(base, "uncertainty: {ranges: fixed}")) == {
        "plant.days": "pert", "sites.foundry.availability": "triangular",
    }  # fmt: skip
    assert shapes(over(base, "uncertainty: null\ncorrelations: null")) == {"sites.foundry.availability": "triangular"}


def test_what_is_inherited_may_lie_idle(base: Path) -> None:
    """The base names a figure and a correlation that this file no longer uses."""
    scenario = over(base, "bare_numbers: made up\nrecipes: {chip_plant: {cycle_time: 21}}")
    assert "plant.days" not in scenario.uncertain
    assert scenario.document.correlations


@pytest.mark.parametrize(
    "changed",
    [
        {"sets": ["recipes.chip_supplier.price=50"]},
        {"sets": ["sites.foundry.availability=0.9"]},
        {"sets": ["uncertainty.draw.plant.days=fixed"]},
        {"sets": ["uncertainty.ranges=fixed"]},
        {"sets": ["recipes.chip_plant.cycle_time=9"]},
        {"readings": ["ship.days=sure"]},
        {"without": ["plants"]},
        {"values": {"plant.days": 30, "ship.days": 6}},
    ],
    ids=str,
)
def test_overrides_readings_and_values_settle_what_was_uncertain(base: Path, changed: dict[str, object]) -> None:
    scenario = load_scenario(base, **changed)  # type: ignore[arg-type]
    assert len(scenario.uncertain) < len(WHOLE)


def test_an_override_is_told_old_and_new(base: Path) -> None:
    scenario = load_scenario(base, sets=["uncertainty.draw.ship.days=uniform", "uncertainty.draw.plant.days=fixed"])
    assert shapes(scenario) == {**{n: d for n, d in WHOLE.items() if n != "plant.days"}, "ship.days": "uniform"}
    assert [(c.path, c.old, c.new) for c in scenario.changes] == [
        ("uncertainty.draw.ship.days", "not set", "uniform"), ("uncertainty.draw.plant.days", "pert", "fixed"),
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"'pret' is not one of the choices.*did you mean 'pert'"):
        load_scenario(base, sets=["uncertainty.draw.ship.days=pret"])
