"""A program of two functions, which compiles in a second, where the batch engine takes half a minute."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engines.batch.compiling.addresses import call
from sim.engines.batch.compiling.calling import compiled
from sim.engines.batch.compiling.program import Program


class Books(NamedTuple):
    """What the first function writes."""

    total: NDArray[np.int64]


class Prices(NamedTuple):
    """What both read."""

    each: NDArray[np.int64]


def play(books: Books, a: Prices, b: Prices, c: Prices, d: Prices, apart: int) -> int:
    """Add up what seven of each cost, by the other function, and return no fault."""
    books.total[0] = call(decide, apart, a, b, c, d, 7)
    return 0


def decide(a: Prices, b: Prices, c: Prices, d: Prices, number: int) -> int:
    """What a number of each cost."""
    return number * (a.each[0] + b.each[0] + c.each[0] + d.each[0])


PROGRAM = Program(
    main=play, apart=decide, modules=(sys.modules[__name__],), inlined=(), called=(), sources=(Path(__file__),),
    place=__name__, title="the batch engine",
)  # fmt: skip


def seven_of_each() -> int:
    """What seven of four things at 1, 2, 3 and 4 cost, as compiled."""
    books = Books(np.zeros(1, np.int64))
    prices = [Prices(np.array([price])) for price in (1, 2, 3, 4)]
    compiled(PROGRAM)(books, *prices)
    return int(books.total[0])
