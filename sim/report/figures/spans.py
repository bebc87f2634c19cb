"""The time that figures span: periods, years, disruptions, and the source line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.report.chain import titled
from sim.report.figures.figure import Band, Setting
from sim.report.periods import share_span

if TYPE_CHECKING:
    from sim.draws import Draws
    from sim.plan import Plan
    from sim.scenario.loader import Scenario

MOST_YEARS = 12


def setting(scenario: Scenario, plan: Plan, told: str, struck: tuple[Band, ...] = ()) -> Setting:
    """Return what all charts of a scenario share; `told` is their source line."""
    return Setting(
        source=told,
        begin=instant(plan, plan.calendar.warmup),
        end=instant(plan, plan.calendar.days),
        unit=scenario.document.horizon.time_unit or "time units",
        recent=share_span(scenario),
        bands=struck,
    )


def bands(scenario: Scenario, draws: Draws, which: Iterable[int]) -> tuple[Band, ...]:
    """Return the spans in which the disruptions `which` are in force, with their titles."""
    plan, days, named = draws.plan, draws.plan.calendar.days, scenario.document.disruptions
    strokes = sorted(
        (begin, end, plan.disruptions[k].name) for k in which for begin, end in draws.struck[k] if begin < days
    )
    return tuple(Band(instant(plan, b), instant(plan, min(e, days)), titled(named, name)) for b, e, name in strokes)


def source(name: str, seed: int, digest: str | None, *more: str | None) -> str:
    """Return the source line: version, scenario, seed, what else defines the numbers, and the hash."""
    parts = [f"fabshift {version('fabshift')}", name, f"seed {seed}", *(m for m in more if m)]
    return f"Source: {', '.join(parts)}{f', hash {digest[:12]}' if digest else ''}"


def instant(plan: Plan, days: float) -> dt.date | float:
    """Return days from the start as a date; of abstract time, as they are."""
    start = plan.calendar.start
    if start is None:
        return float(days)
    date: dt.date = (start + np.timedelta64(int(days), "D")).astype(dt.date)
    return date


def periods(plan: Plan) -> pd.DataFrame:
    """Return the reporting periods within the horizon that statistics count.

    Columns: period, begin, end, days and year. Where time is abstract, or there are more than MOST_YEARS years, `year`
    names several together: 1-3.
    """
    calendar = plan.calendar
    inside = [
        (place, begin, min(end, calendar.days))
        for place, (begin, end) in enumerate(zip(calendar.reports, calendar.reports[1:], strict=False))
        if calendar.warmup <= begin < calendar.days
    ]
    rows = [(place, instant(plan, b), instant(plan, e), e - b) for place, b, e in inside]
    found = pd.DataFrame(rows, columns=["period", "begin", "end", "days"])
    if calendar.start is None:
        return found.assign(year=_together([str(place + 1) for place in range(len(found))]))
    found[["begin", "end"]] = found[["begin", "end"]].apply(pd.to_datetime)
    years = [str(begin.year) for begin in found["begin"]]
    names = dict(zip(dict.fromkeys(years), _together(list(dict.fromkeys(years))), strict=True))
    return found.assign(year=[names[year] for year in years])


def _together(names: list[str]) -> list[str]:
    """Return the names; more than MOST_YEARS are put into groups, each named by its first and last."""
    size = -(-len(names) // MOST_YEARS)
    if size <= 1:
        return names
    groups = [names[k : k + size] for k in range(0, len(names), size)]
    return [f"{group[0]}-{group[-1]}" if len(group) > 1 else group[0] for group in groups for _ in group]


def years(plan: Plan) -> pd.DataFrame:
    """Return the columns of a chart by year: year, begin, end."""
    found = periods(plan).groupby("year", sort=False).agg(begin=("begin", "min"), end=("end", "max"))
    return found.reset_index()
