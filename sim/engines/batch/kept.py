"""The compiled planner, called from Python: the reference engine plans by it where it lies in the cache."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from sim.engines.batch.compiling.calling import kept_address
from sim.engines.batch.compiling.tuples import alike, in_memory
from sim.engines.batch.program import PROGRAM
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.reviews import DECIDED
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import Worksheet
from sim.errors import ModelError

DECIDE = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * 4, ctypes.c_int64)
Decide = Callable[[Position, int], None]


def kept_planner(tables: Tables, position: Position, memory: Memory, sheet: Worksheet) -> Decide | None:
    """Return what decides a review of these tables, for positions like this one; None if nothing is compiled.

    Raises (when called):
        ModelError: the planner failed.
    """
    import numba

    # Registers what numba must know.
    from sim.engines.batch.compiling import passing  # noqa: F401

    tables = alike(tables)
    address = kept_address(PROGRAM, tuple(numba.typeof(alike(fields)) for fields in (tables, position, memory, sheet)))
    if address is None:
        return None
    function = DECIDE(address)

    def decide(seen: Position, k: int) -> None:
        """Decide review `k` and leave the decision in the worksheet."""
        fields: tuple[Any, ...] = (tables, alike(seen), memory, sheet)
        # Held in a name, so that nothing of it is freed during the call.
        places = [in_memory(arrays) for arrays in fields]
        if function(*(place.ctypes.data for place in places), k) != DECIDED:
            raise ModelError(f"the planner failed at review {k}")

    return decide
