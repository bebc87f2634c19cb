"""What planning promises, on generated networks: service, stock, shares, and what a delay or a lack may touch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings

from sim.api import Result, run
from tests.planning import networks as net
from tests.planning.networks import Network

Fixture = Callable[..., Any]
SOME = settings(
    max_examples=25, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)  # fmt: skip


def late(result: Result, days: float = 0.0) -> np.ndarray:
    """Units demanded up to each period and not served so many days after it."""
    begin, end = net.days_of(result), float(result.draws.plan.calendar.days)
    demanded, served = (net.counted(result, m).cumsum() for m in ("demanded", "served"))
    seen = begin + days < end
    place = np.searchsorted(begin, begin[seen] + days, side="right") - 1
    return demanded[seen] - served[place]


@SOME
@given(net.networks())
def test_unlimited_sites_serve_every_demand_on_its_day(build: Fixture, data: Network) -> None:
    """With a right forecast and unlimited sites, any lot rules, review period and number of levels, every demand is
    served from stock on its day from the first cumulative lead time on."""
    result = run(build(data))
    assert (net.counted(result, "demanded") == net.counted(result, "from_stock")).all()
