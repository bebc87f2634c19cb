"""What compiled code does by address: call Python and functions that were compiled by themselves, and fetch memory."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

LINE = 64
"""Bytes that memory hands out at once."""
CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_int64)
"""What may be called. It takes Python's lock by itself."""


def address_of(callback: Any) -> int:
    """Return where compiled code finds a callback, 0 for none; it must live as long as it may be called."""
    return 0 if callback is None else int(ctypes.cast(callback, ctypes.c_void_p).value or 0)


def tell(address: int, number: int) -> None:
    """Call the function at an address with a number."""
    CALLBACK(int(address))(int(number))


def prefetch(records: Any, index: int) -> None:
    """Fetch a record into the cache, to be read soon; in plain Python, do nothing."""


def call(function: Callable[..., int], address: int, a: Any, b: Any, c: Any, d: Any, number: int) -> int:  # noqa: ARG001
    """Return what a function returns for four named tuples and a number; compiled, the one at the address, 0 if it failed."""
    return function(a, b, c, d, number)
