"""The uniforms that compiled code draws by itself are those of numpy's generator with the same key."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from sim.draws.streams import key, stream, uniforms
from sim.engines.batch.philox import WORDS, draw_uniforms, round_keys


class _Streams:
    """What of the engine's state streams need."""

    def __init__(self, keys: list[Any]) -> None:
        self.keys, self.uniforms = round_keys(np.array(keys)), np.zeros(WORDS * len(keys))


@pytest.mark.parametrize("seed", [0, 3, 2**40])
def test_uniforms_are_those_of_numpy(seed: int) -> None:
    names = ["cycle_time/a", "yield/a", "load/b"]
    streams, found = _Streams([key(seed, 7, name) for name in names]), []
    for count in range(50):
        for number in range(len(names)):
            draw_uniforms(cast("Any", streams), number, count)
        found.append(streams.uniforms.reshape(-1, WORDS).copy())
    for number, name in enumerate(names):
        drawn = np.concatenate([four[number] for four in found])
        np.testing.assert_array_equal(drawn, uniforms(stream(seed, 7, name), 50 * WORDS))


def test_a_count_finds_its_uniforms_wherever_others_were_drawn() -> None:
    streams = _Streams([key(1, 2, "a")])
    draw_uniforms(cast("Any", streams), 0, 2**20)
    generator = stream(1, 2, "a")
    generator.bit_generator.advance(2**20)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(streams.uniforms, uniforms(generator, WORDS))
