"""What disruptions destroy: shares of stock and of work in process, when they begin within the horizon."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.clock import TICKS_PER_DAY
from sim.draws.losses import losses
from sim.plan import NONE

VECTOR = np.array([0.4, 0.7])


def disruption(sites: tuple[int, ...], stock: int = NONE, wip: int = NONE) -> Any:
    """A disruption that destroys shares by their places in the vector."""
    return SimpleNamespace(sites=sites, effects=SimpleNamespace(scrap_stock=stock, scrap_wip=wip))


def plan(*disruptions: Any) -> Any:
    """Items 0 and 2 are made at site 0, item 1 at site 1; items 0 and 1 are one pool. The run has 100 days."""
    sources = [SimpleNamespace(item=i, site=s) for i, s in ((2, 0), (0, 0), (1, 1), (0, 0))]
    return SimpleNamespace(
        disruptions=disruptions, sources=sources, item_pool=np.array([0, 0, 1]), calendar=SimpleNamespace(days=100.0)
    )


def test_stock_is_that_of_what_is_made_where_it_strikes() -> None:
    (loss,) = losses(plan(disruption((0,), stock=0)), VECTOR, [[(20.5, 30.0)]])
    assert (loss.at, loss.stock, loss.wip) == (20.5 * TICKS_PER_DAY, 0.4, 0.0)
    assert (loss.items, loss.pools, loss.sites) == ((0, 2), (0, 1), (0,))


def test_a_pool_is_named_once() -> None:
    (loss,) = losses(plan(disruption((0, 1), wip=1)), VECTOR, [[(1.0, 2.0)]])
    assert (loss.items, loss.pools, loss.wip) == ((0, 1, 2), (0, 1), 0.7)


def test_what_destroys_nothing_is_no_loss() -> None:
    assert losses(plan(disruption((0,))), VECTOR, [[(1.0, 2.0)]]) == ()


def test_what_begins_outside_the_horizon_destroys_nothing_in_it() -> None:
    """Begun before the start it has destroyed already, though it may still last."""
    struck = [[(-1.0, 5.0), (0.0, 1.0), (99.5, 200.0), (100.0, 101.0)]]
    found = losses(plan(disruption((0,), stock=0)), VECTOR, struck)
    assert [loss.at / TICKS_PER_DAY for loss in found] == [0.0, 99.5]


def test_losses_come_in_order_of_time_and_at_one_instant_of_the_list() -> None:
    two = plan(disruption((1,), stock=0), disruption((0,), wip=1))
    found = losses(two, VECTOR, [[(7.0, 8.0), (30.0, 31.0)], [(3.0, 4.0), (7.0, 8.0)]])
    assert [(loss.at / TICKS_PER_DAY, loss.sites) for loss in found] == [(3, (0,)), (7, (1,)), (7, (0,)), (30, (1,))]
