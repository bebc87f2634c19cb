"""Dies on wafers: an area for the node, within the node's reticle; and yields that rise as they are learned."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import Accepts, Refuses

FAB = """
horizon: {start: 2026-01-01, end: 2027-01-01}
nodes: {n5: {reticle: 858, wafer_diameter: 300, edge_exclusion: 3, scribe: 0.1}}
items: {die: {stage: wafer, die_area: {n5: 400}}, chip: {stage: package}}
sites: {fab: {in_house: true, capacity: 900}}
recipes:
  wafer: {item: die, site: fab, node: n5, yield: {defects: 0.1, alpha: 3}}
  pack: {item: chip, site: fab, inputs: {die: 1}}
demand: {sales: {item: chip, rate: 100}}
"""


def test_a_die_fits_the_reticle(refuses: Refuses, accepts: Accepts) -> None:
    """Of an area that is drawn the largest counts."""
    change = "items:\n  die: {die_area: {n5: %s}}"
    said = "a die of 858.5 mm2 does not fit the reticle of n5, which is 858 mm2, so wafer cannot make it"
    refuses(change % "858.5", "items.die.die_area.n5", 2, said, FAB)
    accepts(change % "858", FAB)
    drawn = "{assumed: 800, low: 700, high: 900, source: us%s}"
    refuses(change % (drawn % ", draw: uniform"), "items.die.die_area.n5", 2, "a die of 900 mm2", FAB)
    accepts(change % (drawn % ""), FAB)


def test_a_die_has_an_area_for_the_node(refuses: Refuses) -> None:
    node = "{reticle: 858, wafer_diameter: 300, edge_exclusion: 3, scribe: 0.1}"
    change = f"nodes: {{n3: {node}}}\nrecipes: {{wafer: {{node: n3}}}}"
    assert refuses(change, "recipes.wafer.node", 2, "die has no die_area for n3", FAB).expected == "n5"


@pytest.mark.parametrize(
    ("recipe", "text", "key", "said"),
    [
        ("wafer", "units_per_start: 60", "units_per_start", "dies per wafer follow from the die area"),
        ("pack", "yield: {defects: 0.1, model: poisson}", "yield.defects", "defects need a node"),
        ("wafer", "yield: {model: poisson}", "yield.alpha", "has no effect with the poisson model"),
        ("pack", "yield: {alpha: 3}", "yield.alpha", "has no effect without defects"),
        ("pack", "yield: {lot_cv: 0.2}", "yield.lot_cv", "has no effect without defects"),
    ],
)
def test_what_only_a_wafer_has(refuses: Refuses, recipe: str, text: str, key: str, said: str) -> None:
    alpha = "yield: {model: poisson, alpha: 4}" if "model: poisson}" in text and recipe == "wafer" else text
    refuses(f"recipes:\n  {recipe}: {{{alpha}}}", f"recipes.{recipe}.{key}", 2, said, FAB)


def test_a_yield_rises_as_it_is_learned(refuses: Refuses, accepts: Accepts) -> None:
    change = "recipes:\n  pack: {yield: {assembly_learning: {start: 0.8, mature: %s, days: 90}}}"
    path = "recipes.pack.yield.assembly_learning.mature"
    refuses(change % 0.79, path, 2, "mature must be at least start", FAB)
    accepts(change % 0.8, FAB)


def test_a_defect_density_falls_as_it_is_learned(refuses: Refuses, accepts: Accepts) -> None:
    change = "recipes:\n  wafer: {yield: {defects: null, defect_learning: {start: 0.2, mature: %s, days: 90}}}"
    path = "recipes.wafer.yield.defect_learning.mature"
    refuses(change % 0.21, path, 2, "mature must be at most start", FAB)
    accepts(change % 0.2, FAB)
