"""The rows of a design, and the one function that runs them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.ledger import Scalar
from sim.scenario.loader import Scenario, load_scenario

if TYPE_CHECKING:
    from sim.results.result import Result

Progress = Callable[[float], None]
Outcome = dict[str, float | None]
"""KPIs by name, and milestones by name in days from the start (None: not reached)."""
ENOUGH_LOTS = 2500
COARSEST = 20
"""Where a run has more lots, a study makes them larger, at most so many times."""


@dataclass(frozen=True, slots=True)
class Base:
    """The scenario that a study varies, and what was changed about it for the whole study."""

    scenario: str
    sets: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One run: what it changes about the base, and its seed. `values` are those of ledger figures,
    `without` names articles to leave out."""

    sets: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    values: tuple[tuple[str, Scalar], ...] = ()
    seed: int = 0
    without: tuple[str, ...] = ()


def coarser(base: Base, result: Result, factor: int | None = None) -> tuple[Base, int]:
    """The base with lots `factor` times as large, and the factor.

    By default as large as leaves enough lots, going by a `result` of it; 1 where the base sets them
    itself, or has none.
    """
    document = result.scenario.document
    if any(s.partition("=")[0].strip() == "lot_scale" for s in base.sets) or not any(
        r.lot_size for r in document.recipes.values()
    ):
        return base, 1
    frame = result.frames["monthly"]
    lots = float(frame.loc[(frame["scope"] == "site") & (frame["measure"] == "lots"), "value"].sum())
    chosen = factor or min(max(int(lots) // ENOUGH_LOTS, 1), COARSEST)
    if chosen == 1:
        return base, 1
    return replace(base, sets=(*base.sets, f"lot_scale={document.lot_scale * chosen}")), chosen


@lru_cache(maxsize=2)
def loaded(base: Base, row: Row) -> Scenario:
    """The scenario of a row. What the row says comes after, and wins over, what the base says."""
    chosen = {reading.partition("=")[0] for reading in row.readings}
    return load_scenario(
        base.scenario,
        sets=(*base.sets, *row.sets),
        readings=(*(r for r in base.readings if r.partition("=")[0] not in chosen), *row.readings),
        without=(*base.without, *row.without),
        values=dict(row.values),
    )


def outcome(base: Base, row: Row) -> Outcome | None:
    """Run one row; None where what it changes makes the scenario invalid."""
    from sim.api import run

    try:
        result = run(loaded(base, replace(row, seed=0)), seed=row.seed)
    except InputError:
        return None
    times = result.frames["milestones"].set_index("name")["time"]
    return {**result.kpis, **{str(name): None if time != time else float(time) for name, time in times.items()}}


def run_rows(
    base: Base, rows: Sequence[Row], *, jobs: int = 0, progress: Progress | None = None
) -> list[Outcome | None]:
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
