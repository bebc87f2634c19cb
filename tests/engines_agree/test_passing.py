"""Arrays in compiled code are read and written as in plain Python, whatever their kind."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engines.batch.compiling.calling import compiled, uncompiled
from sim.engines.batch.compiling.native import in_memory
from tests.engines_agree.arrays_program import PROGRAM, Read, Written

# With a gap before the second field: records are laid out as C does it.
RECORD = np.dtype([("number", np.int32), ("amount", np.float64)], align=True)


def given(seed: int) -> Read:
    """Arrays of random lengths, and indices within all of them."""
    rng = np.random.default_rng(seed)
    a, b, c = rng.integers(4, 9, size=3)
    records = np.zeros(b, RECORD)
    records["number"], records["amount"] = rng.integers(0, 99, b), rng.random(b)
    i, j, k = np.sort(rng.choice(4, 3, replace=False))
    return Read(
        rng.random(a), rng.random((b, c)), rng.random((a, b, c)), rng.random(a) < 0.5, records.view(np.recarray),
        np.array([i, j, k]),
    )  # fmt: skip


def blank(read: Read) -> Written:
    """Arrays to be written."""
    shape = read.table.shape
    return Written(np.zeros(2), np.zeros(4, np.int64), np.ones(shape), np.zeros(9, bool), np.zeros(9, RECORD))


@pytest.mark.parametrize("seed", range(8))
def test_compiled_code_reads_and_writes_what_plain_python_does(seed: int) -> None:
    read = given(seed)
    ours, theirs = blank(read), blank(read)
    here = compiled(PROGRAM)(ours, Read(*map(np.asarray, read)))
    assert here == uncompiled(PROGRAM, theirs, read) == read.flags.sum()
    assert ours.whole[0] > 0
    for mine, plain in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine, plain)


def test_a_tuple_lies_in_memory_as_addresses_and_shapes() -> None:
    read = given(0)
    words = in_memory(read)
    assert len(words) == sum(1 + array.ndim for array in read)
    assert words[0] == read.row.ctypes.data
    assert words[2:5].tolist() == [read.table.ctypes.data, *read.table.shape]
