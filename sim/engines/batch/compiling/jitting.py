"""Compiling: a program's functions by numba, as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

from sim.engines.batch.compiling.native import Code
from sim.engines.batch.compiling.program import Program

OPTIONS = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
"""Nobody calls them from Python, so that the way in is left out, which halves the time to compile; and none makes arrays,
so that nobody need count who still uses one."""


@lru_cache(maxsize=1)
def jitted(program: Program) -> dict[Callable[..., int], Any]:
    """Return what numba makes of `main` and `apart` of a program, to be compiled by `machine_code`."""
    import numba

    # The first registers what numba must know.
    from sim.engines.batch.compiling import passing  # noqa: F401
    from sim.engines.batch.compiling.pipeline import Pipeline

    # Copies that find their callees in other dictionaries than the modules': there the compiled ones are put, and
    # the functions themselves stay plain Python for whoever calls them as such.
    spaces = {module.__name__: dict(vars(module)) for module in program.modules}
    found: dict[int, Any] = {}
    for module, function in program.functions():
        copy = _with_globals(function, spaces[module.__name__])
        compiled = numba.njit(pipeline_class=Pipeline, **_options(program, module, function))(copy)
        found[id(function)] = _plain(compiled)
    for space in spaces.values():
        for name, value in space.items():
            space[name] = found.get(id(value), value)
    return {function: found[id(function)] for function in (program.main, program.apart)}


def _options(program: Program, module: ModuleType, function: FunctionType) -> dict[str, bool]:
    """Return numba's options for a function of a program."""
    # Functions that run for each event: calls among them would take a third of a run's time.
    inlined = module in program.inlined and function not in (*program.called, program.main, program.apart)
    return OPTIONS | {"forceinline": inlined}


def _plain(dispatcher: Any) -> Any:
    """Compile a function once for all integers and truth values, not once for each that it is called with."""
    from numba import types

    template = dispatcher.get_call_template

    def widened(kind: Any) -> Any:
        kind = types.unliteral(kind)
        return types.int64 if isinstance(kind, types.Integer | types.IntEnumMember) else kind

    def plain(args: Any, kws: Any) -> Any:
        return template([widened(a) for a in args], {name: widened(a) for name, a in kws.items()})

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


def machine_code(program: Program, function: Callable[..., int], arguments: Sequence[Any]) -> Code:
    """Compile `main` or `apart` of a program for named tuples of arrays like these, and a number."""
    import numba

    from sim.engines.batch.compiling.passing import Borrowed
    from sim.engines.batch.compiling.whole import as_a_whole

    dispatcher = jitted(program)[function]
    signature = (*map(Borrowed, arguments), numba.types.int64)
    with _no_collection(), as_a_whole(function.__name__) as compiled:
        dispatcher.compile(signature)
    return Code(dispatcher.overloads[signature].fndesc.llvm_func_name, *compiled[function.__name__])


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
