"""Sobol indices against functions whose indices are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from sim.plan import FloatArray
from sim.study.methods.factors import Factor
from sim.study.methods.intervals import Interval
from sim.study.methods.sobol import NOISE, Indices, rows_for, sobol

FIRST = (0.313905, 0.442411, 0.0)
TOTAL = (0.557589, 0.442411, 0.243684)
VARIANCE = 13.844588
"""Ishigami & Homma 1990 with a = 7, b = 0.1: a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2, and its parts."""


def ishigami(points: FloatArray) -> FloatArray:
    x = np.pi * (2 * points - 1)
    return (np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))[:, None]


def single(count: int) -> list[Factor]:
    return [Factor(f"x{k + 1}", (k,)) for k in range(count)]


def holds(estimate: Interval, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high


def test_ishigami_lies_in_the_intervals() -> None:
    (found,) = sobol(ishigami, single(3), 4096)
    assert holds(found.variance, VARIANCE)
    assert all(holds(e, truth) for e, truth in zip(found.first, FIRST, strict=True))
    assert all(holds(e, truth) for e, truth in zip(found.total, TOTAL, strict=True))
    assert max(e.high - e.low for e in (*found.first, *found.total)) < 0.1
    assert (found.rows, found.left_out, found.missing) == (4096, 0, 0)


def test_intervals_hold_the_truth_as_often_as_they_say_and_are_not_absurdly_wide() -> None:
    found = [sobol(ishigami, single(3), 256, seed=seed)[0] for seed in range(80)]
    errors = []
    for k, (first, total) in enumerate(zip(FIRST, TOTAL, strict=True)):
        for estimates, truth in (([f.first[k] for f in found], first), ([f.total[k] for f in found], total)):
            # The bootstrap ignores the balance of the sequence: it may hold the truth more often, not less.
            assert sum(holds(e, truth) for e in estimates) >= 0.9 * len(found)
            rmse = np.sqrt(np.mean([(e.estimate - truth) ** 2 for e in estimates]))
            errors.append(np.mean([e.high - e.low for e in estimates]) / (2 * 1.96 * rmse))
    assert 1.0 < np.mean(errors) < 5.0
    assert sum(holds(f.variance, VARIANCE) for f in found) >= 0.93 * len(found)


def test_first_order_above_total_is_flagged_as_noise() -> None:
    """y = u1 + u2 has equal indices of both kinds: few rows put some first-order estimates above."""

    def evaluate(points: FloatArray) -> FloatArray:
        return points.sum(axis=1, keepdims=True)

    def above(found: Indices) -> set[str]:
        pairs = zip(found.factors, found.first, found.total, strict=True)
        return {f.name for f, first, total in pairs if first.estimate - total.estimate > NOISE}

    few = [sobol(evaluate, single(2), 8, seed=seed)[0] for seed in range(20)]
    assert all({factor.name for factor in found.noisy} == above(found) for found in few)
    assert any(found.noisy for found in few)
    assert sobol(evaluate, single(2), 4096)[0].noisy == ()


def test_correlated_inputs_are_one_factor_and_have_the_indices_of_the_group() -> None:
    """y = 2 u1 + u2 + u1 u3: group {u1, u3} against u2, by the closed form of its variance."""

    def evaluate(points: FloatArray) -> FloatArray:
        return (2 * points[:, 0] + points[:, 1] + points[:, 0] * points[:, 2])[:, None]

    # Var(u1 (2 + u3)) = E[u1^2] E[(2 + u3)^2] - (E[u1] E[2 + u3])^2.
    group = (1 / 3) * (1 / 12 + 2.5**2) - (0.5 * 2.5) ** 2
    whole = group + 1 / 12
    (found,) = sobol(evaluate, [Factor("second", (1,)), Factor("first and third", (0, 2))], 2048)
    assert holds(found.variance, whole)
    for truth, first, total in zip(((1 / 12) / whole, group / whole), found.first, found.total, strict=True):
        assert holds(first, truth)
        assert holds(total, truth)


def test_noise_is_a_factor_like_any_other() -> None:
    """A coordinate that only picks a stream of random numbers: its share is the variance of what it draws."""

    def evaluate(points: FloatArray) -> FloatArray:
        noise = [np.random.default_rng(int(u * 2**31)).normal(0.0, 0.5) for u in points[:, 1]]
        return (points[:, 0] * np.sqrt(12) + noise)[:, None]

    (found,) = sobol(evaluate, [Factor("input", (0,)), Factor("noise", (1,))], 1024)
    assert holds(found.first[0], 0.8)
    assert holds(found.total[1], 0.2)


def test_runs_without_a_value_are_counted_and_their_rows_left_out() -> None:
    def evaluate(points: FloatArray) -> FloatArray:
        values = ishigami(points)
        values[[0, 3, 7, 5 * 11 + 2]] = np.nan
        return np.hstack([values, np.full_like(values, 4.0), np.full_like(values, np.nan)])

    some, constant, none = sobol(evaluate, single(3), 1024)
    assert (some.rows, some.left_out, some.missing) == (1024, 3, 4)
    assert all(holds(e, truth) for e, truth in zip(some.total, TOTAL, strict=True))
    assert (constant.first, constant.variance.estimate, constant.mean) == ((), 0.0, 4.0)
    assert (none.total, none.left_out, none.missing) == ((), 1024, 5 * 1024)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others() -> None:
    first, again, other = (sobol(ishigami, single(3), 64, seed=seed)[0] for seed in (0, 0, 1))
    assert first == again
    assert first.first != other.first


@pytest.mark.parametrize(("n", "rows"), [(1, 2), (2, 2), (3, 4), (64, 64), (65, 128)])
def test_designs_are_balanced(n: int, rows: int) -> None:
    assert rows_for(n) == rows
