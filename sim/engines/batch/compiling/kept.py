"""The compiled planner, called from Python: the reference engine plans by it where it lies in the cache."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.engines.shared.reviews import DECIDED
from sim.errors import ModelError
from sim.plan import IntArray

DECIDE = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 4, ctypes.c_int64)
Decide = Callable[[Any, Any, Any, Any, int], None]


def planner_kept(*arrays: Any) -> Decide | None:
    """What decides a review for tables, position, memory and worksheet like these; None where nothing is compiled.

    Raises (when called):
        ModelError: the planner failed.
    """
    import numba

    # Registers what numba must know.
    from sim.engines.batch.compiling import passing  # noqa: F401
    from sim.engines.batch.compiling.calling import kept_planner

    address = kept_planner(tuple(numba.typeof(alike(fields)) for fields in arrays))
    if address is None:
        return None
    function = DECIDE(address)

    def decide(tables: Any, position: Any, memory: Any, sheet: Any, k: int) -> None:
        places = [_layout(fields) for fields in (tables, position, memory, sheet)]
        if function(*(place.ctypes.data for place in places), k) != DECIDED:
            raise ModelError(f"the planner failed at review {k}")

    return decide


def alike(arrays: Any) -> Any:
    """The same named tuple with arrays of one kind, as compiled code knows them: contiguous, and free to be written."""
    flags = ((array, array.flags) for array in arrays)
    return type(arrays)(
        *(array if f.c_contiguous and f.writeable else np.array(array, order="C") for array, f in flags)
    )


def _layout(arrays: Any) -> IntArray:
    """A named tuple of arrays as numba lays it out: of each its two owners (none), size, item size, address, shape, strides."""
    parts = [[0, 0, a.size, a.itemsize, a.ctypes.data, *a.shape, *a.strides] for a in arrays]
    return np.array([number for part in parts for number in part], dtype=np.int64)
