"""Periodic demand of random quantity: its distribution, and stock policies that meet it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.compiler import compile_plan
from sim.draws import draw
from tests.draws.test_units import LIST, shop

Fixture = Callable[..., Any]


def expected(chances: dict[int, float], level: int) -> tuple[float, float, float]:
    """Fill rate, mean units left and mean units short of a period, by enumeration."""
    mean = sum(units * p for units, p in chances.items())
    left = sum(max(level - units, 0) * p for units, p in chances.items())
    short = sum(max(units - level, 0) * p for units, p in chances.items())
    return (mean - short) / mean, left, short


@pytest.mark.parametrize(
    ("quantity", "chances", "level"),
    [
        ({"shape": "poisson", "mean": 20}, {k: float(stats.poisson.pmf(k, 20)) for k in range(100)}, 24),
        (
            {"shape": "negative_binomial", "mean": 20, "cv": 0.5},
            {k: float(stats.nbinom.pmf(k, 5, 0.2)) for k in range(300)},
            28,
        ),
        (LIST, {10: 0.4, 20: 0.3, 30: 0.2, 40: 0.1}, 30),
    ],
    ids=["poisson", "negative binomial", "empirical"],
)
def test_newsvendor(
    build: Fixture, agreed: Fixture, judge: Fixture, quantity: Any, chances: dict[int, float], level: int
) -> None:
    """Holding 1, 4 for each unit lost: the level is the smallest with F(S) >= 0.8; cost, fill rate by enumeration.

    Snyder & Shen, Fundamentals of Supply Chain Theory (2nd ed.), section 4.3 (discrete demand). The negative
    binomial of mean 20 and variance 100 counts failures before 5 successes of chance 0.2.
    """
    cumulated = np.cumsum([chances.get(k, 0.0) for k in range(level + 1)])
    assert cumulated[level] >= 0.8 > cumulated[level - 1]
    data = shop(quantity, level, 400, backlog=False, lost_cost=4)
    kpis = [agreed(build(data), seed=seed).kpis for seed in range(16)]
    fill, left, short = expected(chances, level)
    judge(np.array([k["fill_rate"] for k in kpis]), fill, power=0.01)
    judge(np.array([k["total_cost_usd"] for k in kpis]) / 400, left + 4 * short, power=0.03)


def test_enumeration_to_the_unit(build: Fixture, agreed: Fixture) -> None:
    """What is lost follows from the quantities drawn, and only those listed are."""
    scenario = build(shop(LIST, 30, 300, backlog=False))
    units = draw(compile_plan(scenario), 7).flows[0].units
    assert set(units.tolist()) == {10, 20, 30, 40}
    assert agreed(scenario, seed=7).kpis["lost"] == np.maximum(units - 30, 0).sum()
