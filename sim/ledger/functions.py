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
    """Return the same day of a later month, or its last day if it is shorter; a part of a month counts in days."""
    whole = math.floor(months)
    # Months are counted from 0 here, so that December and January need no case of their own.
    year, month = divmod(date.year * 12 + date.month - 1 + whole, 12)
    day = min(date.day, calendar.monthrange(year, month + 1)[1])
    return add_days(dt.date(year, month + 1, day), (months - whole) * DAYS_PER_MONTH)


def add_days(date: dt.date, days: float) -> dt.date:
    """Return the date so many days later, to the nearest day."""
    # Not round(), which rounds halves to even: 0.5 days would be 0, and 2.5 days 2.
    return date + dt.timedelta(days=math.floor(days + 0.5))


def days_between(first: dt.date, last: dt.date) -> float:
    """Return the days from the first date to the last."""
    return float((last - first).days)


def months_between(first: dt.date, last: dt.date) -> float:
    """Return the calendar months from the first date to the last; days left over are parts of a mean month."""
    return (last.year - first.year) * 12 + last.month - first.month + (last.day - first.day) / DAYS_PER_MONTH


def year_start(year: float) -> dt.date:
    """Return 1 January of a calendar year."""
    return dt.date(int(year), 1, 1)


def year_end(year: float) -> dt.date:
    """Return 31 December of a calendar year."""
    return dt.date(int(year), 12, 31)


def round_half_up(number: float) -> float:
    """Return the nearest whole number; halves go up."""
    return float(math.floor(number + 0.5))


def growth(start: float, factor: float, periods: float) -> float:
    """Return `start` after it has been multiplied by `factor` in each of so many periods."""
    return float(start * factor**periods)


def doubling_time(factor: float, time: float) -> float:
    """Return the time in which a quantity doubles, in the unit of `time`, which multiplies it by `factor`."""
    return time * math.log(2) / math.log(factor)


def volatility(values_a_year: float, first: float, second: float, third: float, *more: float) -> float:
    """Return the yearly standard deviation of the changes of the logarithm of a series.

    The series has `values_a_year` values a year, at equal distances. Changes of one step are scaled by the square root
    of the number of steps in a year, as for independent changes.
    """
    # Three values are named, since two changes are the fewest with a standard deviation.
    series = [first, second, third, *more]
    changes = [math.log(after / before) for before, after in pairwise(series)]
    return statistics.stdev(changes) * math.sqrt(values_a_year)


def gross_dies(area_mm2: float, diameter_mm: float, edge_mm: float, scribe_mm: float) -> float:
    """Return the gross dies per wafer, unrounded; lengths are in mm."""
    return dies.gross_dies_per_wafer(area_mm2, diameter_mm, edge_mm, scribe_mm)


def negative_binomial_yield(area_mm2: float, d0_per_cm2: float, alpha: float) -> float:
    """Return the share of good dies of an area in mm2 by the negative binomial model."""
    return dies.negative_binomial_yield(area_mm2 / 100, d0_per_cm2, alpha)


def poisson_yield(area_mm2: float, d0_per_cm2: float) -> float:
    """Return the share of good dies of an area in mm2 by the Poisson model."""
    return dies.poisson_yield(area_mm2 / 100, d0_per_cm2)


def murphy_yield(area_mm2: float, d0_per_cm2: float) -> float:
    """Return the share of good dies of an area in mm2 by Murphy's model."""
    return dies.murphy_yield(area_mm2 / 100, d0_per_cm2)


def seeds_yield(area_mm2: float, d0_per_cm2: float) -> float:
    """Return the share of good dies of an area in mm2 by Seeds' model."""
    return dies.seeds_yield(area_mm2 / 100, d0_per_cm2)


def panel_packages(width_mm: float, height_mm: float, package_mm: float, border_mm: float, street_mm: float) -> float:
    """Return how many square packages fit on a panel; lengths are in mm."""
    return float(dies.packages_per_panel(width_mm, height_mm, package_mm, border_mm, street_mm))


def least(first: float, second: float, *more: float) -> float:
    """Return the smallest number, or the earliest date."""
    return min(first, second, *more)


def most(first: float, second: float, *more: float) -> float:
    """Return the largest number, or the latest date."""
    return max(first, second, *more)


def ceiling(number: float) -> float:
    """Return the next whole number at or above."""
    return float(math.ceil(number))


def floor(number: float) -> float:
    """Return the next whole number at or below."""
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
    # math.log itself takes a base too, and has no signature by which the number of arguments could be checked.
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
    """Check that the arguments of a function are dates and numbers where it takes them.

    Raises:
        TypeError: one is not of the kind that the function takes.
    """
    dated = DATED.get(name, 0)
    if name in ORDERED and all(isinstance(argument, dt.date) for argument in arguments):
        return
    for place, argument in enumerate(arguments):
        wanted = "a date" if place < dated else "a number"
        if kind_of(argument) != wanted:
            raise TypeError(f"{name}() takes {wanted} as argument {place + 1}, not {kind_of(argument)}")


def kind_of(value: Any) -> str:
    """Return in words what a value of a formula is: a date, a text or a number."""
    if isinstance(value, dt.date):
        return "a date"
    return "a text" if isinstance(value, str) else "a number"
