"""Monte Carlo: each run is one that `run` can show alone, and the summary is that of the runs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.scenario.loader import Scenario
from sim.study.montecarlo import MonteCarlo, monte_carlo
from sim.study.runs.outcomes import measured
from sim.study.runs.summary import deadlines
from sim.study.runs.until import checks, read_until


@pytest.fixture(scope="module")
def found(uncertain: Scenario) -> MonteCarlo:
    return monte_carlo(uncertain, 200, jobs=2)


def test_each_run_can_be_shown_alone(uncertain: Scenario, found: MonteCarlo) -> None:
    for k in (0, 7, 150):
        alone = measured(sim.run(uncertain, seed=0, replication=k))
        np.testing.assert_array_equal([found.outcomes.column(name)[k] for name in alone], list(alone.values()))


@pytest.mark.parametrize(("engine", "jobs"), [("batch", 1), ("batch", 2), ("events", 2)])
def test_the_answer_depends_neither_on_jobs_nor_on_processes(
    uncertain: Scenario, found: MonteCarlo, engine: str, jobs: int
) -> None:
    again = monte_carlo(uncertain, 60, engine=engine, jobs=jobs)
    assert again.outcomes.names == found.outcomes.names
    assert again.outcomes.table.tobytes() == found.outcomes.table[:60].tobytes()


def test_a_scenario_is_run_as_it_was_loaded(uncertain: Scenario) -> None:
    changed = sim.load_scenario(
        uncertain.file, sets=["sites.shop.capex.per_capacity=7", "sites.shop.construction.stages.0.duration=30"]
    )
    capex = monte_carlo(changed, 4, jobs=1).kpis["capex_usd"]
    assert capex.mean.estimate == pytest.approx(7 * 600)
    assert capex.sd == pytest.approx(0)


def test_capex_has_the_mean_of_its_price(found: MonteCarlo) -> None:
    """Runs in which the shop's ramp ends in the horizon install all 600, at a price from a triangle."""
    kpi = found.outcomes.column("capex_usd")[found.outcomes.column("first") < 200]
    assert kpi.mean() == pytest.approx(600 * (50 + 100 + 180) / 3, rel=0.1)


def test_milestones_by_date(found: MonteCarlo) -> None:
    days = found.outcomes.column("first")
    m = found.milestones["first"]
    assert m.probability.estimate == np.mean(~np.isnan(days))
    assert list(m.by) == ["2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01"]
    assert m.by["2026-07-01"].estimate == np.mean(days < 181)
    assert m.by["2027-01-01"] == m.probability
    reached = days[~np.isnan(days)]
    assert m.percentiles["p50"].estimate == np.quantile(reached, 0.5, method="inverted_cdf")


def test_shares_passed(found: MonteCarlo) -> None:
    share = found.outcomes.column("in_house_share.board")
    told = {level: p.estimate for level, p in found.passed["board"].items()}
    assert told == {0.0: np.mean(share > 0), 0.1: np.mean(share >= 0.1), 0.5: np.mean(share >= 0.5)}


def test_the_document(found: MonteCarlo) -> None:
    told: dict[str, Any] = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert {"scenario", "n", "seed", "kpis", "milestones", "seconds"} <= set(told)
    assert {"mean", "ci95", "p5", "p50", "p95"} <= set(told["kpis"]["fill_rate"])
    assert told["kpis"]["fill_rate"]["mean"] == pytest.approx(found.outcomes.column("fill_rate").mean())
    assert {"probability", "p5", "p50", "p95"} <= set(told["milestones"]["half"])
    assert told["milestones"]["first"]["p50"].startswith("2026-")


def test_the_frame(found: MonteCarlo) -> None:
    assert len(found.runs) == 200
    assert found.runs["replication"].tolist() == list(range(200))
    assert found.runs["fill_rate"].tolist() == found.outcomes.column("fill_rate").tolist()


def test_one_run_has_no_interval(uncertain: Scenario) -> None:
    told = monte_carlo(uncertain, 1, jobs=1).to_json()["kpis"]["fill_rate"]
    assert told["ci95"] == [None, None]
    assert told["mean"] == told["p50"]


def test_until_stops_at_a_half_width_whatever_jobs_is(uncertain: Scenario, found: MonteCarlo) -> None:
    alone, shared = (monte_carlo(uncertain, 200, jobs=jobs, until="fill_rate:0.05") for jobs in (1, 2))
    assert alone.outcomes.table.tobytes() == shared.outcomes.table.tobytes()
    assert alone.n in (64, 96, 128, 192)
    assert alone.narrow
    assert alone.kpis["fill_rate"].mean.half_width <= 0.05
    assert not monte_carlo(uncertain, 70, until="fill_rate:0.000001").narrow
    assert alone.outcomes.table.tobytes() == found.outcomes.table[: alone.n].tobytes()


def test_until_of_a_milestone_is_of_its_probability(uncertain: Scenario) -> None:
    stopped = monte_carlo(uncertain, 200, until="first:0.08")
    p = stopped.milestones["first"].probability
    assert stopped.narrow == (p.half_width <= 0.08)
    assert stopped.n < 200


def test_where_until_looks() -> None:
    assert list(checks(1000)) == [64, 96, 128, 192, 256, 384, 512, 768]
    assert list(checks(64)) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("fill_rate", "KPI:HALFWIDTH"),
        ("fil_rate:0.1", "did you mean 'fill_rate'"),
        ("fill_rate:-1", "not a positive number"),
        ("fill_rate:x", "not a positive number"),
        ("fill_rate:nan", "not a positive number"),
    ],
)
def test_until_that_cannot_be(text: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        read_until(text, ["fill_rate", "npv_usd"])


def test_larger_lots_state_what_they_do(uncertain: Scenario) -> None:
    found = monte_carlo(uncertain, 8, lot_scale=5, jobs=2)
    assert found.lot_scale == 5
    assert found.scenario.document.lot_scale == 5
    assert found.bias is not None
    assert found.bias.n == 20
    own, larger = (monte_carlo(uncertain, 20, jobs=2), monte_carlo(found.scenario, 20, jobs=2))
    for kpi in ("fill_rate", "in_house_share.board", "npv_usd"):
        paired = larger.outcomes.column(kpi) - own.outcomes.column(kpi)
        assert found.bias.difference[kpi].estimate == pytest.approx(paired.mean())
        assert found.bias.own[kpi] == pytest.approx(own.outcomes.column(kpi).mean())
    assert found.bias.difference["fill_rate"].estimate != 0
    with pytest.raises(InputError, match="--lot-scale"):
        monte_carlo(uncertain, 8, lot_scale="0")


def test_quarters_or_years(uncertain: Scenario) -> None:
    assert [d.label for d in deadlines(uncertain)] == ["26Q1", "26Q2", "26Q3", "26Q4"]
    assert [d.days for d in deadlines(uncertain)] == [90, 181, 273, np.inf]
    longer = sim.load_scenario(uncertain.file, sets=["horizon.end=2030-03-01"])
    assert [d.label for d in deadlines(longer)] == ["2026", "2027", "2028", "2029", "2030"]


def test_outcomes_are_the_same_bits_in_one_thread_and_in_several(uncertain: Scenario) -> None:
    one, three = (monte_carlo(uncertain, 40, jobs=jobs).outcomes for jobs in (1, 3))
    assert three.table.tobytes() == one.table.tobytes()
