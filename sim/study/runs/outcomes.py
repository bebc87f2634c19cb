"""What came out of the runs of a design, as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.plan import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.result import Result


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came out of a design: a row for each of its rows.

    `table` has the shape (rows, columns), `names` name its columns: KPIs, and milestones in days from
    the start. NaN where a KPI has no value or a milestone is not reached, and in the whole of a row
    that is not `valid`: what it changed made the scenario invalid.
    """

    names: tuple[str, ...]
    table: FloatArray
    valid: BoolArray

    def column(self, name: str) -> FloatArray:
        """The values of one KPI or milestone, shape (rows,); NaN throughout if no run has it."""
        if name not in self.names:
            return np.full(len(self.table), np.nan)
        column: FloatArray = self.table[:, self.names.index(name)]
        return column

    def rows(self, which: IntArray) -> Outcomes:
        """Some of the rows, in the order of `which`."""
        return Outcomes(self.names, self.table[which], self.valid[which])

    def filled(self) -> Outcomes:
        """The columns in which some row has a value."""
        kept = np.flatnonzero(~np.isnan(self.table).all(axis=0))
        return Outcomes(tuple(self.names[column] for column in kept), self.table[:, kept], self.valid)

    def values(self, name: str) -> list[float | None]:
        """The same with None for NaN."""
        return [None if np.isnan(value) else value for value in self.column(name).tolist()]

    def frame(self, **columns: object) -> pd.DataFrame:
        """A tidy frame: these columns (of each row, or of all), `valid`, then all that came out."""
        import pandas as pd

        index = range(len(self.table))
        told = pd.DataFrame({**columns, "valid": self.valid}, index=index)
        return pd.concat([told, pd.DataFrame(self.table, index=index, columns=list(self.names))], axis=1)


def measured(result: Result) -> dict[str, float]:
    """All KPIs of a run, and its milestones in days from the start."""
    found = {**result.kpis, **result.milestone_days}
    return {name: np.nan if value is None else value for name, value in found.items()}


def tabulated(rows: Sequence[Mapping[str, float] | None]) -> Outcomes:
    """The table of what was measured in each row, None where it is not valid; columns as they first appear."""
    names = tuple(dict.fromkeys(name for row in rows if row is not None for name in row))
    table = np.array([[(row or {}).get(name, np.nan) for name in names] for row in rows], dtype=np.float64)
    return Outcomes(names, table.reshape(len(rows), len(names)), np.array([row is not None for row in rows]))


def joined(parts: Sequence[Outcomes]) -> Outcomes:
    """Outcomes one below the other; columns in the order in which they first appear."""
    names = tuple(dict.fromkeys(name for part in parts for name in part.names))
    place = {name: column for column, name in enumerate(names)}
    table = np.full((sum(len(part.table) for part in parts), len(names)), np.nan)
    first = 0
    for part in parts:
        table[first : first + len(part.table), [place[name] for name in part.names]] = part.table
        first += len(part.table)
    return Outcomes(names, table, np.concatenate([part.valid for part in parts]) if parts else np.zeros(0, bool))
