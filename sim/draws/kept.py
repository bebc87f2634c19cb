"""What was drawn of one path, kept for plans that differ from its own in choices only."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """Parts of one replication of a scenario by what they follow from: a part that no choice changes is drawn once.

    It serves one scenario, seed, replication and point alone, whose disruptions and items no choice changes.
    """

    def __init__(self) -> None:
        self._parts: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the part under this key, made when it is first asked for."""
        try:
            found: T = self._parts[key]
        except KeyError:
            # Outside the look-up: what `make` raises is no missing key of this one.
            found = self._parts[key] = make()
        return found
