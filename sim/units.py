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
"""Names that stand where a unit would, for values that are no amounts."""

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
    """The project's own units; an empty registry, since pint's default definitions are slow to load."""
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
    """`value`, given in `unit`, expressed in the unit `to`.

    Counts (wafer, chip, robot, ...) are pure numbers; k, M and bn stand alone or before a unit
    (`k wafer/month`, `kwafer/month`, `MUSD`). A year is 365.25 days and a month a twelfth of it.

    Raises:
        UnitError: one of the units is not known, or they measure different things.
    """
    converted = value if unit == to else value * factor(unit, to)
    if isinstance(converted, float) and not math.isfinite(converted):
        raise UnitError(f"{value:g} {unit} is too large a number in {to!r}")
    return converted


@lru_cache(maxsize=2048)
def factor(unit: str, to: str) -> float:
    """What an amount in `unit` is multiplied by to be in the unit `to`."""
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
    # exact, with fractions: a conversion and its inverse cancel
    ratio = source.to_base_units().magnitude / target.to_base_units().magnitude
    try:
        return float(ratio)
    except OverflowError:
        raise UnitError(f"{unit!r} is too many {to!r} for a number") from None


@lru_cache(maxsize=64)
def alike(unit: str) -> tuple[str, ...]:
    """Units that measure the same as `unit`, itself first; for a rate, by the times that it may be of."""
    wanted = _parse(unit).dimensionality
    names = [line.split(" = ")[0] for line in _DEFINITIONS]
    rates = [f"{unit.partition('/')[0]}/{name}" for name in names] if "/" in unit else []
    counts = _COUNTS.split()[:6] if not wanted else []
    same = [name for name in (*names, *rates, *counts) if _parse(name).dimensionality == wanted]
    return tuple(dict.fromkeys([unit, *same]))


def is_count(unit: str) -> bool:
    """Whether what is measured in this unit are single things, or years of the calendar."""
    return unit in _COUNTS.split() or unit == "calendar_year"


def check_unit(unit: str) -> None:
    """Raise UnitError unless `unit` is known."""
    if unit not in NOT_CONVERTED:
        _parse(unit)


@lru_cache(maxsize=512)
def _parse(unit: str) -> Any:
    """One of `unit`, as a pint quantity."""
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
    if one.magnitude <= 0:
        raise UnitError(f"unknown unit {unit!r}: it holds no amount")
    return one
