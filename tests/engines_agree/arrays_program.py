"""A program that does with arrays all that compiled code may do with them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from sim.engines.batch.compiling.program import Program


class Read(NamedTuple):
    """Arrays that are read, of all kinds that the engine has."""

    row: NDArray[Any]
    table: NDArray[Any]
    block: NDArray[Any]
    flags: NDArray[Any]
    records: Any
    at: NDArray[Any]


class Written(NamedTuple):
    """Arrays that are written."""

    reals: NDArray[Any]
    whole: NDArray[Any]
    table: NDArray[Any]
    flags: NDArray[Any]
    records: Any


def play(written: Written, read: Read, _number: int) -> int:
    """Copy elements and parts of all arrays, and return how many flags are set."""
    i, j, k = read.at[0], read.at[1], read.at[2]
    part = read.row[i:j]
    written.reals[0] = part[0] + read.table[i][j] + read.table[i, j]
    written.reals[1] = read.block[i, j, k] + read.block[i][j, k] + read.block[i, j][k] + read.block[i][j][k]
    written.whole[0], written.whole[1] = len(part), len(read.block[i])
    written.whole[2], written.whole[3] = read.block.shape[2], read.table[i].shape[0]
    written.table[i, j] += read.table[j % len(read.table), k]
    written.flags[k] = read.flags[i]
    found = written.records[k]
    found.number, found.amount = read.records[i].number + 1, read.records[j].amount / 2.0
    count = 0
    for flag in range(len(read.flags)):
        count += int(read.flags[flag])
    return count


def apart(_read: Read, number: int) -> int:
    """Return the number."""
    return number


PROGRAM = Program(
    main=play, apart=apart, modules=(sys.modules[__name__],), inlined=(), called=(), sources=(Path(__file__),),
    place=__name__, title="arrays",
)  # fmt: skip
