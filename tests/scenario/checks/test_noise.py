"""Noise that would be cut off at zero: its mean would not be the one that is stated."""

from __future__ import annotations

import math

import pytest

from tests.scenario.checks.conftest import Accepts, Refuses

PLACES = {
    "recipes.own.cycle_time": "recipes:\n  own: {cycle_time: {shape: %s, mean: 9, cv: %s}}",
    "recipes.own.load": "recipes:\n  own: {load: {shape: %s, mean: 9, cv: %s}}",
    "disruptions.d.duration": "disruptions:\n  d: {kind: random, rate: 1, sites: [hall], effects: {capacity: 0}, duration: {shape: %s, mean: 9, cv: %s}}",
}  # fmt: skip


@pytest.mark.parametrize("path", PLACES)
def test_a_uniform_begins_at_zero_at_least(refuses: Refuses, accepts: Accepts, path: str) -> None:
    """It runs from mean (1 - cv sqrt(3)) on."""
    most = 1 / math.sqrt(3)
    refuses(PLACES[path] % ("uniform", most * 1.001), f"{path}.cv", 2, "a uniform shape this wide goes below zero")
    accepts(PLACES[path] % ("uniform", most * 0.999))


@pytest.mark.parametrize("path", PLACES)
def test_a_normal_is_no_wider_than_half_its_mean(refuses: Refuses, accepts: Accepts, path: str) -> None:
    refuses(PLACES[path] % ("normal", 0.501), f"{path}.cv", 2, "a normal shape this wide goes below zero")
    accepts(PLACES[path] % ("normal", 0.5))
    accepts(PLACES[path] % ("gamma", 2))


def test_normal_demand_is_no_wider_than_half_its_mean(refuses: Refuses, accepts: Accepts) -> None:
    change = "demand: {sales: {rate: null, pattern: normal, every: 7, quantity: 100, sd: %s}}"
    problem = refuses(change % 50.1, "demand.sales.sd", 1, "normal demand this wide goes below zero")
    assert problem.expected == "at most half of the quantity, 50"
    accepts(change % 50)


def test_a_mean_that_is_drawn_counts_by_its_lowest(refuses: Refuses, accepts: Accepts) -> None:
    change = (
        "demand:\n  sales: {rate: null, pattern: normal, every: 7, sd: 50, "
        "quantity: {assumed: 120, low: %d, high: 200, draw: uniform, source: us}}"
    )
    refuses(change % 99, "demand.sales.sd", 2, "normal demand this wide goes below zero")
    accepts(change % 100)


def test_the_variance_of_a_negative_binomial_is_above_its_mean(refuses: Refuses, accepts: Accepts) -> None:
    """A variance of (cv 100)^2 = 100 is that of a Poisson number."""
    quantity = "demand:\n  sales: {rate: null, pattern: periodic, every: 7, quantity: {shape: negative_binomial, mean: 100, cv: %s}}"
    refuses(quantity % 0.1, "demand.sales.quantity.cv", 2, "the variance of a negative binomial is above its mean")
    accepts(quantity % 0.101)


def test_some_value_of_a_list_occurs(refuses: Refuses, accepts: Accepts) -> None:
    quantity = "demand:\n  sales: {rate: null, pattern: periodic, every: 7, quantity: {shape: empirical, values: [5, 9], weights: [0, %d]}}"
    refuses(quantity % 0, "demand.sales.quantity.weights", 2, "no value would ever occur")
    accepts(quantity % 1)
