"""Random processes on paths: their moments in closed form, what is expected of them, and common random numbers."""

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

from sim.compiler import compile_plan
from sim.draws.inputs import sample_inputs
from sim.draws.processes import expected_levels, innovations
from sim.plan import FloatArray, Plan
from tests.conftest import Build
from tests.draws.chargers import CHARGER, GEOMETRIC, JUMPS, REVERTING, moved

PATHS = 4000


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
