"""Tasks on the workers of a Dask scheduler: the same blocks, the same bits. Needs the extra `cluster`."""

from __future__ import annotations

import pickle
import socket
import time
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from sim.errors import InputError, Mark, Problem
from sim.study.provenance import made_by
from sim.study.workers import Task

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
AHEAD = 3
"""Tasks sent for each thread of the workers: enough that none waits for the next."""
PATIENCE = 20
"""Seconds that a scheduler may take to answer, and its first worker to come."""


def on_cluster(address: str, tasks: Iterable[Task[T]]) -> Iterator[T]:
    """What the tasks return, in their order. A worker that dies loses nothing: others do its tasks.

    Raises:
        InputError: no scheduler answers, it has no workers, they run another version of the program,
            or a task has outlived too many of them.
    """
    with _connected(address) as client:
        waiting: deque[Any] = deque()
        most = AHEAD * sum(client.nthreads().values())
        for function, arguments in tasks:
            waiting.append(client.submit(_checked, made_by(), function, *arguments, pure=False))
            if len(waiting) >= most:
                yield _result(address, waiting.popleft())
        while waiting:
            yield _result(address, waiting.popleft())


def shipped(data: object) -> bytes:
    """Data that goes with a task, small enough to go with each: a worker may know none of the files."""
    return zlib.compress(pickle.dumps(data), 1)


@lru_cache(maxsize=32)
def unpacked(data: bytes) -> Any:
    """The data, unpacked once in each worker."""
    return pickle.loads(zlib.decompress(data))


def _checked(wanted: dict[str, str], function: Any, *arguments: Any) -> Any:
    """Run a task on a worker, if it has the same version: one may have joined since the others were asked."""
    _refuse_others("a worker", wanted, made_by())
    return function(*arguments)


def _refuse_others(worker: str, wanted: dict[str, str], has: dict[str, str]) -> None:
    problems = [
        Problem(Mark(f"--cluster {worker}"), name, f"runs another version: {has.get(name)} there, {version} here")
        for name, version in wanted.items()
        if has.get(name) != version
    ]
    if problems:
        raise InputError(problems)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A connection to a scheduler whose workers all run this version."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        message = "needs Dask's package distributed, which is not installed: pip install 'fabshift[cluster]'"
        raise InputError([Problem(Mark("--cluster"), "", message)]) from None
    _knock(address)
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise _refused(address, f"no Dask scheduler answers there ({error})") from None
    with client:
        _ask_workers(address, client)
        yield client


def _knock(address: str) -> None:
    """Wait until somebody listens there, who may just be starting; what is no address is told at once."""
    place, patience = urlsplit(address), time.monotonic() + PATIENCE
    try:
        if not place.hostname or not place.port:
            raise ValueError("an address is written tcp://HOST:PORT")
        while not _open(place.hostname, place.port, last=time.monotonic() > patience):
            time.sleep(0.2)
    except (OSError, ValueError) as error:
        raise _refused(address, f"no Dask scheduler answers there ({error})") from None


def _open(host: str, port: int, *, last: bool) -> bool:
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        if last:
            raise
        return False
    return True


def _ask_workers(address: str, client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise _refused(address, f"the scheduler has no worker: dask worker {address}") from None
    try:
        versions = client.run(made_by)
    except ImportError as error:
        raise _refused(address, f"its workers cannot import fabshift ({error}); install it there") from None
    for worker, has in versions.items():
        _refuse_others(str(worker), made_by(), has)


def _result(address: str, future: Any) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        raise _refused(address, "too many workers died with one block; --out keeps what was finished") from None


def _refused(address: str, message: str) -> InputError:
    return InputError([Problem(Mark(f"--cluster {address}"), "", message)])
