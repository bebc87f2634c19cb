"""What was worked out before, kept by what it follows from."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """Parts by what they follow from; of more than `most`, if it is given, the oldest makes room.

    Of one path it holds what no choice changes, for the plans that differ in choices only: it then serves one scenario,
    seed, replication and point alone.
    """

    def __init__(self, most: int | None = None) -> None:
        self._parts: dict[Hashable, Any] = {}
        self._most = most

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the part under this key, made when it is first asked for."""
        try:
            found: T = self._parts[key]
        except KeyError:
            # Outside the look-up: what `make` raises is no missing key of this one.
            found = make()
            if self._most is not None and len(self._parts) >= self._most:
                self._parts.pop(next(iter(self._parts)), None)
            self._parts[key] = found
        return found
