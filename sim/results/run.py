"""A finished run as KPIs read it, and sums over its counted periods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sim.draws import Draws
from sim.engines.shared.records import Records
from sim.plan import IntArray
from sim.results.books import CashEntry
from sim.results.periods import run_edges


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run: its draws, records and cash entries. `counted` are the periods after the warm-up."""

    draws: Draws
    records: Records
    entries: list[CashEntry]
    counted: slice
    _sums: dict[int, tuple[IntArray, list[int]]] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Each table read so far with the sums of its columns, by its identity."""

    def total(self, table: IntArray, columns: Sequence[int]) -> int:
        """Return the sum of a table over the counted periods and these columns."""
        try:
            sums = self._sums[id(table)][1]
        except KeyError:
            sums = table[self.counted].sum(axis=0).tolist()
            # The table too, so that no other can have its identity.
            self._sums[id(table)] = table, sums
        return sums[columns[0]] if len(columns) == 1 else sum(sums[column] for column in columns)

    def before(self, table: IntArray, columns: list[int]) -> int:
        """Return the sum of a table of levels over these columns at the end of the warm-up; 0 without one."""
        first = self.counted.start
        return int(table[first - 1, columns].sum()) if first else 0

    @cached_property
    def booked(self) -> list[tuple[CashEntry, int]]:
        """The entries, each with its cents over the counted periods."""
        return [(entry, int(entry.cents[self.counted].sum())) for entry in self.entries]

    @cached_property
    def booked_of(self) -> dict[tuple[str, str], list[tuple[CashEntry, int]]]:
        """The entries with their cents by the scope and the name of their entity."""
        found: dict[tuple[str, str], list[tuple[CashEntry, int]]] = {}
        for entry, cents in self.booked:
            found.setdefault((entry.scope, entry.name), []).append((entry, cents))
        return found

    @cached_property
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


def within(categories: set[str]) -> Callable[[CashEntry], bool]:
    """Return a filter of the entries of these categories."""
    return lambda entry: entry.category in categories


def every(_entry: CashEntry) -> bool:
    """Return that an entry is wanted, whatever its category."""
    return True


def usd(run: Run, wanted: Callable[[CashEntry], bool] = every, of: tuple[str, str] | None = None) -> float:
    """Return the dollars of the wanted entries over the counted periods; costs are negative.

    `of` is the scope and the name of the one entity whose entries count.
    """
    booked = run.booked if of is None else run.booked_of.get(of, [])
    return float(sum(cents for entry, cents in booked if wanted(entry))) / 100.0


def cost(run: Run, wanted: Callable[[CashEntry], bool] = every, of: tuple[str, str] | None = None) -> float:
    """Return `usd` with costs positive."""
    # Not `-usd(...)`, which is minus zero where nothing was paid.
    return 0.0 - usd(run, wanted, of)
