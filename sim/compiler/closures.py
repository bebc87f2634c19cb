"""Closures of a site as intervals of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import count, takewhile

from sim.scenario.schema.closures import AnyClosure, Shutdown
from sim.scenario.schema.document import Horizon
from sim.vocabulary import Weekday

YEARS_BEYOND = 3
"""Closures are laid out so long past the horizon: plans and lots under way reach beyond it."""
_WEEK = tuple(Weekday)


def closed_days(closed: Sequence[AnyClosure], horizon: Horizon) -> tuple[tuple[float, float], ...]:
    """Return when a site is closed, in days from the start: disjoint intervals in order."""
    if horizon.start is None or horizon.end is None:
        return ()
    end = horizon.end + dt.timedelta(days=366 * YEARS_BEYOND)
    every = sorted(span for closure in closed for span in _spans(closure, horizon.start, end))
    found: list[tuple[float, float]] = []
    for first, last in every:
        begins, ends = float((first - horizon.start).days), float((last - horizon.start).days + 1)
        if ends <= 0.0:
            continue
        # Closures that overlap or follow each other are one.
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((max(begins, 0.0), ends))
    return tuple(found)


def _spans(closure: AnyClosure, start: dt.date, end: dt.date) -> Iterable[tuple[dt.date, dt.date]]:
    """Return the first and last days of each time that a closure holds."""
    if isinstance(closure, Weekday):
        first = start + dt.timedelta(days=(_WEEK.index(closure) - start.weekday()) % 7)
        days = (first + dt.timedelta(days=7 * k) for k in count())
        return [(day, day) for day in takewhile(lambda day: day < end, days)]
    if isinstance(closure, Shutdown):
        # A shutdown of the year before may reach into the first.
        years = range(start.year - 1, end.year + 1) if closure.yearly else [closure.begins.year]
        return [_in_year(closure, year) for year in years]
    return [(closure, closure)]


def _in_year(closure: Shutdown, year: int) -> tuple[dt.date, dt.date]:
    """Return the first and last day of a shutdown in a year.

    What begins on 29 February begins on 1 March of other years.
    """
    if year == closure.begins.year:
        return closure.begins, closure.ends
    leap_day = (closure.begins.month, closure.begins.day) == (2, 29)
    day = dt.date(year, 3, 1) if leap_day and not _is_leap(year) else closure.begins.replace(year=year)
    return day, day + (closure.ends - closure.begins)


def _is_leap(year: int) -> bool:
    """Return whether a year is a leap year."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
