"""Numbers: bare ones that nobody answers for, bounds, ranges, whole numbers."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import HEAD, SHOP, Accepts, Refuses

UNLICENSED = HEAD.replace("bare_numbers: made up\n", "")


def test_a_bare_number_is_answered_for_by_its_own_file(refuses: Refuses, accepts: Accepts) -> None:
    """That the file it extends says what its bare numbers are is not enough."""
    change = "sites:\n  hall: {capacity: %s}"
    refuses(change % 600, "sites.hall.capacity", 2, "a bare value; write {figure: ID}", head=UNLICENSED)
    accepts(change % "{assumed: 600, source: our plan}", head=UNLICENSED)
    accepts(change % 600)


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ("sites: {hall: {availability: 1.01}}", "sites.hall.availability", "must be at least 0 and at most 1"),
        ("sites: {hall: {availability: -0.01}}", "sites.hall.availability", "must be at least 0 and at most 1"),
        ("sites: {hall: {availability: 88}}", "sites.hall.availability", "(88 % is written 0.88)"),
        ("sites: {hall: {lines: 0}}", "sites.hall.lines", "must be at least 1"),
        ("sites: {hall: {lines: 1.5}}", "sites.hall.lines", "must be a whole number"),
        ("recipes: {own: {lot_size: 2.5}}", "recipes.own.lot_size", "must be a whole number"),
        ("items: {part: {initial_stock: 0.5}}", "items.part.initial_stock", "use a smaller unit"),
        ("sites: {hall: {capacity: {assumed: 1e308, unit: 1/hour, source: us}}}", "sites.hall.capacity", "too large a number"),
    ],
)  # fmt: skip
def test_a_number_keeps_to_its_field(refuses: Refuses, change: str, path: str, said: str) -> None:
    refuses(change, path, 1, said)


@pytest.mark.parametrize("value", [0, 1, 0.88])
def test_the_ends_of_a_field_are_within_it(accepts: Accepts, value: float) -> None:
    assert accepts(f"sites: {{hall: {{availability: {value}}}}}").inputs["sites.hall.availability"].value == value


def test_a_whole_number_may_be_written_with_a_point(accepts: Accepts) -> None:
    assert accepts("sites: {hall: {lines: 2.0}}").inputs["sites.hall.lines"].value == 2


@pytest.mark.parametrize("ends", ["low: 5, high: 9", "low: 1, high: 3", "low: 9, high: 1"])
def test_a_value_lies_in_its_range(refuses: Refuses, ends: str) -> None:
    change = f"recipes:\n  own: {{cycle_time: {{assumed: 4, {ends}, source: us}}}}"
    refuses(change, "recipes.own.cycle_time", 2, "low, value and high must not fall")


def test_a_range_may_be_a_single_value(accepts: Accepts) -> None:
    accepts("recipes: {own: {cycle_time: {assumed: 4, low: 4, high: 4, source: us}}}")


def test_the_ends_of_a_range_keep_to_the_field_too(refuses: Refuses) -> None:
    change = "sites:\n  hall: {availability: {assumed: 0.9, low: 0.8, high: 1.1, source: us}}"
    refuses(change, "sites.hall.availability", 2, "its high must be at least 0 and at most 1", SHOP)
