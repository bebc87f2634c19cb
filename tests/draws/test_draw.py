"""A replication: the same bits for the same arguments, and what planners know of it."""

from __future__ import annotations

import copy

import pytest

from sim.clock import TICKS_PER_DAY
from sim.compiler import compile_plan
from sim.draws import draw
from tests.conftest import Build
from tests.draws.chargers import CHARGER
from tests.draws.lines import Fixture, drawn


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
