"""Where compiled code is kept, and whether a function is there."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sim.remembered import user_cache


def cache_directory(sources: Iterable[Path]) -> Path:
    """`NUMBA_CACHE_DIR` or the user's cache; where neither can be written, a directory for this process."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    base = Path(given) if given else user_cache()
    place = base / f"batch-{_fingerprint(sources)}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return place
    except OSError:
        return Path(tempfile.mkdtemp(prefix="fabshift-")) / place.name


def _fingerprint(sources: Iterable[Path]) -> str:
    """Changes with every source that is compiled, and with what lays out its data."""
    digest = hashlib.sha256()
    for file in sorted(set(sources)):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def kept_in(config: Any, place: Path) -> Iterator[None]:
    """Keep machine code by the sources it comes from: numba itself looks at one file alone."""
    before = config.CACHE_DIR
    config.CACHE_DIR = str(place)
    try:
        yield
    finally:
        config.CACHE_DIR = before


def is_in_cache(dispatcher: Any, signature: tuple[Any, ...]) -> bool:
    """Whether a function lies in the cache, compiled for these types."""
    cache = dispatcher._cache
    index = getattr(cache, "_cache_file", None)
    return index is not None and cache._index_key(signature, dispatcher.targetctx.codegen()) in index._load_index()


def forget(place: Path) -> None:
    """Remove all that was compiled."""
    for file in place.rglob("*.nb?"):
        with suppress(OSError):
            file.unlink()
