"""Uncertain inputs: one figure is one number, ranges are honoured, rank correlations hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.compiler import compile_plan
from sim.draws.inputs import sample_inputs
from sim.scenario.loader import Scenario

REPLICATIONS = 600


def scenario_with(build: Any, draws: dict[str, Any], correlations: list[dict[str, Any]]) -> Scenario:
    data = {
        "title": "two suppliers",
        "bare_numbers": "made up",
        "figures": {
            "lead": {
                "statement": "Lead time.",
                "value": 10,
                "low": 5,
                "high": 30,
                "unit": "day",
                "kind": "assumed",
                "source": "made up",
            }
        },
        "horizon": {"length": 10, "time_unit": "day"},
        "items": {"part": {"stage": "part"}},
        "sites": {"east": {"in_house": True, "capacity": 9}, "west": {"in_house": True, "capacity": 9}},
        "recipes": {
            "east": {"item": "part", "site": "east", "cycle_time": draws["east"]},
            "west": {"item": "part", "site": "west", "cycle_time": draws["west"]},
        },
        "sourcing": {"part": {"sources": ["east", "west"]}},
        "demand": {"d": {"item": "part", "pattern": "periodic", "quantity": 1, "every": 1}},
        "correlations": correlations,
    }
    scenario: Scenario = build(data)
    return scenario


def drawn(scenario: Scenario) -> dict[str, np.ndarray]:
    plan = compile_plan(scenario)
    vectors = np.array([sample_inputs(plan, 0, r) for r in range(REPLICATIONS)])
    return {p.path: vectors[:, i] for i, p in enumerate(plan.inputs)}


def own(low: float, mode: float, high: float, draw: str) -> dict[str, Any]:
    return {"assumed": mode, "low": low, "high": high, "draw": draw, "source": "made up"}


def test_one_figure_is_one_number_wherever_it_is_used(build: Any) -> None:
    lead = {"figure": "lead", "draw": "triangular"}
    values = drawn(scenario_with(build, {"east": lead, "west": lead}, []))
    assert np.array_equal(values["recipes.east.cycle_time"], values["recipes.west.cycle_time"])
    assert np.unique(values["recipes.east.cycle_time"]).size > REPLICATIONS * 0.9


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        ("uniform", stats.uniform(5, 25)),
        ("triangular", stats.triang(0.2, 5, 25)),
        ("pert", stats.beta(1.8, 4.2, 5, 25)),
    ],
)
def test_draws_follow_their_distribution(build: Any, draw: str, expected: Any) -> None:
    """Triangular with mode (10 - 5) / 25; PERT is beta(1 + 4 * 0.2, 1 + 4 * 0.8) (Malcolm et al. 1959)."""
    values = drawn(scenario_with(build, {"east": own(5, 10, 30, draw), "west": own(5, 10, 30, "uniform")}, []))
    assert stats.kstest(values["recipes.east.cycle_time"], expected.cdf).pvalue > 1e-3


@pytest.mark.parametrize("rank", [-0.5, 0.0, 0.8])
def test_rank_correlations_hold(build: Any, rank: float) -> None:
    pair = {"inputs": ["recipes.east.cycle_time", "recipes.west.cycle_time"], "rank": rank}
    draws = {"east": own(5, 10, 30, "triangular"), "west": own(1, 2, 9, "pert")}
    values = drawn(scenario_with(build, draws, [pair]))
    found = stats.spearmanr(values["recipes.east.cycle_time"], values["recipes.west.cycle_time"]).statistic
    # The standard error of a rank correlation of n pairs is about 1 / sqrt(n - 1).
    assert abs(found - rank) < 4 / np.sqrt(REPLICATIONS - 1)
