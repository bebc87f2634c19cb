"""Random processes on paths: their moments in closed form, what planners expect of them, and common random numbers."""

from __future__ import annotations

import copy
import datetime as dt
from math import exp, pi, sin, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import sim
from sim.api import play
from sim.cli.main import main
from sim.compiler import compile_plan
from sim.draws import draw
from sim.draws.inputs import sample_inputs
from sim.draws.processes import expected_levels, innovations
from sim.plan import FloatArray, Plan
from sim.scenario.loader import Scenario, load_scenario
from tests.conftest import Build
from tests.docs.examples import example

PATHS = 4000
CHARGER: dict[str, Any] = {
    "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2029, 1, 1)},
    "items": {"charger": {"stage": "assembly"}},
    "sites": {"maker": {"in_house": False, "capacity": 4000}},
    "recipes": {"bought": {"item": "charger", "site": "maker", "lot_size": 100, "cycle_time": 30, "price": 400}},
    "demand": {"chargers": {"item": "charger", "rate": 1500, "value": 500}},
}
GEOMETRIC = {"kind": "geometric", "volatility": 0.3}
REVERTING = {"kind": "mean_reverting", "volatility": 0.4, "reversion": 1.5}
JUMPS = {"rate": 0.8, "mean": -0.3, "sd": 0.2}


def moved(
    build: Build, rate: dict[str, Any] | None = None, price: dict[str, Any] | None = None, **more: Any
) -> Scenario:
    """The charger with processes on its demand and its price."""
    data = copy.deepcopy(CHARGER) | more
    if rate is not None:
        data["demand"]["chargers"]["rate"] = {"constant": 1500, "process": rate}
    if price is not None:
        data["recipes"]["bought"]["price"] = {"constant": 400, "process": price}
    return build(data)


def levels(plan: Plan, path: str, n: int = PATHS, seed: int = 5) -> FloatArray:
    """Levels of a process by replication and month."""
    process = next(p for p in plan.processes if p.path == path)
    at = np.full(len(plan.dimensions), 0.5)
    return np.array([sample_inputs(plan, seed, k, at)[process.levels] for k in range(n)])


def near(values: FloatArray, expected: float) -> bool:
    """Whether a mean is within four standard errors."""
    return bool(abs(values.mean() - expected) < 4 * values.std() / sqrt(len(values)))


@pytest.mark.parametrize("month", [1, 12, 36, 50])
def test_a_geometric_process_has_the_moments_of_a_brownian_motion(build: Build, month: int) -> None:
    """Log mean (drift - s^2 / 2) t, log variance s^2 t, mean exp(drift t) (Dixit & Pindyck 1994, ch. 3)."""
    plan = compile_plan(moved(build, GEOMETRIC | {"drift": 0.1}))
    found, years = levels(plan, "demand.chargers.rate")[:, month], plan.processes[0].months[month] / 365.25
    logs = np.log(found)
    assert near(found, exp(0.1 * years))
    assert near(logs, (0.1 - 0.3**2 / 2) * years)
    assert near((logs - logs.mean()) ** 2, 0.3**2 * years)


@pytest.mark.parametrize("month", [1, 12, 36])
def test_a_mean_reverting_process_has_the_moments_of_ornstein_and_uhlenbeck(build: Build, month: int) -> None:
    """Log variance s^2 (1 - exp(-2 k t)) / (2 k), autocovariance times exp(-k h) (Glasserman 2004, section 3.3)."""
    plan = compile_plan(moved(build, REVERTING))
    found, years = levels(plan, "demand.chargers.rate"), np.array(plan.processes[0].months) / 365.25
    logs = np.log(found)
    variance = 0.4**2 / 3 * (1 - np.exp(-3 * years))
    here, later = logs[:, month] + variance[month] / 2, logs[:, month + 6] + variance[month + 6] / 2
    assert near(found[:, month], 1.0)
    assert near(here, 0.0)
    assert near(here**2, variance[month])
    assert near(here * later, variance[month] * exp(-1.5 * (years[month + 6] - years[month])))


