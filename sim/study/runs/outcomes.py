"""The outcomes of the runs of a design, as one table."""

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
    """The outcomes of a design, with one row for each of its rows.

    `table` has the shape (rows, columns), and `names` are its columns: KPIs, and milestones in days from the start. It
    is NaN where a KPI has no value or a milestone is not reached. A row is all NaN and not `valid` if its changes make
    the scenario invalid.
    """

    names: tuple[str, ...]
    table: FloatArray
    valid: BoolArray

    def column(self, name: str) -> FloatArray:
        """Return the values of one KPI or milestone, shape (rows,); NaN throughout if no run has it."""
        if name not in self.names:
            return np.full(len(self.table), np.nan)
        column: FloatArray = self.table[:, self.names.index(name)]
        return column

    def rows(self, which: IntArray) -> Outcomes:
        """Return the rows with the indices `which`, in that order."""
        return Outcomes(self.names, self.table[which], self.valid[which])

    def filled(self) -> Outcomes:
        """Return the outcomes without the columns that are NaN in every row."""
        kept = np.flatnonzero(~np.isnan(self.table).all(axis=0))
        return Outcomes(tuple(self.names[column] for column in kept), self.table[:, kept], self.valid)

    def values(self, name: str) -> list[float | None]:
        """Return the values of one KPI or milestone as a list, with None for NaN."""
        return [None if np.isnan(value) else value for value in self.column(name).tolist()]

    def frame(self, **columns: object) -> pd.DataFrame:
        """Return a tidy frame: the given columns (a value for each row, or one for all), `valid`, then all outcomes."""
        import pandas as pd

        index = range(len(self.table))
        # In one step each: a hundred columns inserted one by one would fragment the frame.
        told = pd.DataFrame({**columns, "valid": self.valid}, index=index)
        return pd.concat([told, pd.DataFrame(self.table, index=index, columns=list(self.names))], axis=1)


def measured(result: Result) -> dict[str, float]:
    """Return all KPIs of a run, and its milestones in days from the start; NaN where there is no value."""
    found = {**result.kpis, **result.milestone_days}
    return {name: np.nan if value is None else value for name, value in found.items()}


def tabulated(rows: Sequence[Mapping[str, float] | None]) -> Outcomes:
    """Return the table of the measurements of each row, None for an invalid row; columns as they first appear."""
    names = tuple(dict.fromkeys(name for row in rows if row is not None for name in row))
    table = np.array([[(row or {}).get(name, np.nan) for name in names] for row in rows], dtype=np.float64)
    return Outcomes(names, table.reshape(len(rows), len(names)), np.array([row is not None for row in rows]))


def joined(parts: Sequence[Outcomes]) -> Outcomes:
    """Return outcomes one below the other; columns in the order in which they first appear."""
    names = tuple(dict.fromkeys(name for part in parts for name in part.names))
    place = {name: column for column, name in enumerate(names)}
    table = np.full((sum(len(part.table) for part in parts), len(names)), np.nan)
    first = 0
    for part in parts:
        table[first : first + len(part.table), [place[name] for name in part.names]] = part.table
        first += len(part.table)
    return Outcomes(names, table, np.concatenate([part.valid for part in parts]) if parts else np.zeros(0, bool))
