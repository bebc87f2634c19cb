"""What every check sees: names that are known or switched off, ends of what is drawn, what is in use."""

from __future__ import annotations

import pytest

from sim.scenario.checks.context import amount, listed
from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

FIGURE = """figures:
  line: {statement: Whether there is one., unit: text, default: "no", readings: {
    "no": {value: "no", kind: assumed, source: us}, "yes": {value: "yes", kind: assumed, source: us}}}
"""
SPARE = "items: {spare: {stage: part, only_if: {figure: line, equals: 'yes'}}}"


def test_names_are_listed_up_to_a_readable_number() -> None:
    names = [f"n{k}" for k in range(23)]
    assert listed(names[:20]) == ", ".join(names[:20])
    assert listed(names) == f"{', '.join(names[:20])}, ... (3 more)"
    assert listed([]) is None


@pytest.mark.parametrize(
    ("value", "unit", "shown"), [(1234567, "day", "1,234,567 day"), (0.25, "1", "0.25"), (3, "", "3")]
)
def test_an_amount_has_its_unit_unless_it_is_a_mere_number(value: float, unit: str, shown: str) -> None:
    assert amount(value, unit) == shown


def test_a_name_that_is_unknown_is_told_with_the_nearest_that_is_known(refuses: Refuses) -> None:
    problem = refuses(
        "open_orders: [{recipe: bougt, quantity: 1, due: 2026-02-01}]", "open_orders.0.recipe", 1, "'bougt'"
    )
    assert (problem.nearest, problem.expected) == ("bought", "bought, own")


def test_a_name_that_is_switched_off_is_not_called_unknown(refuses: Refuses) -> None:
    said = "'spare' is switched off by its only_if under the chosen readings"
    refuses(f"{FIGURE}{SPARE}\ndemand: {{sales: {{item: spare}}}}", "demand.sales.item", 5, said)


def test_a_range_counts_by_its_ends_only_where_it_is_drawn(refuses: Refuses, accepts: Accepts) -> None:
    """Points of a recovery: the first may come as late as day 9, where its day is drawn; else it comes on day 3."""
    first = "{assumed: 3, low: 2, high: 9, source: us%s}"
    change = (
        "disruptions: {d: {kind: random, rate: 1, sites: [hall], duration: 5, effects: {capacity: 0},\n"
        "  recovery_points: [{after: %s, value: 0.5}, {after: 8, value: 1}]}}"
    )
    accepts(change % first % "")
    drawn = change % first % ", draw: uniform"
    refuses(drawn, "disruptions.d.recovery_points.1.after", 2, "points come in order")


def test_what_no_stock_is_sourced_from_is_not_in_use(refuses: Refuses) -> None:
    left_out = SHOP.replace("sources: [own, bought]", "sources: [own]")
    change = "open_orders: [{recipe: bought, quantity: 1, due: 2026-02-01}]"
    refuses(change, "open_orders.0.recipe", 1, "'bought' is not in use", left_out)
