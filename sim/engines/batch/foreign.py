"""The one way back from compiled code into Python: a call by address, with one number."""

from __future__ import annotations

import ctypes
from typing import Any

CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_int64)
"""What may be called. It takes Python's lock by itself."""


def ask(address: int, number: int) -> None:
    """Call the function at an address."""
    CALLBACK(int(address))(int(number))


def borrow(fields: Any) -> Any:
    """A named tuple of arrays as it is; compiled, its address (see `passing`)."""
    return fields
