"""When periods and reviews begin."""

from __future__ import annotations

import datetime as dt

import numpy as np

from sim.calendar import Calendar
from sim.clock import DAYS_PER_MONTH, DAYS_PER_YEAR
from sim.scenario.schema import Document
from sim.scenario.schema.document import Horizon
from sim.vocabulary import PolicyType

UNIT_DAYS = {
    "second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": DAYS_PER_MONTH,
    "quarter": 3 * DAYS_PER_MONTH, "year": DAYS_PER_YEAR,
}  # fmt: skip
"""Days in the time units that an abstract model may name."""


def calendar(document: Document) -> Calendar:
    """Return the days on which months, reporting periods and reviews begin."""
    horizon = document.horizon
    if horizon.start is not None and horizon.end is not None:
        days = float((horizon.end - horizon.start).days)
        reports = _dated(horizon.start, horizon.end, document.report_every)
        months = _dated(horizon.start, horizon.end, "month")
        reviews = _dated(horizon.start, horizon.end, document.review_every)
        start = np.datetime64(horizon.start, "D")
    else:
        assert horizon.length is not None
        days, start = horizon.length, None
        reports = months = _stepped(days, days if document.report_every == "month" else _step(document.report_every))
        reviews = _stepped(days, _step(document.review_every))
    # Nothing is planned: one review stands for all.
    if all(item.policy.type is not PolicyType.PLANNED for item in document.items.values()):
        reviews = (0.0,)
    # The warm-up ends a period, so that statistics after it are whole periods.
    ends = {days, horizon.warmup} if 0 < horizon.warmup < days else {days}
    reports, months, periods = (tuple(sorted({*edges, *ends})) for edges in (reports, months, (*reports, *months)))
    unit = UNIT_DAYS.get((horizon.time_unit or "day").lower().removesuffix("s"), 1.0)
    return Calendar(days, horizon.warmup, horizon.drain, periods, reports, months, (*reviews, days), start, unit)


BEYOND = 24
"""Months beyond the horizon over which processes go on, since planners look ahead; then they stand still."""


def process_months(horizon: Horizon) -> tuple[float, ...]:
    """Return the days on which the months of random processes begin; none in an abstract model, which has no months."""
    if horizon.start is None or horizon.end is None:
        return ()
    beyond = horizon.end.year * 12 + horizon.end.month - 1 + BEYOND
    return tuple(_dated(horizon.start, dt.date(beyond // 12, beyond % 12 + 1, 1), "month"))


def _step(every: int | str) -> float:
    """Return the days of a step; a word stands for one time unit."""
    return 1.0 if isinstance(every, str) else float(every)


def _stepped(days: float, step: float) -> tuple[float, ...]:
    """Return the days on which steps of equal length begin."""
    return tuple(float(x) for x in np.arange(0.0, days, step))


def _dated(start: dt.date, end: dt.date, every: int | str) -> tuple[float, ...]:
    """Return the days from the start on which months, or steps, of a dated horizon begin."""
    if every != "month":
        return _stepped(float((end - start).days), _step(every))
    firsts, year, month = [0.0], start.year, start.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        first = dt.date(year, month, 1)
        if first >= end:
            return tuple(firsts)
        firsts.append(float((first - start).days))
