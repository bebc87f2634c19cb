"""Tasks on many cores: in threads, which start at once, or in processes where they take long.

Threads share what was loaded and compiled, but code that needs Python's global interpreter lock runs in one at a time (see
`engines/batch/compiling/turns.py`), and compiled code is the smaller part of a run.
"""

from __future__ import annotations

import itertools
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
LONG = 10.0
"""Seconds of work from which on processes are faster: each takes a few seconds to start."""
LEAST = 8
"""Tasks of which one is timed; fewer go to threads at once."""
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


def soonest(
    tasks: Iterable[Task[T]], count: int, *, jobs: int, packed: Callable[[Iterator[Task[T]]], Iterator[Task[T]]] = iter
) -> Iterator[T]:
    """Yield the results of `count` tasks in their order, by threads or, if they take long, by processes.

    Two tasks are run here: the first loads what all need and compiles what was not compiled before, by the second the
    time is measured. `packed` prepares tasks for other processes.
    """
    from joblib import cpu_count

    waiting, threads = iter(tasks), True
    if count >= LEAST and (jobs or cpu_count()) > 1:
        for function, arguments in itertools.islice(waiting, 2):
            began = time.perf_counter()
            yield function(*arguments)
        threads = (time.perf_counter() - began) * (count - 2) < LONG
    yield from in_order(waiting if threads else packed(waiting), jobs=jobs, threads=threads)
