"""What is said beside a valid scenario: listed demand after the end of the horizon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.scenario.remarks import remarks

Fixture = Callable[..., Any]
SERIES = {"pattern": "series", "every": 10}
SEEN = "planners see them as far as lead times reach"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"rate": 5}, None),
        (SERIES | {"values": [1] * 10}, None),
        (SERIES | {"values": [1] * 12}, "2 of 12 listed values fall after the end of the horizon"),
        (SERIES | {"values": [1] * 10, "begins": 5}, None),
        (SERIES | {"values": [1] * 10, "begins": 10}, "1 of 10 listed values falls after the end of the horizon"),
        (SERIES | {"values": [1, 2], "repeats": True}, None),
        ({"orders": [{"date": 99, "units": 1}]}, None),
        ({"orders": [{"date": 100, "units": 1}]}, "1 of 1 order falls after the end of the horizon"),
        (
            {"orders": [{"date": d, "units": 1} for d in (5, 150, 160)]},
            "2 of 3 orders fall after the end of the horizon",
        ),
    ],
)
def test_what_is_listed_after_the_end_is_said(build: Fixture, line: dict[str, Any], said: str | None) -> None:
    scenario = build(
        {
            "horizon": {"length": 100, "time_unit": "day"},
            "items": {"part": {"stage": "s"}},
            "sites": {"vendor": {"in_house": False, "capacity": "unlimited"}},
            "recipes": {"buy": {"item": "part", "site": "vendor"}},
            "demand": {"d": {"item": "part"} | line},
        }
    )
    assert remarks(scenario) == ([] if said is None else [f"demand.d: {said}; {SEEN}"])
