"""Keeps what was worked out from files, and returns it as long as none of them has changed.

Entries lie in the user's cache, below `kept/`, each by the hash of what was asked for, of the working directory and of the
program itself. An entry lists the files that were read for it, with their size and the hash of their contents; all of them
are hashed again before it is used, once in a process as long as their times do not change. Nothing is kept where an error
was raised.

An entry is a pickle, and reading a pickle can run any code. So only those are read that nobody but the user can have
written: the folder and the file must belong to the user, and no one else may write to them.
"""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import os
import pickle
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sim.shipped import shipped_root

T = TypeVar("T")

MOST_KEPT = 64
"""Entries: the oldest give way, since an analyst who tries values makes new ones with each."""
MOST_BYTES = 16_000_000
"""Of an entry: what is larger is not kept."""
_LIBRARIES = ("pydantic", "numpy")
"""Whose objects are kept; where they are installed, an update of any library changes the folder."""
_BEGUN = time.time_ns()
_SETTLED = 2 * 10**9
"""Nanoseconds that a source must be older than this process, since modules may have been imported from what it was before,
and any other file older than its hash, for that to be used again."""
_DIGEST = hashlib.sha256().digest_size


class Fingerprint(NamedTuple):
    """What a file was when it was read: where links lead, from its folder and from itself, and what it contained."""

    folder: str
    file: str
    size: int
    digest: str


Read = dict[str, Fingerprint | None]
"""The files that were read; None for what cannot be looked at again."""
_reading: ContextVar[Read | None] = ContextVar("reading", default=None)


def remembered(purpose: str, asked: object, make: Callable[[], T]) -> T:
    """Return what `make` returned for the same question before, or call it and keep its result.

    Args:
        purpose: what is worked out; the same question may be asked for several purposes.
        asked: the question, whose `repr` tells it from all others.
        make: works it out, from files that are read through `noted` and from nothing else; its result can be pickled.
    """
    entry = _entry(purpose, asked)
    found = _found(entry) if entry is not None else None
    if found is None:
        with _noting() as files:
            value = make()
        if entry is not None:
            _keep(entry, files, value)
    else:
        files, value = found
    # What depends on this answer depends on its files too.
    outer = _reading.get()
    if outer is not None:
        outer.update(files)
    return value


def noted(file: Path, contents: bytes) -> bytes:
    """Note that a file was read for what is being worked out, and return its contents."""
    files = _reading.get()
    if files is not None:
        files[str(file)] = _fingerprint(file, contents)
    return contents


def not_kept(why: str) -> None:
    """Note that what is being computed depends on more than the contents of files, so that it is not kept."""
    files = _reading.get()
    if files is not None:
        files[why] = None


def user_cache() -> Path:
    """Return the folder of this program in the user's cache; it need not exist."""
    from platformdirs import user_cache_dir

    return Path(user_cache_dir()) / "fabshift"


@contextmanager
def _noting() -> Iterator[Read]:
    files: Read = {}
    token = _reading.set(files)
    try:
        yield files
    finally:
        _reading.reset(token)


def _entry(purpose: str, asked: object) -> Path | None:
    """Return the file of an answer; None where none can be kept."""
    program = _program()
    try:
        here = os.getcwd()  # noqa: PTH109 - text is all that is needed
    except OSError:  # it was removed
        return None
    return user_cache() / "kept" / f"{_hash(repr((purpose, asked, here, program)))}.pickle" if program else None


def _found(entry: Path) -> tuple[Read, Any] | None:
    """Return the files and the value of an entry, or None unless the files are as they were."""
    # Anything may be wrong with a file of another version, or on a disk that fails: then the value is made anew.
    with suppress(Exception):
        if not _is_private(entry.parent.lstat()):
            return None
        with entry.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if not (_is_private(status) and stat.S_ISREG(status.st_mode) and status.st_size <= MOST_BYTES):
                return None
            digest, content = stream.read(_DIGEST), stream.read()
        if hashlib.sha256(content).digest() != digest:
            return None
        files, length = _unpickled(content)
        if not all(seen is not None and _is_same(Path(name), seen) for name, seen in files.items()):
            return None
        value, _ = _unpickled(content[length:])
        with suppress(OSError):  # it is used all the same where its time cannot be set
            os.utime(entry)
        return files, value
    return None


