"""Replicated scrambles of Sobol points: nets, uniform, honest, and stable whatever else is drawn."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from sim.dimensions import Dimension
from sim.distributions import Draw
from sim.draws.points import SCRAMBLES, columns, point, points
from sim.errors import InputError


def dims(*names: str) -> list[Dimension]:
    return [Dimension(name, f"figure/{name}", 0, 0.5, 1, Draw.TRIANGULAR, "1") for name in names]


FIVE = dims("construction", "ramp", "defects", "demand", "price")


@pytest.mark.parametrize("m", [0, 1, 3, 6])
@pytest.mark.parametrize("block", [0, 1, 5])
def test_each_scramble_is_a_net_in_every_dimension(m: int, block: int) -> None:
    """2^m points from a multiple of 2^m on: one in each of 2^m equal intervals (Owen 1995, section 3)."""
    found = points(FIVE, 7, block * 2**m * SCRAMBLES, 2**m * SCRAMBLES)
    for scramble in range(SCRAMBLES):
        cells = np.floor(found[scramble::SCRAMBLES] * 2**m).astype(int)
        for d in range(len(FIVE)):
            assert sorted(cells[:, d]) == list(range(2**m))


def test_any_point_is_uniform_over_seeds() -> None:
    sample = np.array([point(FIVE, seed, 5) for seed in range(800)])
    assert sample.min() > 0
    assert sample.max() < 1
    for d in range(len(FIVE)):
        assert stats.kstest(sample[:, d], stats.uniform.cdf).pvalue > 1e-4
    rank = stats.spearmanr(sample).statistic
    # The standard error of a rank correlation of n pairs is about 1 / sqrt(n - 1).
    assert np.abs(rank - np.eye(len(FIVE))).max() < 4.5 / np.sqrt(799)


def test_scrambles_part_further_than_chance_and_say_so_honestly() -> None:
    """f = product of 1 + (x - 1/2) / 2 has mean 1: 64 points in 16 scrambles come far closer than 64 draws,
    and the t interval of the scrambles' means holds 1 in 95 % of the cases."""
    n, studies = 64, 300

    def f(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.prod(1 + (x - 0.5) / 2, axis=1))

    chance = f(np.random.default_rng(1).random((20_000, len(FIVE)))).var() / (n * SCRAMBLES)
    means, held = [], 0
    for seed in range(studies):
        parts = f(points(FIVE, seed, 0, n * SCRAMBLES)).reshape(n, SCRAMBLES).mean(axis=0)
        half = stats.t.ppf(0.975, SCRAMBLES - 1) * parts.std(ddof=1) / np.sqrt(SCRAMBLES)
        means.append(parts.mean())
        held += abs(parts.mean() - 1) < half
    assert np.var(means) < chance / 50
    assert abs(np.mean(means) - 1) < 4 * np.std(means) / np.sqrt(studies)
    assert abs(held / studies - 0.95) < 4 * np.sqrt(0.95 * 0.05 / studies)


def test_a_point_does_not_depend_on_how_many_are_asked_for() -> None:
    whole = points(FIVE, 3, 0, 700)
    assert np.array_equal(points(FIVE, 3, 111, 300), whole[111:411])
    assert point(FIVE, 3, 699) == tuple(whole[699])
    assert points([], 3, 0, 9).shape == (9, 0)


def test_replications_and_seeds_differ() -> None:
    whole = points(FIVE, 3, 0, 4096)
    assert len(np.unique(whole[:, 0])) == 4096
    assert not np.any(points(FIVE, 4, 0, 100) == whole[:100])


def test_a_dimension_more_leaves_the_others_where_they_were() -> None:
    more = points([*FIVE[:2], *dims("yield"), *FIVE[2:]], 3, 0, 64)
    assert np.array_equal(np.delete(more, 2, axis=1), points(FIVE, 3, 0, 64))
    assert np.array_equal(points(FIVE[::-1], 3, 0, 64), points(FIVE, 3, 0, 64)[:, ::-1])


def test_a_newcomer_moves_about_one_column_in_a_hundred() -> None:
    names = tuple(f"old {i}" for i in range(100))
    before = columns(names)
    assert len(set(before)) == 100
    after = [columns((*names, f"new {i}"))[:100] for i in range(300)]
    moved = np.array([sum(a != b for a, b in zip(before, one, strict=True)) for one in after])
    assert moved.mean() < 2
    assert np.median(moved) <= 1


def test_low_columns_go_first() -> None:
    """The quality of Sobol points falls with the column: few dimensions stay among the first."""
    for d, most in ((5, 64), (100, 1024)):
        used = [max(columns(tuple(f"{k}/{i}" for i in range(d)))) for k in range(50)]
        assert np.median(used) < most


def test_same_bits_in_another_process() -> None:
    code = (
        "from sim.dimensions import Dimension; from sim.draws.points import points\n"
        "d = [Dimension(n, f'figure/{n}', 0, 0.5, 1, 'triangular', '1') for n in "
        "('construction', 'ramp', 'defects', 'demand', 'price')]\n"
        "print(points(d, 11, 40, 50).tobytes().hex())"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert there == points(FIVE, 11, 40, 50).tobytes().hex()


def test_more_dimensions_than_columns_are_refused() -> None:
    with pytest.raises(InputError, match=r"too many uncertain inputs.*found 21202; allowed: at most 21201"):
        points(dims(*map(str, range(21_202))), 0, 0, 1)
