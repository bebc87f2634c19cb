"""Stock policies and pools: what only the planner reads, and what a pool takes from its first member."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

STOCK = SHOP.replace("{part: {stage: part}}", "{part: {stage: part, policy: {type: base_stock, level: 50}}}").replace(
    "sources: [own, bought], policy: in_house_first", "sources: [own]"
)
"""The part is kept by a base stock, made in the hall alone."""
AHEAD = "items: {blank: {stage: blank}}\nrecipes: {cut: {item: blank, site: hall}, own: {inputs: {blank: 1}, %s}}"
"""The part is made of a planned blank, so that the planner looks at it too."""


def test_a_stock_policy_orders_from_one_source(refuses: Refuses) -> None:
    said = "a base_stock policy orders from a single source"
    refuses("sourcing: {part: {sources: [own, bought]}}", "sourcing.part.sources", 1, said, STOCK)


def test_a_stock_policy_has_something_to_order_by(refuses: Refuses) -> None:
    change = "items:\n  spare: {stage: part, policy: {type: base_stock, level: 5}}"
    refuses(change, "items.spare.policy", 2, "no recipe makes or buys 'spare'", STOCK)


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ("sourcing: {part: {overflow: false}}", "sourcing.part.overflow", "which orders from one source"),
        ("recipes: {own: {minimum: 5}}", "recipes.own.minimum", "which sizes its own orders"),
        ("recipes: {own: {multiple: 5}}", "recipes.own.multiple", "which sizes its own orders"),
        ("recipes: {own: {order_period: 5}}", "recipes.own.order_period", "which sizes its own orders"),
        ("recipes: {own: {qualification: {risk: {days: 5, starts: 5}}}}", "recipes.own.qualification", "orders whatever the phase"),
        ("recipes: {own: {planned_lead_time: 5}}", "recipes.own.planned_lead_time", "neither part nor what it is made of is planned"),
        ("demand: {sales: {forecast: {bias: 2}}}", "demand.sales.forecast.bias", "neither part nor what it is made of is planned"),
        ("initial: pipeline", "initial", "only planned items begin with a pipeline"),
        ("review_every: 5", "review_every", "nothing is planned"),
    ],
)  # fmt: skip
def test_what_only_the_planner_reads_has_no_effect_beside_a_stock_policy(
    refuses: Refuses, accepts: Accepts, change: str, path: str, said: str
) -> None:
    refuses(change, path, 1, said, STOCK)
    planned = SHOP.replace("sources: [own, bought], policy: in_house_first", "sources: [own, bought]")
    accepts(change, planned)


def test_planners_look_at_what_is_made_of_what_they_plan(accepts: Accepts) -> None:
    accepts(AHEAD % "planned_lead_time: 5", STOCK)
    accepts(f"{AHEAD % 'lot_size: 5'}\ndemand: {{sales: {{forecast: {{bias: 2}}}}}}", STOCK)


def test_a_changeover_may_wait_for_the_phases_of_a_stock_policy(accepts: Accepts) -> None:
    waits = (
        "demand: {sales: {item: null, generations: [{item: blank}, {item: part, begins: 2026-05-01, wait_for: [own]}]}}"
    )
    accepts(f"{AHEAD % 'qualification: {risk: {days: 5, starts: 5}}'}\n{waits}", STOCK)


def test_orders_of_planned_items_are_never_met_in_part(refuses: Refuses, accepts: Accepts) -> None:
    refuses("items: {part: {partial: false}}", "items.part.partial", 1, "it is for stock policies")
    accepts("items: {part: {partial: false}}", STOCK)


@pytest.mark.parametrize(
    "field", ["priority: 3", "bypass: true", "safety_stock: 5", "h100e: 2", "watts: 100", "tops: 7"]
)
def test_a_pool_follows_its_first_member(refuses: Refuses, accepts: Accepts, field: str) -> None:
    pool = (
        "items: {part: {%s}, twin: {stage: part, %s}}\npools: {parts: {members: [part, twin]}}\n"
        "sourcing: {part: null, parts: {sources: [own, bought]}}\ndemand: {sales: {item: parts}}"
    )
    key = field.partition(":")[0]
    said = f"the pool parts follows the {key} of its first member, part"
    refuses(pool % ("title: a", field), f"items.twin.{key}", 1, said)
    accepts(pool % (field, field))
