"""Runs of shipped scenarios in larger lots, each made once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

import sim
from sim.results.result import Result

Play = Callable[..., Result]
LARGER_LOTS = 20
"""Lots twenty times as large: a third of the time, and shares within a few points."""


@pytest.fixture(scope="session")
def play() -> Play:
    """Run a shipped scenario; `reading` and further names are `--reading` and `--set` overrides."""

    @cache
    def run(name: str, *sets: str, reading: str = "") -> Result:
        readings = [reading] if reading else []
        scenario = sim.load_scenario(name, sets=[f"lot_scale={LARGER_LOTS}", *sets], readings=readings)
        return sim.run(scenario, seed=0, engine="batch")

    return run


@pytest.fixture(scope="session")
def kpi(play: Play) -> Callable[..., float]:
    """One indicator of such a run, which must have a value."""

    def value(indicator: str, name: str, *sets: str, reading: str = "") -> float:
        found = play(name, *sets, reading=reading).kpis[indicator]
        assert found is not None, indicator
        return found

    return value
