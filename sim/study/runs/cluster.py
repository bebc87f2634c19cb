"""Tasks on the workers of a Dask scheduler: the same blocks and bitwise the same results. Needs the extra `cluster`."""

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
"""Tasks sent ahead for each thread of the workers, so that no thread waits for its next task."""
PATIENCE = 20
"""Seconds that a scheduler may take to answer, and its first worker to join."""
LOOK = 5
"""Seconds without a result after which the number of workers is checked."""
_ANSWERED: set[str] = set()
"""Schedulers that have answered before: if one does not answer later, it is lost, and the input was right."""


def on_cluster(address: str, tasks: Iterable[Task[T]]) -> Iterator[T]:
    """Yield the results of tasks in their order. If a worker dies, its tasks are run by others.

    Raises:
        InputError: no scheduler answers, it has no workers, or they run another version of the program.
        LostError: the scheduler or all workers are gone, or too many workers died with the same task.
    """
    with _connected(address) as client:
        waiting: deque[Any] = deque()
        with _attached(address, client):
            most = AHEAD * sum(client.nthreads().values())
        for function, arguments in tasks:
            with _attached(address, client):
                # `pure=False` gives each task a key of its own: results are not shared between studies on the same
                # scheduler.
                waiting.append(client.submit(_checked, made_by(), function, *arguments, pure=False))
            # Tasks are submitted as results are consumed: the rows of a large study are never all in memory.
            if len(waiting) >= most:
                yield _result(address, client, waiting.popleft())
        while waiting:
            yield _result(address, client, waiting.popleft())


def shipped(data: object) -> bytes:
    """Return data as compressed bytes that are sent with each task: a worker may have none of the files."""
    return zlib.compress(pickle.dumps(data), 1)


@lru_cache(maxsize=32)
def unpacked(data: bytes) -> Any:
    """Return the data of `shipped`; the most recent are cached in each worker."""
    return pickle.loads(zlib.decompress(data))


def _checked(wanted: dict[str, str], function: Any, *arguments: Any) -> Any:
    """Run a task on a worker that has the same version. Workers may join after the versions were checked."""
    _refuse_others("a worker", wanted, made_by())
    return function(*arguments)


def _refuse_others(worker: str, wanted: dict[str, str], has: dict[str, str]) -> None:
    """Check that a worker runs the same versions of the program and of what it calls."""
    problems = [
        Problem(argument(f"--cluster {worker}"), name, f"runs another version: {has.get(name)} there, {version} here")
        for name, version in wanted.items()
        if has.get(name) != version
    ]
    if problems:
        raise InputError(problems)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """Connect to a scheduler whose workers all run this version."""
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
    """Silence the client's log of a lost scheduler, with its tracebacks: the error is reported in one line."""
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


@contextmanager
def _attached(address: str, client: Client, task: Any = None) -> Iterator[None]:
    """Turn errors of a client that has lost its scheduler into LostError; errors of the task are raised as they are.

    A scheduler that was restarted does not know the tasks, so that waiting for one would never end.
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
    """Wait until the port is open, since the scheduler may just be starting; a malformed address is refused at once."""
    place, patience = urlsplit(address), time.monotonic() + PATIENCE
    try:
        if not place.hostname or not place.port:
            raise ValueError("an address is written tcp://HOST:PORT")
        while not _open(place.hostname, place.port, last=time.monotonic() > patience):
            time.sleep(0.2)
    except (OSError, ValueError) as error:
        raise _refused(address, f"no Dask scheduler answers there ({error})") from None


def _open(host: str, port: int, *, last: bool) -> bool:
    """Return whether the port accepts a connection; a refused connection is raised at the last attempt."""
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        if last:
            raise
        return False
    return True


def _ask_workers(address: str, client: Client) -> None:
    """Check that there is a worker, and that all workers run this version."""
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
    """Return or raise what a task does; the client is not told when the last worker is gone, so it checks for that."""
    from distributed import KilledWorker

    with _attached(address, client, future):
        while True:
            try:
                return future.result(timeout=LOOK)
            except KilledWorker:
                raise _lost(address, "too many workers died with one block") from None
            except TimeoutError:
                # A TimeoutError of the task itself, not of waiting for it.
                if future.status == "error" and isinstance(future.exception(), TimeoutError):
                    raise
                _look_for_workers(address, client)


def _look_for_workers(address: str, client: Client) -> None:
    """Return if there are workers or one joins in time; raise TimeoutError if the scheduler does not answer."""
    if client.sync(client.nthreads, callback_timeout=PATIENCE):
        return
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise _lost(address, "all workers were lost") from None


def _lost(address: str, message: str) -> LostError:
    """Return the error of a cluster that was lost on the way."""
    return LostError(f"--cluster {address}: {message}")


def _refused(address: str, message: str) -> InputError | LostError:
    """Return the error of a scheduler that does not answer: lost if it has answered before, else wrong input."""
    if address in _ANSWERED:
        return _lost(address, message)
    return InputError([Problem(argument(f"--cluster {address}"), "", message)])
