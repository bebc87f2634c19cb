"""Capacity that comes back by dated points: its integral, and what is made with it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.clock import TICKS_PER_DAY
from sim.compiler import compile_plan
from sim.draws import draw
from sim.draws.sites import integral_by_period

Fixture = Callable[..., Any]
POINTS = [{"after": 30, "value": 0.3}, {"after": 60, "value": 0.9}, {"after": 70, "value": 1}]


def plant(quake: dict[str, Any], days: float = 200) -> dict[str, Any]:
    """A site of capacity 10 a day that is always busy."""
    return {
        "horizon": {"length": days, "time_unit": "day"},
        "report_every": 10,
        "items": {"part": {"stage": "part", "policy": {"type": "base_stock", "level": 5000}}},
        "sites": {"fab": {"in_house": True, "capacity": 10}},
        "recipes": {"make": {"item": "part", "site": "fab", "lot_size": 1}},
        "demand": {"d": {"item": "part", "rate": 0.1}},
        "disruptions": {"quake": {"sites": ["fab"], "effects": {"capacity": 0.1}, **quake}},
    }


SCHEDULED = {"kind": "scheduled", "begins": 20, "duration": 10}


def integral(build: Fixture, data: dict[str, Any], edges: tuple[float, ...], seed: int = 0) -> list[float]:
    """Capacity between these days."""
    return integral_by_period(draw(compile_plan(build(data)), seed).sites[0].available, edges).tolist()


def test_capacity_by_hand(build: Fixture) -> None:
    """Trapezoids: 0.1 to 0.3 in 30 days, to 0.9 in 30, to 1 in 10, all of it from day 100 on."""
    data = plant(SCHEDULED | {"recovery_points": POINTS})
    found = integral(build, data, (0.0, 20.0, 30.0, 60.0, 90.0, 100.0, 200.0))
    assert found == pytest.approx([200, 10, 60, 180, 95, 1000], rel=1e-5)


def test_one_point_is_a_linear_recovery(build: Fixture) -> None:
    """Day by day the same as recovery: 40."""
    edges = tuple(np.arange(0.0, 201.0))
    by_point = integral(build, plant(SCHEDULED | {"recovery_points": [{"after": 40, "value": 1}]}), edges)
    assert by_point == pytest.approx(integral(build, plant(SCHEDULED | {"recovery": 40}), edges))


def test_what_is_lost_for_good_stays_lost(build: Fixture) -> None:
    """The last value stays; a jump at the end of the outage is a point at once."""
    data = plant(SCHEDULED | {"recovery_points": [{"after": 0, "value": 0.5}, {"after": 10, "value": 0.8}]})
    assert integral(build, data, (30.0, 40.0, 200.0)) == pytest.approx([65, 160 * 8], rel=1e-5)


def test_the_unit_of_time_does_not_matter(build: Fixture) -> None:
    """The same plan in units of 100 days."""
    data = plant({"kind": "scheduled", "begins": 0.2, "duration": 0.1}, 2)
    data["disruptions"]["quake"]["recovery_points"] = [p | {"after": p["after"] / 100} for p in POINTS]
    data["sites"]["fab"]["capacity"] = 1000
    data["report_every"] = 1
    found = integral(build, data, (0.0, 1.0, 2.0))
    assert found == pytest.approx([545, 1000], rel=1e-5)


def test_after_random_outages(build: Fixture) -> None:
    """Every outage costs 0.9 of its length and the area above the points: 24 + 12 + 0.5 days of capacity."""
    data = plant({"kind": "random", "rate": 0.0005, "duration": {"shape": "exponential", "mean": 10}}, 4000)
    data["disruptions"]["quake"]["recovery_points"] = POINTS
    draws = draw(compile_plan(build(data)), 4)
    struck = [(begin, end) for begin, end in draws.struck[0] if end + 70 < 4000]
    gaps = [b - a for (_, a), (b, _) in pairwise(struck)]
    assert struck
    assert min(gaps, default=70.0) >= 70
    lost = sum(
        0.9 * (end - begin) + 0.5 * (0.9 + 0.7) * 30 + 0.5 * (0.7 + 0.1) * 30 + 0.5 * 0.1 * 10 for begin, end in struck
    )
    (capacity,) = integral_by_period(draws.sites[0].available, (0.0, 4000.0))
    assert capacity == pytest.approx(10 * (4000 - lost), abs=1e3 / TICKS_PER_DAY)
