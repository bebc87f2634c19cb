"""The engine's functions compiled by numba as they are written, once for every machine and version."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from sim import clock
from sim.engines.batch import (
    ahead,
    calendar,
    desk,
    lists,
    looking,
    loop,
    losses,
    lots,
    planning,
    shop,
    store,
    waiting,
    wip,
)
from sim.engines.batch.state import State
from sim.engines.shared import (
    attainable,
    capability,
    causes,
    contracts,
    entitlement,
    initial,
    netting,
    ordering,
    planner,
    positions,
    release,
    requirements,
    rules,
    shares,
    sourcing,
)

MODULES = (
    clock, rules, positions, capability, requirements, attainable, causes, ordering, shares, sourcing, contracts, entitlement, release,
    netting, planner, initial, calendar, lists, store, shop, waiting, wip, lots, losses, looking, planning, desk, loop,
)  # fmt: skip
"""Whose functions are compiled."""
INNER = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Nobody calls them from Python: leaving out the way in halves the time to compile."""
UNCOUNTED = (clock, rules, calendar, lists, store, shop, waiting, wip, lots, losses, desk)
"""They make no arrays, so need no code that counts who still uses one; and they run for each event, so that calls
among them would take a third of a run's time."""
CALLED = (lots.enter, lots.dispatch, lots.order)
"""Those of them that stay functions: long, and called from several places."""

_ONE_AT_A_TIME = threading.Lock()


class Compiled(NamedTuple):
    """What is called from outside: the loop, and the planner that it calls by address."""

    play: Any
    planner: Any
    cache: Path


def compiled() -> Callable[..., int]:
    """`loop.play`, compiled; from the cache if it was compiled before. With numba's own switch NUMBA_DISABLE_JIT=1 in
    the environment it runs as plain Python instead, which a debugger can step through."""
    if _switched_off():
        return uncompiled
    with _ONE_AT_A_TIME:
        return _announced(_jitted())


