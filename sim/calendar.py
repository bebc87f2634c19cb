"""The instants of a compiled scenario: horizon, periods and reviews."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.clock import DAYS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Calendar:
    """The edges of periods in days from the start; the last of each is the end of the horizon.

    Engines book by `periods`, of which reporting periods (`reports`) and calendar months (`months`; in an abstract model
    the reporting periods) are composed. The end of the warm-up is an edge of each. `reviews` are the days of planning.
    `unit_days` is the length of a time unit in days (1 for dated scenarios, and where its name is no unit of time).
    """

    days: float
    warmup: float
    drain: bool
    periods: tuple[float, ...]
    reports: tuple[float, ...]
    months: tuple[float, ...]
    reviews: tuple[float, ...]
    start: np.datetime64 | None
    unit_days: float

    @property
    def day(self) -> float:
        """A real day in time units."""
        return 1.0 / self.unit_days

    @property
    def year(self) -> float:
        """The days of a year; in an abstract model a time unit takes its place."""
        return DAYS_PER_YEAR if self.start is not None else 1.0
