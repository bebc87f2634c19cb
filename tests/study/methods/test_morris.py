"""Elementary effects against functions whose effects can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.plan import FloatArray
from sim.study.methods.factors import Factor
from sim.study.methods.morris import morris

SINGLE = [Factor("a", (0,)), Factor("b", (1,)), Factor("c", (2,))]
GRID = np.array([0.0, 1 / 3, 2 / 3, 1.0])


def straight(points: FloatArray) -> FloatArray:
    return (5 * points[:, 0] - 2 * points[:, 1] + 7)[:, None]


def test_effects_of_a_straight_line_are_its_slopes_over_the_range() -> None:
    (found,) = morris(straight, SINGLE, 10)
    a, b, c = found.effects
    assert [e.mu_star.estimate for e in (a, b, c)] == pytest.approx([0.9 * 5, 0.9 * 2, 0.0], abs=1e-12)
    assert [e.mu for e in (a, b, c)] == pytest.approx([0.9 * 5, -0.9 * 2, 0.0], abs=1e-12)
    assert [e.sigma for e in (a, b, c)] == pytest.approx([0.0] * 3, abs=1e-12)
    assert a.mu_star.high - a.mu_star.low == pytest.approx(0.0, abs=1e-9)


def test_an_interaction_shows_in_sigma() -> None:
    """Of 3 a (b - 1/2) + c the effect of a is 3 (b - 1/2), and b lies on one of four levels."""

    def evaluate(points: FloatArray) -> FloatArray:
        return (3 * points[:, 0] * (points[:, 1] - 0.5) + points[:, 2])[:, None]

    effects = 3 * (GRID - 0.5)
    (found,) = morris(evaluate, SINGLE, 4000, ends=(0.0, 1.0))
    a, _, c = found.effects
    error = effects.std() / np.sqrt(4000)
    assert a.mu == pytest.approx(0.0, abs=4 * error)
    assert a.sigma == pytest.approx(effects.std(), rel=0.05)
    assert a.mu_star.estimate == pytest.approx(np.abs(effects).mean(), abs=4 * error)
    assert (c.mu_star.estimate, c.sigma) == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-12))


def test_intervals_of_mu_star_hold_its_true_value_as_often_as_they_say() -> None:
    def evaluate(points: FloatArray) -> FloatArray:
        return (points[:, 0] * points[:, 1])[:, None]

    found = [morris(evaluate, SINGLE[:2], 30, ends=(0.0, 1.0), seed=seed)[0].effects[0] for seed in range(200)]
    held = np.mean([e.mu_star.low <= GRID.mean() <= e.mu_star.high for e in found])
    # Bootstrap intervals of 30 effects hold it a little less often than 95 %; 3.5 standard errors of 200 draws.
    assert 0.87 < held < 0.995


def test_a_group_has_one_effect_and_no_sign() -> None:
    (found,) = morris(straight, [Factor("c", (2,)), Factor("a and b", (1, 0))], 400, ends=(0.0, 1.0))
    c, both = found.effects
    assert (c.mu_star.estimate, c.mu) == (0.0, 0.0)
    assert (both.mu, both.sigma) == (None, None)
    # They move the same way or opposite ways: 5 - 2 or 5 + 2, each as often.
    assert both.mu_star.low < 5.0 < both.mu_star.high
    assert both.mu_star.high - both.mu_star.low < 1.0


def test_what_is_held_stays_along_a_trajectory_and_differs_between_them() -> None:
    seen: list[FloatArray] = []

    def evaluate(points: FloatArray) -> FloatArray:
        seen.append(points)
        return straight(points) + 100 * points[:, 3:]

    (found,) = morris(evaluate, SINGLE, 10, held=1)
    coordinates = seen[0][:, 3].reshape(10, 4)
    assert (coordinates == coordinates[:, :1]).all()
    assert len(np.unique(coordinates)) == 10
    assert found.effects[0].mu_star.estimate == pytest.approx(4.5)
    assert seen[0][:, :3].min() == pytest.approx(0.05)
    assert seen[0][:, :3].max() == pytest.approx(0.95)


def test_trajectories_that_are_not_whole_are_counted_and_left_out() -> None:
    def evaluate(points: FloatArray) -> FloatArray:
        values = np.hstack([straight(points), np.full((len(points), 1), np.nan)])
        values[[1, 2, 9], 0] = np.nan
        return values

    some, none = morris(evaluate, SINGLE, 10)
    assert (some.trajectories, some.left_out, some.missing) == (10, 2, 3)
    assert some.effects[0].mu_star.estimate == pytest.approx(4.5)
    assert (none.effects, none.left_out, none.missing) == ((), 10, 40)


def test_the_same_seed_gives_the_same_bits() -> None:
    def evaluate(points: FloatArray) -> FloatArray:
        return (points[:, 0] * points[:, 1])[:, None]

    assert morris(evaluate, SINGLE, 5, seed=3) == morris(evaluate, SINGLE, 5, seed=3)
    assert morris(evaluate, SINGLE, 5, seed=3) != morris(evaluate, SINGLE, 5, seed=4)
