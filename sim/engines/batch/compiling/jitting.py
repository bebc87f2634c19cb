"""Compiling: a program's functions by numba, as they are written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from sim.engines.batch.compiling.caching import cache_directory, kept_in
from sim.engines.batch.compiling.program import Program

INNER = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Nobody calls them from Python: leaving out the way in halves the time to compile."""


class Jitted(NamedTuple):
    """What is called from outside, and where it is kept when it is compiled."""

    main: Any
    apart: Any
    cache: Path


@lru_cache(maxsize=1)
def jitted(program: Program) -> Jitted:
    """Return the functions of a program, to be compiled when they are first called or by `compile_main`."""
    import numba

    # Registers what numba must know.
    from sim.engines.batch.compiling import passing  # noqa: F401

    # Copies that find their callees in other dictionaries than the modules': there the compiled ones are put, and
    # the functions themselves stay plain Python for whoever calls them as such.
    spaces = {module.__name__: dict(vars(module)) for module in program.modules}
    found: dict[int, Any] = {}
    for module, function in program.functions():
        copy = _with_globals(function, spaces[module.__name__])
        found[id(function)] = _plain(numba.njit(**_options(program, module, function))(copy))
    for space in spaces.values():
        for name, value in space.items():
            space[name] = found.get(id(value), value)
    cache = cache_directory(program.sources)
    main, apart = found[id(program.main)], found[id(program.apart)]
    with kept_in(numba.config, cache):
        main.enable_caching()
        apart.enable_caching()
    return Jitted(main, apart, cache)


def _options(program: Program, module: ModuleType, function: FunctionType) -> dict[str, bool]:
    """Return numba's options for a function of a program."""
    if function is program.main:
        return {"nogil": True}
    if function is program.apart:
        return {}
    # Code that makes no arrays need not count who still uses one. Its functions run for each event, so that calls
    # among them would take a third of a run's time.
    inlined = {"_nrt": False, "forceinline": function not in program.called}
    return INNER | (inlined if module in program.uncounted else {})


def _plain(dispatcher: Any) -> Any:
    """Compile a function once for all integers, not once for each number that it is called with."""
    from numba import types

    template = dispatcher.get_call_template

    def plain(args: Any, kws: Any) -> Any:
        return template([types.unliteral(a) for a in args], {name: types.unliteral(a) for name, a in kws.items()})

    dispatcher.get_call_template = plain
    return dispatcher


def _with_globals(function: FunctionType, space: dict[str, Any]) -> FunctionType:
    """Return the same function with another namespace, in which it finds its callees."""
    copy = FunctionType(function.__code__, space, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__, copy.__module__, copy.__qualname__ = (
        function.__kwdefaults__,
        function.__module__,
        function.__qualname__,
    )
    return copy


def compile_main(program: Program, signature: tuple[Any, ...]) -> None:
    """Load or compile `main`, for the types that it is called with."""
    _compile(program, program.main, jitted(program).main, signature)


def compile_apart(program: Program, signature: tuple[Any, ...]) -> None:
    """Load or compile `apart`, for the types of its tuples."""
    _compile(program, program.apart, jitted(program).apart, borrowed(signature))


def _compile(program: Program, function: Callable[..., int], dispatcher: Any, signature: tuple[Any, ...]) -> None:
    """Load or compile a function; if it cannot be kept, report that and go on."""
    from sim.engines.batch.compiling.whole import as_a_whole

    try:
        with _no_collection(), as_a_whole(function.__name__):
            dispatcher.compile(signature)
    except OSError as error:
        if not dispatcher.overloads:
            raise
        place, why = jitted(program).cache, error.strerror or type(error).__name__
        print(f"compiled code cannot be kept in {place}: {why}; the next process compiles again", file=sys.stderr)


def borrowed(signature: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the types of `apart`: its tuples by address, and a number."""
    from numba import types

    from sim.engines.batch.compiling.passing import Borrowed

    return (*(Borrowed(fields) for fields in signature), types.int64)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Suspend the garbage collector, which takes a tenth of the compiler's time."""
    import gc

    # The compiler makes millions of objects that live on: there is no garbage among them to be found.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
