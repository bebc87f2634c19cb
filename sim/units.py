"""Conversion between the units that figures and fields are written in."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sim.clock import DAYS_PER_MONTH, DAYS_PER_YEAR

if TYPE_CHECKING:
    from pint import UnitRegistry

NOT_CONVERTED = frozenset({"date", "text", "calendar_year"})
"""Names in place of a unit, for values that are no amounts."""

# The quantifiers are possessive (*+, ?+, ++), so that no text that users write makes the match backtrack for long.
_WRITTEN = re.compile(
    r"""(?: (?:[A-Za-z_]\w*+ | %) (?:\s*+ (?:\*\*|\^) \s*+ [1-4](?![\w.]))?+  # a name, with a power or without
          | \d{1,9}+ (?:\.\d{1,9}+)?+ (?![\w.])
          | \*(?!\*) | [/()\s] )++""",
    re.VERBOSE,
)
"""Products and quotients of names and numbers. Only a name has a power, a small one: all can be worked out at once."""
_LONGEST = 60
_PREFIXES = {"k": 10**3, "M": 10**6, "bn": 10**9, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
_COUNTS = (
    "unit wafer die chip package panel board part component robot car vehicle terminal satellite gpu lot start tool "
    "person variant layer step kit computer parameter game times GB"
)
_DEFINITIONS = (
    # The day is the base unit of time because a run counts in days.
    "day = [time]",
    "hour = day / 24",
    "second = day / 86400",
    "week = 7 * day",
    f"month = {DAYS_PER_MONTH} * day",
    "quarter = 3 * month",
    f"year = {DAYS_PER_YEAR} * day",
    "USD = [money]",
    "mm = [length]",
    "cm = 10 * mm",
    "mm2 = mm ** 2",
    "cm2 = cm ** 2",
    "W = [power]",
    "OPS = [operation_rate]",
    "FLOPS = [floating_operation_rate]",
    "H100e = [h100_equivalent]",
    "percent = 0.01",
)


class UnitError(ValueError):
    """A unit that is not known, or that does not fit where it stands."""


@lru_cache(maxsize=1)
def _registry() -> UnitRegistry[Any]:
    """Return the registry of the project's own units.

    It starts empty, since pint's default definitions are slow to load and would accept units that no field means.
    """
    # Imported when it is first needed: pint is slow to load, and `fabshift --help` converts nothing.
    from pint import UnitRegistry

    registry: UnitRegistry[Any] = UnitRegistry(None, non_int_type=Fraction)  # exact factors
    for prefix, multiple in _PREFIXES.items():
        registry.define(f"{prefix}- = {multiple}")
    for line in _DEFINITIONS:
        registry.define(line)
    for count in _COUNTS.split():
        registry.define(f"{count} = []")
    for name in ("k", "M", "bn"):
        registry.define(f"{name} = {_PREFIXES[name]}")
    return registry


def convert(value: float, unit: str, to: str) -> float:
    """Return `value`, given in `unit`, in the unit `to`.

    Counts (wafer, chip, robot, ...) are pure numbers; k, M and bn stand alone or before a unit (`k wafer/month`,
    `kwafer/month`, `MUSD`). A year is 365.25 days and a month a twelfth of it.

    Raises:
        UnitError: one of the units is not known, or they measure different things.
    """
    converted = value if unit == to else value * factor(unit, to)
    if isinstance(converted, float) and not math.isfinite(converted):
        raise UnitError(f"{value:g} {unit} is too large a number in {to!r}")
    return converted


@lru_cache(maxsize=2048)
def factor(unit: str, to: str) -> float:
    """Return the number by which an amount in `unit` is multiplied to be in the unit `to`.

    Raises:
        UnitError: one of the units is not known, they measure different things, or the number is too large.
    """
    if unit == to:
        return 1.0
    if unit in NOT_CONVERTED or to in NOT_CONVERTED:
        raise UnitError(f"a value in {unit!r} can't stand where {to!r} is wanted")
    try:
        source, target = _parse(unit), _parse(to)
    except UnitError as error:
        raise UnitError(f"{error}; units of {to!r}: {', '.join(alike(to))}") from None
    if source.dimensionality != target.dimensionality:
        raise UnitError(f"{unit!r} does not measure the same as {to!r}")
    # The magnitudes are fractions, so that a conversion and its inverse cancel exactly.
    ratio = source.to_base_units().magnitude / target.to_base_units().magnitude
    try:
        return float(ratio)
    except OverflowError:
        raise UnitError(f"{unit!r} is too many {to!r} for a number") from None


@lru_cache(maxsize=64)
def alike(unit: str) -> tuple[str, ...]:
    """Return units that measure the same as `unit`, which comes first.

    For a rate these are the same thing over other times (`wafer/day` for `wafer/month`).

    Raises:
        UnitError: the unit is not known.
    """
    wanted = _parse(unit).dimensionality
    names = [line.split(" = ")[0] for line in _DEFINITIONS]
    rates = [f"{unit.partition('/')[0]}/{name}" for name in names] if "/" in unit else []
    # All counts are pure numbers, so that any of them would fit: a few are enough for an error.
    counts = _COUNTS.split()[:6] if not wanted else []
    same = [name for name in (*names, *rates, *counts) if _parse(name).dimensionality == wanted]
    return tuple(dict.fromkeys([unit, *same]))


def is_count(unit: str) -> bool:
    """Return whether the unit counts single things, or years of the calendar."""
    return unit in _COUNTS.split() or unit == "calendar_year"


def check_unit(unit: str) -> None:
    """Check that a unit is known, or that it names a value that is no amount (a date, a text).

    Raises:
        UnitError: it is not.
    """
    if unit not in NOT_CONVERTED:
        _parse(unit)


@lru_cache(maxsize=512)
def _parse(unit: str) -> Any:
    """Return one of `unit` as a pint quantity."""
    # Length and form are checked before pint parses the text: it evaluates powers, and a few characters could ask for
    # a number of millions of digits.
    if len(unit) > _LONGEST:
        raise UnitError(f"a unit of {len(unit):,} characters; at most {_LONGEST}")
    if not _WRITTEN.fullmatch(unit):
        raise UnitError(
            f"unknown unit {unit!r}: it multiplies and divides names and numbers, a name to a power up to 4"
        )
    registry = _registry()
    try:
        one: Any = registry.Quantity(registry.parse_expression(unit.replace("%", "percent")))
    except Exception as error:  # pint's parser lets tokenizer errors of many kinds through
        raise UnitError(f"unknown unit {unit!r}") from error
    # A factor of 0 (`0 day`) would be divided by when a value is converted.
    if one.magnitude <= 0:
        raise UnitError(f"unknown unit {unit!r}: it holds no amount")
    return one
