"""Regret against tables worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.study.methods.regret import regrets

PLANS = ("bonds", "stocks", "deposit")
PAYOFFS = np.array([[40.0, 70.0, 53.0], [45.0, 30.0, 45.0], [5.0, -13.0, -5.0]])
"""Three worlds, three plans. Best: 70, 45, 5. Regrets by plan: 30 0 0; 0 15 18; 17 0 10."""


def test_regret_is_measured_against_the_best_plan_of_each_world() -> None:
    found = regrets(PLANS, PAYOFFS)
    assert found is not None
    bonds, stocks, deposit = found.plans
    assert [p.most for p in found.plans] == [30.0, 18.0, 17.0]
    assert [p.worst_world for p in found.plans] == [0, 2, 0]
    assert [p.mean.estimate for p in found.plans] == pytest.approx([10.0, 11.0, 9.0])
    assert [p.best for p in found.plans] == pytest.approx([2 / 3, 1 / 3, 1 / 3])
    assert found.minimax == "deposit"
    assert bonds.p95 == pytest.approx(np.quantile([30.0, 0.0, 0.0], 0.95))
    assert (stocks.value.estimate, deposit.value.estimate) == pytest.approx((29.0, 31.0))


def test_of_costs_the_least_is_the_best() -> None:
    found = regrets(PLANS, -PAYOFFS, least=True)
    assert found is not None
    assert [p.most for p in found.plans] == [30.0, 18.0, 17.0]


def test_a_plan_that_wins_everywhere_has_no_regret_and_a_tie_is_the_best_of_both() -> None:
    found = regrets(("a", "b"), np.array([[2.0, 1.0], [3.0, 3.0]]))
    assert found is not None
    assert (found.plans[0].most, found.plans[0].best, found.plans[1].best) == (0.0, 1.0, 0.5)
    assert found.minimax == "a"


def test_worlds_in_which_a_plan_has_no_value_are_counted_and_left_out() -> None:
    values = PAYOFFS.copy()
    values[0, 1] = np.nan
    found = regrets(PLANS, values)
    assert found is not None
    assert (found.worlds, found.left_out) == (3, 1)
    assert [p.worst_world for p in found.plans] == [1, 2, 2]
    assert regrets(PLANS, np.full((2, 3), np.nan)) is None


def test_the_interval_of_the_mean_is_that_of_the_worlds() -> None:
    values = np.random.default_rng(3).normal([1.0, 0.0], 1.0, (4000, 2))
    found = regrets(("a", "b"), values)
    assert found is not None
    # Of d = b - a, normal with mean -1 and deviation sqrt 2: E max(d, 0) = s phi(1/s) - Phi(-1/s).
    s = np.sqrt(2)
    truth = s * np.exp(-0.25) / np.sqrt(2 * np.pi) - 0.2397500610934768
    assert found.plans[0].mean.low < truth < found.plans[0].mean.high
