"""A row says what changes; its outcome is a run's, however many processes share the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.api import run
from sim.scenario.loader import load_scenario
from sim.study.design import Base, Row, outcome, run_rows

Fixture = Callable[..., Any]


def plant() -> dict[str, Any]:
    return {
        "horizon": {"length": 100, "time_unit": "day"},
        "report_every": 10,
        "items": {"part": {"stage": "board", "policy": {"type": "base_stock", "level": 5}}},
        "sites": {"shop": {"in_house": True, "capacity": 2}},
        "recipes": {
            "part": {"item": "part", "site": "shop", "lot_size": 1, "load": {"shape": "exponential", "mean": 1}}
        },
        "demand": {"d": {"item": "part", "pattern": "poisson", "rate": 1}},
    }


def test_a_row_is_a_run(build: Fixture) -> None:
    scenario = build(plant())
    base = Base(str(scenario.file))
    assert outcome(base, Row(seed=3)) == run(scenario, seed=3).kpis
    changed = load_scenario(scenario.file, sets=["sites.shop.capacity=3"])
    assert outcome(base, Row(sets=("sites.shop.capacity=3",))) == run(changed).kpis


def test_processes_do_not_change_the_answer(build: Fixture) -> None:
    base = Base(str(build(plant()).file))
    rows = [Row(sets=(f"sites.shop.capacity={c}",), seed=s) for c in (2, 3) for s in range(3)]
    done: list[float] = []
    assert run_rows(base, rows, jobs=1) == run_rows(base, rows, jobs=2, progress=done.append)
    assert done == sorted(done)
    assert done[-1] == 1


def test_an_invalid_row_has_no_outcome(build: Fixture) -> None:
    base = Base(str(build(plant()).file))
    assert outcome(base, Row(sets=("sites.shop.capacity=-1",))) is None
