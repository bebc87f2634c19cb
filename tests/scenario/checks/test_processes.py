"""Random processes on paths over time: where they may stand, and what discounting asks of them."""

from __future__ import annotations

import pytest

from sim.scenario.checks.processes import PLACES
from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

MOVES = "{constant: %s, process: {kind: geometric, volatility: 0.2%s}}"
RATE = "demand:\n  sales: {rate: %s}"
NEUTRAL = "money: {discounting: risk_neutral%s}\n"
SAFE = ", risk_free_rate: 0.03"


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("sites.hall.capacity", "sites:\n  hall: {capacity: %s}"),
        ("sites.maker.tariff", "sites:\n  maker: {tariff: %s}"),
        ("sites.maker.rivals", "sites:\n  maker: {rivals: %s}"),
    ],
)
def test_only_what_markets_bring_follows_a_process(refuses: Refuses, path: str, change: str) -> None:
    problem = refuses(change % (MOVES % (5, "")), f"{path}.process", 2, "only what markets bring may follow a process")
    assert problem.expected == ", ".join(PLACES)


@pytest.mark.parametrize(
    "change",
    [RATE, "demand:\n  sales: {value: %s}", "recipes:\n  bought: {price: %s}"],
)
def test_demand_prices_and_values_follow_one(accepts: Accepts, change: str) -> None:
    accepts(change % (MOVES % (100, "")))


def test_a_process_goes_by_the_calendar(refuses: Refuses) -> None:
    abstract = SHOP.replace("{start: 2026-01-01, end: 2027-01-01}", "{length: 365, time_unit: day}")
    refuses(RATE % (MOVES % (100, "")), "demand.sales.rate.process", 2, "a process needs calendar months", abstract)


def test_risk_neutral_valuation_discounts_at_the_risk_free_rate(refuses: Refuses, accepts: Accepts) -> None:
    priced = RATE % (MOVES % (100, ", risk_premium: 0"))
    refuses(NEUTRAL % "" + priced, "money.discounting", 1, "write money.risk_free_rate")
    accepts(NEUTRAL % SAFE + priced)


def test_risk_neutral_valuation_knows_every_premium(refuses: Refuses) -> None:
    two = RATE % (MOVES % (100, ", risk_premium: 0.04")) + "\nrecipes: {bought: {price: %s}}" % (MOVES % (5, ""))
    said = "risk-neutral valuation needs the risk_premium of every process"
    refuses(NEUTRAL % SAFE + two, "recipes.bought.price.process", 4, said)


def test_risk_neutral_valuation_is_of_something_that_a_market_prices(refuses: Refuses) -> None:
    refuses(NEUTRAL % SAFE, "money.discounting", 1, "no path has a process")
