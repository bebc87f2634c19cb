"""Processes at gates: their shocks have the law that is stated, tighten the bound, and are discounted under one measure."""

from __future__ import annotations

import datetime as dt
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
from scipy import stats

import sim
from sim.api import play
from sim.compiler import compile_plan
from sim.draws.processes import innovations
from sim.errors import InputError
from sim.flexibility.option import Flexibility, option
from sim.flexibility.shocks import shocks
from sim.options.bounds import PENALISED, PERFECT
from tests.conftest import Build
from tests.flexibility.test_option import uncertain

PATHS = 256
MARKET = {"kind": "geometric", "volatility": 0.5}


def market(**process: Any) -> dict[str, Any]:
    """Chargers for a market that moves, and one gate at which a module can be added."""
    data = uncertain()
    data["horizon"]["end"] = dt.date(2029, 1, 1)
    data["demand"]["chargers"]["rate"] = {"constant": 1300, "process": MARKET | process}
    del data["decisions"]["contract"], data["plan"]["contract"]
    return data


@pytest.fixture(scope="module")
def found(build: Build) -> Flexibility:
    """The value of one gate under a market that moves."""
    return option(build(market(), "market"), PATHS, jobs=1)


def test_the_bound_is_lower_than_perfect_information(found: Flexibility) -> None:
    v = found.valuation
    bounds = {bound.known: bound.value for bound in v.bounds}
    perfect, penalised = bounds[PERFECT], bounds[PENALISED]
    assert perfect is not None
    assert penalised is not None
    assert v.ordered
    assert v.used
    assert v.upper.known == PENALISED
    assert penalised.mean - v.policy.mean < 0.7 * (perfect.mean - v.policy.mean)


def test_the_rule_goes_by_the_market(found: Flexibility) -> None:
    [rule] = [rule for rule in found.valuation.rules if rule.reached]
    assert "chargers" in rule.words


@pytest.mark.parametrize("more", [{}, {"kind": "mean_reverting", "reversion": 2}])
def test_shocks_have_the_law_that_is_stated(build: Build, more: dict[str, Any]) -> None:
    """Standard normals for the changes, sums with mean zero and variance one for the jumps, independent span by span."""
    plan = compile_plan(build(market(jumps={"rate": 2, "mean": -0.3, "sd": 0.1}, **more), "law"))
    given = shocks(plan, [365.0], 3, 1500)
    assert [shock.after for shock in given.values()] == [365 / 365.25, 365 / 365.25, 730.5 / 365.25, 730.5 / 365.25]
    for shock in given.values():
        values = np.asarray(shock.values)
        assert abs(values.mean()) < 4 / sqrt(len(values))
        assert values.var() == pytest.approx(1.0, abs=0.15)
    normal = [np.asarray(shock.values) for shock in given.values() if shock.law == "normal"]
    assert all(stats.kstest(values, "norm").pvalue > 1e-4 for values in normal)
    assert abs(np.corrcoef(normal)[0, 1]) < 4 / sqrt(1500)


def test_nothing_drawn_up_to_a_gate_is_in_a_later_shock(build: Build) -> None:
    plan = compile_plan(build(market(), "law"))
    (first, *_), months = shocks(plan, [365.0], 3, 2).values(), np.array(plan.processes[0].months)
    for replication, value in enumerate(np.asarray(first.values).tolist()):
        (drawn,) = innovations(plan, plan.vector(), 3, replication)
        within = (months > 365.0) & (months <= 730.5)
        root = np.sqrt(np.diff(months, prepend=0.0))[within]
        assert value == pytest.approx(float(root @ drawn.normal[within]) / sqrt(float(root @ root)))


def forward(**money: Any) -> dict[str, Any]:
    """One order of a thousand, delivered from stock in a month, at a price that earns 9 % a year in the mean."""
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2029, 1, 1)},
        "money": money,
        "items": {"share": {"stage": "paper", "initial_stock": 1000}},
        "sites": {"maker": {"in_house": False, "capacity": 1}},
        "recipes": {"made": {"item": "share", "site": "maker", "lot_size": 1, "cycle_time": 1}},
        "demand": {
            "buyer": {
                "item": "share",
                "orders": [{"date": dt.date(2028, 7, 1), "units": 1000}],
                "value": {
                    "constant": 500,
                    "process": {
                        "kind": "geometric",
                        "volatility": 0.3,
                        "drift": log(1.04) + 0.05,
                        "risk_premium": 0.05,
                    },
                },
            }
        },
    }


@pytest.mark.parametrize(
    ("money", "growth"),
    [
        ({"discounting": "risk_neutral", "risk_free_rate": 0.04}, log(1.04)),
        ({"discount_rate": 0.04}, log(1.04) + 0.05),
        ({"discount_rate": 1.04 * np.exp(0.05) - 1}, log(1.04) + 0.05),
    ],
)
def test_a_forward_is_worth_its_spot(build: Build, money: dict[str, Any], growth: float) -> None:
    """Discounted risk-neutral prices are a martingale: what is paid for a share later is worth the share today. So it is
    under real probabilities at the rate that contains the premium, and not at the risk-free rate."""
    scenario = build(
        forward(**{name: float(v) if name != "discounting" else v for name, v in money.items()}), "forward"
    )
    plan = compile_plan(scenario)
    worth = np.array([sim_npv(scenario, plan, k) for k in range(400)])
    day, middle = 912.0, 912.0 + 15.5
    rate = float(money.get("risk_free_rate", money.get("discount_rate")))
    expected = 500_000 * np.exp(growth * day / 365.25) * (1 + rate) ** (-middle / 365.25)
    assert abs(worth.mean() - expected) < 3 * worth.std() / sqrt(len(worth))
    fair = abs(log(1 + rate) - growth) < 1e-9
    assert (abs(expected / 500_000 - 1) < 0.01) == fair


def sim_npv(scenario: sim.Scenario, plan: Any, replication: int) -> float:
    """The NPV of one replication."""
    result = play(scenario, plan, replication=replication, point=[], engine="batch")
    assert result.kpis["served_by_end"] == 1.0
    value = result.kpis["npv_usd"]
    assert value is not None
    return value


def test_a_random_rate_is_refused_with_its_place(build: Build) -> None:
    data = market()
    data["money"]["discount_rate"] = {"assumed": 0.08, "low": 0.06, "high": 0.1, "draw": "uniform", "source": "a range"}
    with pytest.raises(InputError, match=r"random_rate\.yaml:\d+:\d+: money\.discount_rate: is drawn at random"):
        option(build(data, "random_rate"), 64)


def test_the_basis_is_named(build: Build) -> None:
    data = market(risk_premium=0.04)
    data["money"] = {"discounting": "risk_neutral", "risk_free_rate": 0.03}
    found = option(build(data, "neutral"), 64, jobs=1)
    assert found.valuation.basis.startswith("priced risks with risk-neutral drift")
    assert found.rate == pytest.approx(0.03)
