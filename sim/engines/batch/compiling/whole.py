"""Compiling as a whole: functions that others call are optimised, and made machine code, only as a part of them.

numba makes a library of each function with all that it calls, optimised and ready to run. Two of the engine's two hundred
functions are called from outside; to make ready all the others takes as long as all else, and to copy into each what it
calls takes longer the deeper calls are nested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target
from numba.core.types.functions import Function


@contextmanager
def as_a_whole(outer: str) -> Iterator[dict[str, tuple[tuple[str, ...], bytes]]]:
    """Compile a function of this name as a whole, and all others only as parts of it.

    Yields a dictionary, which is filled by the function's name with what it calls outside and its object file.
    """
    made: dict[str, tuple[tuple[str, ...], bytes]] = {}

    class Library(JITCodeLibrary):  # type: ignore[misc]  # numba says nothing of its type
        """A function, and those that it calls."""

        def finalize(self) -> None:
            """Make machine code of the outer function with all that it calls, and leave others as they are."""
            self._raise_if_finalized()
            if self.name == outer:
                for library in _called(self):
                    self._final_module.link_in(library._get_module_for_linking(), preserve=True)
                self._optimize_final_module()
                self._final_module.verify()
                calls = (f.name for f in self._final_module.functions if f.is_declaration)
                outside = tuple(name for name in calls if not name.startswith("llvm."))
                made[outer] = outside, self._codegen._tm.emit_object(self._final_module)
            self._finalized = True

    codegen = cpu_target.target_context.codegen()
    set_env = codegen.set_env

    def set_known(name: str, environment: Any) -> None:
        """Set where a function finds Python objects, if it is machine code."""
        if codegen._engine.get_global_value_address(name):
            set_env(name, environment)

    # Whoever else compiles waits, as always.
    with (
        global_compiler_lock,
        _replaced(codegen, "_library_class", Library),
        _replaced(codegen, "set_env", set_known),
        _replaced(Function, "get_call_type", _remembering(Function.get_call_type)),
    ):
        yield made


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Replace an attribute meanwhile."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _remembering(find: Callable[..., Any]) -> Callable[..., Any]:
    """Return what finds out once what numba's own functions return for arguments of the same types.

    Additions alone are five hundred, and for each numba asks all that might know how to add, arrays' rules included.
    """
    known: dict[Any, Any] = {}

    def found(function: Any, context: Any, arguments: Any, named: Any) -> Any:
        key = function, tuple(arguments), tuple(named.items())
        if key not in known:
            known[key] = find(function, context, arguments, named)
        return known[key]

    return found


def _called(library: Any) -> list[Any]:
    """Return the libraries of all functions that a function calls, directly or through others."""
    found: dict[int, Any] = {}
    waiting = list(library._linking_libraries)
    while waiting:
        other = waiting.pop(0)
        if id(other) not in found:
            found[id(other)] = other
            waiting += other._linking_libraries
    return list(found.values())
