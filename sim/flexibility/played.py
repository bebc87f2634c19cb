"""One path with every sequence of choices: the NPV of each, and the features at each gate."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.flexibility import sequences
from sim.study.runs.outcomes import Outcomes, tabulated

Seen = dict[sequences.Sequence, dict[str, float]]
"""Features at a gate by name, by the choices before it."""
_NPV, _SEEN, _DAY = "npv", "seen", "day"


@dataclass(frozen=True, slots=True)
class Played:
    """One path: the NPV of each sequence in dollars, and the features and the day of each gate by the choices before."""

    npv: tuple[float, ...]
    seen: Seen
    days: dict[sequences.Sequence, float]
    """Infinite where a gate does not come."""


def as_table(paths: Sequence[Played]) -> Outcomes:
    """Return paths as rows of numbers, which a directory can keep; the JSON name of a column says what it holds."""
    return tabulated([dict(_cells(path)) for path in paths])


def _cells(path: Played) -> Iterator[tuple[str, float]]:
    """Yield the column and the value of each number of a path."""
    for number, npv in enumerate(path.npv):
        yield json.dumps([_NPV, number]), npv
    for before, day in path.days.items():
        yield json.dumps([_DAY, list(before)]), day
    for before, seen in path.seen.items():
        for name, value in seen.items():
            yield json.dumps([_SEEN, list(before), name]), value


def from_table(outcomes: Outcomes) -> list[Played]:
    """Return the paths of a table that `as_table` made."""
    columns = [json.loads(name) for name in outcomes.names]
    return [_path(columns, row) for row in outcomes.table.tolist()]


def _path(columns: Sequence[Sequence[object]], row: Sequence[float]) -> Played:
    """Return the path of one row."""
    npv: list[float] = []
    days: dict[sequences.Sequence, float] = {}
    seen: Seen = {}
    for (kind, *rest), value in zip(columns, row, strict=True):
        if kind == _NPV:
            npv.append(value)
            continue
        before = tuple(map(str, rest[0] if isinstance(rest[0], list) else ()))
        if kind == _DAY:
            days[before] = value
        # Paths have different features: NaN fills the cells of those that a path does not have.
        elif not np.isnan(value):
            seen.setdefault(before, {})[str(rest[1])] = value
    return Played(tuple(npv), seen, days)
