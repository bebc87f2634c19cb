"""A finished run as indicators read it, and sums over its counted periods."""

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
    """A finished run: what it read, what it left, and its money. `counted` are the periods after warm-up."""

    draws: Draws
    records: Records
    entries: list[CashEntry]
    counted: slice

    def total(self, table: IntArray, columns: list[int]) -> int:
        """Sum of a table over counted periods and these columns."""
        return int(table[self.counted][:, columns].sum())

    def before(self, table: IntArray, columns: list[int]) -> int:
        """Sum of a table of levels over these columns, as the warm-up left them."""
        first = self.counted.start
        return int(table[first - 1, columns].sum()) if first else 0

    @property
    def periods(self) -> tuple[float, ...]:
        """Edges of the periods, the last at the end of a drain."""
        return run_edges(self.draws.plan.calendar, self.records.until)

    @property
    def days(self) -> float:
        """Length of the counted time, to the end of a drain."""
        return max(self.periods[-1] - self.draws.plan.calendar.warmup, 1e-9)


def ratio(part: float, whole: float) -> float | None:
    """A part of a whole, or None where there is no whole."""
    return part / whole if whole else None


def of(scope: str, name: str) -> Callable[[CashEntry], bool]:
    """Entries of one entity."""
    return lambda e: e.scope == scope and e.name == name


def within(categories: set[str]) -> Callable[[CashEntry], bool]:
    """Entries of these categories."""
    return lambda e: e.category in categories


def usd(run: Run, wanted: Callable[[CashEntry], bool]) -> float:
    """Dollars of the entries wanted, over the counted periods; costs are negative."""
    return float(sum(int(e.cents[run.counted].sum()) for e in run.entries if wanted(e))) / 100.0


def cost(run: Run, wanted: Callable[[CashEntry], bool]) -> float:
    """The same as a cost."""
    return 0.0 - usd(run, wanted)
