"""Random numbers of units: their quantiles, their mean, and the stream they are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.compiler import compile_plan
from sim.draws import draw
from sim.draws.units import drawn_units, mean_units
from sim.plan import NONE, UnitsPlan
from sim.vocabulary import UnitShape

Fixture = Callable[..., Any]
LIST = {"shape": "empirical", "values": [40, 10, 20, 30], "weights": [1, 4, 3, 2]}
"""Mean 20: 10, 20, 30 and 40 with chances 0.4, 0.3, 0.2 and 0.1."""


def shop(quantity: Any, level: int, periods: int, **line: Any) -> dict[str, Any]:
    """Base stock at an endless supplier with a lead time of one period: each period begins with the level."""
    part = {
        "stage": "part",
        "initial_stock": level,
        "holding_cost": 1,
        "policy": {"type": "base_stock", "level": level},
    }
    return {
        "horizon": {"length": periods, "time_unit": "period"},
        "items": {"part": part},
        "sites": {"supplier": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"buy": {"item": "part", "site": "supplier", "shipping_time": 1}},
        "demand": {"d": {"item": "part", "pattern": "periodic", "every": 1, "quantity": quantity, **line}},
    }


@pytest.mark.parametrize("mean", [0.0, 0.3, 7.0, 250.0, 1e6])
def test_counts_are_exact_quantiles(mean: float) -> None:
    """Against SciPy's, in the bulk and in both tails."""
    u = np.concatenate([np.linspace(0.0005, 0.9995, 999), 10.0 ** -np.arange(4, 15), 1 - 10.0 ** -np.arange(4.0, 15)])
    vector = np.array([mean, 1.5])
    poisson = UnitsPlan(UnitShape.POISSON, 0, NONE, (), ())  # type: ignore[arg-type]
    np.testing.assert_array_equal(drawn_units(poisson, vector, u), stats.poisson.ppf(u, mean) if mean else 0.0)
    if mean * 1.5**2 > 1:
        binomial = UnitsPlan(UnitShape.NEGATIVE_BINOMIAL, 0, 1, (), ())  # type: ignore[arg-type]
        excess = 1.5**2 * mean - 1
        found, exact = drawn_units(binomial, vector, u), stats.nbinom.ppf(u, mean / excess, 1 / (1 + excess))
        # Far in the upper tail the rounding of 1 - u moves the quantile itself.
        np.testing.assert_allclose(found, exact, rtol=1e-3, atol=1)
        np.testing.assert_array_equal(found[:999], exact[:999])


@pytest.mark.parametrize("shape", ["exponential", "gamma", "lognormal", "uniform", "normal", "negative_binomial"])
def test_means_and_spreads(build: Fixture, shape: str) -> None:
    """Drawn anew in every period, with the stated mean and spread; the planner expects the mean."""
    cv = {} if shape == "exponential" else {"cv": 0.4}
    plan = compile_plan(build(shop({"shape": shape, "mean": 1000, **cv}, 30, 4000)))
    flow, deviation = draw(plan, 1).flows[0], 1000 * cv.get("cv", 1.0)
    assert flow.units.mean() == pytest.approx(1000, abs=4 * deviation / 4000**0.5)
    assert flow.units.std() == pytest.approx(deviation, rel=0.1)
    assert np.diff(flow.expected[0])[0] == pytest.approx(1000)
    assert mean_units(plan.lines[0].quantity, plan.vector()) == 1000  # type: ignore[arg-type]


def test_the_planner_expects_the_mean_of_a_list(build: Fixture) -> None:
    """20 in each period, in units of two items."""
    flow = draw(compile_plan(build(shop(LIST, 30, 10, per_unit=2))), 0).flows[0]
    assert np.diff(flow.expected[0]).tolist()[:10] == [40] * 10
    assert set(flow.units.tolist()) <= {20, 40, 60, 80}


def test_another_line_changes_no_quantity(build: Fixture) -> None:
    """Quantities come from the stream of their line alone."""
    data = shop(LIST, 30, 50)
    alone = draw(compile_plan(build(data)), 3).flows[0].units
    data["demand"] = {**data["demand"], "e": {"item": "part", "pattern": "poisson", "rate": 5}}
    np.testing.assert_array_equal(draw(compile_plan(build(data)), 3).flows[0].units, alone)
