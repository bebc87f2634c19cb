"""Points in the unit cube at which a study draws its uncertain inputs: replicated scrambles of Sobol's.

Replication k is point k // 16 of scramble k % 16, whatever number of replications is run. A scramble
is a nested uniform scrambling (Owen 1995), drawn anew for each dimension and each scramble, so that
the means of the scrambles are independent and unbiased, and their spread gives an honest interval
(L'Ecuyer, Nakayama, Owen & Tuffin 2023). It is done by a hash of each node of the binary tree
(Burley 2020), keyed by the name of the dimension's random stream.

What stays when a dimension is added: the scrambles of all others, always, and the Sobol columns of
nearly all. Columns are handed out in the order of a hash of the names; a name takes the first free
one of its own list of random columns, from the first 16, then 32, 64 and so on, since low columns
fill the cube best. So a newcomer may take the column of a name after it, which takes another; among
a hundred dimensions about one moves. What moves has other points, no worse ones; studies that are to
be compared run by run take the points of all their dimensions together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count

import numpy as np
from numpy.typing import NDArray

from sim.dimensions import Dimension
from sim.draws.streams import stream
from sim.errors import InputError, Problem, argument
from sim.plan import FloatArray

SCRAMBLES = 16
MOST_DIMENSIONS = 21201
"""Columns of the direction numbers of Joe & Kuo (2008)."""
_FIRST, _BITS = 16, 30
_GOLDEN, _MIX_1, _MIX_2 = (np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
Words = NDArray[np.uint64]


def point(dimensions: Sequence[Dimension], seed: int, replication: int) -> tuple[float, ...]:
    """Return the point of one replication: a uniform in (0, 1) for each dimension."""
    return tuple(points(dimensions, seed, replication, 1)[0].tolist())


def points(dimensions: Sequence[Dimension], seed: int, first: int, number: int) -> FloatArray:
    """Return the points of replications `first` to `first + number - 1`, shape (number, dimensions).

    Raises:
        InputError: there are more dimensions than Sobol columns.
    """
    names = tuple(d.stream for d in dimensions)
    if not names:
        return np.empty((number, 0))
    replications = np.arange(first, first + number)
    begin = first // SCRAMBLES
    base = _sobol(columns(names), begin, (first + number - 1) // SCRAMBLES - begin + 1)
    words = base[replications // SCRAMBLES - begin]
    scrambled = _scrambled(words, _keys(names, seed)[replications % SCRAMBLES])
    # The middle of each cell, so that no coordinate is 0 or 1.
    return (scrambled.astype(np.float64) + 0.5) * 2.0**-_BITS


def _sobol(chosen: tuple[int, ...], first: int, number: int) -> Words:
    """Return points `first` to `first + number - 1` of Sobol's sequence in these columns, as integers below 2**30."""
    from scipy.stats import qmc

    sequence = qmc.Sobol(max(chosen) + 1, scramble=False, bits=_BITS)
    if first:
        sequence.fast_forward(first)
    # A whole power of two at the start, for which scipy has no warning; what is too much is dropped.
    found = sequence.random(1 << (number - 1).bit_length())[:number, list(chosen)]
    return np.asarray(found * 2.0**_BITS, dtype=np.uint64)


def _scrambled(words: Words, keys: Words) -> Words:
    """Return the points after a nested uniform scrambling: each digit is flipped or not, by the digits above it.

    They form a tree. Node 1 is the root; nodes 2 n and 2 n + 1 follow node n. Whether a node flips its digit is output
    n of the generator SplitMix64 (Steele, Lea & Flood 2014) begun at the key.
    """
    result = np.zeros_like(words)
    for digit in range(_BITS - 1, -1, -1):
        # The digits above, behind a leading 1, are the number of the node.
        node = (words >> np.uint64(digit + 1)) | np.uint64(1 << (_BITS - 1 - digit))
        turned = _split_mix(keys + node * _GOLDEN) >> np.uint64(63)
        result |= (((words >> np.uint64(digit)) & np.uint64(1)) ^ turned) << np.uint64(digit)
    return result


def _split_mix(z: Words) -> Words:
    """Return the output of SplitMix64 at these states."""
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@lru_cache(maxsize=8)
def _keys(names: tuple[str, ...], seed: int) -> Words:
    """Return a key for each scramble and dimension, shape (SCRAMBLES, dimensions)."""
    keys = [
        [stream(seed, scramble, f"point/{name}").integers(0, 2**64, dtype=np.uint64) for name in names]
        for scramble in range(SCRAMBLES)
    ]
    return np.array(keys, dtype=np.uint64)


@lru_cache(maxsize=8)
def columns(names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the Sobol column of each name, all different.

    Raises:
        InputError: there are not enough columns.
    """
    if len(names) > MOST_DIMENSIONS:
        message = "too many uncertain inputs for quasi-random points"
        raise InputError([Problem(argument("uncertainty"), "", message, str(len(names)), f"at most {MOST_DIMENSIONS}")])
    taken: dict[int, str] = {}
    for name in sorted(names, key=lambda n: _hash(f"order/{n}")):
        taken[next(c for c in _wishes(name) if c not in taken)] = name
    place = {name: column for column, name in taken.items()}
    return tuple(place[name] for name in names)


def _wishes(name: str) -> Iterator[int]:
    """Yield the columns that a name would have, in order: one of the first 16, of the first 32, and so on."""
    for k in count():
        yield _hash(f"{k}/{name}") % min(_FIRST << k, MOST_DIMENSIONS)


def _hash(text: str) -> int:
    """Return a hash of a text that is the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
