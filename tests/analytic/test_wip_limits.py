"""Lines with a limit on work in process (CONWIP): the Penny Fab of Factory Physics, and no more in a line than its limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.api import run
from sim.engines.shared.wip import wip_limits
from sim.errors import InputError
from sim.report.run_report import run_report
from tests.conftest import Build

Fixture = Callable[..., Any]
LINE = "work_in_process.line", "throughput.line", "time_in_line.line"


@pytest.mark.parametrize("jobs", [1, 2, 3, 4, 6, 12])
def test_the_penny_fab_at_its_best(play: Fixture, agreed: Fixture, jobs: int) -> None:
    """Constant times: throughput is the lower of jobs over 8 hours and half a job an hour; more jobs just spend more time."""
    result = agreed(play("penny", [f"wip_limits.line.limit={jobs}"]).scenario)
    inside, throughput, time = (result.kpis[name] for name in LINE)
    assert (inside, throughput) == (jobs, min(jobs / 8, 0.5))
    assert time == max(8, 2 * jobs)


@pytest.mark.parametrize("jobs", [1, 2, 4, 8])
def test_the_penny_fab_at_its_practical_worst(play: Fixture, judge: Fixture, jobs: int) -> None:
    """Exponential times: a closed line of four machines that makes jobs / (jobs + 3) of half a job an hour."""
    sets = [f"wip_limits.line.limit={jobs}", "horizon.length=8000", "demand.mint.rate=0.6"]
    sets += [
        f"recipes.{name}.load={{shape: exponential, mean: 1}}"
        for name in ("stamping", "trimming", "rimming", "deburring")
    ]
    scenario = play("penny", sets).scenario
    runs = [run(scenario, seed=seed, engine="batch").kpis["throughput.line"] for seed in range(8)]
    judge(np.array(runs), 0.5 * jobs / (jobs + 3), power=0.01)


def test_without_a_limit_the_line_fills(play: Fixture) -> None:
    """The jobs that a limit keeps outside stand before the first machine instead; as many are made."""
    scenario = play("penny").scenario
    limited, free = run(scenario), run(play("penny", ["wip_limits=null"]).scenario)
    assert limited.kpis["served.mint"] == free.kpis["served.mint"]
    assert limited.kpis["mean_queue.stamp"] == 0
    assert free.kpis["mean_queue.stamp"] > limited.kpis["waiting_to_enter.line"] > 500


def test_the_screen_shows_the_line(play: Fixture) -> None:
    """Limit, what is in the line, waits to enter, goes through, and how long it takes."""
    (shown,) = [b for b in run_report(play("penny")) if b is not None and b.title.startswith("Lines with a limit")]
    assert [row[:3] for row in shown.rows] == [("line", "4", "4")]
    assert shown.rows[0][4:] == ("0.5", "8")


def workshop(**changes: Any) -> dict[str, Any]:
    """Legs are turned and then joined, four to a chair, on a line of two sites; seats are bought."""
    lot, good, limit = changes.get("lot", 1), changes.get("good", 1.0), changes.get("limit", 12)
    policy = {"type": "base_stock", "level": changes.get("level", 30)}
    return {
        "horizon": {"length": 60, "time_unit": "day", "drain": True},
        "report_every": 1,
        "yield_noise": "binomial",
        "items": {
            "seat": {"stage": "seat", "policy": {"type": "base_stock", "level": 200}, "initial_stock": 200},
            "leg": {"stage": "leg", "policy": policy, "initial_stock": changes.get("stock", 0)},
            "chair": {"stage": "chair", "policy": policy},
        },
        "sites": {
            "shop": {"in_house": False, "capacity": "unlimited"},
            "lathe": {"in_house": True, "capacity": 9},
            "bench": {"in_house": True, "capacity": 2},
        },
        "recipes": {
            "buy": {"item": "seat", "site": "shop", "cycle_time": 2},
            "turn": {"item": "leg", "site": "lathe", "lot_size": lot, "cycle_time": {"shape": "gamma", "mean": 1, "cv": 1}, "yield": {"line": good}},
            "join": {"item": "chair", "site": "bench", "inputs": {"leg": 4, "seat": 1}, "lot_size": 1, "cycle_time": 0.5, "yield": {"line": good}},
        },
        "wip_limits": {"line": {"sites": ["lathe", "bench"], "limit": limit}},
        "demand": {"d": {"item": "chair", "pattern": "poisson", "rate": 2}},
        "disruptions": {"fire": {"kind": "scheduled", "sites": ["lathe", "bench"], "begins": 20.3, "duration": 0, "effects": changes.get("effects", {"capacity": 0.5})}},
    }  # fmt: skip


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(1, 4), st.sampled_from([1.0, 0.8]), st.integers(8, 40), st.sampled_from(["base_stock", "planned"]),
    st.sampled_from([{"capacity": 0.5}, {"scrap_wip": 0.7}, {"scrap_stock": 1, "scrap_wip": 1}]), st.integers(0, 8),
)  # fmt: skip
def test_no_more_is_in_a_line_than_its_limit(
    build: Build, agreed: Fixture, lot: int, good: float, limit: int, policy: str, effects: dict[str, float], stock: int
) -> None:
    """Whatever is joined, scrapped or destroyed there; and every place comes free again: all demand is met in the end."""
    data = workshop(lot=lot, good=good, limit=limit, effects=effects, stock=stock)
    if policy == "planned":
        data["review_every"] = 3
        for item in ("leg", "chair"):
            del data["items"][item]["policy"]
    result = agreed(build(data))
    limits, book = wip_limits(result.draws), result.records
    mine, held = limits.limit >= 0, limits.held >= 0
    inside = sum(book.source[name][:, mine].sum(axis=1) for name in ("in_process", "in_transit"))
    inside = inside + book.item["stock"][:, held].sum(axis=1)
    assert inside.max() <= limit
    if policy == "base_stock":
        assert inside.max() > limit - max(lot, 4)
        assert result.kpis["served_by_end"] == 1.0


def test_an_order_enters_as_places_come_free(build: Build, agreed: Fixture) -> None:
    """An order without a lot size is no larger than the limit for long: it enters unit by unit."""
    data = workshop(limit=5)
    del data["recipes"]["turn"]["lot_size"]
    assert agreed(build(data)).kpis["served_by_end"] == 1.0


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"wip_limits.line.sites": ["lathe", "bensh"]}, "there is no site 'bensh'"),
    ({"wip_limits.other": {"sites": ["bench"], "limit": 3}}, "'bench' stands in the line of 'line' too"),
    ({"wip_limits.line.limit": 0}, "must be at least 1"),
    ({"wip_limits.line.limit": 2.5}, "must be a whole number"),
    ({"recipes.turn.lot_size": 13}, "is less than a lot of turn, which enters the line of lathe, bench as a whole"),
    ({"demand.legs": {"item": "leg", "rate": 1}}, "leg is sold off the line on which it goes on"),
    ({"recipes.hire": {"item": "leg", "site": "shop"}}, "leg is made off the line and taken on it"),
    ({"items.stool": {"stage": "chair"}, "recipes.stool": {"item": "stool", "site": "shop", "inputs": {"leg": 3}}}, "leg is taken off the line on which it goes on"),
    ({"sites.yard": {"in_house": True, "capacity": 1}, "wip_limits.yard": {"sites": ["yard"], "limit": 3}}, "has no effect: nothing is made at these sites"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), WRONG)
def test_what_a_limit_could_not_count_is_refused(build: Build, changes: dict[str, Any], message: str) -> None:
    """Units that enter or leave a line between its sites, lots that never fit, names that lead nowhere."""
    data = workshop()
    for path, value in changes.items():
        *way, last = path.split(".")
        parent = data
        for key in way:
            parent = parent[key]
        parent[last] = value
    with pytest.raises(InputError) as caught:
        build(data)
    assert any(message in str(problem) for problem in caught.value.problems), [str(p) for p in caught.value.problems]
