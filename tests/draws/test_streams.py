"""Named random streams: independent of each other, alike wherever they are drawn, with the quantiles that are stated."""

from __future__ import annotations

import numpy as np
import pytest

from sim.draws.streams import BLOCK, Noise, quantile, stream, uniforms
from sim.vocabulary import Shape


@pytest.mark.parametrize("shape", [Shape.GAMMA, Shape.LOGNORMAL, Shape.NORMAL, Shape.EXPONENTIAL, Shape.UNIFORM])
def test_a_stream_of_noise_is_the_inverse_transform_of_its_uniforms(shape: Shape) -> None:
    noise = Noise(3, 1, "cycle/x", shape, 20.0, 1.0 if shape is Shape.EXPONENTIAL else 0.3)
    found = np.concatenate([noise.blocks(), noise.blocks()])
    u = uniforms(stream(3, 1, "cycle/x"), 2 * BLOCK)
    np.testing.assert_allclose(found, quantile(shape, 20.0, 0.3, u), rtol=1e-7, atol=1e-8)
