"""What the money table says below its rows: NPVs, what the continuing value is made of, and when a plan pays back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.api import run
from sim.report.cost_tables import money, payback, sites
from sim.scenario.loader import Scenario

Build = Callable[..., Scenario]


def plant(outlay: float, years: int = 2, **horizon: Any) -> dict[str, Any]:
    """300 a month sold at 9 dollars, 32,400 a year, from a plant of 1,000 a month bought on the first day."""
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2026 + years, 1, 1)} | horizon,
        "initial": "empty",
        "items": {"part": {"stage": "part"}},
        "sites": {
            "plant": {
                "in_house": True, "capacity": 1000,
                "capex": {"per_capacity": outlay / 1000, "sunk": False, "life": 10, "salvage": 0.5},
            },
        },
        "recipes": {"make": {"item": "part", "site": "plant", "cycle_time": 0, "variable_cost": 1}},
        "demand": {"d": {"item": "part", "pattern": "even", "every": 1, "rate": 300, "value": 10}},
    }  # fmt: skip


def notes(build: Build, data: dict[str, Any]) -> tuple[str, ...]:
    table = money(run(build(data)))
    assert table is not None
    return table.notes


def test_a_plan_that_pays_back_later_says_when(build: Build) -> None:
    """100,000 dollars are out and 64,800 back: the other 35,200 take 1.1 years more."""
    said = next(note for note in notes(build, plant(100_000)) if note.startswith("pays back"))
    assert said.startswith("pays back only after the horizon: the sum of all years is -$35.")
    assert said.endswith("it turns positive 1.1 years later, in 2029 (undiscounted, without salvage)")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (plant(50_000), "it pays back within the horizon"),
        (plant(100_000) | {"demand": {"d": {"item": "part", "pattern": "even", "every": 1, "rate": 300}}}, "never"),
        (plant(100_000, end=dt.date(2026, 7, 1)), "half a year is no year"),
        (plant(100_000) | {"report_every": 400}, "the last period is no year"),
    ],
)
def test_no_word_of_paying_back(build: Build, data: dict[str, Any], why: str) -> None:
    assert payback(run(build(data))) == [], why


def test_npvs_stand_side_by_side_with_what_the_last_is_made_of(build: Build) -> None:
    first, second, *_ = notes(build, plant(100_000) | {"money": {"terminal_value": 5000}})
    assert [part.split(" ")[0] for part in first.split("; ")] == ["NPV", "with", "with"]
    assert "with continuing value " in first
    assert second.startswith("continuing value at the end, undiscounted: ")
    assert "salvage $40." in second
    assert "the terminal value stated $5.0k; goods at what was paid for them, or at their value if less" in second


def test_nothing_left_needs_no_line(build: Build) -> None:
    data = plant(50_000)
    data["sites"]["plant"]["capex"]["salvage"] = 0
    data["recipes"]["make"]["variable_cost"] = 0
    assert not any("continuing value at" in note for note in notes(build, data))


def test_unit_costs_stand_side_by_side(build: Build) -> None:
    """A tenth of the outlay each year, over what is made, and over all that a plant used to 30 % could."""
    table = sites(result := run(build(plant(100_000))))
    assert table is not None
    assert [column.title for column in table.columns][-2:] == ["unit cost", "at full load"]
    at_run, full = (float(cell.strip("$")) for cell in table.rows[0][-2:])
    assert at_run == pytest.approx(1 + 10_000 / 3600, rel=0.02)
    assert full == pytest.approx(1 + 10_000 / 12_000, rel=0.02)
    assert result.kpis["unit_cost_at_full_load.make"] == pytest.approx(full, abs=0.01)
    assert table.notes[0].startswith("unit cost: of a good unit over the whole run, with its materials")