@pytest.mark.parametrize("kind", [GEOMETRIC, REVERTING])
def test_jumps_are_compensated(build: Build, kind: dict[str, Any]) -> None:
    """The mean of the process is that of the path, and a month's log variance gains rate (mean^2 + sd^2) (Merton 1976)."""
    plan = compile_plan(moved(build, {**kind, "jumps": JUMPS}))
    found, step = levels(plan, "demand.chargers.rate"), plan.processes[0].months[1] / 365.25
    assert all(near(found[:, month], 1.0) for month in (1, 12, 36, 50))
    first = np.log(found[:, 1])
    k = kind.get("reversion", 0.0)
    gradual = kind["volatility"] ** 2 * ((1 - exp(-2 * k * step)) / (2 * k) if k else step)
    assert near((first - first.mean()) ** 2, gradual + 0.8 * step * (0.3**2 + 0.2**2))


def test_without_volatility_a_process_is_its_drift(build: Build) -> None:
    plan = compile_plan(moved(build, GEOMETRIC | {"volatility": 0, "drift": 0.1}))
    found = levels(plan, "demand.chargers.rate", 3)
    assert found == pytest.approx(np.tile(np.exp(0.1 * np.array(plan.processes[0].months) / 365.25), (3, 1)))


def test_a_typical_run_has_the_mean(build: Build) -> None:
    moving, still = moved(build, GEOMETRIC, REVERTING | {"jumps": JUMPS}), build(CHARGER)
    assert sim.run(moving).kpis == pytest.approx(sim.run(still).kpis)
    assert sim.run(moving, replication=1).kpis != pytest.approx(sim.run(still, replication=1).kpis)


def test_correlated_shocks_month_by_month(build: Build) -> None:
    pair = ["demand.chargers.rate.process", "recipes.bought.price.process"]
    plan = compile_plan(moved(build, GEOMETRIC, REVERTING, correlations=[{"inputs": pair, "rank": 0.6}]))
    drawn = np.array([[one.normal for one in innovations(plan, plan.vector(), 5, k)] for k in range(300)])[:, :, 1:]
    first, second = drawn.transpose(1, 0, 2).reshape(2, -1)
    assert near(first * second, 2 * sin(pi * 0.6 / 6))
    assert stats.spearmanr(first, second).statistic == pytest.approx(0.6, abs=0.03)
    assert all(near(one**2, 1.0) and near(one, 0.0) for one in (first, second))
    apart = np.corrcoef(drawn[:, 0, 3], drawn[:, 1, 4])[0, 1]
    assert abs(apart) < 4 / sqrt(300)


def test_a_process_more_leaves_all_other_random_numbers_as_they_were(build: Build) -> None:
    data = copy.deepcopy(CHARGER)
    data["demand"]["chargers"] |= {
        "rate": {"assumed": 1500, "low": 900, "high": 2000, "draw": "uniform", "source": "plans"}
    }
    before = compile_plan(build(data))
    data["recipes"]["bought"]["price"] = {"constant": 400, "process": GEOMETRIC}
    one = compile_plan(build(data))
    data["demand"]["chargers"]["value"] = {"constant": 500, "process": REVERTING}
    pair = ["recipes.bought.price.process", "demand.chargers.value.process"]
    two = compile_plan(build(data | {"correlations": [{"inputs": pair, "rank": 0.5}]}))
    at = [0.3]
    drawn = [sample_inputs(plan, 2, 7, at) for plan in (before, one, two)]
    named = [
        {i.path: v for i, v in zip(plan.inputs, vector, strict=False)}
        for plan, vector in zip((before, one, two), drawn, strict=True)
    ]
    assert all(named[0][path] == other[path] for other in named[1:] for path in named[0])
    prices = [
        v[p.levels]
        for plan, v in zip((one, two), drawn[1:], strict=True)
        for p in plan.processes
        if p.path == "recipes.bought.price"
    ]
    assert np.array_equal(*prices)