def _switched_off() -> bool:
    """Whether numba's own switch asks for plain Python."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


def is_kept(*arguments: Any) -> bool:
    """Whether `compiled()` can be called with these arguments without compiling first; never where it runs as plain Python."""
    if _switched_off() or not any(cache_directory().rglob("*.nbi")):
        return False
    import numba

    with _ONE_AT_A_TIME:
        engine = _jitted()
    signature = tuple(numba.typeof(argument) for argument in arguments)
    whole = (*signature, numba.types.int64)
    return _kept(engine.play, whole) and _kept(engine.planner, _borrowed(signature[1:]))


def uncompiled(state: State, *others: Any) -> int:
    """`loop.play` as plain Python: records of the state with their fields as attributes, as compiled code has them."""
    views: Any = (array.view(np.recarray) if array.dtype.names else array for array in state)
    play: Any = loop.play
    return int(play(State(*views), *others, 0))


def compile_planner(signature: tuple[Any, ...]) -> None:
    """Compile the planner into the cache, for the types of what it works on."""
    from sim.engines.batch.whole import as_a_whole

    with _no_collection(), as_a_whole(planning.decide.__name__):
        _compile(_jitted().planner, _borrowed(signature), _jitted().cache)


@lru_cache(maxsize=1)
def _jitted() -> Compiled:
    import numba

    # Registers what numba must know.
    from sim.engines.batch import passing  # noqa: F401

    spaces = {module.__name__: dict(vars(module)) for module in MODULES}
    jitted: dict[int, Any] = {}
    for module in MODULES:
        for function in _functions(module):
            copy = _with_globals(function, spaces[module.__name__])
            jitted[id(function)] = _plain(numba.njit(**_options(module, function))(copy))
    for space in spaces.values():
        for name, value in space.items():
            space[name] = jitted.get(id(value), value)
    found = Compiled(jitted[id(loop.play)], jitted[id(planning.decide)], cache_directory())
    with _cache_directory(numba.config, found.cache):
        found.play.enable_caching()
        found.planner.enable_caching()
    return found


def _options(module: ModuleType, function: FunctionType) -> dict[str, bool]:
    if function is loop.play:
        return {"nogil": True}
    if function is planning.decide:
        return {}
    return INNER | ({"_nrt": False, "forceinline": function not in CALLED} if module in UNCOUNTED else {})


def _plain(dispatcher: Any) -> Any:
    """Compile a function once for all integers, not once for each number that it is called with."""
    from numba import types

    template = dispatcher.get_call_template

    def plain(args: Any, kws: Any) -> Any:
        return template([types.unliteral(a) for a in args], {name: types.unliteral(a) for name, a in kws.items()})

    dispatcher.get_call_template = plain
    return dispatcher


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    return (f for f in vars(module).values() if isinstance(f, FunctionType) and f.__module__ == module.__name__)


def _with_globals(function: FunctionType, space: dict[str, Any]) -> FunctionType:
    """The same code, which finds its callees in another place: there the compiled ones will be."""
    copy = FunctionType(function.__code__, space, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__, copy.__module__, copy.__qualname__ = (
        function.__kwdefaults__,
        function.__module__,
        function.__qualname__,
    )
    return copy


@lru_cache(maxsize=1)
def _announced(engine: Compiled) -> Callable[..., int]:
    """Say so where the first call has to compile; threads that come meanwhile wait for it."""
    import numba

    first = threading.Lock()

    planner = 0

    def run(*arguments: Any) -> int:
        nonlocal planner
        with first:
            if not planner:
                planner = _load_or_compile(engine, tuple(numba.typeof(argument) for argument in arguments))
        return int(engine.play(*arguments, planner))

    return run


def _load_or_compile(engine: Compiled, signature: tuple[Any, ...]) -> int:
    """Make the loop ready to be called; returns the planner's address. What lies in the cache and cannot be read is made
    again."""
    from numba.core.errors import NumbaError

    try:
        return _made_ready(engine, signature)
    except NumbaError:
        raise
    except Exception:
        for file in engine.cache.rglob("*.nb?"):
            with suppress(OSError):
                file.unlink()
        return _made_ready(engine, signature)


def _made_ready(engine: Compiled, signature: tuple[Any, ...]) -> int:
    from numba import types

    from sim.engines.batch.whole import as_a_whole

    helper, whole, planned = None, (*signature, types.int64), signature[1:]
    if not (_kept(engine.play, whole) and _kept(engine.planner, _borrowed(planned))):
        print("compiling the batch engine (once)", file=sys.stderr, flush=True)
        if ahead.worth_while():
            helper = ahead.start(planned, engine.cache)
    with _no_collection(), as_a_whole(loop.play.__name__):
        _compile(engine.play, whole, engine.cache)
    if helper is not None:
        helper.wait()
    compile_planner(planned)
    return _address(engine.planner)


def kept_planner(signature: tuple[Any, ...]) -> int | None:
    """The address of the planner, if it was compiled before; None where it was not."""
    if _switched_off():
        return None
    with _ONE_AT_A_TIME:
        engine = _jitted()
        try:
            if not engine.planner.overloads and not _kept(engine.planner, _borrowed(signature)):
                return None
            compile_planner(signature)
        except Exception:
            # What lies there cannot be read: whoever compiles will mend it.
            return None
        return _address(engine.planner)


def _address(dispatcher: Any) -> int:
    (found,) = dispatcher.overloads.values()
    return int(found.library.get_pointer_to_function(found.fndesc.llvm_cfunc_wrapper_name))


def _compile(dispatcher: Any, signature: tuple[Any, ...], cache: Path) -> None:
    """Load or compile a function; where it cannot be kept, say so and go on with it."""
    try:
        dispatcher.compile(signature)
    except OSError as error:
        if not dispatcher.overloads:
            raise
        why = error.strerror or type(error).__name__
        print(f"compiled code cannot be kept in {cache}: {why}; the next process compiles again", file=sys.stderr)


def _borrowed(signature: tuple[Any, ...]) -> tuple[Any, ...]:
    from numba import types

    from sim.engines.batch.passing import Borrowed

    return (*(Borrowed(fields) for fields in signature), types.int64)


def _kept(dispatcher: Any, signature: tuple[Any, ...]) -> bool:
    """Whether a function lies in the cache, compiled for these types."""
    cache = dispatcher._cache
    index = getattr(cache, "_cache_file", None)
    return index is not None and cache._index_key(signature, dispatcher.targetctx.codegen()) in index._load_index()


@contextmanager
def _no_collection() -> Iterator[None]:
    """The compiler makes millions of objects that live on: looking for garbage among them is a tenth of its time."""
    import gc

    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _cache_directory(config: Any, place: Path) -> Iterator[None]:
    """Keep machine code by the sources it comes from: numba itself looks at one file alone."""
    before = config.CACHE_DIR
    config.CACHE_DIR = str(place)
    try:
        yield
    finally:
        config.CACHE_DIR = before


def cache_directory() -> Path:
    """`NUMBA_CACHE_DIR` or the user's cache; where neither can be written, a directory for this process."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    base = Path(given) if given else _user_cache() / "fabshift"
    place = base / f"batch-{_fingerprint()}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return place
    except OSError:
        return Path(tempfile.mkdtemp(prefix="fabshift-")) / place.name


def _user_cache() -> Path:
    from platformdirs import user_cache_dir

    return Path(user_cache_dir())


def _fingerprint() -> str:
    """Changes with every source that is compiled, and with what lays out its data."""
    folder = Path(__file__).parent
    files = sorted({*(Path(str(m.__file__)) for m in MODULES), *folder.parent.rglob("*.py")})
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
