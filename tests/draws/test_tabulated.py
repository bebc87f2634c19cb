"""Noise drawn through tables is the exact inverse transform but for the tabulation's own small error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special
from scipy.interpolate import CubicSpline

from sim.draws.streams import quantile
from sim.draws.tabulated import LEAST, _spline, standard_normal, table
from sim.vocabulary import Shape

_TAILS = 10.0 ** -np.arange(4.0, 10.0)
PROBABILITIES = np.concatenate([np.linspace(0.001, 0.999, 4001), _TAILS, 1 - _TAILS])


@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.LOGNORMAL, Shape.NORMAL, Shape.UNIFORM, Shape.EXPONENTIAL])
@pytest.mark.parametrize("cv", [0.02, 0.1, 0.3, 1.0, 2.0])
def test_variates_have_the_exact_quantiles(shape: Shape, cv: float) -> None:
    """Within 2e-7 of their size, or of the mean where they are smaller."""
    found = np.maximum(table(shape, cv).at(PROBABILITIES), 0.0)
    np.testing.assert_allclose(found, quantile(shape, 1.0, cv, PROBABILITIES), rtol=2e-7, atol=2e-7)


def test_the_normal_is_exact_in_both_tails() -> None:
    np.testing.assert_allclose(standard_normal().at(PROBABILITIES), special.ndtri(PROBABILITIES), rtol=2e-8, atol=2e-8)


@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.LOGNORMAL, Shape.EXPONENTIAL])
def test_what_lies_beyond_the_last_octave_is_taken_for_its_end(shape: Shape) -> None:
    ends = table(shape, 0.3).at(np.array([LEAST, LEAST / 2, 2.0**-54, 1 - LEAST, 1 - LEAST / 4]))
    assert ends[0] == ends[1] == ends[2] < ends[3] == ends[4]


@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.NORMAL, Shape.EXPONENTIAL])
def test_variates_rise_with_their_probability(shape: Shape) -> None:
    assert np.all(np.diff(table(shape, 0.3).at(np.sort(PROBABILITIES))) > 0)


def test_the_spline_is_that_of_scipy() -> None:
    random = np.random.default_rng(1)
    for exponent in np.linspace(-3, 3, 40):
        x = np.cumsum(random.uniform(0.01, 1.0, size=200)) * 10.0**exponent
        values = np.cumsum(random.normal(size=200))
        powers = np.diff(x)[:, None] ** np.array([3, 2, 1, 0])
        np.testing.assert_allclose(_spline(x, values), CubicSpline(x, values).c.T * powers, rtol=1e-9, atol=1e-9)
