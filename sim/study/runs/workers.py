"""Tasks on many cores: a thread for each where they spend their time in compiled code, else a process.

Threads share what was loaded and compiled, and begin at once. What needs Python's lock they do in turn (see
`engines/batch/compiling/turns.py`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
Task = tuple[Callable[..., T], tuple[Any, ...]]
"""A function and its arguments."""


def in_order(tasks: Iterable[Task[T]], *, jobs: int, threads: bool) -> Iterator[T]:
    """What the tasks return, in their order, `jobs` at a time (0: one for each core)."""
    from joblib import Parallel, cpu_count, delayed

    workers = jobs or cpu_count()
    if workers == 1:
        return (function(*arguments) for function, arguments in tasks)
    # A process that has grown is replaced by a new one, which costs a second and changes nothing.
    warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given", category=UserWarning)
    pool = Parallel(n_jobs=workers, return_as="generator", backend="threading" if threads else "loky")
    return iter(pool(delayed(function)(*arguments) for function, arguments in tasks))
