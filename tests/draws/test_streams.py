"""Named random streams: independent of each other, alike wherever they are drawn, with the quantiles that are stated."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.draws.streams import BLOCK, Noise, quantile, stream, uniforms
from sim.vocabulary import Shape


@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.LOGNORMAL, Shape.NORMAL, Shape.EXPONENTIAL, Shape.UNIFORM])
def test_a_stream_of_noise_is_the_inverse_transform_of_its_uniforms(shape: Shape) -> None:
    noise = Noise("cycle/x", shape, 20.0, 1.0 if shape is Shape.EXPONENTIAL else 0.3, 3, 1).variates()
    found = np.concatenate([noise.blocks(), noise.blocks()])
    u = uniforms(stream(3, 1, "cycle/x"), 2 * BLOCK)
    np.testing.assert_allclose(found, quantile(shape, 20.0, 0.3, u), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("other", [(4, 1, "cycle/x"), (3, 2, "cycle/x"), (3, 1, "cycle/y"), (31, 1, "cycle/x")])
def test_each_cause_has_a_stream_of_its_own(other: tuple[int, int, str]) -> None:
    """Of another seed, replication or name: uncorrelated, by four standard errors of 4,000 pairs."""
    one, two = (uniforms(stream(*key), 4000) for key in ((3, 1, "cycle/x"), other))
    assert not np.any(one == two)
    assert abs(np.corrcoef(one, two)[0, 1]) < 4 / np.sqrt(4000)


def test_a_stream_is_the_same_wherever_it_is_drawn() -> None:
    assert uniforms(stream(3, 1, "a"), 9).tolist() == uniforms(stream(3, 1, "a"), 99)[:9].tolist()


def test_uniforms_are_even_and_lie_strictly_between_0_and_1() -> None:
    found = uniforms(stream(0, 0, "u"), 20_000)
    assert 0 < found.min() < found.max() < 1
    assert stats.kstest(found, "uniform").pvalue > 1e-4


def test_a_uniform_of_zero_is_lifted_above_it() -> None:
    zeros: Any = SimpleNamespace(random=np.zeros)
    assert np.all(uniforms(zeros, 3) > 0)


@pytest.mark.parametrize("shape", [Shape.EXPONENTIAL, Shape.GAMMA, Shape.UNIFORM, Shape.LOGNORMAL, Shape.NORMAL])
@pytest.mark.parametrize("cv", [0.1, 0.3])
def test_a_shape_has_the_mean_and_the_spread_that_are_stated(shape: Shape, cv: float) -> None:
    """By the midpoint rule over all probabilities; an exponential has a coefficient of variation of 1."""
    u = (np.arange(200_000) + 0.5) / 200_000
    values = quantile(shape, 20.0, cv, u)
    assert np.all(np.diff(values) >= 0)
    assert values.mean() == pytest.approx(20, rel=1e-3)
    assert values.std() == pytest.approx(20 * (1 if shape is Shape.EXPONENTIAL else cv), rel=5e-3)


@pytest.mark.parametrize(
    ("shape", "mean", "cv"), [(Shape.CONSTANT, 7, 0.5), (Shape.GAMMA, 7, 0), (Shape.GAMMA, 0, 0.5)]
)
def test_what_does_not_vary_is_its_mean(shape: Shape, mean: float, cv: float) -> None:
    assert quantile(shape, mean, cv, np.array([0.01, 0.99])).tolist() == [mean, mean]
    assert Noise("n", shape, mean, cv, 1).constant


def test_noise_begins_anew_from_its_first_variate() -> None:
    noise = Noise("n", Shape.GAMMA, 7.0, 0.5).of(1, 0).variates()
    first, second = noise.blocks(), noise.blocks(2)
    again = noise.noise.variates()
    assert again.blocks(3).tolist() == [*first.tolist(), *second.tolist()]
    assert (again.noise.name, first.size) == ("n", BLOCK)
