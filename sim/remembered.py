"""Keeps what was worked out from files, and returns it as long as none of them has changed.

What is kept lies in the user's cache, below `kept/`, by the hash of what was asked for and of the program itself; each
entry lists the files that were read for it with their contents' hashes. Nothing is kept of what raised an error.
"""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sim.shipped import shipped_root

T = TypeVar("T")
Read = dict[str, tuple[str, str]]
"""Each file that was read: where links lead, and the hash of its contents."""

MOST_KEPT = 32
"""Entries: the oldest give way, since an analyst who tries values makes a new one with each."""
_LIBRARIES = ("pydantic", "numpy")
"""Whose objects are kept: another version may lay them out otherwise."""
_reading: ContextVar[Read | None] = ContextVar("reading", default=None)


def remembered(purpose: str, asked: object, make: Callable[[], T]) -> T:
    """Return what `make` returned for the same question before, or call it and keep its result.

    Args:
        purpose: what is worked out; the same question may be asked for several purposes.
        asked: the question, whose `repr` tells it from all others.
        make: works it out, from files that are read by `noted` and from nothing else; its result can be pickled.
    """
    entry = user_cache() / "kept" / f"{_hash(repr((purpose, asked, str(Path.cwd()), _program())))}.pickle"
    found = _found(entry)
    if found is None:
        with _noting() as files:
            value = make()
        _keep(entry, files, value)
    else:
        files, value = found
    # What rests on this answer rests on its files too.
    outer = _reading.get()
    if outer is not None:
        outer.update(files)
    return value


def noted(file: Path, contents: bytes) -> bytes:
    """Note that a file was read for what is being worked out, and return its contents."""
    files = _reading.get()
    if files is not None:
        files[str(file)] = _identity(file, contents)
    return contents


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


def _found(entry: Path) -> tuple[Read, Any] | None:
    """Return the files and the value of an entry, or None unless the files are as they were."""
    # Anything may be wrong with a file that another version, or nobody, wrote to the end: then it is made anew.
    with suppress(Exception), entry.open("rb") as stream:
        files: Read = pickle.load(stream)
        if all(_is_same(Path(name), seen) for name, seen in files.items()):
            os.utime(entry)
            return files, _unpickled(stream.read())
    return None


def _is_same(file: Path, seen: tuple[str, str]) -> bool:
    # A pipe of that name would be waited for.
    return file.is_file() and _identity(file, file.read_bytes()) == seen


def _unpickled(raw: bytes) -> Any:
    # The collector would look through the thousands of new objects again and again, and none of them is garbage.
    enabled = gc.isenabled()
    gc.disable()
    try:
        return pickle.loads(raw)
    finally:
        if enabled:
            gc.enable()


def _keep(entry: Path, files: Read, value: object) -> None:
    # A full disk, a folder that cannot be written: the answer is there, it is only not kept.
    with suppress(OSError):
        entry.parent.mkdir(parents=True, exist_ok=True)
        # Whoever reads meanwhile, in another process, sees the whole file or none.
        with tempfile.NamedTemporaryFile(dir=entry.parent, delete=False) as stream:
            try:
                stream.write(pickle.dumps(files) + pickle.dumps(value, protocol=5))
                stream.close()
                Path(stream.name).replace(entry)
            except BaseException:
                Path(stream.name).unlink(missing_ok=True)
                raise
        entries = sorted(entry.parent.glob("*.pickle"), key=lambda file: file.stat().st_mtime)
        for old in entries[:-MOST_KEPT]:
            old.unlink(missing_ok=True)


def _identity(file: Path, contents: bytes) -> tuple[str, str]:
    return os.path.realpath(file), hashlib.sha256(contents).hexdigest()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@lru_cache(maxsize=1)
def _program() -> str:
    """Return what changes with the program: its sources and shipped files, the libraries' and Python's versions."""
    seen: list[tuple[str, int, int]] = []
    for root in {Path(__file__).parent, shipped_root()}:
        for folder, inner, names in os.walk(root):
            inner[:] = [name for name in inner if name != "__pycache__"]
            seen += [_stamp(os.path.join(folder, name)) for name in names]  # noqa: PTH118 - hundreds of them
    for library in _LIBRARIES:
        spec = importlib.util.find_spec(library)
        seen.append(_stamp(spec.origin) if spec is not None and spec.origin else (library, 0, 0))
    return _hash(repr((sorted(seen), sys.version)))


def _stamp(file: str) -> tuple[str, int, int]:
    status = os.stat(file)  # noqa: PTH116
    return file, status.st_size, status.st_mtime_ns
