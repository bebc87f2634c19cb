"""Named random streams: each cause draws from its own counter-based generator.

A stream is keyed by seed, replication and the name of the cause, so that adding an entity leaves
the draws of all others as they were, and scenarios that share a name share its draws (common random
numbers). Variates come from uniforms by inverse transform, in order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

from sim.draws.tabulated import QuantileTable, table
from sim.plan import FloatArray
from sim.vocabulary import Shape

BLOCK = 512
"""Variates drawn at a time: enough that a block costs little, and few that are never used."""
TINY = 2.0**-54
"""Half the step of numpy's uniforms, which are multiples of 2^-53: it stands for 0 alone."""


class _Key(ISeedSequence):
    """A generator's key as its seed: for a key given as such numpy asks the system for entropy and throws it away."""

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self._words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint64) -> Any:
        """Return the key, of which Philox wants two words of 64 bits."""
        assert (n_words, np.dtype(dtype)) == (2, np.dtype(np.uint64))
        return self._words


def key(seed: int, replication: int, name: str) -> NDArray[np.uint64]:
    """Return the key of the stream of one named cause in one replication, two words."""
    # A key, not a place in one long sequence: no cause has to know how much another draws.
    digest = hashlib.blake2b(f"{seed}/{replication}/{name}".encode(), digest_size=16).digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)


def stream(seed: int, replication: int, name: str) -> np.random.Generator:
    """Return the generator of one named cause in one replication."""
    return np.random.Generator(np.random.Philox(_Key(key(seed, replication, name))))  # type: ignore[arg-type]  # numpy takes any ISeedSequence, its types but its own


def uniforms(generator: np.random.Generator, count: int) -> FloatArray:
    """Draw `count` uniforms strictly between 0 and 1, so that every quantile function is finite."""
    return np.maximum(generator.random(count), TINY)


def quantile(shape: Shape, mean: float, cv: float, u: FloatArray) -> FloatArray:
    """Return the quantiles at `u` of a non-negative distribution with this mean and coefficient of variation.

    Shapes: as `u`. A gamma distribution has shape 1 / cv^2 and scale mean cv^2, a uniform one the half-width mean cv
    sqrt(3).
    """
    # An exponential distribution has the coefficient of variation 1 and reads none.
    if mean == 0.0 or shape is Shape.CONSTANT or (cv == 0.0 and shape is not Shape.EXPONENTIAL):
        return np.full(u.shape, mean)
    if shape is Shape.EXPONENTIAL:
        return np.asarray(-mean * np.log1p(-u))
    if shape is Shape.UNIFORM:
        values = mean * (1 + cv * np.sqrt(3) * (2 * u - 1))
        return np.maximum(np.asarray(values, dtype=np.float64), 0.0)
    from scipy import special

    if shape is Shape.GAMMA:
        values = mean * cv**2 * special.gammaincinv(1 / cv**2, u)
    else:
        return _from_normal(shape, mean, cv, special.ndtri(u))
    return np.maximum(np.asarray(values, dtype=np.float64), 0.0)


def _from_normal(shape: Shape, mean: float, cv: float, z: FloatArray) -> FloatArray:
    """Return lognormal or (cut off at 0) normal variates from standard normal ones."""
    if shape is Shape.LOGNORMAL:
        # With log-variance log(1 + cv^2); half of it is deducted, so that the mean is `mean`.
        sigma = np.sqrt(np.log1p(cv**2))
        return np.asarray(mean * np.exp(sigma * z - sigma**2 / 2))
    return np.maximum(np.asarray(mean * (1 + cv * z), dtype=np.float64), 0.0)


@dataclass(frozen=True, slots=True)
class Noise:
    """What varies from lot to lot: a distribution, and the stream of a cause's `name` in a replication.

    It is of replication 0 of seed 0 until `of` says which.
    """

    name: str
    shape: Shape
    mean: float
    cv: float
    seed: int = 0
    replication: int = 0

    @property
    def constant(self) -> bool:
        """Whether all variates are the mean."""
        return (
            self.mean == 0.0 or self.shape is Shape.CONSTANT or (self.cv == 0.0 and self.shape is not Shape.EXPONENTIAL)
        )

    @property
    def table(self) -> QuantileTable:
        """The quantiles of its variates, by their mean."""
        return table(self.shape, self.cv)

    def of(self, seed: int, replication: int) -> Noise:
        """Return the noise of a replication; itself if it does not vary."""
        return self if self.constant else replace(self, seed=seed, replication=replication)

    def variates(self) -> VariateSequence:
        """Return its variates from the first on; element k is the same whoever draws it, and however often."""
        return VariateSequence(self)


class VariateSequence:
    """An endless sequence of variates of one noise, drawn in blocks when asked for."""

    def __init__(self, noise: Noise) -> None:
        self.noise = noise

    @cached_property
    def _generator(self) -> np.random.Generator:
        # Most causes never draw: a generator costs more than all else that is known of a noise.
        return stream(self.noise.seed, self.noise.replication, self.noise.name)

    def blocks(self, count: int = 1) -> FloatArray:
        """Draw the next `count` blocks of `BLOCK` variates, end to end, shape (count * BLOCK,)."""
        noise = self.noise
        return np.maximum(noise.mean * noise.table.at(uniforms(self._generator, count * BLOCK)), 0.0)
