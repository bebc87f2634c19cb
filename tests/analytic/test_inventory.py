"""Stock policies with known outcomes: replays to the unit and cent, means by their own error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Fixture = Callable[..., Any]


def test_base_stock_replay(play: Fixture, measured: Fixture) -> None:
    result = play("base_stock_replay")
    stock = measured(result, "item", "part", "stock")
    backlog = measured(result, "demand", "customers", "backlog")
    assert [s - b for s, b in zip(stock, backlog, strict=True)] == [1, 7, 2, -1]
    assert result.kpis["total_cost_usd"] == 20
    assert result.kpis["fill_rate"] == pytest.approx(42 / 43)


def test_newsvendor(replicate: Fixture, judge: Fixture) -> None:
    costs = replicate("newsvendor", ["holding_usd", "shortage_usd"], 10)
    judge((costs["holding_usd"] + costs["shortage_usd"]) / 2000, 1997.61, power=0.01)


@pytest.mark.parametrize("level", [54604, 58604])
def test_newsvendor_is_dearer_at_another_level(replicate: Fixture, level: int) -> None:
    """With the same demands, any other level costs more than the critical one."""
    levels = (f"items.paper.policy.level={level}", f"items.paper.initial_stock={level}")
    best, other = (replicate("newsvendor", ["total_cost_usd"], 4, s)["total_cost_usd"] for s in ((), levels))
    more = other - best
    assert more.mean() > 4 * more.std(ddof=1) / len(more) ** 0.5


def test_newsvendor_under_disruptions(replicate: Fixture, judge: Fixture) -> None:
    costs = replicate("newsvendor_disrupted", ["total_cost_usd"], 24)
    judge(costs["total_cost_usd"] / 5000, 2737.069, power=0.03)


def test_reorder_point_replay(play: Fixture) -> None:
    kpis = play("reorder_point").kpis
    assert kpis["stock_end.goods"] == 400
    assert (kpis["shipments.first"], kpis["served"], kpis["delivered"], kpis["lost"]) == (30, 3600, 3480, 0)
    assert (kpis["orders.buy"], kpis["starts.buy"], kpis["shipments.buy"], kpis["received.buy"]) == (7, 3500, 7, 3000)
    assert kpis["holding_usd"] == 7600
    assert kpis["transport_usd"] == 370


def test_reorder_point_replay_with_two_customers(play: Fixture) -> None:
    kpis = play("reorder_point_two_customers").kpis
    assert kpis["stock_end.goods"] == 500
    assert (kpis["shipments.customers"], kpis["served"], kpis["delivered"], kpis["lost"]) == (60, 6000, 5800, 0)
    assert (kpis["orders.buy"], kpis["starts.buy"], kpis["shipments.buy"], kpis["received.buy"]) == (12, 6000, 12, 5500)
    assert kpis["holding_usd"] == 7100
    assert kpis["transport_usd"] == 720
