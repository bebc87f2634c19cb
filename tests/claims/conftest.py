"""A plant that is built from a drawn duration, and claims about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sim.claims import JudgedClaim, Judgement, judge

Test = Callable[..., dict[str, JudgedClaim]]


@pytest.fixture
def plant() -> Callable[[Any], dict[str, Any]]:
    """A scenario from the days that the plant takes to build."""
    return _plant


def _plant(duration: Any) -> dict[str, Any]:
    """A shop that serves from the start, and a plant that joins it when it is built: first things 5 days later."""
    return {
        "title": "A plant",
        "bare_numbers": "made up for a test",
        "figures": {
            "press.day": {"statement": "The plant delivers.", "value": 100, "unit": "day", "kind": "stated", "article": "press.txt"},
            "press.other": {"statement": "It delivers later.", "value": 150, "low": 120, "high": 180, "unit": "day", "kind": "assumed", "source": "a rival"},
            "press.alike": {"statement": "It delivers then.", "value": 3.2, "low": 3, "high": 4, "unit": "month", "kind": "assumed", "source": "a friend"},
        },
        "horizon": {"start": "2026-01-01", "end": "2026-09-01"},
        "review_every": "day",
        "items": {"thing": {"stage": "assembly"}},
        "sites": {
            "shop": {"in_house": False, "capacity": "unlimited"},
            "plant": {
                "in_house": True,
                "construction": {"decision": "2026-01-01", "stages": [{"name": "all", "duration": duration}]},
                "ramp": {"initial": 300, "target": 300, "months": 1},
                "capex": {"per_capacity": {"assumed": 100, "low": 50, "high": 150, "draw": "uniform", "source": "made up"}, "life": 5, "equipment_share": 0.5},
            },
        },
        "recipes": {
            "bought": {"item": "thing", "site": "shop", "lot_size": 1, "cycle_time": 5, "price": 12},
            "own": {"item": "thing", "site": "plant", "lot_size": 1, "cycle_time": 5, "variable_cost": 10},
        },
        "sourcing": {"thing": {"sources": ["own", "bought"], "policy": "in_house_first"}},
        "demand": {"customers": {"item": "thing", "rate": 150}},
        "milestones": {
            "first_any": {"rule": "first_output", "items": ["thing"]},
            "first_own": {"rule": "first_output", "items": ["thing"], "sites": ["plant"]},
            "all_own": {"rule": "in_house_share", "share": "assembly", "level": 1},
        },
    }  # fmt: skip


@pytest.fixture
def tested(tmp_path: Path) -> Test:
    """Test claims, given as data, on a scenario given as data; findings by claim."""

    def run(scenario: dict[str, Any], claims: dict[str, dict[str, Any]], **options: Any) -> dict[str, JudgedClaim]:
        filled = {
            id: {"statement": id, "figure": "press.day", "measured": "it", **claim} for id, claim in claims.items()
        }
        for name, data in (
            ("scenario", scenario),
            ("claims", {"bare_numbers": "made up for a test", "claims": filled}),
        ):
            with (tmp_path / f"{name}.yaml").open("w", encoding="utf-8") as stream:
                YAML(typ="safe").dump(_dated(data), stream)
        found: Judgement = judge(tmp_path / "scenario.yaml", claims=tmp_path / "claims.yaml", **{"n": 1, **options})
        return {finding.compiled.id: finding for finding in found.findings}

    return run


def _dated(data: Any) -> Any:
    """Text that looks like a date as a date, so that it is written without quotes."""
    if isinstance(data, dict):
        return {key: _dated(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_dated(value) for value in data]
    if isinstance(data, str) and data[:2] == "20" and len(data) == 10:
        return dt.date.fromisoformat(data)
    return data