def test_a_longer_horizon_and_jumps_leave_earlier_changes_as_they_were(build: Build) -> None:
    long = {"start": dt.date(2026, 1, 1), "end": dt.date(2033, 1, 1)}
    short, later, jumping = (
        levels(compile_plan(moved(build, rate, horizon=horizon)), "demand.chargers.rate", 3)
        for rate, horizon in (
            (GEOMETRIC, CHARGER["horizon"]), (GEOMETRIC, long), (GEOMETRIC | {"jumps": JUMPS | {"rate": 0}}, long)
        )
    )  # fmt: skip
    assert np.array_equal(short, later[:, : short.shape[1]])
    assert later == pytest.approx(jumping)


def test_processes_of_one_stream_have_the_same_shocks(build: Build) -> None:
    plan = compile_plan(
        moved(build, GEOMETRIC | {"stream": "market"}, GEOMETRIC | {"stream": "market", "volatility": 0.6})
    )
    rate, price = (np.log(levels(plan, path, 4)) for path in ("demand.chargers.rate", "recipes.bought.price"))
    years = np.array(plan.processes[0].months) / 365.25
    assert price + 0.6**2 / 2 * years == pytest.approx(2 * (rate + 0.3**2 / 2 * years))


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    st.floats(0, 1.5), st.floats(-0.5, 0.5), st.one_of(st.none(), st.floats(0.01, 6)),
    st.one_of(st.none(), st.tuples(st.floats(0, 3), st.floats(-0.6, 0.6), st.floats(0, 0.5))),
)  # fmt: skip
def test_expectations_are_a_martingale(
    build: Build, volatility: float, drift: float, reversion: float | None, jumps: tuple[float, float, float] | None
) -> None:
    """What is expected in a month of a later one is what was expected the month before, on average over the month's draw."""
    process: dict[str, Any] = {"kind": "geometric", "volatility": volatility, "drift": drift}
    if reversion is not None:
        process |= {"kind": "mean_reverting", "reversion": reversion}
    if jumps is not None:
        process["jumps"] = dict(zip(("rate", "mean", "sd"), jumps, strict=True))
    plan = compile_plan(moved(build, process))
    (of,), vector, month, later = plan.processes, sample_inputs(compile_plan(moved(build, process)), 3, 1, []), 7, 20
    known = expected_levels(plan, of, vector)
    assert np.array_equal(np.diagonal(known), vector[of.levels])
    assert known[0] == pytest.approx(np.exp(drift * np.array(of.months) / 365.25))
    step, k = (of.months[month + 1] - of.months[month]) / 365.25, reversion or 0.0
    years = (of.months[later] - of.months[month + 1]) / 365.25
    # Gauss and Hermite over the gradual change, the sum over the number of jumps of the month.
    z, weights = np.polynomial.hermite_e.hermegauss(40)
    spread = volatility * sqrt((1 - exp(-2 * k * step)) / (2 * k)) if k else volatility * sqrt(step)
    rate, mean, sd = jumps or (0.0, 0.0, 0.0)
    count = np.arange(30)
    total = 0.0
    for n, chance in zip(count, stats.poisson.pmf(count, rate * step), strict=True):
        width = sqrt(spread**2 + n * sd**2)
        after = np.log(known[month, month + 1]) - log_mean(spread, rate * step, mean, sd) + n * mean + width * z
        for one, weight in zip(np.exp(after), weights / weights.sum(), strict=True):
            vector[of.levels][month + 1] = one
            total += chance * weight * expected_levels(plan, of, vector)[month + 1, later]
    assert years > 0
    assert total == pytest.approx(known[month, later], rel=1e-6)


def log_mean(spread: float, jumps: float, mean: float, sd: float) -> float:
    """The logarithm of the mean of the factor of one month."""
    return spread**2 / 2 + jumps * (exp(mean + sd**2 / 2) - 1)


