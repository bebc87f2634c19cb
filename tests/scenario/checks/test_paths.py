"""Paths over time: their ends, and values that their interpolation can run between."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import Accepts, Refuses

GROWS = "{interpolate: %s, points: [{at: 2026-01-01, value: %s}, {at: 2026-07-01, value: 900}]%s}"


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("sites.hall.capacity", "sites:\n  hall: {capacity: %s}"),
        ("recipes.bought.price", "recipes:\n  bought: {price: %s}"),
        ("demand.sales.value", "demand:\n  sales: {value: %s}"),
    ],
)
def test_only_a_path_of_demand_says_how_far_it_reaches(
    refuses: Refuses, accepts: Accepts, path: str, change: str
) -> None:
    ends = GROWS % ("linear", 500, ", ends: 2026-12-01")
    refuses(change % ends, f"{path}.ends", 2, "only a path of demand must say how far it reaches")
    accepts(change % (GROWS % ("linear", 500, "")))


def test_a_path_of_demand_says_how_far_it_reaches(accepts: Accepts) -> None:
    accepts("demand: {sales: {rate: %s}}" % (GROWS % ("linear", 500, ", ends: 2028-01-01")))


def test_growth_by_a_factor_starts_above_zero(refuses: Refuses, accepts: Accepts) -> None:
    change = "sites:\n  hall: {capacity: %s}"
    path = "sites.hall.capacity.points.0.value"
    refuses(change % (GROWS % ("exponential", 0, "")), path, 2, "an exponential path needs values above 0")
    accepts(change % (GROWS % ("exponential", 0.001, "")))
    accepts(change % (GROWS % ("linear", 0, "")))


def test_a_value_that_may_be_drawn_as_zero_counts_as_zero(refuses: Refuses, accepts: Accepts) -> None:
    change = "sites:\n  hall: {capacity: %s}"
    drawn = "{assumed: 5, low: 0, high: 9, source: us%s}"
    path = "sites.hall.capacity.points.0.value"
    growing = change % (GROWS % ("exponential", drawn % ", draw: uniform", ""))
    refuses(growing, path, 2, "an exponential path needs values above 0")
    accepts(change % (GROWS % ("exponential", drawn % "", "")))
