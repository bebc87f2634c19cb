"""Statistics start after the warm-up: what happened before it shows in no indicator, date or table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.api import Result, run
from sim.report.render import as_text
from sim.report.run_report import run_report
from sim.report.shift_tables import demand_lines

Fixture = Callable[..., Any]


@pytest.fixture
def moved(build: Fixture) -> Callable[[float], Result]:
    """Ten a day for 100 days; bought at once until day 50, from then on made by a plant that opens on that day."""

    def played(warmup: float, **changes: Any) -> Result:
        opened = {"interpolate": "step", "points": [{"at": 0, "value": 0}, {"at": 50, "value": 10}]}
        closed = {"interpolate": "step", "points": [{"at": 0, "value": 10}, {"at": 50, "value": 0}]}
        data: dict[str, Any] = {
            "horizon": {"length": 100, "time_unit": "day", "warmup": warmup},
            "report_every": 10,
            "initial": "empty",
            "items": {"part": {"stage": "part", "policy": {"type": "base_stock", "level": 0}}},
            "sites": {
                "plant": {"in_house": True, "capacity": opened},
                "supplier": {"in_house": False, "capacity": closed},
            },
            "recipes": {
                "own": {"item": "part", "site": "plant", "lot_size": 1},
                "buy": {"item": "part", "site": "supplier", "lot_size": 1},
            },
            "sourcing": {"part": {"sources": ["buy"]}},
            "demand": {"d": {"item": "part", "rate": 10}},
            "milestones": {
                "first": {"rule": "first_output", "items": ["part"]},
                "half": {"rule": "output_rate", "items": ["part"], "level": 0.5},
            },
        }
        return run(build(data | changes))

    return played


PLANNED = {
    "items": {"part": {"stage": "part"}},
    "review_every": 10,
    "sourcing": {"part": {"sources": ["own", "buy"], "policy": "in_house_first"}},
}


def test_in_house_shares_of_an_abstract_run_leave_the_warm_up_out(moved: Callable[..., Result]) -> None:
    whole, later = moved(0, **PLANNED).kpis, moved(60, **PLANNED).kpis
    assert 0.4 < (whole["in_house_share.part"] or 0) < 0.6
    assert later["in_house_share.part"] == 1.0
    assert later["in_house_share_of_starts.part"] == 1.0


def test_service_by_the_end_leaves_the_warm_up_out(moved: Callable[..., Result]) -> None:
    """The only supplier stops on day 50: of what is wanted from then on nothing is served."""
    whole, later = moved(0).kpis, moved(50).kpis
    assert whole["served_by_end"] == pytest.approx(0.5, abs=0.02)
    assert later["demanded"] == 500
    assert later["served_by_end"] == pytest.approx(0.0, abs=0.02)


def test_service_by_the_end_counts_what_still_waited(build: Fixture) -> None:
    """A site opens on day 50 with 20 a day for a demand of 10: 1000 were asked for in all, all are served."""
    opened = {"interpolate": "step", "points": [{"at": 0, "value": 0}, {"at": 50, "value": 20.5}]}
    data = {
        "horizon": {"length": 100, "time_unit": "day", "warmup": 50},
        "report_every": 10,
        "items": {"part": {"stage": "part", "policy": {"type": "base_stock", "level": 0}}},
        "sites": {"plant": {"in_house": True, "capacity": opened}},
        "recipes": {"own": {"item": "part", "site": "plant", "lot_size": 1}},
        "demand": {"d": {"item": "part", "rate": 10}},
    }
    kpis = run(build(data)).kpis
    assert kpis["served"] is not None
    assert kpis["served"] > 900
    assert kpis["served_by_end"] == pytest.approx(kpis["served"] / 1000)


def test_milestones_are_looked_for_after_the_warm_up(moved: Callable[..., Result]) -> None:
    assert moved(0).milestones == {"first": pytest.approx(0.1, abs=0.05), "half": 0.0}
    assert moved(25).milestones == {"first": 25.0, "half": 25.0}
    assert moved(60).milestones == {"first": None, "half": None}


def test_the_report_counts_from_the_warm_up_on(moved: Callable[..., Result]) -> None:
    result = moved(50)
    table = demand_lines(result)
    assert table is not None
    assert table.rows[0][1] == "500"
    text = "\n".join(as_text(block) for block in run_report(result))
    assert "Statistics start after a warm-up of 50 day." in text
