"""One path with every sequence of choices: what each is worth, and what is seen at each gate on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.flexibility import sequences
from sim.study.outcomes import Outcomes, tabulated

Seen = dict[tuple[int, sequences.Sequence], dict[str, float]]
"""What is seen at a gate after the choices before it."""
_NPV, _SEEN = "npv", "seen"


@dataclass(frozen=True, slots=True)
class Played:
    """One path: the NPV of each sequence, and what is seen at each node."""

    npv: tuple[float, ...]
    seen: Seen


def as_table(paths: Sequence[Played]) -> Outcomes:
    """Paths as rows of numbers, so that a directory can keep them; columns say in JSON what they hold."""
    return tabulated([dict(_cells(path)) for path in paths])


def _cells(path: Played) -> Iterator[tuple[str, float]]:
    for number, npv in enumerate(path.npv):
        yield json.dumps([_NPV, number]), npv
    for (_, before), seen in path.seen.items():
        for name, value in seen.items():
            yield json.dumps([_SEEN, list(before), name]), value


def from_table(outcomes: Outcomes) -> list[Played]:
    """The paths that `as_table` made a table of."""
    columns = [json.loads(name) for name in outcomes.names]
    return [_path(columns, row) for row in outcomes.table.tolist()]


def _path(columns: Sequence[Sequence[object]], row: Sequence[float]) -> Played:
    npv: list[float] = []
    seen: Seen = {}
    for column, value in zip(columns, row, strict=True):
        if column[0] == _NPV:
            npv.append(value)
            continue
        _, before, name = column
        chosen = tuple(map(str, before if isinstance(before, list) else ()))
        known = seen.setdefault((len(chosen), chosen), {})
        if not np.isnan(value):
            known[str(name)] = value
    return Played(tuple(npv), seen)
