"""Designs: the rows of a study in blocks; a row is what one run changes about the base, with its seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sim.ledger import Scalar
from sim.scenario.catalogue import locate
from sim.scenario.loader import Scenario, load_scenario
from sim.scenario.override import Asked
from sim.study.runs.provenance import fingerprint, told

if TYPE_CHECKING:
    from sim.results.result import Result

BLOCK = 8
"""Rows that are run, sent and written together. It does not depend on the number of jobs, so neither do results."""
ENOUGH_LOTS = 2500
"""Lots in a run above which `--lot-scale auto` makes lots larger."""
MOST_LOT_SCALE = 20
"""Greatest factor by which it does."""
_READINGS = "readings."


@dataclass(frozen=True, slots=True)
class Row:
    """One run: what it changes about the base, and its seed and replication.

    `values` are those of ledger figures, `numbers` those written in place, by their paths. `without` names articles to
    leave out; `scenario` replaces that of the base. Random streams depend on (seed, replication). `point` has a
    probability in (0, 1) for each uncertain input of the plan, in the order of `Plan.dimensions`; without a point
    inputs have their typical values.
    """

    sets: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    values: tuple[tuple[str, Scalar], ...] = ()
    numbers: tuple[tuple[str, Scalar], ...] = ()
    seed: int = 0
    without: tuple[str, ...] = ()
    replication: int = 0
    point: tuple[float, ...] | None = None
    scenario: str | None = None

    @property
    def change(self) -> Row:
        """The row without seed, replication and point: rows with the same change are runs of one plan."""
        return replace(self, seed=0, replication=0, point=None)

    @property
    def chosen(self) -> dict[str, str]:
        """The readings by figure."""
        return {_left(text): text.partition("=")[2].strip() for text in self.readings}


@dataclass(frozen=True, slots=True)
class Design:
    """A base and the rows to be run, `size` of them in a block."""

    base: Asked
    rows: Sequence[Row]
    size: int = BLOCK

    @property
    def blocks(self) -> int:
        """The number of blocks."""
        return -(-len(self.rows) // self.size)

    def identity(self) -> dict[str, Any]:
        """Return all that the outcomes depend on as plain data."""
        rows = hashlib.sha256(repr(tuple(self.rows)).encode()).hexdigest()
        return {"study": "design", "scenarios": {"base": fingerprint(loaded(self.base, Row()))}, "rows": rows}

    def resolved(self) -> dict[str, Any]:
        """Return the base in full."""
        return {"base": told(loaded(self.base, Row()))}

    def block(self, index: int) -> Sequence[Row]:
        """Return the rows of one block."""
        return self.rows[index * self.size : (index + 1) * self.size]


class Blocks(Protocol):
    """Rows of a base in blocks, listed or computed when they are asked for."""

    @property
    def base(self) -> Asked:
        """What the rows change."""

    @property
    def blocks(self) -> int:
        """The number of blocks."""

    def block(self, index: int) -> Sequence[Row]:
        """Return the rows of one block."""

    def identity(self) -> dict[str, Any]:
        """Return all that the outcomes depend on as plain data; the number of rows is not part of it."""

    def resolved(self) -> dict[str, Any]:
        """Return the scenarios in full, from which changes can be listed."""


def based(scenario: Scenario | Asked | str | Path) -> Asked:
    """Return how a scenario was asked for, which is what a study varies; a name or path is asked for as it is."""
    if isinstance(scenario, Asked):
        return scenario
    if not isinstance(scenario, Scenario):
        return Asked(str(scenario))
    return scenario.asked


def overridden(
    scenario: Scenario | str | Path, sets: Sequence[str], readings: Sequence[str], *, allow_outside: bool
) -> Asked:
    """Return how a scenario was asked for, with further overrides."""
    base = based(scenario)
    return replace(
        base, sets=(*base.sets, *sets), readings=(*base.readings, *readings),
        allow_outside=base.allow_outside or allow_outside,
    )  # fmt: skip


def anchored(scenario: str) -> str:
    """Return a scenario's name as a path that every process finds, whatever its working directory.

    Raises:
        InputError: there is no such scenario.
    """
    file = locate(scenario)
    return str(file.resolve()) if str(file) == scenario else scenario


def with_larger_lots(base: Asked, result: Result, factor: int | None = None) -> tuple[Asked, int]:
    """Return the base with lots `factor` times as large, and the factor.

    The default factor leaves `ENOUGH_LOTS`, judging by the number of lots in `result`. The factor is 1 where the base
    sets the lot scale itself, or has no lots.
    """
    document = result.scenario.document
    if any(s.partition("=")[0].strip() == "lot_scale" for s in base.sets) or not any(
        r.lot_size for r in document.recipes.values()
    ):
        return base, 1
    frame = result.frames["monthly"]
    lots = float(frame.loc[(frame["scope"] == "site") & (frame["measure"] == "lots"), "value"].sum())
    chosen = factor or min(max(int(lots) // ENOUGH_LOTS, 1), MOST_LOT_SCALE)
    if chosen == 1:
        return base, 1
    return replace(base, sets=(*base.sets, f"lot_scale={document.lot_scale * chosen}")), chosen


def loaded(base: Asked, row: Row) -> Scenario:
    """Load the scenario of a row; the changes of the row override those of the base.

    Raises:
        InputError: the changes of the row make it invalid.
    """
    return load_scenario(
        row.scenario or base.scenario, sets=_sets(base, row), readings=_readings(base, row),
        without=(*base.without, *row.without), values={**dict(base.values), **dict(row.values)},
        allow_outside=base.allow_outside,
    )  # fmt: skip


def _readings(base: Asked, row: Row) -> tuple[str, ...]:
    """Return the readings of base and row; for the same figure the row's replaces the base's."""
    chosen = _left_sides(row.readings) | {p.removeprefix(_READINGS) for p in _left_sides(row.sets)}
    return (*(text for text in base.readings if _left(text) not in chosen), *row.readings)


def _sets(base: Asked, row: Row) -> tuple[str, ...]:
    """Return the overrides of base and row; those of the row replace the base's, also where the base sets a reading."""
    numbers = dict(row.numbers)
    chosen = {f"{_READINGS}{figure}" for figure in _left_sides(row.readings)} | numbers.keys()
    kept = (text for text in base.sets if _left(text) not in chosen)
    return (*kept, *row.sets, *(f"{path}={value}" for path, value in numbers.items()))


def _left(text: str) -> str:
    """Return the left side of `PATH=VALUE`."""
    return text.partition("=")[0].strip()


def _left_sides(texts: Sequence[str]) -> set[str]:
    """Return the left sides of several `PATH=VALUE`."""
    return {_left(text) for text in texts}
