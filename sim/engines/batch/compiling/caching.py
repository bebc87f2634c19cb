"""Where compiled code is kept on disk, and what is there.

An entry is an object file of one function, named by the function, by what it was compiled on and with, and by the kinds
of its arguments; its folder is named by the sources. It begins with a hash of the rest: what is damaged counts as not
there. A release may come with entries of its own, compiled for any processor of some kinds of machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.engines.batch.compiling.native import Code, Kinds

_DIGEST = hashlib.sha256().digest_size
SHIPPED = Path(__file__).with_name("shipped")
"""Where the entries lie that came with the program, in folders like those of the cache."""
_SETTINGS = ("CPU_NAME", "CPU_FEATURES", "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "BOUNDSCHECK")
"""Settings of numba in the environment that change what it makes."""


def cache_directory(sources: Iterable[Path]) -> Path:
    """Return where compiled code is kept: `NUMBA_CACHE_DIR`, the user's cache or, if not writable, a new directory."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    base = Path(given) if given else _user_cache() / "fabshift"
    place = base / f"batch-{_fingerprint(tuple(sources))}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        # Whether files can be written is known only once one is.
        with tempfile.TemporaryFile(dir=place):
            return place
    except OSError:
        return Path(tempfile.mkdtemp(prefix="fabshift-")) / place.name


def _user_cache() -> Path:
    """Return the cache directory of the user."""
    from platformdirs import user_cache_dir

    return Path(user_cache_dir())


@lru_cache(maxsize=1)
def _fingerprint(sources: tuple[Path, ...]) -> str:
    """Return a hash of all sources that compiled code depends on."""
    digest = hashlib.sha256()
    for file in sorted(set(sources)):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def is_there(place: Path, function: Callable[..., Any]) -> bool:
    """Return whether the cache holds a function for this machine, for arguments of any kinds, or the program came with it."""
    return any(any(entry.parent.glob(entry.name)) for entry in _entries(place, function, "*"))


def found(place: Path, function: Callable[..., Any], arguments: Sequence[Kinds]) -> Code | None:
    """Return a function compiled for arguments of these kinds; None if it is not there or damaged.

    What was compiled on this machine goes before what came with the program.
    """
    for entry in _entries(place, function, _hash(repr(arguments))):
        with suppress(OSError, ValueError, KeyError):
            return _read(entry)
    return None


def _read(entry: Path) -> Code:
    """Return what an entry holds.

    Raises:
        ValueError: it is damaged.
    """
    content = entry.read_bytes()
    digest, described = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(described).digest() != digest:
        raise ValueError(entry)
    head, _, machine = described.partition(b"\n")
    words = json.loads(head)
    return Code(words["name"], tuple(words["calls"]), machine)


def keep(place: Path, function: Callable[..., Any], arguments: Sequence[Kinds], code: Code) -> None:
    """Keep a function; report it if that is not possible, and go on."""
    entry, *_ = _entries(place, function, _hash(repr(arguments)))
    described = json.dumps({"name": code.name, "calls": code.calls}).encode() + b"\n" + code.machine
    try:
        # Whoever reads meanwhile, in another process, sees the whole file or none.
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place, delete=False) as stream:
            try:
                stream.write(hashlib.sha256(described).digest() + described)
                stream.close()
                Path(stream.name).replace(entry)
            except BaseException:
                Path(stream.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        why = error.strerror or type(error).__name__
        print(f"compiled code cannot be kept in {place}: {why}; the next process compiles again", file=sys.stderr)


def ship(entry: Path) -> Path:
    """Copy an entry that was compiled for any processor to those that come with the program, and return the copy."""
    function, _, arguments = entry.stem.split("-")
    copy = SHIPPED / entry.parent.name / f"{function}-{_kind_of_machine()}-{arguments}.object"
    copy.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(entry, copy))


def _entries(place: Path, function: Callable[..., Any], arguments: str) -> Iterator[Path]:
    """Yield the files of a function: in the cache and, unless the compiler is asked for something else, as shipped."""
    yield place / f"{function.__name__}-{_host()}-{arguments}.object"
    if not any(_settings()):
        yield SHIPPED / place.name / f"{function.__name__}-{_kind_of_machine()}-{arguments}.object"


@lru_cache(maxsize=1)
def _host() -> str:
    """Return a hash of the processor, of the compiler and of its settings."""
    from importlib.metadata import version

    from llvmlite import binding as llvm

    processor = llvm.get_process_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    compiler = [version(name) for name in ("numba", "llvmlite", "numpy")], sys.version
    return _hash(repr((processor, _settings(), *compiler)))


@lru_cache(maxsize=1)
def _kind_of_machine() -> str:
    """Return a hash of the architecture and the system."""
    from llvmlite import binding as llvm

    return _hash(llvm.get_process_triple())


def _settings() -> list[str | None]:
    """Return the settings of the compiler in the environment."""
    return [os.environ.get(f"NUMBA_{name}") for name in _SETTINGS]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
