"""Sources in numbers: sizes of orders, lead times, phases of qualification."""

from __future__ import annotations

from sim.clock import TICKS_PER_DAY
from tests.draws.lines import Fixture, drawn


def test_sizes_of_orders_reach_the_draws(build: Fixture) -> None:
    sizes = {"minimum": 30, "multiple": 12, "order_period": 2.5}
    recipe = {"item": "part", "site": "vendor", "cycle_time": 10}
    (sized,) = drawn(build, {"rate": 1}, recipes={"buy": recipe | sizes}).sources
    (plain,) = drawn(build, {"rate": 1}, recipes={"buy": recipe}).sources
    assert (sized.minimum, sized.multiple, sized.order_ticks) == (30, 12, round(2.5 * TICKS_PER_DAY))
    assert (plain.minimum, plain.multiple, plain.order_ticks) == (0, 1, 0)
