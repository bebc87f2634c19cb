"""Disruptions: each strikes something, does something there, and raises no circle of others."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

UNLIMITED = SHOP.replace("capacity: 900", "capacity: unlimited")


def strike(text: str, where: str = "sites: [hall]") -> str:
    """A random disruption."""
    return f"disruptions:\n  d: {{kind: random, rate: 1, duration: 5, {where}, {text}}}"


def test_a_disruption_strikes_something(refuses: Refuses, accepts: Accepts) -> None:
    refuses(strike("effects: {capacity: 0}", "title: d"), "disruptions.d", 2, "name sites, owners or regions")
    for where in ("sites: [hall]", "owners: [maker_co]", "regions: [coast]"):
        accepts(strike("effects: {capacity: 0}", where))


def test_a_disruption_does_something(refuses: Refuses, accepts: Accepts) -> None:
    refuses(strike("effects: {shipments_held: false}"), "disruptions.d.effects", 2, "a disruption needs an effect")
    other = "\n  e: {kind: random, rate: 1, duration: 5, sites: [hall], effects: {capacity: 0}}"
    accepts(strike("effects: {}, raises: {e: 2}") + other)


@pytest.mark.parametrize("key", ["recovery: 20", "recovery_points: [{after: 20, value: 1}]"])
def test_only_capacity_recovers(refuses: Refuses, accepts: Accepts, key: str) -> None:
    path = f"disruptions.d.{key.partition(':')[0]}"
    refuses(strike(f"effects: {{cycle_time: 2}}, {key}"), path, 2, "only capacity recovers")
    accepts(strike(f"effects: {{capacity: 0}}, {key}"))


def test_capacity_recovers_in_one_way(refuses: Refuses) -> None:
    both = "effects: {capacity: 0}, recovery: 20, recovery_points: [{after: 20, value: 1}]"
    refuses(strike(both), "disruptions.d.recovery_points", 2, "give either recovery or recovery_points")


def test_points_of_a_recovery_come_in_order_whatever_is_drawn(refuses: Refuses, accepts: Accepts) -> None:
    points = "effects: {capacity: 0}, recovery_points: [{after: 8, value: 0.5}, {after: %s, value: 1}]"
    path = "disruptions.d.recovery_points.1.after"
    refuses(strike(points % 8), path, 2, "points come in order")
    accepts(strike(points % 8.5))
    drawn = "{assumed: 12, low: %d, high: 20, draw: uniform, source: us}"
    refuses(strike(points % drawn % 8), path, 2, "points come in order")
    accepts(strike(points % drawn % 9))


def test_unlimited_capacity_is_all_there_or_not_at_all(refuses: Refuses, accepts: Accepts) -> None:
    where = "sites: [maker]"
    refuses(strike("effects: {capacity: 0.5}", where), "disruptions.d.effects.capacity", 2, "any part of it", UNLIMITED)
    refuses(strike("effects: {capacity: 0}, recovery: 9", where), "disruptions.d.recovery", 2, "all there", UNLIMITED)
    accepts(strike("effects: {capacity: 0}", where), UNLIMITED)
    accepts(strike("effects: {capacity: 0.5}", "sites: [maker, hall]"), UNLIMITED)


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("allocation: 0.5", "sites: [maker]", "there is no contract with an allocation at maker"),
        ("price: 2", "sites: [hall]", "no price is given for own"),
        ("cycle_time: 2", "sites: [quick]", "the cycle time of fast is 0"),
        ("scrap_wip: 0.5", "sites: [quick]", "nothing is ever in process at quick"),
        ("scrap_stock: 0.5", "sites: [empty]", "nothing is made at empty"),
    ],
)
def test_an_effect_finds_what_it_changes(refuses: Refuses, text: str, where: str, said: str) -> None:
    more = "  quick: {in_house: true, capacity: unlimited}\n  empty: {in_house: true, capacity: 5}\nrecipes:\n"
    good = SHOP.replace("recipes:\n", f"{more}  fast: {{item: part, site: quick}}\n").replace("[own,", "[own, fast,")
    refuses(strike(f"effects: {{{text}}}", where), f"disruptions.d.effects.{text.partition(':')[0]}", 2, said, good)


def test_the_same_effects_are_let_in_where_there_is_something(accepts: Accepts) -> None:
    accepts(strike("effects: {price: 2, cycle_time: 2, scrap_wip: 0.5, scrap_stock: 1}", "sites: [maker, hall]"))


def test_no_disruption_raises_its_own_rate_through_others(refuses: Refuses, accepts: Accepts) -> None:
    names = ("a", "b", "c")
    each = "\n  %s: {kind: random, rate: 1, duration: 5, sites: [hall], effects: {capacity: 0}, raises: {%s: 2}}"
    circle = "disruptions:" + "".join(each % pair for pair in zip(names, ("b", "c", "a"), strict=True))
    with_end = circle.replace("raises: {a: 2}", "recovery: 5")
    accepts(with_end)
    problem = refuses(circle, "disruptions.a.raises.b", 2, "disruptions make each other likelier in a circle")
    assert "a raises b raises c raises a" in problem.message
