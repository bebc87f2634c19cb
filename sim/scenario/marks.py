"""The marks of what is written: kept for every place in the data, and dropped with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.errors import Mark
from sim.scenario.compose import Loc


def places(loc: Loc, value: Any) -> Iterator[Loc]:
    """Yield a place and all places in its value."""
    yield loc
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield from places((*loc, key), part)


def forget(marks: dict[Loc, Mark], place: Loc, value: Any) -> None:
    """Drop the marks of a place and of everything in its value."""
    for loc in places(place, value):
        marks.pop(loc, None)
