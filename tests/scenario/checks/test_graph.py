"""The bill of materials: no item needs itself, and all demand can be met by someone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sim.errors import Mark
from sim.scenario.checks.graph import sort
from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

CIRCLE = "the bill of materials goes in a circle"
BLANK = "items: {blank: {stage: blank}}\n"


def test_an_item_does_not_need_itself(refuses: Refuses) -> None:
    refuses("recipes:\n  own: {inputs: {part: 1}}", "recipes.own.inputs.part", 2, f"{CIRCLE}: part needs part")


def test_a_circle_of_two_is_told_from_end_to_end(refuses: Refuses, accepts: Accepts) -> None:
    good = SHOP.replace("{part: {stage: part}}", "{part: {stage: part}, blank: {stage: blank}}")
    cut = "recipes:\n  cut: {item: blank, site: hall%s}\n  own: {inputs: {blank: 1}}"
    accepts(cut % "", good)
    problem = refuses(cut % ", inputs: {part: 1}", "recipes.own.inputs.blank", 3, CIRCLE, good)
    assert problem.message.endswith(("part needs blank needs part", "blank needs part needs blank"))


def test_what_is_demanded_can_be_made(refuses: Refuses, accepts: Accepts) -> None:
    """Down to the material that nobody makes."""
    items = "items: {blank: {stage: blank}, spare: {stage: part}}\n"
    made = "recipes: {rare: {item: spare, site: hall, inputs: {blank: 1}}%s}\ndemand: {more: {item: spare, rate: 5}}"
    said = "nobody can make 'spare': rare needs 'blank', and no recipe makes 'blank'"
    refuses(items + made % "", "demand.more.item", 3, said)
    accepts(items + made % ", cut: {item: blank, site: hall}")


def test_one_way_to_make_it_is_enough(accepts: Accepts) -> None:
    """The hall lacks its material, the maker needs none."""
    accepts(f"{BLANK}recipes: {{own: {{inputs: {{blank: 1}}}}}}")


def found(edges: dict[str, dict[str, Any]]) -> tuple[list[str] | None, list[str]]:
    """The order of names, and the circles that are told."""
    told: list[str] = []
    written = SimpleNamespace(mark=lambda _: Mark("file"))
    context: Any = SimpleNamespace(written=written, add=lambda _, message: told.append(message))
    return sort(context, edges, "a circle", " < "), told


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_names_come_after_all_that_they_need(pairs: list[tuple[int, int]]) -> None:
    """With needs of higher by lower numbers alone there is no circle; one need the other way round closes one."""
    edges: dict[str, dict[str, Any]] = {str(k): {} for k in range(10)}
    for a, b in pairs:
        if a != b:
            edges[str(max(a, b))][str(min(a, b))] = ("place",)
    needs = [(name, other) for name, others in edges.items() for other in others]
    order, told = found(edges)
    assert order is not None
    assert not told
    assert all(order.index(other) < order.index(name) for name, other in needs)
    if needs:
        name, other = needs[0]
        edges[other][name] = ("place",)
        order, told = found(edges)
        assert order is None
        assert told
