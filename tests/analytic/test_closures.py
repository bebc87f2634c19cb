"""Closures of a site: what is made while it is open, and plans that know when it is closed."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.api import run
from sim.compiler.closures import closed_days
from sim.scenario.schema.closures import Shutdown
from sim.scenario.schema.document import Horizon
from sim.vocabulary import Weekday

Fixture = Callable[..., Any]
MONDAY = dt.date(2026, 1, 5)
A_DAY = 304.375
"""Ten lots a day, as a rate a month."""


def plant(closed: list[Any], **more: Any) -> dict[str, Any]:
    """Four weeks of a plant that is never short of work, ten units a day."""
    return {
        "horizon": {"start": MONDAY, "end": MONDAY + dt.timedelta(days=28)},
        "report_every": 1,
        "items": {"part": {"stage": "part", "policy": {"type": "base_stock", "level": 0}}},
        "sites": {"own": {"in_house": True, "capacity": A_DAY, "closed": closed}},
        "recipes": {"make": {"item": "part", "site": "own", "lot_size": 1}},
        "demand": {"d": {"item": "part", "pattern": "series", "every": 30, "values": [10000]}},
    } | more  # fmt: skip


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_what_is_made_is_what_open_days_allow(build: Fixture, engine: str) -> None:
    """Weekends, a holiday (a Thursday) and a yearly shutdown of Monday and Tuesday leave 5, 4, 5 and 3 days of ten."""
    closed = [
        "sat",
        "sun",
        dt.date(2026, 1, 15),
        {"begins": dt.date(2025, 1, 26), "ends": dt.date(2025, 1, 27), "yearly": True},
    ]
    result = run(build(plant(closed)), engine=engine)
    assert result.records.source["good"].sum(axis=1).reshape(4, 7).sum(axis=1).tolist() == [50, 40, 50, 30]


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_a_lot_that_a_weekend_cuts_goes_on_on_monday(build: Fixture, engine: str) -> None:
    """Two days' work that begins on Friday is done at the end of Monday."""
    data = plant(["sat", "sun"])
    data["recipes"]["make"]["lot_size"] = 20
    data["demand"]["d"] = {"item": "part", "pattern": "orders", "orders": [{"date": dt.date(2026, 1, 9), "units": 20}]}
    result = run(build(data), engine=engine)
    assert np.flatnonzero(result.records.source["good"].sum(axis=1)).tolist() == [8]


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_planners_make_for_a_shutdown_before_it(build: Fixture, engine: str) -> None:
    """What is wanted each day of a week of shutdown is made before it, since planners know that it comes."""
    begins = MONDAY + dt.timedelta(days=70)
    data = plant(
        [{"begins": begins, "ends": begins + dt.timedelta(days=6)}],
        horizon={"start": MONDAY, "end": MONDAY + dt.timedelta(days=112)}, review_every=7,
        items={"part": {"stage": "part"}}, demand={"d": {"item": "part", "rate": A_DAY / 2}},
    )  # fmt: skip
    result = run(build(data), engine=engine)
    demanded, served = (result.records.flow[m].sum(axis=1) for m in ("demanded", "from_stock"))
    assert (demanded[63:] == served[63:]).all()
    assert result.records.source["starts"].sum(axis=1)[70:77].sum() == 0


WEEKDAYS = st.sets(st.sampled_from(list(Weekday)), max_size=6)
DAYS = st.dates(dt.date(2025, 6, 1), dt.date(2027, 6, 1))
SHUTDOWNS = st.builds(
    lambda begins, days, yearly: Shutdown(begins=begins, ends=begins + dt.timedelta(days=days), yearly=yearly),
    DAYS, st.integers(0, 40), st.booleans(),
)  # fmt: skip


def is_closed(day: dt.date, closed: list[Any]) -> bool:
    """The same by looking at one day."""
    if list(Weekday)[day.weekday()] in closed or day in closed:
        return True
    for shutdown in (c for c in closed if isinstance(c, Shutdown)):
        length = (shutdown.ends - shutdown.begins).days
        years = range(day.year - 1, day.year + 1) if shutdown.yearly else [shutdown.begins.year]
        for begins in (shutdown.begins.replace(year=year) for year in years):
            if begins <= day <= begins + dt.timedelta(days=length):
                return True
    return False


@settings(deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(WEEKDAYS, st.lists(DAYS, max_size=5), st.lists(SHUTDOWNS, max_size=3))
def test_days_closed_are_those_that_any_closure_names(
    weekdays: set[Weekday], holidays: list[dt.date], shutdowns: list[Shutdown]
) -> None:
    """Intervals are disjoint, in order, and cover just the days that some closure covers."""
    shutdowns = [s for s in shutdowns if (s.begins.month, s.begins.day) != (2, 29)]
    closed, start = [*weekdays, *holidays, *shutdowns], dt.date(2026, 1, 1)
    intervals = closed_days(closed, Horizon(start=start, end=dt.date(2027, 1, 1)))
    assert all(a < b for a, b in intervals)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(intervals))
    for day in range(700):
        covered = any(a <= day < b for a, b in intervals)
        assert covered == is_closed(start + dt.timedelta(days=day), closed), day
