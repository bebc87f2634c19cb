"""Sites and recipes: what belongs to our own sites, and what to outside suppliers."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

STOCK = SHOP.replace("{part: {stage: part}}", "{part: {stage: part, policy: {type: base_stock, level: 50}}}").replace(
    "sources: [own, bought], policy: in_house_first", "sources: [bought]"
)
"""The part is ordered from the maker by a base stock."""
CAPEX = "capex: {per_capacity: 10, life: 10%s}"
RAMP = "capacity: null, ramp: {start: %s, initial: 5, target: 9, months: 3}, "
BUILT = (
    "capacity: null, ramp: {initial: 5, target: 9, months: 3}, "
    "construction: {decision: 2026-02-01, stages: [{name: shell, duration: 90}]}, "
)


@pytest.mark.parametrize(
    ("site", "text", "key", "whose"),
    [
        ("hall", "contract: {allocation: 5}", "contract", "an outside supplier, but here in_house is true"),
        ("hall", "rivals: 5", "rivals", "an outside supplier, but here in_house is true"),
        ("hall", "tariff: 0.1", "tariff", "an outside supplier, but here in_house is true"),
        ("maker", "announced: 5", "announced", "a site of ours, but here in_house is false"),
        ("maker", CAPEX % "", "capex", "a site of ours, but here in_house is false"),
        ("maker", "outside_sales: {demand: 5, price: 5}", "outside_sales", "a site of ours, but here in_house is false"),
    ],
)  # fmt: skip
def test_some_fields_are_ours_and_some_a_suppliers(
    refuses: Refuses, site: str, text: str, key: str, whose: str
) -> None:
    refuses(f"sites:\n  {site}: {{{text}}}", f"sites.{site}.{key}", 2, f"{key} belongs to {whose}")


@pytest.mark.parametrize("text", ["lines: 2", "availability: 0.9", "fixed_cost: 5", CAPEX % ""])
def test_unlimited_capacity_needs_no_more_words(refuses: Refuses, accepts: Accepts, text: str) -> None:
    key = text.partition(":")[0]
    change = f"sites:\n  hall: {{%s{text}}}"
    refuses(change % "capacity: unlimited, ", f"sites.hall.{key}", 2, f"{key} has no effect on unlimited capacity")
    accepts(change % "")


def test_a_site_is_open_on_some_day(refuses: Refuses, accepts: Accepts) -> None:
    change = "sites: {hall: {closed: [%s]}}"
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    refuses(change % ", ".join(week), "sites.hall.closed", 1, "the site is never open")
    accepts(change % ", ".join(week[:-1]))


def test_days_of_the_week_need_a_calendar(refuses: Refuses) -> None:
    abstract = SHOP.replace("{start: 2026-01-01, end: 2027-01-01}", "{length: 365, time_unit: day}")
    refuses("sites: {hall: {closed: [sun]}}", "sites.hall.closed", 1, "need a horizon with start and end", abstract)


@pytest.mark.parametrize("text", ["until: 2026-06-01", "notice: 30", "take_or_pay: 0.5"])
def test_what_speaks_of_a_commitment_needs_one(refuses: Refuses, accepts: Accepts, text: str) -> None:
    key = text.partition(":")[0]
    change = f"sites: {{maker: {{contract: {{%s{text}}}}}}}"
    said = f"{key} has no effect without a commitment"
    refuses(change % "allocation: 50, ", f"sites.maker.contract.{key}", 1, said)
    accepts(change % "commitment: 50, ")


def test_a_share_of_a_price_needs_a_price(refuses: Refuses) -> None:
    free = SHOP.replace("site: maker, price: 5", "site: maker")
    pay = "sites: {maker: {contract: {commitment: 5, take_or_pay: 0.5}}}"
    refuses(pay, "sites.maker.contract.take_or_pay", 1, "bought has none", free)
    ahead = "sites: {maker: {contract: {prepayment: {amount: 5, at: 2026-02-01, set_off: 0.5}}}}"
    refuses(ahead, "sites.maker.contract.prepayment", 1, "nothing is set off", free)


def test_only_the_planner_keeps_to_a_contract(refuses: Refuses, accepts: Accepts) -> None:
    change = "sites: {maker: {contract: {%s}}}"
    refuses(change % "allocation: 5", "sites.maker.contract.allocation", 1, "the planner keeps to it", STOCK)
    refuses(change % "commitment: 5", "sites.maker.contract.commitment", 1, "no effect without take_or_pay", STOCK)
    accepts(change % "commitment: 5, take_or_pay: 0.5", STOCK)
    accepts(change % "commitment: 5, allocation: 50")


def test_outlay_is_parted_where_something_is_built(refuses: Refuses, accepts: Accepts) -> None:
    change = f"sites: {{hall: {{%s{CAPEX}}}}}"
    path = "sites.hall.capex.equipment_share"
    refuses(change % ("", ", equipment_share: 0.7"), path, 1, "has no effect without construction")
    refuses(change % (BUILT, ""), path, 1, "this key is missing")
    accepts(change % (BUILT, ", equipment_share: 0.7"))


def test_a_credit_is_a_share_of_outlay_that_comes(refuses: Refuses, accepts: Accepts) -> None:
    change = f"sites: {{hall: {{{CAPEX}}}}}"
    credit = ", credit: {share: 0.3}"
    refuses(change % credit, "sites.hall.capex.credit", 1, "the capacity stands already and was paid before")
    accepts(change % f"{credit}, sunk: false")


def test_only_capacity_of_the_first_day_was_paid_before(refuses: Refuses, accepts: Accepts) -> None:
    change = f"sites: {{hall: {{{RAMP}{CAPEX % ', sunk: true'}}}}}"
    refuses(change % "2026-01-02", "sites.hall.capex.sunk", 1, "there is no capacity on the first day")
    accepts(change % "2026-01-01")


def test_announced_output_counts_where_orders_are_withdrawn_on_it(refuses: Refuses, accepts: Accepts) -> None:
    change = "sites: {hall: {announced: 50}}"
    refuses(change, "sites.hall.announced", 1, "no sourcing with a source here has withdraw_on: announced")
    accepts(f"{change}\nsourcing: {{part: {{withdraw_on: announced}}}}")


def test_prices_are_charged_outside_and_costs_are_ours(refuses: Refuses) -> None:
    refuses("recipes: {own: {price: 5}}", "recipes.own.price", 1, "but hall is in-house; use variable_cost")
    said = "but maker is an outside supplier; use price"
    refuses("recipes: {bought: {variable_cost: 5}}", "recipes.bought.variable_cost", 1, said)


def test_a_planned_lead_time_includes_the_queue(refuses: Refuses, accepts: Accepts) -> None:
    change = "recipes: {own: {queue_allowance: 5%s}}"
    refuses(change % ", planned_lead_time: 9", "recipes.own.queue_allowance", 1, "which includes it")
    accepts(change % "")
