"""Service and stock on generated networks: what is late, and by how much; what is held, and why."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.api import Result, run
from tests.planning import networks as net
from tests.planning.networks import Kind, Network, some

Fixture = Callable[..., Any]
UNSIZED = (Kind(rules=False, yields=False), Kind(rules=False, alternates=False))
SOME = some(25)


def late_by(result: Result, periods: int) -> float:
    """Units that are not served so many periods after their demand, at most."""
    demanded, served = (np.cumsum(net.counted(result, name)) for name in ("demanded", "served"))
    periods = min(periods, len(demanded))
    return float(np.max(demanded[: len(demanded) - periods] - served[periods:], initial=0.0))


def levels(data: Network) -> int:
    """Levels of the bill of materials."""
    return 1 + max(int(item[1]) for item in data["items"])


@SOME
@given(net.networks(Kind(yields=False, alternates=False)))
def test_unlimited_sites_serve_every_demand_within_a_bucket_a_level(build: Fixture, data: Network) -> None:
    """With a right forecast and unlimited sites, any review period and number of levels, every demand is served within a
    bucket a level of its day, where yields are whole and each item has one source."""
    result = run(build(data), engine="batch")
    assert late_by(result, math.ceil(net.bucket_days(data)) * levels(data)) == 0.0


@SOME
@given(net.networks(Kind(yields=False, rules=False, alternates=False)), st.sampled_from([1.5, 2.0, 5.0]))
def test_ample_sites_serve_every_demand_within_a_bucket_a_level_and_one_more(
    build: Fixture, data: Network, ample: float
) -> None:
    """With finite sites that can make all that is wanted of them in any review period, and a lot's own time besides,
    demand is served within a bucket a level and one more, and a lot's own time a level, of its day."""
    starts = run(build(data), engine="batch").records.source["starts"]
    per_unit = 1.0 if "time_unit" in data["horizon"] else 30.4375
    window, slowest = math.ceil(net.review_days(data) + 1), 0.0
    for (name, recipe), made in zip(data["recipes"].items(), starts.T, strict=True):
        rate = ample * max(np.convolve(made, np.ones(window)).max(), recipe.get("lot_size", 1)) / window
        data["sites"][f"at_{name}"]["capacity"] = float(rate * per_unit)
        slowest = max(slowest, recipe.get("lot_size", 1) / rate)
    result = run(build(data), engine="batch")
    assert late_by(result, math.ceil(net.bucket_days(data) * (levels(data) + 1) + slowest * levels(data))) == 0.0


@SOME
@given(st.sampled_from(UNSIZED).flatmap(net.networks))
def test_no_stock_is_held_that_nothing_explains(build: Fixture, data: Network) -> None:
    """With unlimited sites, where orders have no sizes of their own, and yields are whole or each item has one source, no more is in stock than what is
    taken within the safety cover, an order period, a review period and two buckets, and an order of each source."""
    result = run(build(data), trace=True, engine="batch")
    # What is taken after the end is for nobody to see.
    end, longest = net.days_of(result)[-1], max(net.lead_to_customers(data).values())
    taken = net.taken(result)
    for p, (pool, stock) in enumerate(zip(result.draws.plan.pools, result.records.item["stock"].T, strict=True)):
        recipes = [data["recipes"][name] for name in net.sources_of(data, pool.name)]
        cover = data["items"][pool.name].get("safety_stock", 0) + max(r.get("order_period", 0) for r in recipes)
        days = math.ceil(cover + net.review_days(data) + 2 * net.bucket_days(data))
        step = sum(max(r.get("minimum", 1), r.get("multiple", 1), r.get("lot_size", 1)) for r in recipes)
        ahead = np.array([taken[p][t : t + days + 1].sum() for t in range(len(stock))])
        seen = np.arange(len(stock)) + days + 1 < end - longest
        assert (stock[seen] <= ahead[seen] + step).all(), (pool.name, stock.tolist(), ahead.tolist(), step)
