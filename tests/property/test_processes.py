"""Random processes in whole runs: their mean in a typical one, both engines, what is inherited, what is reported."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import sim
from sim.api import play
from sim.cli.main import main
from sim.compiler import compile_plan
from sim.scenario.loader import load_scenario
from tests.conftest import Build
from tests.docs.examples import example
from tests.draws.chargers import CHARGER, GEOMETRIC, JUMPS, REVERTING, moved


def test_a_typical_run_has_the_mean(build: Build) -> None:
    moving, still = moved(build, GEOMETRIC, REVERTING | {"jumps": JUMPS}), build(CHARGER)
    assert sim.run(moving).kpis == pytest.approx(sim.run(still).kpis)
    assert sim.run(moving, replication=1).kpis != pytest.approx(sim.run(still, replication=1).kpis)


def test_engines_agree_under_processes(build: Build) -> None:
    scenario = moved(build, GEOMETRIC | {"jumps": JUMPS}, REVERTING)
    plan = compile_plan(scenario)
    one, two = (play(scenario, plan, seed=4, replication=2, point=[], engine=engine) for engine in ("events", "batch"))
    assert one.kpis == two.kpis
    assert all(np.array_equal(one.records.flow[name], two.records.flow[name]) for name in one.records.flow)


def test_compute_ordered_once_serves_a_need_that_falls_and_rises_again(build: Build) -> None:
    data = copy.deepcopy(CHARGER)
    data["items"]["charger"]["h100e"] = 1
    data["demand"]["chargers"] = {"item": "charger", "compute": {"constant": 100_000, "process": GEOMETRIC}}
    scenario = build(data)
    plan = compile_plan(scenario)
    result = play(scenario, plan, seed=1, replication=3, point=[], engine="events")
    found = 100_000 * result.draws.vector[plan.processes[0].levels][:36]
    assert result.records.flow["demanded"].sum() == pytest.approx(found.max() - found[0], abs=1.0)


BASE = """
title: base
bare_numbers: made up
horizon: {start: 2026-01-01, end: 2028-01-01}
items: {charger: {stage: assembly}}
sites: {maker: {in_house: false, capacity: 4000}}
recipes: {bought: {item: charger, site: maker, lot_size: 100, cycle_time: 30, price: {assumed: 400, source: an offer}}}
demand: {chargers: {item: charger, rate: 1500, value: [{at: 2026-01-01, value: 500}, {at: 2027-01-01, value: 450}]}}
"""
ON_TOP = """
title: on top
extends: base.yaml
bare_numbers: made up
recipes: {bought: {price: {process: {kind: geometric, volatility: 0.2}}}}
demand:
  chargers:
    rate: {process: {kind: geometric, volatility: 0.3}}
    value: {process: {kind: mean_reverting, volatility: 0.4, reversion: 1}}
"""


def test_a_process_is_laid_on_an_inherited_path_however_it_is_written(tmp_path: Any) -> None:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "top.yaml").write_text(ON_TOP, encoding="utf-8")
    base, top = (load_scenario(tmp_path / name) for name in ("base.yaml", "top.yaml"))
    assert {path: i.value for path, i in base.inputs.items()} == {
        path: i.value for path, i in top.inputs.items() if "process" not in path
    }
    assert {p.path for p in compile_plan(top).processes} == {
        "recipes.bought.price", "demand.chargers.rate", "demand.chargers.value"
    }  # fmt: skip
    other = load_scenario(tmp_path / "top.yaml", sets=["demand.chargers.rate=1700", "recipes.bought.price=390"])
    assert (other.inputs["demand.chargers.rate"].value, other.inputs["recipes.bought.price"].value) == (1700, 390)
    assert {p.path for p in compile_plan(other).processes} == {p.path for p in compile_plan(top).processes}
    assert [change.old for change in other.changes] == ["1500 1/month", "400 USD (assumed)"]
    dated = load_scenario(tmp_path / "top.yaml", sets=["recipes.bought.price=[{at: 2026-01-01, value: 300}]"])
    assert "recipes.bought.price.process.volatility" not in dated.inputs
    gone = load_scenario(tmp_path / "top.yaml", sets=["demand.chargers.rate.process=null"])
    assert "demand.chargers.rate.process.volatility" not in gone.inputs


def test_the_example_of_the_documents(tmp_path: Any) -> None:
    file = tmp_path / "chargers.yaml"
    file.write_text(example("processes", "yaml"), encoding="utf-8")
    scenario = load_scenario(file)
    assert len(compile_plan(scenario).processes) == 2
    assert sim.run(scenario, replication=3).kpis["npv_usd"] != sim.run(scenario).kpis["npv_usd"]


def test_reports_say_what_was_drawn(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = moved(build, GEOMETRIC)
    assert main(["run", str(scenario.file), "--replication", "3", "--full"]) == 0
    screen = capsys.readouterr().out
    level = sim.run(scenario, replication=3).draws.vector[compile_plan(scenario).processes[0].levels]
    assert f"demand.chargers.rate  {level[12]:.2f}  {level[24]:.2f}" in screen
    assert main(["run", str(scenario.file), "--replication", "3"]) == 0
    assert "Its 1 process is as replication 3 draws it (--full)." in capsys.readouterr().out
    assert main(["montecarlo", str(scenario.file), "-n", "16"]) == 0
    assert "1 process drawn." in capsys.readouterr().out
