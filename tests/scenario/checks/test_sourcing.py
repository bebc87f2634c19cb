"""Sourcing: sources that make the right thing, shares that add up, policies with both sides."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

OTHER = "items: {spare: {stage: part}}\nrecipes: {other: {item: spare, site: hall}, own: {lot_size: 1}}\n"


def sourced(text: str) -> str:
    """The sourcing of the part."""
    return f"sourcing:\n  part: {{{text}}}"


def test_a_source_makes_what_is_sourced(refuses: Refuses) -> None:
    change = OTHER + sourced("sources: [own, other]")
    problem = refuses(change, "sourcing.part.sources.1", 4, "other makes spare, not part")
    assert problem.expected == "bought, own"


@pytest.mark.parametrize("shares", ["own: 0.5, bought: 0.499", "own: 0.6, bought: 0.5"])
def test_shares_of_a_split_add_up_to_one(refuses: Refuses, shares: str) -> None:
    said = "shares must add up to 1"
    refuses(sourced(f"policy: split, shares: {{{shares}}}"), "sourcing.part.shares", 2, said)


@pytest.mark.parametrize("shares", ["", "own: 0.5, bought: 0.5", "own: 0.1, bought: 0.9", "own: 1, bought: 0"])
def test_a_split_is_by_shares_of_all_or_of_none(accepts: Accepts, shares: str) -> None:
    accepts(sourced(f"policy: split, shares: {{{shares}}}"))


def test_a_split_has_a_share_for_every_source(refuses: Refuses) -> None:
    refuses(sourced("policy: split, shares: {own: 1}"), "sourcing.part.shares", 2, "bought has none")


def test_where_we_go_first_shares_divide_what_is_ordered_outside(refuses: Refuses, accepts: Accepts) -> None:
    refuses(sourced("shares: {own: 0.5}"), "sourcing.part.shares.own", 2, "only outside orders are shared out")
    accepts(sourced("shares: {bought: 0.8}"))


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("sources: [own], second_source_floor: 0.1", "second_source_floor", "none of the sources is an outside"),
        (
            "sources: [own], policy: phase_out, phase_out: {begins: 2026-03-01, ends: 2026-06-01}",
            "phase_out",
            "none here is an outside supplier",
        ),
        (
            "sources: [bought], policy: phase_out, phase_out: {begins: 2026-03-01, ends: 2026-06-01}",
            "phase_out",
            "none here is a site of ours",
        ),
        ("withdraw_on: announced", "withdraw_on", "no site of its sources has announced output"),
        ("policy: split, second_source_floor: 0.1", "second_source_floor", "has no effect with the split policy"),
        ("policy: least_cost, second_source_floor: 0.1", "second_source_floor", "no effect with the least_cost policy"),
        ("policy: least_cost, overflow: false", "overflow", "the cheapest source takes what it can"),
        ("policy: least_cost, shares: {bought: 0.5}", "shares", "the cheapest source takes what it can"),
        ("sources: [own], overflow: false", "overflow", "there is no other source"),
    ],
)
def test_a_policy_has_the_sides_and_fields_that_it_reads(refuses: Refuses, text: str, key: str, said: str) -> None:
    refuses(sourced(text), f"sourcing.part.{key}", 2, said)


@pytest.mark.parametrize(
    "text",
    [
        "second_source_floor: 0.1, overflow: false",
        "policy: phase_out, second_source_floor: 0.1, phase_out: {begins: 2026-03-01, ends: 2026-06-01}",
        "policy: split, overflow: false",
        "policy: least_cost",
    ],
)
def test_the_same_fields_are_let_in_where_they_are_read(accepts: Accepts, text: str) -> None:
    accepts(sourced(text))


def test_a_split_withdraws_no_orders(refuses: Refuses) -> None:
    """Announced output is withdrawn on by another policy."""
    good = SHOP.replace("policy: in_house_first", "policy: in_house_first, withdraw_on: announced")
    good = good.replace("capacity: 500", "capacity: 500, announced: 50")
    refuses(
        sourced("policy: split, withdraw_on: announced"), "sourcing.part.withdraw_on", 2, "withdraws no orders", good
    )


def test_shares_outside_add_up_to_no_more_than_one(refuses: Refuses, accepts: Accepts) -> None:
    good = SHOP.replace("sourcing:", "  other: {item: part, site: maker, price: 6}\nsourcing:").replace(
        "bought]", "bought, other]"
    )
    shares = "shares: {bought: 0.6, other: %s}"
    refuses(sourced(shares % 0.41), "sourcing.part.shares", 2, "shares must add up to no more than 1", good)
    for other in (0.4, 0.1):
        accepts(sourced(shares % other), good)