@pytest.mark.parametrize("process", [GEOMETRIC, REVERTING, GEOMETRIC | {"drift": 0.2, "jumps": JUMPS}])
def test_planners_see_the_level_of_today_and_no_later_one(build: Build, process: dict[str, Any]) -> None:
    """At each review they expect what has come, and from there on the conditional mean; a change of later draws is not seen."""
    plan = compile_plan(moved(build, process))
    drawn = draw(plan, 3, 1, [])
    (flow,), (of,) = drawn.flows, plan.processes
    known = expected_levels(plan, of, drawn.vector)
    days = np.array(of.months[:36]) + 5.0
    for review, day in enumerate(plan.calendar.reviews[:-1]):
        month = int(np.searchsorted(of.months, day, side="right")) - 1
        rates = flow.forecast.at(days)[flow.view[review]]
        assert rates == pytest.approx(1500 / 30.4375 * known[month, :36], rel=1e-12)
    actual = flow.actual_rate.at(days)
    assert actual == pytest.approx(1500 / 30.4375 * drawn.vector[of.levels][:36], rel=1e-12)


def test_an_expected_month_is_the_demand_that_comes(build: Build) -> None:
    """Up to the end of the month of a review, planners expect the very units that fall."""
    drawn = draw(compile_plan(moved(build, GEOMETRIC)), 3, 1, [])
    (flow,) = drawn.flows
    came = np.zeros(len(flow.expected_at) + 1)
    np.add.at(came, np.searchsorted(flow.expected_at, flow.times) + 1, flow.units)
    for review, end in enumerate(drawn.reviews[1:]):
        within = int(np.searchsorted(flow.expected_at, end))
        assert np.array_equal(flow.expected[flow.view[review]][: within + 1], np.cumsum(came)[: within + 1])


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


def test_volatility_is_an_input_that_may_be_drawn(build: Build) -> None:
    process = {
        "kind": "geometric",
        "volatility": {"assumed": 0.2, "low": 0.1, "high": 0.4, "draw": "uniform", "source": "a market"},
    }
    scenario = moved(build, process)
    assert scenario.inputs["demand.chargers.rate.process.volatility"].value == 0.2
    plan = compile_plan(scenario)
    low, high = (sample_inputs(plan, 3, 1, [u])[plan.processes[0].levels] for u in (1e-9, 1 - 1e-9))
    years = np.array(plan.processes[0].months) / 365.25
    assert np.log(high) + 0.08 * years == pytest.approx(4 * (np.log(low) + 0.005 * years), abs=1e-6)


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


def test_an_input_known_at_the_start_is_planned_with(build: Build) -> None:
    """Planners take the typical capacity, or where it is known at the start the one drawn."""
    data = copy.deepcopy(CHARGER)
    capacity = {"assumed": 3000, "low": 2000, "high": 4000, "draw": "uniform", "source": "three offers"}
    data["sites"]["maker"]["capacity"] = capacity
    (unknown,) = draw(compile_plan(build(data)), 1, 2, [0.9]).sites
    data["sites"]["maker"]["capacity"] = capacity | {"known": "start"}
    (known,) = draw(compile_plan(build(data)), 1, 2, [0.9]).sites
    day = 30.4375
    assert unknown.planned.values[0] * day == pytest.approx(3000)
    assert known.planned.values[0] * day == pytest.approx(3800)
    assert known.available.values[0] * day == unknown.available.values[0] * day == pytest.approx(3800)


def test_planners_expect_compute_beyond_the_most_that_was_asked_for(build: Build) -> None:
    """Of a need in compute they expect the growth beyond the highest level so far, as the conditional mean has it."""
    data = copy.deepcopy(CHARGER)
    data["items"]["charger"]["h100e"] = 1
    points = [{"at": dt.date(2026, 1, 1), "value": 10_000}, {"at": dt.date(2030, 1, 1), "value": 90_000}]
    need = {"points": points, "process": GEOMETRIC | {"volatility": 0.6}}
    data["demand"]["chargers"] = {"item": "charger", "compute": need}
    drawn = draw(compile_plan(build(data)), 3, 1, [])
    (flow,), (of,) = drawn.flows, drawn.plan.processes
    known, edges = expected_levels(drawn.plan, of, drawn.vector), flow.forecast.edges
    months = np.searchsorted(of.months, edges, side="right") - 1
    written = np.interp(edges, [0.0, 1461.0], [10_000.0, 90_000.0])
    for review in (0, 7, 20):
        highest = np.maximum.accumulate(written * known[review][months])
        assert flow.forecast.values[flow.view[review]] * np.diff(edges) == pytest.approx(np.diff(highest))


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
