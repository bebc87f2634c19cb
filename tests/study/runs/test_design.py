"""A row says what changes; its outcome is a run's, however many processes share the rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.api import play, run
from sim.compiler import compile_plan
from sim.scenario.loader import load_scenario
from sim.scenario.override import Asked
from sim.study.runs.design import Design, Row, loaded
from sim.study.runs.outcomes import Outcomes
from sim.study.runs.run import run_design

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
        "milestones": {
            "first": {"rule": "first_output", "items": ["part"]},
            "never": {"rule": "output_rate", "items": ["part"], "level": 1, "months": 50},
        },
    }


@pytest.fixture(scope="module")
def base(build: Fixture) -> Asked:
    return Asked(str(build(plant(), "rows").file))


def told(outcomes: Outcomes, row: int) -> dict[str, float | None]:
    return {name: outcomes.values(name)[row] for name in outcomes.names}


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_a_row_is_a_run(base: Asked, engine: str) -> None:
    rows = [Row(seed=3), Row(sets=("sites.shop.capacity=3",)), Row(seed=3, replication=2)]
    outcomes = run_design(Design(base, rows), engine=engine, jobs=1)
    scenario = load_scenario(base.scenario)
    changed = load_scenario(base.scenario, sets=["sites.shop.capacity=3"])
    results = [run(scenario, seed=3), run(changed), play(scenario, compile_plan(scenario), seed=3, replication=2)]
    assert [told(outcomes, row) for row in range(3)] == [{**r.kpis, **r.milestones} for r in results]
    assert outcomes.values("never") == [None, None, None]
    assert outcomes.valid.all()


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_how_many_run_at_a_time_changes_no_bit(base: Asked, engine: str) -> None:
    rows = [Row(sets=(f"sites.shop.capacity={c}",), seed=s) for c in (2, 3) for s in range(9)]
    done: list[float] = []
    alone = run_design(Design(base, rows), engine=engine, jobs=1)
    shared = run_design(Design(base, rows), engine=engine, jobs=2, progress=done.append)
    assert alone.names == shared.names
    assert alone.table.tobytes() == shared.table.tobytes()
    assert done == sorted(done)
    assert done[-1] == 1


def test_processes_give_the_same_bits(base: Asked) -> None:
    rows = [Row(seed=s) for s in range(20)]
    tables = [run_design(Design(base, rows, size=3), engine=engine, jobs=2).table for engine in ("events", "batch")]
    assert tables[0].tobytes() == tables[1].tobytes()


def test_an_invalid_row_is_nan_and_marked(base: Asked) -> None:
    outcomes = run_design(Design(base, [Row(sets=("sites.shop.capacity=-1",)), Row()]), jobs=1)
    assert outcomes.valid.tolist() == [False, True]
    assert np.isnan(outcomes.table[0]).all()
    assert outcomes.values("fill_rate")[0] is None
    assert outcomes.values("fill_rate")[1] == run(load_scenario(base.scenario)).kpis["fill_rate"]


def test_a_column_that_no_run_has_is_nan(base: Asked) -> None:
    assert np.isnan(run_design(Design(base, [Row()]), jobs=1).column("no_such_kpi")).all()


def test_a_row_of_another_scenario_may_have_other_columns(base: Asked, build: Fixture) -> None:
    data = plant()
    data["items"]["other"] = {"stage": "board", "policy": {"type": "base_stock", "level": 5}}
    data["recipes"]["other"] = {"item": "other", "site": "shop", "lot_size": 1}
    data["demand"]["e"] = {"item": "other", "rate": 0.5}
    other = str(build(data, "other").file)
    outcomes = run_design(Design(base, [Row(), Row(scenario=other)]), jobs=1)
    assert outcomes.values("fill_rate.e") == [None, run(load_scenario(other)).kpis["fill_rate.e"]]
    assert outcomes.values("fill_rate.d")[1] == run(load_scenario(other)).kpis["fill_rate.d"]


def test_a_row_s_reading_takes_the_place_of_the_base_s() -> None:
    for base in (
        Asked("as-announced", readings=("fab.node=14nm",)),
        Asked("as-announced", sets=("readings.fab.node=14nm",)),
    ):
        assert loaded(base, Row()).ledger.reading_name("fab.node") == "14nm"
        for row in (Row(readings=("fab.node=2nm",)), Row(sets=("readings.fab.node=2nm",))):
            if base.sets and row.sets:
                continue  # one input set twice, which is refused
            assert loaded(base, row).ledger.reading_name("fab.node") == "2nm"


def test_rows_find_their_files_wherever_processes_work(
    base: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes are kept from study to study, and stay in the directory where they began."""
    run_design(Design(base, [Row(), Row()], size=1), engine="events", jobs=2)
    (tmp_path / "here.yaml").write_text(Path(base.scenario).read_text())
    monkeypatch.chdir(tmp_path)
    outcomes = run_design(Design(Asked("here.yaml"), [Row(), Row()], size=1), engine="events", jobs=2)
    assert outcomes.valid.all()
