"""Tasks on the workers of a Dask scheduler: the same blocks, the same bits. Needs the extra `cluster`."""

from __future__ import annotations

import logging
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

from sim.errors import InputError, LostError, Problem, argument
from sim.study.runs.provenance import made_by
from sim.study.runs.workers import Task

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
AHEAD = 3
"""Tasks sent for each thread of the workers: enough that none waits for the next."""
PATIENCE = 20
"""Seconds that a scheduler may take to answer, and its first worker to come."""
LOOK = 5
"""Seconds without a result after which to look whether there is a worker yet."""
_ANSWERED: set[str] = set()
"""Schedulers that have been used. Where one is missed later (a study may connect several times), the input is right."""


def on_cluster(address: str, tasks: Iterable[Task[T]]) -> Iterator[T]:
    """What the tasks return, in their order. A worker that dies loses nothing: others do its tasks.

    Raises:
        InputError: no scheduler answers, it has no workers, or they run another version of the program.
        LostError: the scheduler or all workers are gone, or a task has outlived too many workers.
    """
    with _connected(address) as client:
        waiting: deque[Any] = deque()
        with _attached(address, client):
            most = AHEAD * sum(client.nthreads().values())
        for function, arguments in tasks:
            with _attached(address, client):
                waiting.append(client.submit(_checked, made_by(), function, *arguments, pure=False))
            if len(waiting) >= most:
                yield _result(address, client, waiting.popleft())
        while waiting:
            yield _result(address, client, waiting.popleft())


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
        Problem(argument(f"--cluster {worker}"), name, f"runs another version: {has.get(name)} there, {version} here")
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
        raise InputError([Problem(argument("--cluster"), "", message)]) from None
    _knock(address)
    with _unlogged():
        try:
            client = Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise _refused(address, f"no Dask scheduler answers there ({error})") from None
        with client:
            with _attached(address, client):
                _ask_workers(address, client)
            _ANSWERED.add(address)
            yield client


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep what the client logs of a lost scheduler, with tracebacks, off stderr: an error says it in one line."""
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


@contextmanager
def _attached(address: str, client: Client, task: Any = None) -> Iterator[None]:
    """Turn what the client raises where it has lost its scheduler into LostError, but not what the task raises.

    A scheduler that is restarted knows none of the tasks, so the client is not left to wait for one.
    """
    from distributed import CancelledError

    try:
        yield
    except (InputError, LostError):
        raise
    except Exception as error:
        gone = isinstance(error, OSError | CancelledError) or client.status != "running"
        if not gone or (task is not None and task.status == "error"):
            raise
        raise _lost(address, "the scheduler was lost or restarted") from None


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


def _result(address: str, client: Client, future: Any) -> Any:
    """What a task returns or raises. Nobody tells the client that there is no worker left: it looks now and then."""
    from distributed import KilledWorker

    with _attached(address, client, future):
        while True:
            try:
                return future.result(timeout=LOOK)
            except KilledWorker:
                raise _lost(address, "too many workers died with one block") from None
            except TimeoutError:
                if future.status == "error" and isinstance(future.exception(), TimeoutError):
                    raise
                _look_for_workers(address, client)


def _look_for_workers(address: str, client: Client) -> None:
    """Return if there are workers, or one comes in time; a scheduler that no longer answers raises TimeoutError."""
    if client.sync(client.nthreads, callback_timeout=PATIENCE):
        return
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise _lost(address, "all workers were lost") from None


def _lost(address: str, message: str) -> LostError:
    return LostError(f"--cluster {address}: {message}")


def _refused(address: str, message: str) -> InputError | LostError:
    if address in _ANSWERED:
        return _lost(address, message)
    return InputError([Problem(argument(f"--cluster {address}"), "", message)])