def _is_private(status: os.stat_result) -> bool:
    """Return whether nobody but the user can have written to a file or folder, which is no link to another.

    Windows keeps the cache in the user's profile, which it protects itself.
    """
    if stat.S_ISLNK(status.st_mode):
        return False
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _fingerprint(file: Path, contents: bytes) -> Fingerprint:
    return _placed(file, len(contents), hashlib.sha256(contents).hexdigest())


def _placed(file: Path, size: int, digest: str) -> Fingerprint:
    return Fingerprint(os.path.realpath(file.parent), os.path.realpath(file), size, digest)


def _is_same(file: Path, seen: Fingerprint) -> bool:
    # A pipe of that name would be waited for, and a file of another size need not be read.
    status = file.stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size != seen.size:
        return False
    version = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    # A change right after a file was read may leave the same times, which have steps.
    settled = max(status.st_mtime_ns, status.st_ctime_ns) < time.time_ns() - _SETTLED
    digest = _digest(file, version) if settled else _digest.__wrapped__(file, version)
    return _placed(file, status.st_size, digest) == seen


@lru_cache(maxsize=1024)
def _digest(file: Path, _version: tuple[int, ...]) -> str:
    """Return the hash of a file's contents; each version of it is read once, since a command asks for several answers."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _unpickled(content: bytes) -> tuple[Any, int]:
    """Return the first object of a pickle, and where it ends."""
    import io

    # The collector would look through the thousands of new objects again and again, and none of them is garbage.
    enabled = gc.isenabled()
    gc.disable()
    try:
        stream = io.BytesIO(content)
        return pickle.load(stream), stream.tell()
    finally:
        if enabled:
            gc.enable()


def _keep(entry: Path, files: Read, value: object) -> None:
    if None in files.values():
        return
    # A full disk, a folder that cannot be written, an object nested too deeply: the answer is there, it is only not kept.
    with suppress(OSError, RecursionError, pickle.PicklingError):
        content = pickle.dumps(files) + pickle.dumps(value, protocol=5)
        if len(content) + _DIGEST > MOST_BYTES:
            return
        entry.parent.parent.mkdir(parents=True, exist_ok=True)
        entry.parent.mkdir(mode=0o700, exist_ok=True)
        # Whoever reads meanwhile, in another process, sees the whole file or none.
        with tempfile.NamedTemporaryFile(dir=entry.parent, delete=False) as stream:
            try:
                stream.write(hashlib.sha256(content).digest() + content)
                stream.close()
                Path(stream.name).replace(entry)
            except BaseException:
                Path(stream.name).unlink(missing_ok=True)
                raise
        # What a process that was killed left half written is among them.
        entries = sorted(entry.parent.iterdir(), key=lambda file: file.stat().st_mtime)
        for old in entries[:-MOST_KEPT]:
            old.unlink(missing_ok=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@lru_cache(maxsize=1)
def _program() -> str | None:
    """Return what changes with the program: its sources and shipped files, the libraries and Python.

    None where that cannot be told: there are no such files, or they have only just been written.
    """
    own = _own_files()
    if not own or max(max(modified, changed) for _, _, modified, changed in own) > _BEGUN - _SETTLED:
        return None
    places = []
    for library in _LIBRARIES:
        spec = importlib.util.find_spec(library)
        if spec is None or not spec.origin:
            return None
        places += [spec.origin, str(Path(spec.origin).parent.parent)]
    return _hash(repr((own, [_stamp(place) for place in places], sys.version)))


def _own_files() -> list[tuple[str, int, int, int]]:
    """Return the stamps of the program's sources and of the shipped files."""
    found = []
    for root in {Path(__file__).parent, shipped_root()}:
        for folder, inner, names in os.walk(root):
            inner[:] = [name for name in inner if name != "__pycache__"]
            found += [_stamp(os.path.join(folder, name)) for name in names]  # noqa: PTH118 - hundreds of them
    return sorted(found)


def _stamp(file: str) -> tuple[str, int, int, int]:
    # The second time is that of the last change of any kind, which no tool sets back.
    status = os.stat(file)  # noqa: PTH116
    return file, status.st_size, status.st_mtime_ns, status.st_ctime_ns
