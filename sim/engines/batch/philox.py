"""Uniform numbers as numpy's `Philox` generators give them, four at a time, from a key and a count alone.

Philox4x64-10 of Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3 (SC 2011): ten rounds of
products with two constants, of which the high and the low words are mixed with each other and with the key. A count
instead of a state: a stream needs no memory, and nobody has to know how much of it will be used.

Words of 64 bits are kept as they are, whatever number they make: negative in compiled code, where products run over,
and too large in plain Python, where they do not. Only their lowest 64 bits are ever read.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws.streams import TINY
from sim.engines.batch.state import State
from sim.plan import IntArray

ROUNDS, WORDS = 10, 4
_LOW = (1 << 32) - 1
# High and low halves of the two constants.
_FIRST, _SECOND = (0xD2E7470E, 0xE14C6C93), (0xCA5A8263, 0x95121157)
_STEPS = np.array([0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B], dtype=np.uint64)


def round_keys(keys: NDArray[np.uint64]) -> IntArray:
    """Return the keys of all rounds, end to end, of keys of shape (streams, 2)."""
    rounds = np.arange(ROUNDS, dtype=np.uint64)[:, None]
    return np.asarray((keys[:, None, :] + rounds * _STEPS).ravel().view(np.int64))


def draw_uniforms(s: State, stream: int, count: int) -> None:
    """Draw the uniforms of a stream from number 4 * `count` on, in the open interval from 0 to 1."""
    # numpy counts before it draws.
    word0, word1, word2, word3, key = count + 1, 0, 0, 0, 2 * ROUNDS * stream
    for _ in range(ROUNDS):
        high0, low0 = _product(word0, *_FIRST)
        high2, low2 = _product(word2, *_SECOND)
        word0, word2 = high2 ^ word1 ^ int(s.keys[key]), high0 ^ word3 ^ int(s.keys[key + 1])
        word1, word3 = low2, low0
        key += 2
    first = WORDS * stream
    s.uniforms[first], s.uniforms[first + 1] = _uniform(word0), _uniform(word1)
    s.uniforms[first + 2], s.uniforms[first + 3] = _uniform(word2), _uniform(word3)


def _product(word: int, high: int, low: int) -> tuple[int, int]:
    """Return the high and the low word of the product with a constant, given in halves."""
    word_low, word_high = word & _LOW, (word >> 32) & _LOW
    lowest = word_low * low
    middle = word_high * low + ((lowest >> 32) & _LOW)
    other = word_low * high + (middle & _LOW)
    return word_high * high + ((middle >> 32) & _LOW) + ((other >> 32) & _LOW), (other << 32) | (lowest & _LOW)


def _uniform(word: int) -> float:
    """Return a uniform number from the first 53 bits of a word."""
    return max(((word >> 11) & ((1 << 53) - 1)) * 2.0**-53, TINY)
