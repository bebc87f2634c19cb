"""Capacity that comes back by dated points: its integral, and what is made with it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.clock import TICKS_PER_DAY
from sim.compiler import compile_plan
from sim.draws import draw
from sim.draws.disruptions import Hazard, site_factors, strokes
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


def test_a_raised_rate_is_integrated_by_hand() -> None:
    """0.1 a day, three times as much from day 10 to 20, of which five days are raised twofold again."""
    hazard = Hazard(0.1, [((10.0, 20.0), 3.0), ((15.0, 20.0), 2.0)])
    # By day 10: 1; by day 15: 2.5; by day 20: 5.5.
    for exposure, day in ((0.5, 5), (1.6, 12), (2.8, 15.5), (6.5, 30)):
        assert hazard.arrival(0.0, exposure) == pytest.approx(day)
    assert hazard.arrival(12.0, 0.9) == pytest.approx(15)
    assert Hazard(0.0, []).arrival(0.0, 1e-9) == np.inf


def test_what_is_raised_by_zero_waits_for_the_end_of_it() -> None:
    assert Hazard(0.1, [((10.0, 20.0), 0.0)]).arrival(0.0, 1.5) == pytest.approx(25)


def struck(build: Fixture, days: float = 20, seed: int = 0, **disruptions: Any) -> dict[str, list[tuple[float, float]]]:
    """When each disruption of a fab is in force, by name."""
    data = plant(SCHEDULED, days)
    data["disruptions"] = {n: {"sites": ["fab"], "effects": {"capacity": 0.1}} | d for n, d in disruptions.items()}
    plan = compile_plan(build(data))
    found = strokes(plan, plan.vector(), seed, 0, days)
    return {d.name: intervals for d, intervals in zip(plan.disruptions, found, strict=True)}


CHAIN = {"kind": "markov", "every": 5, "fail": 1, "recover": 1}


def test_a_chain_that_always_flips_is_down_every_other_period(build: Fixture) -> None:
    assert struck(build, 20, chain=CHAIN)["chain"] == [(0, 5), (10, 15)]
    assert struck(build, 15, chain=CHAIN)["chain"] == [(0, 5), (10, np.inf)]
    assert struck(build, 15, chain=CHAIN | {"fail": 0})["chain"] == []
    assert struck(build, 15, chain=CHAIN | {"recover": 0})["chain"] == [(0, np.inf)]


def test_a_scheduled_disruption_strikes_once_for_its_time(build: Fixture) -> None:
    assert struck(build, 20, quake={"kind": "scheduled", "begins": 4, "duration": 3})["quake"] == [(4, 7)]


RANDOM = {"kind": "random", "rate": 0.05, "duration": 4}


def test_random_strokes_come_at_their_rate_after_the_end_of_the_one_before(build: Fixture) -> None:
    """Gaps are exponential with a mean of 20 days."""
    found = struck(build, 20_000, quake=RANDOM)["quake"]
    begins, ends = np.array(found).T
    assert (ends - begins).tolist() == pytest.approx([4.0] * len(found))
    gaps = begins[1:] - ends[:-1]
    assert gaps.min() > 0
    assert stats.kstest(gaps, stats.expon(scale=20).cdf).pvalue > 1e-4


def test_one_disruption_makes_another_likelier_while_it_lasts(build: Fixture) -> None:
    """Raised to 5 a day it strikes after a fifth of a day, for four; by a factor of 0 not at all."""
    war = {"kind": "scheduled", "begins": 100, "duration": 100}
    often = struck(build, 300, war=war | {"raises": {"quake": 100}}, quake=RANDOM)["quake"]
    assert sum(100 <= begin < 200 for begin, _ in often) == pytest.approx(100 / (4 + 0.2), abs=2)
    never = struck(build, 300, war=war | {"raises": {"quake": 0}}, quake=RANDOM | {"rate": 0.5})["quake"]
    assert not [begin for begin, _ in never if 100 <= begin < 200]
    assert [begin for begin, _ in never if begin < 100]


def test_a_disruption_more_leaves_the_strokes_of_others_as_they_were(build: Fixture) -> None:
    alone = struck(build, 1000, quake=RANDOM)["quake"]
    assert struck(build, 1000, chain=CHAIN, quake=RANDOM)["quake"] == alone
    assert len(alone) > 10


def test_factors_of_disruptions_that_meet_are_multiplied(build: Fixture) -> None:
    """0.5 from day 5 to 15 and 0.4 from day 10 to 20; shipments are held by the second."""
    data = plant(SCHEDULED, 30)
    one = {"kind": "scheduled", "sites": ["fab"], "begins": 5, "duration": 10}
    data["disruptions"] = {
        "one": one | {"effects": {"capacity": 0.5, "yield": 0.9}},
        "two": one | {"begins": 10, "effects": {"capacity": 0.4, "shipments_held": True}},
    }
    plan = compile_plan(build(data))
    found = site_factors(plan, plan.vector(), strokes(plan, plan.vector(), 0, 0, 30), 0)
    days = np.array([0, 5, 10, 15, 20]) * TICKS_PER_DAY
    assert found.capacity.at_all(days) == pytest.approx([1, 0.5, 0.2, 0.4, 1])
    assert found.yields.at_all(days) == pytest.approx([1, 0.9, 0.9, 1, 1])
    assert found.price.values.tolist() == [1]
    assert found.held == ((10 * TICKS_PER_DAY, 20 * TICKS_PER_DAY),)
