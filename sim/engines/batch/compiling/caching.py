"""Where compiled code is kept, and whether a function is there."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


def cache_directory(sources: Iterable[Path]) -> Path:
    """Return where compiled code is kept: `NUMBA_CACHE_DIR`, the user's cache or, if not writable, a new directory."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    base = Path(given) if given else _user_cache() / "fabshift"
    place = base / f"batch-{_fingerprint(sources)}"
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


def _fingerprint(sources: Iterable[Path]) -> str:
    """Return a hash of all sources that compiled code depends on."""
    digest = hashlib.sha256()
    for file in sorted(set(sources)):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def kept_in(config: Any, place: Path) -> Iterator[None]:
    """Keep compiled code in a place that depends on all its sources: numba itself looks at one file alone."""
    before = config.CACHE_DIR
    config.CACHE_DIR = str(place)
    try:
        yield
    finally:
        config.CACHE_DIR = before


def is_in_cache(dispatcher: Any, signature: tuple[Any, ...]) -> bool:
    """Return whether the cache holds a function compiled for these types."""
    cache = dispatcher._cache
    index = getattr(cache, "_cache_file", None)
    return index is not None and cache._index_key(signature, dispatcher.targetctx.codegen()) in index._load_index()


def forget(place: Path) -> None:
    """Remove all compiled code."""
    for file in place.rglob("*.nb?"):
        with suppress(OSError):
            file.unlink()
