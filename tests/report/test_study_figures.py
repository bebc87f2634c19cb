"""Figures of studies: quantiles over replications, differences, what drives a KPI."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import InputError
from sim.report.figures.catalogue import NAMES, all_figures
from sim.report.figures.figure import Chart
from sim.report.figures.of_studies import of_dependences
from sim.report.figures.tornado import TornadoKpi, tornado
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.dependence import dependences
from sim.study.montecarlo import MonteCarlo
from sim.study.runs.design import based
from tests.report.plant import plant

HOW: dict[str, Any] = {"engine": "batch", "jobs": 1}


def uncertain() -> dict[str, Any]:
    """The plant with a price and a rate of demand that are drawn."""
    data = plant(uncertainty={"ranges": "uniform"})
    data["recipes"]["bought"]["price"] = {"assumed": 12, "low": 8, "high": 20, "source": "made up"}
    data["demand"]["customers"]["rate"] = {"assumed": 900, "low": 600, "high": 1200, "source": "made up"}
    return data


@pytest.fixture(scope="module")
def scenario(build: Any) -> Scenario:
    found: Scenario = build(uncertain(), "uncertain_plant")
    return found


@pytest.fixture(scope="module")
def study(scenario: Scenario) -> MonteCarlo:
    return sim.monte_carlo(scenario, 12, **HOW)


@pytest.fixture(scope="module")
def figures(study: MonteCarlo) -> dict[str, Chart]:
    return {figure.name: figure for figure in all_figures(study)}


def test_a_study_has_all_figures_that_it_can_fill(figures: dict[str, Chart]) -> None:
    assert tuple(figures) == tuple(n for n in NAMES["montecarlo"] if n != "compute")
    assert all(figure.svg() for figure in figures.values())


def test_the_fan_holds_the_runs_that_single_replications_give(
    study: MonteCarlo, scenario: Scenario, figures: dict[str, Chart]
) -> None:
    runs = [sim.run(scenario, replication=k) for k in range(study.n)]
    frames = [r.plot("share").table for r in runs]
    values = np.array([f.loc[f["name"] == "parts", "value"] for f in frames])
    fan = figures["share"].table
    fan = fan[fan["name"] == "parts"]
    for name, q in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
        assert fan[name].tolist() == pytest.approx(pd.DataFrame(values).quantile(q).tolist(), nan_ok=True)
    nets = [r.plot("money").table["net"].iloc[0] for r in runs]
    assert figures["money"].table["net"].iloc[0] == pytest.approx(np.mean(nets))
    assert figures["money"].table["p50"].iloc[0] == pytest.approx(np.median(nets))


def test_npv_is_that_of_each_run(study: MonteCarlo, figures: dict[str, Chart]) -> None:
    classes = figures["npv"].table
    values = study.runs["npv_usd"].to_numpy()
    for low, high, runs in classes.iloc[:-1].itertuples(index=False):
        assert ((values >= low) & (values < high)).sum() == runs
    assert classes["runs"].sum() == len(values)
    positive = (study.runs["npv_usd"] > 0).mean()
    assert figures["npv"].title.startswith(
        "NPV is above zero in all 12 runs" if positive == 1 else f"NPV is above zero in {100 * positive:.0f} %"
    )


def test_differences_are_the_paired_ones(build: Any, scenario: Scenario) -> None:
    dear = uncertain()
    dear["recipes"]["own"]["variable_cost"] = 15
    found = sim.compare([scenario, build(dear, "dear_plant")], 3, **HOW)
    figure = found.plot()
    row = figure.table.set_index("kpi").loc["npv_usd"]
    assert row["difference"] == found.paired["dear_plant"]["npv_usd"].difference.estimate < 0
    assert figure.title.startswith("dear_plant against uncertain_plant: ")
    assert figure.title.endswith(" lower")
    assert figure.svg()
    with pytest.raises(InputError, match="has nothing to show here"):
        sim.compare([scenario, build(uncertain(), "same_plant")], 2, **HOW).plot()


def test_a_sweep_says_which_way_a_kpi_goes(scenario: Scenario) -> None:
    found = sim.sweep(scenario, ["recipes.own.variable_cost=5,9,15"], 2, **HOW)
    figure = found.plot(kpis=["npv_usd"])
    means = [f.kpis["npv_usd"].mean.estimate for f in found.found]
    assert figure.table["mean"].tolist() == means
    assert figure.title.startswith("NPV falls from $")
    assert figure.title.endswith("as recipes.own.variable_cost goes from 5 to 15")
    assert figure.svg()


def test_a_tornado_has_the_bars_of_the_study(scenario: Scenario) -> None:
    found = sim.sensitivity(scenario, kpis=["npv_usd"], **HOW)
    figure = found.plot()
    widest = found.frame.iloc[0]
    assert figure.table.iloc[0]["input"] == widest["input"]
    assert figure.table.iloc[0]["value"] == widest["value"]
    assert figure.title.startswith(f"NPV is most sensitive to {widest['input']}")
    assert figure.svg()


def test_a_ranking_is_by_the_mean_effect(scenario: Scenario) -> None:
    found = sim.sensitivity(scenario, method="morris", kpis=["npv_usd"], n=4, **HOW)
    figure = found.plot("ranking")
    assert figure.table["value"].tolist() == sorted(found.frame["mu_star"], reverse=True)
    assert figure.svg()
    with pytest.raises(InputError, match=r"no such figure.*'tornado'.*ranking"):
        found.plot("tornado")


def test_what_explain_finds_is_drawn(scenario: Scenario) -> None:
    base: Asked = based(scenario)
    found = dependences(base, scenario, "npv_usd", jobs=1)
    figure = of_dependences(scenario, found, 0, 1)
    assert figure is not None
    assert set(figure.table["input"]) == {d.knob.name for d in found.found}
    low = figure.table[(figure.table["input"] == "recipes.bought.price") & (figure.table["side"] == "low")]
    assert low["tried"].tolist() == ["8"]
    assert figure.svg()


def test_no_figures_of_something_else() -> None:
    with pytest.raises(TypeError, match="no figures of a str"):
        sim.plot("as-announced")


def test_a_trial_that_makes_a_milestone_vanish_is_told() -> None:
    table = pd.DataFrame(
        {
            "input": ["node", "cost"],
            "side": ["reading", "low"],
            "tried": ["14nm", "3"],
            "value": [np.nan, 20.0],
            "base": 30.0,
        }
    )
    measure = TornadoKpi("First die", lambda v: f"day {v:g}", lambda v: f"{v:g}")
    figure = tornado({"first": table}, {"first": measure}, "Source: made up", "")
    assert figure.title == "First die is most sensitive to node (none at 14nm), then to cost"
    assert "14nm: none" in figure.svg()
