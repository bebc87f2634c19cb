"""Compiling as a whole: a function that others call is optimised, and made machine code, only as a part of them.

numba makes a library of each function with all that it calls, optimised and ready to run. Two of the engine's
two hundred functions are called from outside; to make ready all the others takes as long as all else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target


@contextmanager
def as_a_whole(*outer: str) -> Iterator[None]:
    """Compile functions of these names as a whole, and all others only as parts of them."""

    class Library(JITCodeLibrary):  # type: ignore[misc]  # numba says nothing of its type
        """A function with all that it calls."""

        def _optimize_final_module(self) -> None:
            if self.name in outer:
                super()._optimize_final_module()

        def _finalize_final_module(self) -> None:
            if self.name in outer:
                super()._finalize_final_module()
            else:
                self._finalize_dynamic_globals()
                self._finalized = True

    codegen = cpu_target.target_context.codegen()
    set_env = codegen.set_env

    def set_known(name: str, environment: Any) -> None:
        """Set where a function finds Python objects, if it is machine code."""
        if codegen._engine.get_global_value_address(name):
            set_env(name, environment)

    # Whoever else compiles waits, as always.
    with global_compiler_lock:
        before, codegen._library_class, codegen.set_env = codegen._library_class, Library, set_known
        try:
            yield
        finally:
            codegen._library_class = before
            del codegen.set_env
