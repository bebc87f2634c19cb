"""Recipes: whole units for every start, and names that lead to recipes in use."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

BLANK = "items: {blank: {stage: blank}}\nrecipes:\n  cut: {item: blank, site: hall}\n  own: {inputs: {blank: %s}%s}"
ALONE = SHOP.replace("sources: [own, bought]", "sources: [own]")
"""The maker's recipe is not in use."""
NOT_IN_USE = "'bought' is not in use: the sourcing of part leaves it out"


@pytest.mark.parametrize(
    ("each", "panel"), [("0.5", ""), ("1.5", ""), ("0.3", ", units_per_start: 2"), ("1.0001", ""), ("0.1", ", units_per_start: 4")]
)  # fmt: skip
def test_a_start_takes_whole_units(refuses: Refuses, each: str, panel: str) -> None:
    refuses(BLANK % (each, panel), "recipes.own.inputs.blank", 4, "a start must take a whole number of units of blank")


@pytest.mark.parametrize(
    ("each", "panel"), [("2", ""), ("0.5", ", units_per_start: 2"), ("0.3333333333333333", ", units_per_start: 3")]
)
def test_a_panel_takes_whole_units_where_a_unit_takes_a_part(accepts: Accepts, each: str, panel: str) -> None:
    accepts(BLANK % (each, panel))


def test_what_a_start_takes_is_not_drawn_by_the_recipe_itself(refuses: Refuses) -> None:
    drawn = "{assumed: 2, low: 1, high: 3, draw: uniform, source: us}"
    refuses(BLANK % (drawn, ""), "recipes.own.inputs.blank", 4, "cannot be drawn")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ("open_orders: [{recipe: bought, quantity: 5, due: 2026-02-01}]", "open_orders.0.recipe"),
        (
            "demand: {sales: {item: null, generations: [{item: part}, {item: part, begins: 2026-05-01, wait_for: [bought]}]}}",
            "demand.sales.generations.1.wait_for.0",
        ),
    ],
)
def test_what_is_ordered_or_waited_for_is_in_use(refuses: Refuses, accepts: Accepts, change: str, path: str) -> None:
    assert refuses(change, path, 1, NOT_IN_USE, ALONE).expected == "own"
    accepts(change)


def test_learning_is_inherited_from_a_recipe_in_use(refuses: Refuses, accepts: Accepts) -> None:
    learns = "yield: {assembly_learning: {start: 0.5, mature: 0.9, days: 90%s}}"
    old = f"recipes:\n  old: {{item: part, site: hall, {learns % ''}}}\n  own: {{{learns % ', inherits: old, keep: 0.5'}}}"
    path = "recipes.own.yield.assembly_learning.inherits"
    refuses(old, path, 3, "'old' is not in use")
    accepts(f"{old}\nsourcing: {{part: {{sources: [own, old, bought]}}}}")


def test_transit_is_paid_for_where_something_is_shipped(refuses: Refuses, accepts: Accepts) -> None:
    change = "items: {part: {transit_cost: 1}}\n"
    refuses(change, "items.part.transit_cost", 1, "part is never in transit")
    accepts(f"{change}recipes: {{bought: {{shipping_time: 3}}}}")
    held = "disruptions: {d: {kind: random, rate: 1, duration: 5, sites: [maker], effects: {shipments_held: true}}}"
    accepts(change + held)


def test_larger_lots_need_lots_of_a_size(refuses: Refuses, accepts: Accepts) -> None:
    refuses("lot_scale: 2", "lot_scale", 1, "no recipe has a lot_size")
    accepts("lot_scale: 2\nrecipes: {own: {lot_size: 5}}")


def test_lots_differ_by_a_measure(refuses: Refuses) -> None:
    refuses("yield_noise: gamma", "yield_noise", 1, "no recipe's yield has lot_cv")


def test_a_milestone_watches_what_is_made(refuses: Refuses, accepts: Accepts) -> None:
    change = "milestones:\n  out: {rule: first_output, items: [part], sites: [%s]}"
    refuses(change % "maker", "milestones.out.sites", 2, "no recipe in use makes part at maker", ALONE)
    accepts(change % "hall", ALONE)
    spare = "items: {spare: {stage: part}}\nmilestones: {out: {rule: first_output, items: [spare]}}"
    refuses(spare, "milestones.out.items", 2, "no recipe in use makes spare")
