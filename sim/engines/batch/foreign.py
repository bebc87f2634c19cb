"""What compiled code calls by address: Python, with one number, and the planner, which is compiled by itself."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.engines.batch.state import State
    from sim.engines.positions import Memory, Position
    from sim.engines.tables import Tables

CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_int64)
"""What may be called. It takes Python's lock by itself."""


def ask(address: int, number: int) -> None:
    """Call the function at an address."""
    CALLBACK(int(address))(int(number))


def borrow(fields: Any) -> Any:
    """A named tuple of arrays as it is; compiled, its address (see `passing`)."""
    return fields


def call_planner(address: int, s: State, t: Tables, p: Position, m: Memory, k: int) -> None:
    """Call `planning.decide` at its address; only compiled code can."""
    raise NotImplementedError
