"""Calling a program: compiled, from the cache where it was compiled before; or as plain Python, for a debugger."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from sim.engines.batch.compiling import ahead
from sim.engines.batch.compiling.caching import cache_directory, found, is_there, keep
from sim.engines.batch.compiling.native import Code, Kinds, Native, all_kinds, load, plain
from sim.engines.batch.compiling.program import Program

_ONE_AT_A_TIME = threading.RLock()
_started: dict[Program, ahead.Helpers] = {}
"""Processes that compile already."""


class Ready(NamedTuple):
    """The compiled functions of a program, for arguments of certain kinds."""

    main: Native
    apart: Native


def compiled(program: Program) -> Callable[..., int]:
    """Return `main` of a program, to be called with its tuples; from the cache if it was compiled before.

    With numba's own switch NUMBA_DISABLE_JIT=1 in the environment it runs as plain Python instead, which a debugger can
    step through.
    """
    if _switched_off():
        return partial(uncompiled, program)

    def run(*arguments: Any) -> int:
        ready = load_or_compile(program, arguments)
        return ready.main(*arguments, ready.apart.address)

    return run


def _switched_off() -> bool:
    """Return whether numba's own switch asks for plain Python."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


def is_kept(program: Program) -> bool:
    """Return whether `compiled` can be called without compiling first, because that was done before on this machine.

    It is False in plain Python.
    """
    if _switched_off():
        return False
    cache = cache_directory(program.sources)
    return all(is_there(cache, function) for function in (program.main, program.apart))


def foresee(program: Program) -> None:
    """Begin to compile in the background if that will be necessary."""
    with _ONE_AT_A_TIME:
        if program not in _started and not _switched_off() and not is_kept(program) and ahead.worth_while():
            _started[program] = ahead.start(program, cache_directory(program.sources))


def uncompiled(program: Program, state: Any, *others: Any) -> int:
    """Run `main` as plain Python.

    Records of the first tuple get their fields as attributes, as compiled code has them.
    """
    views = (array.view(np.recarray) if array.dtype.names else array for array in state)
    return int(program.main(type(state)(*views), *map(plain, others), 0))


@lru_cache(maxsize=1)
def _known(_program: Program) -> list[tuple[list[Kinds], Ready]]:
    """Return what was loaded in this process, with the kinds of its arguments, to be added to."""
    return []


def load_or_compile(program: Program, arguments: Sequence[Any]) -> Ready:
    """Return the compiled functions for named tuples like these, from the cache if they are there.

    Compiling is announced. Threads that come meanwhile wait for it.
    """
    kinds, known = all_kinds(arguments), _known(program)
    for these, ready in known:
        if these == kinds:
            return ready
    with _ONE_AT_A_TIME:
        for these, ready in known:
            if these == kinds:
                return ready
        known.append((kinds, _made_ready(program, arguments, kinds)))
        return known[-1][1]


def _made_ready(program: Program, arguments: Sequence[Any], kinds: list[Kinds]) -> Ready:
    """Load or compile `main` and `apart`."""
    cache = cache_directory(program.sources)
    main, apart = found(cache, program.main, kinds), found(cache, program.apart, kinds[1:])
    if main is None or apart is None:
        print(f"compiling {program.title} (once)", file=sys.stderr, flush=True)
        foresee(program)
        helpers = _started.pop(program, None)
        if helpers is not None:
            helpers.ask(arguments)
            helpers.wait(program.title)

    def made(function: Callable[..., int], first: int) -> Code:
        code = found(cache, function, kinds[first:])
        if code is None:
            from sim.engines.batch.compiling.jitting import machine_code

            code = machine_code(program, function, [plain(arrays) for arrays in arguments[first:]])
            keep(cache, function, kinds[first:], code)
        return code

    return Ready(load(main or made(program.main, 0), len(kinds)), load(apart or made(program.apart, 1), len(kinds) - 1))


def kept(program: Program, arguments: Sequence[Any]) -> Native | None:
    """Return `apart` for named tuples like these; None where it was not compiled before."""
    if _switched_off():
        return None
    kinds = all_kinds(arguments)
    with _ONE_AT_A_TIME:
        for these, ready in _known(program):
            if these[1:] == kinds:
                return ready.apart
        code = found(cache_directory(program.sources), program.apart, kinds)
        return None if code is None else load(code, len(kinds))
