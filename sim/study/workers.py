"""Tasks on many cores: threads where the compiled engine lets go of the interpreter, else processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
Task = tuple[Callable[..., T], tuple[Any, ...]]
"""A function and its arguments."""


def in_order(tasks: Iterable[Task[T]], *, threads: bool, jobs: int) -> Iterator[T]:
    """What the tasks return, in their order, `jobs` at a time (0: one for each core)."""
    from joblib import Parallel, cpu_count, delayed

    workers = jobs or cpu_count()
    if workers == 1:
        return (function(*arguments) for function, arguments in tasks)
    pool = Parallel(n_jobs=workers, backend="threading" if threads else "loky", return_as="generator")
    return iter(pool(delayed(function)(*arguments) for function, arguments in tasks))
