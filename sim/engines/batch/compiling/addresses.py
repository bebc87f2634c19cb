"""What compiled code calls by address: Python, with one number, and the planner, which is compiled by itself."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.engines.shared.positions import Memory, Position
    from sim.engines.shared.tables import Tables
    from sim.engines.shared.worksheet import Worksheet

CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_int64)
"""What may be called. It takes Python's lock by itself."""


def ask(address: int, number: int) -> None:
    """Call the function at an address."""
    CALLBACK(int(address))(int(number))


def borrow(fields: Any) -> Any:
    """A named tuple of arrays as it is; compiled, its address (see `passing`)."""
    return fields


def call_planner(address: int, t: Tables, p: Position, m: Memory, w: Worksheet, k: int) -> int:  # noqa: ARG001
    """Call `planning.decide`; compiled, at its address."""
    from sim.engines.shared.reviews import decide

    return decide(t, p, m, w, k)
