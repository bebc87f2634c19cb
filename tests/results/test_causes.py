"""The chain behind a milestone names each instant and the figure that set it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.api import Result, run
from sim.results.causes import causes

Fixture = Callable[..., Any]


def chain() -> dict[str, Any]:
    """A die site built in 40 + 60 days from 1 February, 20 days of cycle time; boards of it take 5 days."""
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "items": {"die": {"stage": "wafer"}, "board": {"stage": "board"}},
        "sites": {
            "fab": {
                "in_house": True,
                "construction": {
                    "decision": dt.date(2026, 2, 1),
                    "stages": [{"name": "shell", "duration": 40}, {"name": "tools", "duration": 60}],
                },
                "ramp": {"initial": 1000, "target": 1000, "months": 0},
            },
            "shop": {"in_house": True, "capacity": 1000},
        },
        "recipes": {
            "dies": {
                "item": "die", "site": "fab", "lot_size": 10, "cycle_time": 20,
                "qualification": {"samples": {"days": 30, "starts": 10}},
            },
            "boards": {"item": "board", "site": "shop", "inputs": {"die": 1}, "lot_size": 10, "cycle_time": 5},
        },
        "demand": {"d": {"item": "board", "rate": 100}},
        "milestones": {
            "die": {"title": "First die", "rule": "first_output", "items": ["die"]},
            "board": {"title": "First board", "rule": "first_output", "items": ["board"]},
            "volume": {"title": "Volume", "rule": "output_rate", "items": ["board"], "level": 0.9},
            "never": {"rule": "output_rate", "items": ["board"], "level": 1, "months": 12},
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def result(build: Fixture) -> Result:
    return run(build(chain(), "causes"), trace=True)


def told(result: Result, milestone: str) -> list[tuple[float, str]]:
    return [(step.day, step.what) for step in causes(result, milestone)]


def test_samples_go_back_to_the_decision(result: Result) -> None:
    steps = told(result, "die")
    days = [day for day, _ in steps]
    assert days == sorted(days, reverse=True)
    last = [what for _, what in steps][-4:]
    assert [day for day, _ in steps][-4:] == [131, 131, 71, 31]
    assert "first start" in last[0]
    assert last[1].startswith("tools was over, after 60 days")
    assert last[2].startswith("shell was over, after 40 days")
    assert "decided" in last[3]
    assert days[0] == pytest.approx(131 + 20, abs=1)


def test_a_lot_planned_for_its_inputs_leads_to_the_lot_that_brought_them(result: Result) -> None:
    steps = told(result, "board")
    arrived = next(i for i, (_, what) in enumerate(steps) if "planned for its materials" in what and "of dies" in what)
    assert steps[arrived + 1][1].startswith("lot")
    assert "of dies" in steps[arrived + 1][1]
    # Ten boards take the line 10 of 1000 a month, and begin within a bucket of a week of their dies.
    assert 0 <= steps[0][0] - (steps[arrived][0] + 5 + 0.304375) <= 7
    # Dies that boards may use come after the samples, 30 days on.
    assert any(day == 161 and "ended its samples" in what for day, what in steps)


def test_a_month_is_told_by_its_first_lot(result: Result) -> None:
    steps = told(result, "volume")
    assert "brought most" in steps[0][1]
    assert steps[1][0] >= steps[0][0]


def test_what_was_not_reached_has_no_chain(result: Result) -> None:
    assert causes(result, "never") == []
