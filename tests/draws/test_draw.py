"""A replication: the same bits for the same arguments, and what planners know of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sim.clock import TICKS_PER_DAY
from sim.compiler import compile_plan
from sim.draws import Draws, draw
from tests.conftest import Build
from tests.draws.chargers import CHARGER
from tests.draws.lines import Fixture, compiled, drawn


def test_open_orders_are_sources_starts_and_instants(build: Fixture) -> None:
    listed = [{"recipe": "buy", "quantity": 40, "due": 5.5}, {"recipe": "buy", "quantity": 7, "due": 0}]
    draws = drawn(build, {"rate": 1}, open_orders=listed)
    assert draws.open_orders.tolist() == [[0, 40, round(5.5 * TICKS_PER_DAY)], [0, 7, 0]]
    assert drawn(build, {"rate": 1}).open_orders.shape == (0, 3)


def test_an_input_known_at_the_start_is_planned_with(build: Build) -> None:
    """Planners take the typical capacity, or where it is known at the start the one drawn."""
    data = copy.deepcopy(CHARGER)
    capacity = {"assumed": 3000, "low": 2000, "high": 4000, "draw": "uniform", "source": "three offers"}
    data["sites"]["maker"]["capacity"] = capacity
    (unknown,) = draw(compile_plan(build(data)), 1, 2, [0.9]).sites
    data["sites"]["maker"]["capacity"] = capacity | {"known": "start"}
    (known,) = draw(compile_plan(build(data)), 1, 2, [0.9]).sites
    day = 30.4375
    assert unknown.planned.values[0] * day == pytest.approx(3000)
    assert known.planned.values[0] * day == pytest.approx(3800)
    assert known.available.values[0] * day == unknown.available.values[0] * day == pytest.approx(3800)


NOISY = {"pattern": "poisson", "rate": 20}
QUAKE = {"kind": "random", "rate": 0.1, "duration": 2, "sites": ["vendor"], "effects": {"price": 2}}
NOISE = {
    "disruptions": {"quake": QUAKE},
    "recipes": {
        "buy": {"item": "part", "site": "vendor", "cycle_time": {"shape": "gamma", "mean": 9, "cv": 0.3}, "price": 5}
    },
}


def numbers(draws: Draws) -> tuple[Any, ...]:
    """What is random of a replication."""
    return draws.flows[0].times.tolist(), draws.struck, draws.sources[0].cycle.variates().blocks().tolist()


def test_the_same_arguments_give_the_same_bits(build: Fixture) -> None:
    one, other = (draw(compiled(build, NOISY, **NOISE), 1, 2) for _ in range(2))
    assert numbers(one) == numbers(other)


@pytest.mark.parametrize("other", [(1, 3), (2, 2)])
def test_another_replication_or_seed_gives_other_numbers(build: Fixture, other: tuple[int, int]) -> None:
    plan = compiled(build, NOISY, **NOISE)
    pairs = zip(numbers(draw(plan, 1, 2)), numbers(draw(plan, *other)), strict=True)
    assert all(a != b for a, b in pairs)


def test_instants_lie_on_the_grid_and_stock_is_whole(build: Fixture) -> None:
    items = {"part": {"stage": "s", "initial_stock": 40, "safety_stock": 2.5}}
    draws = drawn(build, {"rate": 1}, items=items, report_every=10, review_every=15)
    assert draws.end == 30 * TICKS_PER_DAY
    assert (draws.reviews / TICKS_PER_DAY).tolist() == [0, 15, 30]
    assert {0.0, 10.0, 20.0, 30.0} <= set((draws.periods / TICKS_PER_DAY).tolist())
    assert (draws.initial_stock.tolist(), draws.safety.tolist(), draws.lead.tolist()) == ([40], [2.5], [10])
    assert draws.cover.tolist() == [[12.5]]


def test_a_replication_is_equal_to_itself_alone(build: Fixture) -> None:
    plan = compiled(build, {"rate": 1})
    one, other = draw(plan, 1), draw(plan, 1)
    assert one == one
    assert one != other
