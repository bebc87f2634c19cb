"""Machine code in this process: loading it and calling it, without numba, which takes half a second to import."""

from __future__ import annotations

import ctypes
import pickle
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Kinds = list[tuple[np.dtype[Any], int]]
"""Element type and number of dimensions of each array of a named tuple, which is all that code is compiled for."""


class Lasting(NamedTuple):
    """A named tuple of arrays that stay where they are, as compiled code finds it: worked out once for many calls."""

    arrays: Any
    kinds: Kinds
    memory: NDArray[np.int64]


class Code(NamedTuple):
    """A compiled function: its name in an object file, what it calls outside of it, and the file."""

    name: str
    calls: tuple[str, ...]
    machine: bytes


class _Raised(ctypes.Structure):
    """The exception of compiled code, as numba describes it: a pickle of its type, arguments and place."""

    _fields_ = (("pickled", ctypes.c_void_p), ("length", ctypes.c_int32))


def prototype(tuples: int) -> Callable[[Any], Any]:
    """Return the C type of a function of so many named tuples and a number.

    It returns 0 or, if it raised an exception, another number. Its result is written to the first address, and the
    address of the exception to the second.
    """
    places = [ctypes.c_void_p] * tuples
    return ctypes.CFUNCTYPE(
        ctypes.c_int32, ctypes.POINTER(ctypes.c_int64), ctypes.POINTER(ctypes.c_void_p), *places, ctypes.c_int64
    )


class Native:
    """A compiled function at an address, called with named tuples of arrays and a number. Other threads run meanwhile."""

    def __init__(self, address: int, tuples: int) -> None:
        self.address = address
        self._function = prototype(tuples)(address)

    def __call__(self, *arguments: Any) -> int:
        """Call the function.

        Raises:
            Exception: what the function raised.
        """
        *fields, number = arguments
        # Held in a name, so that nothing of it is freed during the call.
        places = [arrays.memory if isinstance(arrays, Lasting) else in_memory(arrays) for arrays in fields]
        result, raised = ctypes.c_int64(), ctypes.c_void_p()
        if self._function(
            ctypes.byref(result), ctypes.byref(raised), *(place.ctypes.data for place in places), int(number)
        ):
            raise _exception(raised.value)
        return result.value


def _exception(address: int | None) -> Exception:
    """Return the exception that compiled code describes at an address."""
    try:
        described = _Raised.from_address(address or 0) if address else _Raised()
        kind, arguments, *_ = pickle.loads(ctypes.string_at(described.pickled or 0, described.length))
        return kind(*(arguments or ()))  # type: ignore[no-any-return]
    except Exception:
        # A pickle of any class, rebuilt by any constructor: if that fails, the failure itself must still be told.
        return RuntimeError("compiled code failed")


WORDS_BEFORE_SHAPE = 1
"""Of each array in memory: its address, and then its lengths."""


def in_memory(arrays: Any) -> NDArray[np.int64]:
    """Return a named tuple of arrays as compiled code finds it in memory: the address and the shape of each."""
    words: list[int] = []
    for array in arrays:
        # `array.ctypes` gives the address too, and takes four times as long: a run has two hundred arrays.
        words.append(ctypes.addressof(ctypes.c_char.from_buffer(array)) if array.size else 0)
        words += array.shape
    return np.array(words, dtype=np.int64)


def lasting(arrays: Any) -> Lasting:
    """Return a named tuple of arrays for calls of compiled code; the arrays may be written, not moved."""
    return Lasting(arrays, kinds(arrays), in_memory(arrays))


def kinds(arrays: Any) -> Kinds:
    """Return what code for a named tuple of arrays depends on.

    Raises:
        TypeError: an array is not contiguous, aligned and writable.
    """
    if not all(array.flags.carray for array in arrays):
        raise TypeError("compiled code takes contiguous, writable arrays")
    return [(array.dtype, array.ndim) for array in arrays]


def blank(arrays: Any) -> Any:
    """Return a named tuple of empty arrays of the same kinds, to compile for."""
    arrays = plain(arrays)
    return type(arrays)(*(np.zeros((0,) * array.ndim, array.dtype) for array in arrays))


def plain(arrays: Any) -> Any:
    """Return the named tuple itself, lasting or not."""
    return arrays.arrays if isinstance(arrays, Lasting) else arrays


_LOADED: list[Any] = []
"""Held as long as the process lives, since code may be called at any time."""


def load(code: Code, tuples: int) -> Native:
    """Load a compiled function of so many named tuples and a number."""
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    # Only now are those of the C library found.
    if any(llvm.address_of_symbol(name) is None for name in code.calls):
        # numba has it, and makes it known when it is imported.
        from numba.core.registry import cpu_target

        cpu_target.target_context.refresh()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code.machine))
    engine.finalize_object()
    _LOADED.append(engine)
    return Native(engine.get_function_address(code.name), tuples)


def all_kinds(arguments: Sequence[Any]) -> list[Kinds]:
    """Return the kinds of several named tuples."""
    return [arrays.kinds if isinstance(arrays, Lasting) else kinds(arrays) for arrays in arguments]
