"""Sensitivity of a scenario whose KPIs are known functions of its inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.scenario.loader import Scenario
from sim.study.methods.intervals import Interval
from sim.study.methods.morris import Screening
from sim.study.methods.sobol import Indices
from sim.study.methods.tornado import Tornado
from sim.study.sensitivity import WITHIN_A_RUN, sensitivity
from sim.study.space import factors, typical
from tests.study.two_lines import MONTHS, two_lines

FIRST, SECOND, PRICE = "demand.first.rate", "demand.second.rate", "recipes.make_a.price"
LARGER_LOTS = 24
"""Demand comes in whole units, by the month and line: a total is off by no more than this."""


@pytest.fixture(scope="module")
def lines(build: Any) -> Scenario:
    scenario: Scenario = build(two_lines(), "two_lines")
    return scenario


def one(found: Any, kind: type) -> Any:
    assert isinstance(found.found[0], kind)
    return found.found[0]


def test_a_tornado_tries_percentiles_and_leaves_the_others_typical(lines: Scenario) -> None:
    found = one(sensitivity(lines, kpis=["demanded"], engine="batch", jobs=1), Tornado)
    assert found.base == pytest.approx(3000 * MONTHS, abs=LARGER_LOTS)
    bars = {bar.name: dict(bar.ends) for bar in found.bars}
    assert [bar.name for bar in found.bars][:2] == [FIRST, SECOND]
    assert bars[FIRST]["p5"] == pytest.approx((1100 + 1500) * MONTHS, abs=LARGER_LOTS)
    assert bars[FIRST]["p95"] == pytest.approx((2900 + 1500) * MONTHS, abs=LARGER_LOTS)
    assert bars[SECOND]["p95"] == pytest.approx((1500 + 1950) * MONTHS, abs=LARGER_LOTS)
    assert bars[PRICE]["p5"] == bars[PRICE]["p95"] == found.base
    assert found.bars[0].swing == pytest.approx(1800 * MONTHS, abs=LARGER_LOTS)
    assert bars[WITHIN_A_RUN]["p5"] == bars[WITHIN_A_RUN]["p95"] == found.base


def test_typical_inputs_are_those_of_a_plain_run(uncertain: Scenario) -> None:
    """Also where the mode is not the median, and a run has random numbers of its own: seed 0, replication 0 is `run`."""
    found = one(sensitivity(uncertain, kpis=["served_by_end"], engine="batch", jobs=1), Tornado)
    assert found.base == pytest.approx(sim.run(uncertain).kpis["served_by_end"], rel=1e-9)


def test_morris_finds_the_slopes(lines: Scenario) -> None:
    found = sensitivity(lines, method="morris", kpis=["demanded"], n=4, engine="batch", jobs=1)
    screening = one(found, Screening)
    effects = {f.name: e for f, e in zip(screening.factors, screening.effects, strict=True)}
    assert effects[FIRST].mu_star.estimate == pytest.approx(0.9 * 2000 * MONTHS, abs=2 * LARGER_LOTS)
    assert effects[SECOND].mu == pytest.approx(0.9 * 1000 * MONTHS, abs=2 * LARGER_LOTS)
    assert effects[PRICE].mu_star.estimate == 0.0
    assert found.runs == 4 * 4


def holds(estimate: Interval, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high


def test_sobol_parts_the_variance(lines: Scenario) -> None:
    """Uniform rates, one with twice the range: variances 4 to 1. Nothing else moves it, noise included."""
    found = sensitivity(lines, method="sobol", kpis=["demanded"], n=30, engine="batch", jobs=1)
    indices = one(found, Indices)
    first = {f.name: i for f, i in zip(indices.factors, indices.first, strict=True)}
    total = {f.name: i for f, i in zip(indices.factors, indices.total, strict=True)}
    assert holds(first[FIRST], 0.8)
    assert holds(total[FIRST], 0.8)
    assert holds(total[SECOND], 0.2)
    assert total[WITHIN_A_RUN].estimate == total[PRICE].estimate == 0.0
    assert holds(indices.variance, (2000**2 + 1000**2) / 12 * MONTHS**2)
    assert (found.n, found.runs) == (32, 32 * 6)


def test_sobol_keeps_the_widest_apart_and_takes_the_others_together(lines: Scenario) -> None:
    found = sensitivity(lines, method="sobol", kpis=["demanded"], n=16, top=1, engine="batch", jobs=1)
    indices = one(found, Indices)
    assert [f.name for f in indices.factors] == [FIRST, "all others together (2)", WITHIN_A_RUN]
    assert holds(indices.total[1], 0.2)
    assert found.runs == (1 + 2 * 3) + 16 * 5


def test_noise_within_a_run_is_told_apart(build: Any) -> None:
    """Poisson demand at a rate that hardly moves: nearly all of the variance is noise."""
    data = two_lines()
    data["demand"]["first"] |= {"pattern": "poisson", "rate": {**data["demand"]["first"]["rate"], "low": 1499, "high": 1501}}  # fmt: skip
    data["demand"]["second"]["rate"] = 1500
    found = sensitivity(build(data, "noisy"), method="sobol", kpis=["demanded"], n=32, engine="batch", jobs=1)
    indices = one(found, Indices)
    total = {f.name: i for f, i in zip(indices.factors, indices.total, strict=True)}
    noise, rate = 1500 * MONTHS, 2**2 / 12 * MONTHS**2
    assert holds(indices.variance, noise + rate)
    assert holds(total[WITHIN_A_RUN], noise / (noise + rate))


def correlated(build: Any) -> Scenario:
    found: Scenario = build(two_lines(correlations=[{"inputs": [FIRST, SECOND], "rank": 0.6}]), "correlated")
    return found


def test_correlated_inputs_are_moved_alone_in_a_tornado_and_together_elsewhere(build: Any) -> None:
    scenario = correlated(build)
    tornado = one(sensitivity(scenario, kpis=["demanded"], engine="batch", jobs=1), Tornado)
    bars = {bar.name: dict(bar.ends) for bar in tornado.bars}
    assert bars[FIRST]["p95"] == pytest.approx((2900 + 1500) * MONTHS, abs=LARGER_LOTS)
    found = sensitivity(scenario, method="sobol", kpis=["demanded"], n=8, engine="batch", jobs=1)
    indices = one(found, Indices)
    together = f"{FIRST} + {SECOND}"
    total = {f.name: i for f, i in zip(indices.factors, indices.total, strict=True)}
    assert set(total) == {together, PRICE, WITHIN_A_RUN}
    assert holds(total[together], 1.0)


def test_the_typical_point_undoes_the_correlations(build: Any) -> None:
    from sim.compiler import compile_plan
    from sim.draws.inputs import probabilities

    plan = compile_plan(correlated(build))
    place = {d.name: k for k, d in enumerate(plan.dimensions)}
    at = probabilities(plan, typical(plan, {place[FIRST]: 0.95}))
    # 1500 lies at a quarter from 1000 to 3000, and half-way from 1000 to 2000.
    assert [at[place[name]] for name in (FIRST, SECOND)] == pytest.approx([0.95, 0.5])
    assert probabilities(plan, typical(plan))[place[FIRST]] == pytest.approx(0.25)
    assert len(factors(plan)) == len(plan.dimensions) - 1


def test_a_milestone_is_a_date_or_whether_it_is_reached(build: Any) -> None:
    """A shop that takes 300 to 420 days to build makes its first parts within the year, or not."""
    data = two_lines(capacity=0)
    del data["sites"]["shop"]["capacity"]
    data["sites"]["shop"] |= {
        "construction": {"decision": data["horizon"]["start"], "stages": [{"name": "all", "duration": uniform_days()}]},
        "ramp": {"initial": 50_000, "target": 50_000, "months": 1},
    }
    scenario = build(data, "built_late")
    found = sensitivity(scenario, method="sobol", kpis=["made", "made reached"], n=16, top=9, engine="batch", jobs=1)
    date, reached = found.found
    assert isinstance(date, Indices)
    assert isinstance(reached, Indices)
    never = found.not_reached["made"]
    assert 0 < never < found.runs
    # A yes or no of probability p varies by p (1 - p); the sample is of two runs a row.
    assert reached.variance.estimate == pytest.approx(reached.mean * (1 - reached.mean) * 32 / 31)
    assert (date.missing, reached.missing) == (0, 0)
    for indices in (date, reached):
        total = {f.name: i.estimate for f, i in zip(indices.factors, indices.total, strict=True)}
        assert max(total, key=lambda name: total[name]) == "sites.shop.construction.stages.0.duration"
        assert [name for name, value in total.items() if value > 0.0] == ["sites.shop.construction.stages.0.duration"]
    # The last day counts for what is not reached: no date lies beyond it.
    assert date.mean < found.catalogue.days


def uniform_days() -> dict[str, Any]:
    return {"assumed": 365, "low": 300, "high": 420, "source": "made up", "draw": "uniform"}


def test_the_frame_is_tidy(lines: Scenario) -> None:
    found = sensitivity(lines, kpis=["demanded", "npv_usd"], engine="batch", jobs=1)
    assert list(found.frame.columns) == ["kpi", "input", "at", "value", "base", "swing"]
    assert set(found.frame["kpi"]) == {"demanded", "npv_usd"}
    widest = found.frame.query("kpi == 'npv_usd'").iloc[0]
    assert widest["input"] == FIRST


def test_answers_do_not_depend_on_jobs_or_engine(lines: Scenario) -> None:
    how: dict[str, Any] = {"method": "morris", "kpis": ["npv_usd"], "n": 1}
    one_job = sensitivity(lines, engine="events", jobs=1, **how)
    assert one_job.found == sensitivity(lines, engine="events", jobs=2, **how).found
    assert one_job.found == sensitivity(lines, engine="batch", jobs=2, **how).found


def test_nothing_uncertain_is_an_error(build: Any) -> None:
    data = two_lines()
    data["recipes"]["make_a"]["price"] = 12
    for line in data["demand"].values():
        line["rate"] = 1500
    with pytest.raises(InputError, match="nothing in this scenario is uncertain"):
        sensitivity(build(data, "certain"), engine="batch", jobs=1)


def test_an_unknown_method_is_told_with_the_nearest(lines: Scenario) -> None:
    with pytest.raises(InputError, match=r"no such method.*did you mean 'sobol'"):
        sensitivity(lines, method="sobl", engine="batch", jobs=1)


def test_percentiles_of_noise_leave_out_runs_without_a_value() -> None:
    from sim.study.sensitivity import _percentiles

    table = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    assert _percentiles(table)[:, 0] == pytest.approx([1.1, 2.9])
    assert np.isnan(_percentiles(table)[:, 1]).all()


def test_runs_without_a_value_are_counted(build: Any) -> None:
    """A line that asks for next to nothing in a month has no served share in some runs."""
    data = two_lines()
    data["demand"]["first"] |= {"pattern": "poisson", "rate": uniform_rate()}
    data["horizon"]["end"] = data["horizon"]["start"].replace(month=2)
    scenario = build(data, "seldom")
    tornado = sensitivity(scenario, kpis=["served_by_end.first"], engine="batch", jobs=1)
    assert 0 < tornado.missing["served_by_end.first"] < tornado.runs
    found = sensitivity(scenario, method="morris", kpis=["served_by_end.first"], n=4, engine="batch", jobs=1)
    screening = one(found, Screening)
    assert screening.missing == found.missing["served_by_end.first"] > 0
    assert screening.left_out > 0


def uniform_rate() -> dict[str, Any]:
    return {"assumed": 1, "low": 0, "high": 3, "source": "made up", "draw": "uniform"}
