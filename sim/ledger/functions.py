"""The functions a formula may use."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import statistics
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from sim import dies
from sim.clock import DAYS_PER_MONTH


def add_months(date: dt.date, months: float) -> dt.date:
    """The same day of a later month (its last day if it is shorter); a part of a month counts in days."""
    whole = math.floor(months)
    year, month = divmod(date.year * 12 + date.month - 1 + whole, 12)
    day = min(date.day, calendar.monthrange(year, month + 1)[1])
    return add_days(dt.date(year, month + 1, day), (months - whole) * DAYS_PER_MONTH)


def add_days(date: dt.date, days: float) -> dt.date:
    """The date so many days later, to the nearest day."""
    return date + dt.timedelta(days=math.floor(days + 0.5))


def days_between(first: dt.date, last: dt.date) -> float:
    """Days from the first date to the last."""
    return float((last - first).days)


def months_between(first: dt.date, last: dt.date) -> float:
    """Calendar months from the first date to the last; left-over days count as parts of a mean month."""
    return (last.year - first.year) * 12 + last.month - first.month + (last.day - first.day) / DAYS_PER_MONTH


def year_start(year: float) -> dt.date:
    """1 January of a calendar year."""
    return dt.date(int(year), 1, 1)


def year_end(year: float) -> dt.date:
    """31 December of a calendar year."""
    return dt.date(int(year), 12, 31)


def round_half_up(number: float) -> float:
    """The nearest whole number; halves go up."""
    return float(math.floor(number + 0.5))


def growth(start: float, factor: float, periods: float) -> float:
    """What grows by a factor each period has become after so many periods."""
    return float(start * factor**periods)


def doubling_time(factor: float, time: float) -> float:
    """How long one doubling takes, if `time` multiplies by `factor`."""
    return time * math.log(2) / math.log(factor)


def volatility(values_a_year: float, first: float, second: float, third: float, *more: float) -> float:
    """Standard deviation a year of the logarithm's changes in a series of so many values a year."""
    series = [first, second, third, *more]
    changes = [math.log(after / before) for before, after in pairwise(series)]
    return statistics.stdev(changes) * math.sqrt(values_a_year)


def gross_dies(area_mm2: float, diameter_mm: float, edge_mm: float, scribe_mm: float) -> float:
    """Gross dies per wafer, unrounded."""
    return dies.gross_dies_per_wafer(area_mm2, diameter_mm, edge_mm, scribe_mm)


def negative_binomial_yield(area_mm2: float, d0_per_cm2: float, alpha: float) -> float:
    """Negative binomial die yield of an area in mm2."""
    return dies.negative_binomial_yield(area_mm2 / 100, d0_per_cm2, alpha)


def poisson_yield(area_mm2: float, d0_per_cm2: float) -> float:
    """Poisson die yield of an area in mm2."""
    return dies.poisson_yield(area_mm2 / 100, d0_per_cm2)


def murphy_yield(area_mm2: float, d0_per_cm2: float) -> float:
    """Murphy die yield of an area in mm2."""
    return dies.murphy_yield(area_mm2 / 100, d0_per_cm2)


def seeds_yield(area_mm2: float, d0_per_cm2: float) -> float:
    """Seeds die yield of an area in mm2."""
    return dies.seeds_yield(area_mm2 / 100, d0_per_cm2)


def panel_packages(width_mm: float, height_mm: float, package_mm: float, border_mm: float, street_mm: float) -> float:
    """Square packages on a panel."""
    return float(dies.packages_per_panel(width_mm, height_mm, package_mm, border_mm, street_mm))


def least(first: float, second: float, *more: float) -> float:
    """The smallest."""
    return min(first, second, *more)


def most(first: float, second: float, *more: float) -> float:
    """The largest."""
    return max(first, second, *more)


def ceiling(number: float) -> float:
    """The whole number at or above."""
    return float(math.ceil(number))


def floor(number: float) -> float:
    """The whole number at or below."""
    return float(math.floor(number))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add_days": add_days,
    "add_months": add_months,
    "ceil": ceiling,
    "days_between": days_between,
    "doubling_time": doubling_time,
    "exp": math.exp,
    "floor": floor,
    "gross_dies": gross_dies,
    "growth": growth,
    "log": lambda number: math.log(number),
    "log2": math.log2,
    "max": most,
    "min": least,
    "months_between": months_between,
    "murphy_yield": murphy_yield,
    "negative_binomial_yield": negative_binomial_yield,
    "panel_packages": panel_packages,
    "poisson_yield": poisson_yield,
    "round_half_up": round_half_up,
    "seeds_yield": seeds_yield,
    "sqrt": math.sqrt,
    "volatility": volatility,
    "year_end": year_end,
    "year_start": year_start,
}

DATED = {"add_days": 1, "add_months": 1, "days_between": 2, "months_between": 2}
"""Functions whose first arguments are dates, with the number of those; all other arguments are numbers."""
ORDERED = frozenset({"max", "min"})
"""Functions of numbers that also take dates, if all arguments are."""


def refuse_kinds(name: str, arguments: Sequence[Any]) -> None:
    """Raise TypeError where an argument of a function is not of the kind it takes."""
    dated = DATED.get(name, 0)
    if name in ORDERED and all(isinstance(argument, dt.date) for argument in arguments):
        return
    for place, argument in enumerate(arguments):
        wanted = "a date" if place < dated else "a number"
        if kind_of(argument) != wanted:
            raise TypeError(f"{name}() takes {wanted} as argument {place + 1}, not {kind_of(argument)}")


def kind_of(value: Any) -> str:
    """What a value of a formula is, in words."""
    if isinstance(value, dt.date):
        return "a date"
    return "a text" if isinstance(value, str) else "a number"
