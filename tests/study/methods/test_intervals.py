"""Intervals hold what they are to hold as often as they say, on models whose answer is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.dimensions import Dimension
from sim.distributions import Draw
from sim.draws.points import SCRAMBLES, points
from sim.plan import FloatArray
from sim.study.methods.intervals import ENOUGH, mean_interval, percentile, probability_interval
from sim.study.montecarlo import monte_carlo

STUDIES = 1000
STUDIES_RUN = 200
"""Studies of a scenario, which cost a tenth of a second each. An interval that holds the mean in 90 % of studies instead of 95 %
is refused with probability 0.91 by as many, and one that holds it in 99 % with probability 0.98."""
DIMENSIONS = tuple(Dimension(name, name, 0, 0, 1, Draw.UNIFORM, "1") for name in "abc")
Integrand = Callable[[FloatArray], FloatArray]


def smooth(u: FloatArray) -> FloatArray:
    """A sum and a product; mean 3 / 2 + 1 / 8."""
    return np.asarray(u.sum(axis=1) + u.prod(axis=1))


def bimodal(u: FloatArray) -> FloatArray:
    """Nothing in half of the cube, about one in the other; mean 0.5 * 1.05."""
    return np.where(u[:, 0] + u[:, 1] < 1, 0.0, 1 + 0.1 * u[:, 2])


@cache
def cubes(n: int) -> list[FloatArray]:
    """The n points of each study, which all integrands share: drawing them takes longer than all else."""
    return [points(DIMENSIONS, seed, 0, n) for seed in range(STUDIES)]


def coverage(integrand: Integrand, mean: float, n: int, noise: float) -> float:
    """How often the interval of n replications holds the mean, over studies with other seeds."""
    held = 0
    for seed, cube in enumerate(cubes(n)):
        noise_of_runs = np.random.default_rng((7, seed)).normal(0, noise, n)
        found = mean_interval(integrand(cube) + noise_of_runs, scrambled=True)
        held += found.low <= mean <= found.high
    return held / STUDIES


@pytest.mark.parametrize(("n", "noise"), [(64, 0.0), (100, 0.5), (256, 0.2)])
@pytest.mark.parametrize(("integrand", "mean"), [(smooth, 1.625), (bimodal, 0.525)])
def test_the_interval_of_scrambles_holds_the_mean(integrand: Integrand, mean: float, n: int, noise: float) -> None:
    assert 0.93 <= coverage(integrand, mean, n, noise) <= 0.97


def test_with_few_points_it_is_too_wide_if_anything() -> None:
    for n in (16, 40):
        assert coverage(bimodal, 0.525, n, 0.2) >= 0.93


def test_scrambles_make_it_narrower_than_chance() -> None:
    """What quasi-random points are for: a smooth mean is known better than from as many independent runs."""
    values = smooth(points(DIMENSIONS, 0, 0, 1024))
    assert mean_interval(values, scrambled=True).half_width < mean_interval(values, scrambled=False).half_width / 5


def test_independent_runs_have_student_s_interval() -> None:
    values = np.random.default_rng(1).exponential(size=30)
    found = mean_interval(values, scrambled=False)
    low, high = stats.t.interval(0.95, 29, values.mean(), stats.sem(values))
    assert (found.estimate, found.low, found.high) == pytest.approx((values.mean(), low, high))


def test_equally_filled_scrambles_have_student_s_interval_of_their_means() -> None:
    values = np.random.default_rng(2).exponential(size=ENOUGH * 2)
    means = values.reshape(-1, SCRAMBLES).mean(axis=0)
    low, high = stats.t.interval(0.95, SCRAMBLES - 1, means.mean(), stats.sem(means))
    found = mean_interval(values, scrambled=True)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_what_has_no_value_does_not_count() -> None:
    values = np.array([1.0, np.nan, 3.0, np.nan])
    assert mean_interval(values, scrambled=False) == mean_interval(np.array([1.0, 3.0]), scrambled=False)
    assert np.isnan(mean_interval(np.full(3, np.nan), scrambled=False).estimate)
    assert np.isnan(mean_interval(np.array([2.0]), scrambled=False).low)


def test_equal_values_have_no_width() -> None:
    found = mean_interval(np.full(100, 0.1), scrambled=True)
    assert (found.low, found.estimate, found.high) == (0.1, 0.1, 0.1)


@pytest.mark.parametrize("p", [0.02, 0.3])
@pytest.mark.parametrize("drawn", [True, False])
def test_the_interval_of_a_probability_holds_it(p: float, drawn: bool) -> None:
    """Also of what is rare. Half of each event is the randomness of a point, if `drawn`: too wide then, if anything."""
    held, edge = 0, np.sqrt(2 * p)  # the sum of two uniforms is below e with probability e^2 / 2, for e <= 1
    for seed in range(STUDIES):
        noise_of_runs = np.random.default_rng((3, seed)).random((2, 256))
        first = cubes(256)[seed][:, 0] if drawn else noise_of_runs[0]
        found = probability_interval(int((first + noise_of_runs[1] < edge).sum()), 256)
        held += found.low <= p <= found.high
    assert 0.93 <= held / STUDIES <= (1 if drawn else 0.985)  # of whole numbers, which Wilson cannot hit


@pytest.mark.parametrize("n", [1, 20, 1000])
def test_a_probability_of_0_or_1_has_a_width(n: int) -> None:
    none, all_ = probability_interval(0, n), probability_interval(n, n)
    assert (none.estimate, none.low, all_.estimate, all_.high) == (0, 0, 1, 1)
    assert none.high > 1 / n / 2
    assert all_.low == pytest.approx(1 - none.high)


@pytest.mark.parametrize("q", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("n", [30, 200])
def test_the_interval_of_a_percentile_holds_it_for_any_distribution(q: float, n: int) -> None:
    held = 0
    for seed in range(STUDIES):
        found = percentile(np.random.default_rng(seed).exponential(size=n), q)
        true = -np.log(1 - q)
        held += not (found.low > true or found.high < true)
    assert held / STUDIES >= 0.935


def test_a_percentile_is_a_value_that_occurred() -> None:
    """The median of two heaps lies in one of them."""
    values = np.array([0.0] * 50 + [1.0] * 50)
    assert percentile(values, 0.5).estimate == 0.0
    assert percentile(np.arange(1.0, 21.0), 0.95).estimate == 19.0
    assert np.isnan(percentile(np.arange(71.0), 0.95).high)
    assert percentile(np.arange(72.0), 0.95).high == 71.0


def test_studies_of_a_scenario_hold_its_known_mean(build: Any) -> None:
    """Poisson demand at a rate drawn from a triangle, over 20 days: its mean is 20 times that of the triangle."""
    scenario = build(
        {
            "horizon": {"length": 20, "time_unit": "day"},
            "report_every": 20,
            "items": {"part": {"stage": "board", "policy": {"type": "base_stock", "level": 5}}},
            "sites": {"shop": {"in_house": True, "capacity": "unlimited"}},
            "recipes": {"part": {"item": "part", "site": "shop", "lot_size": 1, "cycle_time": 1}},
            "demand": {
                "d": {
                    "item": "part",
                    "pattern": "poisson",
                    "rate": {"assumed": 3, "low": 1, "high": 5, "source": "made up"},
                }
            },
            "uncertainty": {"ranges": "triangular"},
        },
        "known",
    )
    held = 0
    for seed in range(STUDIES_RUN):
        found = monte_carlo(scenario, 8, seed=seed, jobs=1).kpis["demanded"].mean
        held += found.low <= 60 <= found.high
    assert 0.93 <= held / STUDIES_RUN <= 0.97
