"""Demand lines and stock policies: every field has an effect, and a policy has what it follows."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

COMPUTE = SHOP.replace("{part: {stage: part}}", "{part: {stage: part, h100e: 2}}")
STOCK = SHOP.replace("sources: [own, bought], policy: in_house_first", "sources: [own]")
LEVEL = "policy: {type: base_stock, level: 50%s}"


def line(text: str) -> str:
    """A line of demand beside that of the shop."""
    return f"demand:\n  more: {{item: part, {text}}}"


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("rate: 5, backlog: false, cancel_after: 5", "cancel_after", "unserved demand is lost at once"),
        ("rate: 5, backlog: false, shortage_cost: 5", "shortage_cost", "unserved demand is lost at once"),
        ("rate: 5, lost_cost: 5", "lost_cost", "nothing is lost, since all unserved demand waits"),
        ("rate: 5, pattern: poisson, every: 5", "every", "which comes at any instant"),
        ("pattern: periodic, quantity: 5, every: 5, repeats: true", "repeats", "only the values of a series repeat"),
        ("orders: [{date: 2026-05-01, units: 5}], begins: 2026-02-01", "begins", "each order has a date of its own"),
        ("pattern: series, values: [5], every: 5, share: 0.5", "share", "it is a share of a rate or of a compute need"),
        ("rate: 5, idle_of: [sales]", "idle_of", "the line has none"),
    ],
)
def test_a_field_without_effect_is_refused(refuses: Refuses, text: str, key: str, said: str) -> None:
    good = SHOP.replace("rate: 100}", "rate: 100, idle_share: 0.5}").replace("part}}", "part, h100e: 2}}")
    refuses(line(text), f"demand.more.{key}", 2, said, good)


@pytest.mark.parametrize(
    "text",
    [
        "rate: 5, backlog: false, lost_cost: 5",
        "rate: 5, cancel_after: 5, lost_cost: 5, shortage_cost: 1",
        "rate: 5, share: 0.5, every: 5",
        "pattern: series, values: [5], every: 5, repeats: true",
    ],
)
def test_the_same_field_is_let_in_where_it_has_an_effect(accepts: Accepts, text: str) -> None:
    accepts(line(text))


def test_idle_compute_is_that_of_a_line_that_has_some(refuses: Refuses, accepts: Accepts) -> None:
    need = line("compute: 5000, idle_of: [sales]")
    refuses(need, "demand.more.idle_of.0", 2, "nothing of 'sales' stands idle", COMPUTE)
    idle = COMPUTE.replace("rate: 100}", "rate: 100, idle_share: 0.5}")
    accepts(need, idle)
    round_about = line("compute: 5000, idle_share: 0.5, idle_of: [more]")
    refuses(round_about, "demand.more.idle_of.0", 2, "is met by idle compute itself", COMPUTE)


@pytest.mark.parametrize(
    ("text", "what"),
    [("compute: 50", "a compute need"), ("rate: 5, idle_share: 0.5", "an idle share"), ("rate: 5, value_per_h100e: 9", "a value per H100e")],
)  # fmt: skip
def test_compute_is_counted_of_items_that_have_some(refuses: Refuses, accepts: Accepts, text: str, what: str) -> None:
    refuses(line(text), "demand.more.item", 2, f"{what} counts H100-equivalents, but part has no h100e")
    accepts(line(text), COMPUTE)


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("policy: {review: 5}", "policy.review", "no effect on a planned item"),
        ("policy: {safety: 5}", "policy.safety", "no effect on a planned item"),
        (f"safety_stock: 5, {LEVEL % ''}", "safety_stock", "no effect with a base_stock policy"),
        ("policy: {type: periodic, quantity: 5, review: 9, safety: 5}", "policy.safety", "no effect with a periodic policy"),
    ],
)  # fmt: skip
def test_safety_and_reviews_are_those_of_the_policy(refuses: Refuses, text: str, key: str, said: str) -> None:
    refuses(f"items:\n  part: {{{text}}}", f"items.part.{key}", 2, said, STOCK)


def test_safety_and_reviews_of_a_stock_policy_are_let_in(accepts: Accepts) -> None:
    accepts(f"items: {{part: {{{LEVEL % ', safety: 5, review: 9'}}}}}", STOCK)
    accepts("items: {part: {safety_stock: 5}}", STOCK)


def test_a_pool_follows_the_policy_of_its_first_member(refuses: Refuses, accepts: Accepts) -> None:
    pool = (
        "items: {part: {%s}, twin: {stage: part%s}}\npools: {parts: {members: [part, twin]}}\n"
        "sourcing: {part: null, parts: {sources: [own]}}\ndemand: {sales: {item: parts}}"
    )
    own = f", {LEVEL % ''}"
    refuses(pool % ("", own), "items.twin.policy", 1, "the pool parts follows the policy of its first member", STOCK)
    accepts(pool % (LEVEL % "", own), STOCK)
    accepts(pool % (LEVEL % "", ""), STOCK)
    reviewed = pool % (LEVEL % ", review: 9", "")
    refuses(reviewed, "items.part.policy.review", 1, "cannot be reviewed one item at a time", STOCK)
