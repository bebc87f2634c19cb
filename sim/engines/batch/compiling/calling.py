"""Calling a program: compiled, from the cache where it was compiled before; or as plain Python, for a debugger."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numpy as np

from sim.engines.batch.compiling import ahead
from sim.engines.batch.compiling.caching import cache_directory, forget, is_in_cache
from sim.engines.batch.compiling.jitting import borrowed, compile_apart, compile_main, jitted
from sim.engines.batch.compiling.program import Program

_ONE_AT_A_TIME = threading.Lock()


def compiled(program: Program) -> Callable[..., int]:
    """Return `main` of a program, to be called with its tuples; from the cache if it was compiled before.

    With numba's own switch NUMBA_DISABLE_JIT=1 in the environment it runs as plain Python instead, which a debugger can
    step through.
    """
    if _switched_off():
        return partial(uncompiled, program)
    with _ONE_AT_A_TIME:
        return _announced(program)


def _switched_off() -> bool:
    """Return whether numba's own switch asks for plain Python."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


def is_kept(program: Program, *arguments: Any) -> bool:
    """Return whether `compiled` can be called with these arguments without compiling first; never in plain Python."""
    if _switched_off() or not any(cache_directory(program.sources).rglob("*.nbi")):
        return False
    import numba

    with _ONE_AT_A_TIME:
        engine = jitted(program)
    signature = tuple(numba.typeof(argument) for argument in arguments)
    whole = (*signature, numba.types.int64)
    return is_in_cache(engine.main, whole) and is_in_cache(engine.apart, borrowed(signature[1:]))


def uncompiled(program: Program, state: Any, *others: Any) -> int:
    """Run `main` as plain Python.

    Records of the first tuple get their fields as attributes, as compiled code has them.
    """
    views = (array.view(np.recarray) if array.dtype.names else array for array in state)
    return int(program.main(type(state)(*views), *others, 0))


@lru_cache(maxsize=1)
def _announced(program: Program) -> Callable[..., int]:
    """Return `main`, which compiles at its first call and says so; threads that come meanwhile wait for it."""
    import numba

    first, main = threading.Lock(), jitted(program).main
    apart = 0

    def run(*arguments: Any) -> int:
        nonlocal apart
        with first:
            if not apart:
                apart = load_or_compile(program, tuple(numba.typeof(argument) for argument in arguments))
        return int(main(*arguments, apart))

    return run


def load_or_compile(program: Program, signature: tuple[Any, ...]) -> int:
    """Make `main` ready to be called and return the address of `apart`.

    What lies in the cache and cannot be read is compiled again.
    """
    from numba.core.errors import NumbaError

    try:
        return _made_ready(program, signature)
    except NumbaError:
        raise
    except Exception:
        forget(jitted(program).cache)
        return _made_ready(program, signature)


def _made_ready(program: Program, signature: tuple[Any, ...]) -> int:
    """Load or compile `main` and `apart`, and return the address of `apart`."""
    from numba import types

    engine = jitted(program)
    helper, whole, others = None, (*signature, types.int64), signature[1:]
    if not (is_in_cache(engine.main, whole) and is_in_cache(engine.apart, borrowed(others))):
        print("compiling the batch engine (once)", file=sys.stderr, flush=True)
        if ahead.worth_while():
            helper = ahead.start(program, others, engine.cache)
    compile_main(program, whole)
    if helper is not None:
        helper.wait()
    compile_apart(program, others)
    return _address(engine.apart)


def kept_address(program: Program, signature: tuple[Any, ...]) -> int | None:
    """Return the address of `apart` for the types of its tuples; None where it was not compiled before."""
    if _switched_off():
        return None
    with _ONE_AT_A_TIME:
        apart = jitted(program).apart
        try:
            if not apart.overloads and not is_in_cache(apart, borrowed(signature)):
                return None
            compile_apart(program, signature)
        except Exception:
            # What lies there cannot be read: whoever compiles will mend it.
            return None
        return _address(apart)


def _address(dispatcher: Any) -> int:
    """Return the address of a compiled function that takes plain C arguments."""
    (found,) = dispatcher.overloads.values()
    return int(found.library.get_pointer_to_function(found.fndesc.llvm_cfunc_wrapper_name))
