"""The rows of a design, and the one function that runs them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sim.errors import InputError
from sim.ledger import Scalar
from sim.scenario.loader import Scenario, load_scenario

Progress = Callable[[float], None]
Outcome = dict[str, float | None]
"""KPIs by name, and milestones by name in days from the start (None: not reached)."""
COARSE = 20
"""Lots of a study are this many times those of the scenario, unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Base:
    """The scenario that a study varies, and what was changed about it for the whole study."""

    scenario: str
    sets: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One run: what it changes about the base, and its seed. `values` are those of ledger figures."""

    sets: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    values: tuple[tuple[str, Scalar], ...] = ()
    seed: int = 0


@lru_cache(maxsize=2)
def loaded(base: Base, sets: tuple[str, ...], readings: tuple[str, ...], values: tuple[tuple[str, Scalar], ...]) -> Scenario:
    """The scenario of a row. What the row says comes after, and wins over, what the base says."""
    kept = tuple(r for r in base.readings if r.partition("=")[0] not in {n.partition("=")[0] for n in readings})
    return load_scenario(base.scenario, sets=(*base.sets, *sets), readings=(*kept, *readings), values=dict(values))


def outcome(base: Base, row: Row) -> Outcome | None:
    """Run one row; None where what it changes makes the scenario invalid."""
    from sim.api import run

    try:
        result = run(loaded(base, row.sets, row.readings, row.values), seed=row.seed)
    except InputError:
        return None
    times = result.frames["milestones"].set_index("name")["time"]
    return {**result.kpis, **{str(name): None if time != time else float(time) for name, time in times.items()}}


def run_rows(base: Base, rows: Sequence[Row], *, jobs: int = 0, progress: Progress | None = None) -> list[Outcome | None]:
    """Outcomes of all rows, in their order, on `jobs` processes (0: one for each core).

    The outcomes do not depend on `jobs`.
    """
    found: list[Outcome | None] = []
    for done in _mapped(base, rows, jobs or os.cpu_count() or 1):
        found.append(done)
        if progress is not None:
            progress(len(found) / len(rows))
    return found


def _mapped(base: Base, rows: Iterable[Row], jobs: int) -> Iterator[Outcome | None]:
    if jobs == 1:
        return (outcome(base, row) for row in rows)
    from joblib import Parallel, delayed

    return iter(Parallel(n_jobs=jobs, return_as="generator", batch_size=4)(delayed(outcome)(base, row) for row in rows))
