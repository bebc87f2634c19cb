"""Numbers that no run could hold, and questions that cannot be answered, are refused before anything is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.cli.main import main

SCENARIO = """\
title: One line on one site
bare_numbers: made up for a test
horizon: {start: 2026-01-01, end: 2026-07-01}
items: {a: {stage: assembly}}
sites: {shop: {in_house: true, capacity: 3000}}
recipes: {make_a: {item: a, site: shop, lot_size: 100, cycle_time: 5, variable_cost: 10}}
demand: {first: {item: a, rate: {assumed: 2000, low: 1000, high: 3000, source: test}, value: 20}}
uncertainty: {ranges: uniform}
"""


@pytest.fixture
def plan(tmp_path: Path) -> str:
    (tmp_path / "plan.yaml").write_text(SCENARIO, encoding="utf-8")
    return str(tmp_path / "plan.yaml")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("recipes.make_a.cycle_time=1e9", "and safety cover reach further ahead than any forecast; found 1e+09 days"),
        ("recipes.make_a.order_period=1e9", "recipes.make_a: planned lead times, order periods and safety cover reach"),
        ("sites.shop.capacity=1e308", "sites.shop: more capacity than can be counted"),
        ("horizon.end=9999-12-31", "horizon: end must lie between 1900-01-01 and 2200-01-01; found 9999-12-31"),
        ("horizon.start=0001-01-01", "horizon: start must lie between 1900-01-01 and 2200-01-01; found 0001-01-01"),
    ],
)
@pytest.mark.parametrize("engine", ["events", "batch"])
def test_inputs_no_run_could_hold(
    plan: str, change: str, told: str, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", plan, "--set", change, "--engine", engine]) == 2
    captured = capsys.readouterr()
    assert (told in captured.err, captured.out) == (True, "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "--replication", "99999999999"], "Invalid value for '--replication'"),
        (["run", "--seed", str(2**70)], "Invalid value for '--seed'"),
        (["sweep", "--vary", "lot_scale=1..2/1000000"], "more than the 2,000 values"),
        (["sweep", "--vary", "lot_scale=1,2", "--vary", "lot_scale=3"], "lot_scale: is varied twice"),
        (["discover", "--when", "npv_usd < 0", "--least"], "--least: can only be used with --regret"),
    ],
)
def test_options_out_of_range(plan: str, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    command, *options = arguments
    assert main([command, plan, *options]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda plan: sim.monte_carlo(plan, n=0), "n: out of range; found 0; allowed: 1 to 10,000,000"),
        (lambda plan: sim.monte_carlo(plan, n=2, seed=-1), "seed: out of range; found -1"),
        (lambda plan: sim.run(plan, seed=-1), "seed: out of range; found -1"),
        (lambda plan: sim.run(plan, replication=10**11), "replication: out of range"),
        (lambda plan: sim.compare([plan]), "scenarios: give two scenarios or more; found 1"),
    ],
)
def test_arguments_out_of_range(plan: str, ask: Callable[[str], object], told: str) -> None:
    with pytest.raises(sim.InputError) as error:
        ask(plan)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("method", "n", "told"),
    [
        ("sobol", "4", "a ranking needs 8 rows or more, these are 4"),
        ("morris", "1", "a ranking needs 2 trajectories or more, these are 1"),
    ],
)
def test_a_study_too_small_to_rank_says_so(
    plan: str, method: str, n: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--method", method, "-n", n, "--kpi", "npv_usd", "--engine", "batch", "--jobs", "1"]
    assert main(["sensitivity", plan, *options]) == 0
    printed = capsys.readouterr().out
    assert told in printed
    assert "nothing drives it" not in printed
