"""Groups the reporting periods of a run into the columns of a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.result import Result
    from sim.scenario.loader import Scenario

MOST_COLUMNS = 12


@dataclass(frozen=True)
class Grouping:
    """Which column each period belongs to."""

    unit: str
    """quarter, year or period."""
    labels: tuple[str, ...]
    """The columns in order."""
    column: dict[int, str]
    """Period index -> column."""

    def of(self, frame: pd.DataFrame) -> pd.Series:
        """Return the column of each row."""
        return frame["period"].map(self.column)


def is_dated(result: Result) -> bool:
    """Return whether the horizon has dates; otherwise it is a length of abstract time."""
    return result.scenario.document.horizon.start is not None


def by_quarter(result: Result) -> Grouping:
    """Return a grouping by quarter; by year if there are too many; by buckets of periods if time is abstract."""
    starts = _starts(result)
    if not is_dated(result):
        return _buckets(list(starts))
    quarters = {p: f"{d.year % 100:02d}Q{(d.month + 2) // 3}" for p, d in starts.items()}
    if len(set(quarters.values())) > MOST_COLUMNS:
        return by_year(result)
    return _grouping("quarter", quarters)


def by_year(result: Result) -> Grouping:
    """Return a grouping by calendar year; by buckets of periods if time is abstract."""
    starts = _starts(result)
    if not is_dated(result):
        return _buckets(list(starts))
    years = {p: str(d.year) for p, d in starts.items()}
    if len(set(years.values())) > MOST_COLUMNS:
        return _buckets(list(starts))
    return _grouping("year", years)


def last_year(result: Result) -> set[int]:
    """Return the periods of the last twelve months (of abstract time: the last third); at least the last one."""
    starts = _starts(result)
    end = result.scenario.document.horizon.end
    if end is None:
        periods = sorted(starts)
        return set(periods[-max(1, len(periods) // 3) :])
    # A year before February 29 there is no such day.
    first = end.replace(year=end.year - 1) if (end.month, end.day) != (2, 29) else end - dt.timedelta(days=366)
    return {p for p, d in starts.items() if first <= d < end} or set(sorted(starts)[-1:])


def last_year_named(result: Result) -> str:
    """Return the name of the time that `last_year` returns."""
    end, starts = result.scenario.document.horizon.end, _starts(result)
    if end is None:
        return "the last third"
    return "the last 12 months" if not starts or (end - max(starts.values())).days <= 366 else "the last period"


def share_span(scenario: Scenario) -> str:
    """Return the name of the time over which in-house shares are counted."""
    return "in the last 12 months" if scenario.document.horizon.start is not None else "over the run"


def after_warmup(result: Result, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a frame by period that statistics count."""
    kept: pd.DataFrame = frame.loc[frame["period"] >= first_counted(result)]
    return kept


def first_counted(result: Result) -> int:
    """Return the first period that statistics count: the warm-up always ends one."""
    horizon = result.scenario.document.horizon
    if not horizon.warmup:
        return 0
    first = horizon.warmup if horizon.start is None else horizon.start + dt.timedelta(days=int(horizon.warmup))
    return sum(start < first for start in result.period_starts)


def _starts(result: Result) -> dict[int, dt.date]:
    """Return the first day of each period after the warm-up and before the end of the horizon."""
    first = first_counted(result)
    starts = dict(enumerate(result.period_starts[first:], first))
    # Draining after the end takes further periods.
    end = result.scenario.document.horizon.end
    return dict.fromkeys(starts, dt.date.min) if end is None else {p: d for p, d in starts.items() if d < end}


def _grouping(unit: str, column: dict[int, str]) -> Grouping:
    return Grouping(unit, tuple(dict.fromkeys(column.values())), column)


def _buckets(periods: list[int]) -> Grouping:
    size = max(1, -(-len(periods) // MOST_COLUMNS))
    column = {}
    for place, period in enumerate(periods):
        first = place // size * size + 1
        last = min(first + size - 1, len(periods))
        column[period] = str(first) if first == last else f"{first}-{last}"
    return _grouping("period", column)
