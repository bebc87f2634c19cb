"""What a text may mean that stands where a number or a date is wanted: percent, decimal commas, other orders of a date."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

_PERCENT = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*(?:%|percent)")
_GROUPED = re.compile(r"([-+]?\d{1,3}(?:,\d{3})+)(\.\d+)?")
_COMMA = re.compile(r"([-+]?\d+),(\d+)")
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")


def remedy(value: Any, unit: str) -> str:
    """Return how to write what a value seems to mean in a field of this unit, as the end of a sentence, or ""."""
    if not isinstance(value, str):
        return ""
    meant = _dates(value) if unit == "date" else _numbers(value.strip(), unit)
    return f"; write {' or '.join(meant)}" if meant else ""


def _numbers(text: str, unit: str) -> list[str]:
    """Return the numbers that a text may mean."""
    # Only in a field without a unit: in any other a percentage means nothing.
    if unit == "1" and (percent := _PERCENT.fullmatch(text)):
        return [f"{float(percent[1].replace(',', '.')) / 100:.12g}"]
    if grouped := _GROUPED.fullmatch(text):
        whole = grouped[1].replace(",", "_") + (grouped[2] or "")
        # 1,234 is a thousand in one country and a decimal number in another: both are offered.
        decimal = text.replace(",", ".")
        return [whole] if decimal.count(".") > 1 else [whole, decimal]
    if comma := _COMMA.fullmatch(text):
        return [f"{comma[1]}.{comma[2]}"]
    return []


def _dates(text: str) -> list[str]:
    """Return the days that a date may mean, of which the day or the month may come first."""
    written = _DAY.fullmatch(text.strip())
    if written is None:
        return []
    first, second, year = (int(part) for part in written.groups())
    possible = []
    for month, day in ((first, second), (second, first)):
        try:
            possible.append(dt.date(year, month, day).isoformat())
        except ValueError:
            continue
    return list(dict.fromkeys(possible))
