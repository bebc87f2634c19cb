"""Tasks on many cores: in threads where most of the time is spent in compiled code, else in processes.

Threads share what was loaded and compiled, and start at once. Code that needs Python's global interpreter lock runs in
one thread at a time (see `engines/batch/compiling/turns.py`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
Task = tuple[Callable[..., T], tuple[Any, ...]]
"""A function and its arguments."""


def in_order(tasks: Iterable[Task[T]], *, jobs: int, threads: bool) -> Iterator[T]:
    """Yield the results of tasks in their order, with `jobs` tasks at a time (0: one for each core)."""
    from joblib import Parallel, cpu_count, delayed

    workers = jobs or cpu_count()
    if workers == 1:
        return (function(*arguments) for function, arguments in tasks)
    # joblib replaces a process whose memory has grown. This takes a second and does not affect results, so the warning
    # would only worry the user.
    warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given", category=UserWarning)
    pool = Parallel(n_jobs=workers, return_as="generator", backend="threading" if threads else "loky")
    return iter(pool(delayed(function)(*arguments) for function, arguments in tasks))
