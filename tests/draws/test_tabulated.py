"""Noise drawn through tables is the exact inverse transform but for the tabulation's own small error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from sim.draws.streams import quantile
from sim.draws.tabulated import INTERVALS, _spline, table
from sim.vocabulary import Shape

PROBABILITIES = np.concatenate(
    [np.linspace(0.001, 0.999, 4001), 10.0 ** -np.arange(4.0, 17.0), 1 - 10.0 ** -np.arange(4.0, 16.0)]
)


@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.LOGNORMAL])
@pytest.mark.parametrize("cv", [0.02, 0.1, 0.3, 1.0, 2.0])
def test_positive_variates_have_the_exact_quantiles(shape: Shape, cv: float) -> None:
    standard = table(shape, cv)
    assert standard is not None
    z = standard.at(PROBABILITIES)
    sigma = np.sqrt(np.log1p(cv**2))
    found = np.exp(z) if shape is Shape.GAMMA else np.exp(sigma * z - sigma**2 / 2)
    np.testing.assert_allclose(found, quantile(shape, 1.0, cv, PROBABILITIES), rtol=2e-8)


def test_the_normal_is_exact_in_both_tails() -> None:
    standard = table(Shape.NORMAL, 0.3)
    assert standard is not None
    z = standard.at(PROBABILITIES)
    np.testing.assert_allclose(np.maximum(1 + 0.3 * z, 0.0), quantile(Shape.NORMAL, 1.0, 0.3, PROBABILITIES), atol=1e-8)


def test_the_spline_is_that_of_scipy_to_the_bit() -> None:
    random = np.random.default_rng(1)
    for exponent in np.linspace(-3, 3, 40):
        values = np.cumsum(random.normal(size=INTERVALS + 1)) * 10.0**exponent
        np.testing.assert_array_equal(_spline(values), CubicSpline(np.arange(INTERVALS + 1.0), values).c)
