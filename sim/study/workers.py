"""Tasks on many cores, each core a process.

Processes for the compiled engine too, which lets go of the interpreter: half of a run is drawing, laying out and
adding up in Python, which two threads can only do in turn (two threads took as long as one, two processes little
more than half as long, measured with `as-announced` on two cores).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
Task = tuple[Callable[..., T], tuple[Any, ...]]
"""A function and its arguments."""


def in_order(tasks: Iterable[Task[T]], *, jobs: int) -> Iterator[T]:
    """What the tasks return, in their order, `jobs` at a time (0: one for each core)."""
    from joblib import Parallel, cpu_count, delayed

    workers = jobs or cpu_count()
    if workers == 1:
        return (function(*arguments) for function, arguments in tasks)
    # A worker that has grown is replaced by a new one, which costs a second and changes nothing.
    warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given", category=UserWarning)
    pool = Parallel(n_jobs=workers, return_as="generator")
    return iter(pool(delayed(function)(*arguments) for function, arguments in tasks))
