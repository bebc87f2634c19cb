"""A finished run as KPIs read it, and sums over its counted periods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.draws import Draws
from sim.engines.shared.records import Records
from sim.plan import IntArray
from sim.results.books import CashEntry
from sim.results.periods import run_edges


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its draws, records and cash entries. `counted` are the periods after the warm-up."""

    draws: Draws
    records: Records
    entries: list[CashEntry]
    counted: slice

    def total(self, table: IntArray, columns: list[int]) -> int:
        """Return the sum of a table over the counted periods and these columns."""
        return int(table[self.counted][:, columns].sum())

    def before(self, table: IntArray, columns: list[int]) -> int:
        """Return the sum of a table of levels over these columns at the end of the warm-up; 0 without one."""
        first = self.counted.start
        return int(table[first - 1, columns].sum()) if first else 0

    @property
    def periods(self) -> tuple[float, ...]:
        """The edges of the periods; the last is the end of the drain, if there is one."""
        return run_edges(self.draws.plan.calendar, self.records.until)

    @property
    def days(self) -> float:
        """The days from the end of the warm-up to the end of the drain."""
        return max(self.periods[-1] - self.draws.plan.calendar.warmup, 1e-9)


def ratio(part: float, whole: float) -> float | None:
    """Return a part divided by its whole, or None where the whole is 0."""
    return part / whole if whole else None


def of(scope: str, name: str) -> Callable[[CashEntry], bool]:
    """Return a filter of the entries of one entity."""
    return lambda e: e.scope == scope and e.name == name


def within(categories: set[str]) -> Callable[[CashEntry], bool]:
    """Return a filter of the entries of these categories."""
    return lambda e: e.category in categories


def usd(run: Run, wanted: Callable[[CashEntry], bool]) -> float:
    """Return the dollars of the wanted entries over the counted periods; costs are negative."""
    return float(sum(int(e.cents[run.counted].sum()) for e in run.entries if wanted(e))) / 100.0


def cost(run: Run, wanted: Callable[[CashEntry], bool]) -> float:
    """Return the dollars of the wanted entries over the counted periods; costs are positive."""
    # Not `-usd(...)`, which is minus zero where nothing was paid.
    return 0.0 - usd(run, wanted)
