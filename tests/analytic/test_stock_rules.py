"""Stock policies, waiting, priorities and pools, each played out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.api import Result, run
from sim.compiler import compile_plan
from sim.draws import draw
from sim.engines.events.layout import lay_out
from sim.engines.events.ordering import replenish

Fixture = Callable[..., Any]


def shop(policy: dict[str, Any], lead: float, stock: int = 0, **changes: Any) -> dict[str, Any]:
    """One item from an endless supplier."""
    data = {
        "horizon": {"length": 6, "time_unit": "day"},
        "report_every": 1,
        "items": {"part": {"stage": "part", "initial_stock": stock, "policy": policy}},
        "sites": {"supplier": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"buy": {"item": "part", "site": "supplier", "shipping_time": lead}},
    }
    return data | changes


def series(*values: float, **more: Any) -> dict[str, Any]:
    return {"item": "part", "pattern": "series", "every": 1, "values": list(values), **more}


@pytest.fixture
def go(build: Fixture) -> Callable[..., Result]:
    def played(data: dict[str, Any], **options: Any) -> Result:
        return run(build(data), **options)

    return played


def test_min_max(go: Fixture, measured: Fixture) -> None:
    """Day 1: 5 left, order up to 30; day 3: 25 come, 5 to the backlog, 10 sold, order 20; and so on."""
    policy = {"type": "min_max", "reorder": 10, "level": 30}
    result = go(shop(policy, 2, 25, demand={"d": series(10, 10, 10, 10, 10, 10)}))
    assert measured(result, "item", "part", "stock") == [15, 5, 0, 10, 0, 10]
    assert measured(result, "demand", "d", "backlog") == [0, 0, 5, 0, 0, 0]
    assert measured(result, "recipe", "buy", "starts") == [0, 25, 0, 20, 0, 20]


def test_periodic(go: Fixture, measured: Fixture) -> None:
    """15 on days 0, 2 and 4, whatever the stock."""
    policy = {"type": "periodic", "quantity": 15, "review": 2}
    result = go(shop(policy, 1, 10, demand={"d": series(8, 8, 8, 8, 8, 8)}))
    assert measured(result, "item", "part", "stock") == [2, 9, 1, 8, 0, 7]
    assert measured(result, "recipe", "buy", "starts") == [15, 0, 15, 0, 15, 0]


def test_reviews_apart(go: Fixture, measured: Fixture) -> None:
    """Base stock 20 seen every 2 days: what sold on two days is ordered at once."""
    policy = {"type": "base_stock", "level": 20, "review": 2}
    result = go(shop(policy, 1, 20, demand={"d": series(3, 4, 5, 6, 1, 2)}))
    assert measured(result, "recipe", "buy", "starts") == [3, 0, 9, 0, 7, 0]
    assert measured(result, "item", "part", "stock") == [17, 16, 11, 14, 13, 18]


def test_reorder_in_whole_quantities(go: Fixture, measured: Fixture) -> None:
    """Position 3 against a reorder point of 10: quantities of 4 until it is above 10, so 8."""
    policy = {"type": "reorder", "reorder": 10, "quantity": 4}
    result = go(shop(policy, 1, 20, demand={"d": series(17, 0, 1, 0, 0, 0)}))
    assert measured(result, "recipe", "buy", "starts") == [8, 0, 4, 0, 0, 0]


@pytest.mark.parametrize(("lead", "served", "cancelled"), [(2, 5, 0), (3, 5, 0), (4, 0, 5)])
def test_cancellation_after_a_wait(go: Fixture, measured: Fixture, lead: float, served: int, cancelled: int) -> None:
    """What arrives on the very day of cancellation still serves; what comes later stays in stock."""
    result = go(shop({"type": "base_stock", "level": 0}, lead, demand={"d": series(5, cancel_after=3)}))
    assert result.kpis["served"] == served
    assert sum(measured(result, "demand", "d", "cancelled")) == cancelled
    assert result.kpis["stock_end.part"] == cancelled
    assert result.kpis["backlog_end"] == 0


def test_lost_sales(go: Fixture) -> None:
    result = go(shop({"type": "base_stock", "level": 5}, 1, 5, demand={"d": series(8, 3, backlog=False)}))
    assert (result.kpis["served"], result.kpis["lost"], result.kpis["stock_end.part"]) == (8, 3, 5)


def test_demand_priorities(go: Fixture) -> None:
    """At one instant the urgent line is served first, though it is declared last."""
    demand = {"calm": series(8, priority=1), "urgent": series(8, priority=0)}
    result = go(shop({"type": "base_stock", "level": 10}, 9, 10, demand=demand))
    assert (result.kpis["served.urgent"], result.kpis["served.calm"]) == (8, 2)


@pytest.mark.parametrize(("first", "second"), [(-2, -1), (0, 1), (1, 2), (0, 0), (5, 5)])
def test_an_old_claim_goes_before_a_new_one_of_no_higher_rank(go: Fixture, first: int, second: int) -> None:
    """5 units come on day 2; they are owed since day 0, and asked for anew on day 2."""
    demand = {"new": series(5, begins=2, priority=second), "old": series(5, priority=first)}
    result = go(shop({"type": "base_stock", "level": 0}, 2, horizon={"length": 3, "time_unit": "day"}, demand=demand))
    assert (result.kpis["served.old"], result.kpis["served.new"]) == (5, 0)


def test_a_new_claim_of_higher_rank_goes_before_an_old_one(go: Fixture) -> None:
    demand = {"new": series(5, begins=2, priority=0), "old": series(5, priority=1)}
    result = go(shop({"type": "base_stock", "level": 0}, 2, horizon={"length": 3, "time_unit": "day"}, demand=demand))
    assert (result.kpis["served.old"], result.kpis["served.new"]) == (0, 5)


def test_pools_give_the_preferred_member_first(go: Fixture) -> None:
    data = shop({"type": "base_stock", "level": 0}, 9, demand={"d": {**series(4), "item": "both"}})
    data["items"] = {
        "b": {"stage": "part", "initial_stock": 5},
        "a": {"stage": "part", "initial_stock": 3, "policy": {"type": "base_stock", "level": 0}},
    }
    data["pools"] = {"both": {"members": ["a", "b"]}}
    data["recipes"] = {"make_a": {"item": "a", "site": "supplier", "shipping_time": 9}}
    result = go(data)
    assert (result.kpis["stock_end.a"], result.kpis["stock_end.b"]) == (0, 4)
    assert result.kpis["fill_rate"] == 1


def test_take_or_pay(go: Fixture) -> None:
    """Promised 10 a day for 6 days, ordered 6 a day: 24 missing at half the price of 4, so 48 dollars."""
    data = shop({"type": "base_stock", "level": 0}, 0, demand={"d": series(6, 6, 6, 6, 6, 6)})
    data["sites"]["supplier"]["contract"] = {"commitment": 10, "take_or_pay": 0.5}
    data["recipes"]["buy"]["price"] = 4
    result = go(data)
    assert result.kpis["take_or_pay_usd"] == 48
    assert result.kpis["spend_outside_usd"] == 36 * 4 + 48


def test_discounting(go: Fixture) -> None:
    """A value of 100 at the middle of the second year, at 10 % a year: 100 / 1.1^1.5."""
    data = shop({"type": "base_stock", "level": 0}, 0, 10, demand={"d": series(0, 10, value=10)})
    data["horizon"] = {"length": 2, "time_unit": "year"}
    data["money"] = {"discount_rate": 0.10}
    assert go(data).kpis["npv_usd"] == pytest.approx(100 / 1.1**1.5)


def test_discounting_by_the_calendar(go: Fixture) -> None:
    """Dated months are discounted from their middle, at a rate a year."""
    import datetime as dt

    data = shop({"type": "base_stock", "level": 0}, 0, 10, report_every="month")
    data["horizon"] = {"start": dt.date(2026, 1, 1), "end": dt.date(2028, 1, 1)}
    data["demand"] = {"d": {"item": "part", "pattern": "series", "every": 365, "values": [0, 10], "value": 10}}
    data["money"] = {"discount_rate": 0.10}
    assert go(data).kpis["npv_usd"] == pytest.approx(100 / 1.1 ** ((365 + 15.5) / 365.25))


def test_value_is_earned_on_delivery_and_shipments_are_paid_when_they_leave(go: Fixture) -> None:
    demand = {"d": series(1, 1, 1, 1, 1, 1, value=10, delivery_time=2, shipment_cost=3)}
    result = go(shop({"type": "base_stock", "level": 0}, 0, 6, demand=demand))
    assert result.kpis["value_usd"] == 40
    assert result.kpis["transport_usd"] == 18


@pytest.mark.parametrize("policy", [
    {"type": "base_stock", "level": 0}, {"type": "reorder", "reorder": 2, "quantity": 3}, {"type": "min_max", "reorder": 2, "level": 7},
])  # fmt: skip
def test_fractions_on_order_do_not_drift(go: Fixture, policy: dict[str, Any]) -> None:
    """Orders of uneven expected yield come and go; what is left on order is nothing, not a rounding error."""
    data = shop(policy, 1, 9, demand={"d": {"item": "part", "pattern": "poisson", "rate": 2}})
    data["horizon"] = {"length": 400, "time_unit": "day", "drain": True}
    data["recipes"]["buy"] |= {"yield": {"line": 0.95, "assembly": 0.6}, "shipping_time": 0.3}
    for seed in range(4):
        result = go(data, seed=seed, trace=True)
        assert result.frames["lots"]["starts"].min() >= 1
        assert result.kpis["backlog_end"] == 0


@pytest.mark.parametrize("residue", [1e-14, -1e-14])
def test_a_rounding_error_on_order_orders_nothing(build: Fixture, residue: float) -> None:
    """What fractions that came and went leave on order is not a need."""
    data = shop({"type": "base_stock", "level": 0}, 1, demand={"d": series(1)})
    state = lay_out(draw(compile_plan(build(data)), 0), trace=False, by_compiled=False, progress=None)
    state.sources[0].on_order = residue
    replenish(state, 0)
    assert state.lot_count == 0
