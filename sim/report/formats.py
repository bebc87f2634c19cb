"""Numbers as people read them: 1.2k, 17.0M, $3.4bn, 12.3 %."""

from __future__ import annotations

import datetime as dt
import math

NOTHING = "-"

_SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
_HUGE = 1e15
"""From here on numbers are written in powers of ten."""


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def count(value: float | None) -> str:
    """Return a number of units to about three digits: 950, 1.2k, 17.0M, 1.1bn, 2.5tn, 3.0e17."""
    if value is None or _missing(value):
        return NOTHING
    size = abs(value)
    if size >= _HUGE * 0.99995:
        return f"{value:.1e}".replace("e+", "e")
    for scale, letter in _SCALES:
        # 999,950 would print as 1000.0k.
        if size >= scale * 0.99995:
            return f"{value / scale:.1f}{letter}"
    if size == 0:
        return "0"
    if float(value).is_integer():
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.3g}"


def dollars(value: float | None) -> str:
    """Return an amount of money: $3.4bn, -$120k, $0.31."""
    if value is None or _missing(value):
        return NOTHING
    sign, size = ("-" if value < 0 else ""), abs(value)
    if size >= 999.95:
        return f"{sign}${count(size)}"
    return f"{sign}${size:.2f}" if 0 < size < 100 else f"{sign}${size:.0f}"


def percent(share: float | None) -> str:
    """Return a share in per cent without the sign: 12.3; 0 and 100 only if exact."""
    if share is None or _missing(share):
        return NOTHING
    # 99.98 prints as 100.0, with a decimal: 100 without one means all.
    return f"{100 * share:.0f}" if share in (0, 1) else f"{100 * share:.1f}"


def about(share: float) -> str:
    """Return a share for a sentence, with the sign: 67 %, 5.9 %; 0 and 100 only if exact."""
    hundredfold = 100 * share
    digits = 0 if share in (0, 1) or 9.95 <= hundredfold < 99.5 else 1
    # A sentence must not say 0.0 % of what happened.
    if 0 < abs(hundredfold) < 0.05:
        return "less than 0.1 %"
    return "over 99.9 %" if 99.95 <= hundredfold < 100 else f"{hundredfold:.{digits}f} %"


def power(watts: float | None) -> str:
    """Return electrical power: 930 W, 12.3 MW, 1.2 GW."""
    if watts is None or _missing(watts) or not watts:
        return NOTHING if watts is None or _missing(watts) else "0"
    for scale, unit in ((1e9, "GW"), (1e6, "MW"), (1e3, "kW")):
        if abs(watts) >= scale * 0.99995:
            size = watts / scale
            return f"{count(size) if abs(size) >= 1e3 else f'{size:.1f}'} {unit}"
    return f"{watts:.0f} W"


def when(value: dt.date | float | None, end: str, unit: str = "") -> str:
    """Return the date found in a run, or that there was none by its end."""
    if value is None:
        return f"not by {end}"
    if isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d")
    return f"{value:.4g} {unit}".rstrip()


_UNNAMED = {"1", "text", "date", "unit", "calendar_year"}


def a_time(unit: str) -> str:
    """Return a time unit as it follows an amount: a week, an hour."""
    return f"an {unit}" if unit[:1].lower() in "aeio" or unit.lower().startswith("hour") else f"a {unit}"


def with_unit(value: object, unit: str) -> str:
    """Return a value with its unit, unless that says nothing."""
    return plain(value) if unit in _UNNAMED or value is None else f"{plain(value)} {unit}"


def plain(value: object) -> str:
    """Return a value as text: numbers without needless digits, truth values as yes and no."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < _HUGE else f"{value:.6g}"
    if isinstance(value, int):
        # A year is not a quantity: 2027, not 2,027.
        return str(value) if abs(value) < 10_000 else f"{value:,}" if abs(value) < _HUGE else f"{value:.6g}"
    return str(value)
