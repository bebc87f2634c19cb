"""What the text of a cell in a CSV file means: a number with a decimal point, or an ISO date."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import Mark
from sim.scenario.meant import remedy
from sim.scenario.scalars import resolve_plain

_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_COMMA = re.compile(r"[-+]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+),[0-9]+")
_APART = re.compile("[-+]?[0-9]{1,3}([ \u00a0\u202f'_][0-9]{3})+([.,][0-9]+)?|[-+]?[0-9]{1,3}([.][0-9]{3}){2,}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(:00(\.0+)?)?")


@dataclass(frozen=True, slots=True)
class Read:
    """What a cell says, and where it stands."""

    value: Any
    mark: Mark


def number_of(text: str, unit: str) -> int | float:
    """Return the number that a text is.

    Raises:
        ValueError: it is none; the message says how to write what is meant.
    """
    if _NUMBER.fullmatch(text):
        value = resolve_plain(text)
        assert isinstance(value, (int, float))
        return value
    if grouped := _GROUPED.fullmatch(text):
        plain = text.replace(",", "")
        # 1,234 is a thousand in one country and a decimal number in another: both are offered.
        ambiguous = text.count(",") == 1 and grouped[2] is None
        raise ValueError(f"a comma in a number: write {plain}{' or ' + text.replace(',', '.') if ambiguous else ''}")
    if _COMMA.fullmatch(text):
        raise ValueError(f"comma decimals: write {text.replace('.', '').replace(',', '.')}")
    if _APART.fullmatch(text):
        # With points alone (1.234.567) all of them separate thousands; else the last sign may begin the decimals.
        whole, *decimals = re.split("[.,]", text) if re.search("[^-+.0-9]", text) else [text]
        plain = ".".join([re.sub("[^-+0-9]", "", whole), *decimals])
        raise ValueError(f"separators within a number: write {plain}")
    raise ValueError(f"not a number{remedy(text, unit)}")


def date_of(text: str) -> dt.date | int | float:
    """Return the day that a text is (2026-07 is the first of July), or a time of an abstract model.

    Raises:
        ValueError: it is neither.
    """
    if _MONTH.fullmatch(text):
        text = f"{text}-01"
    if _DAY.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise ValueError("there is no such day") from None
    if _NUMBER.fullmatch(text):
        return number_of(text, "date")
    midnight = _MIDNIGHT.fullmatch(text)
    meant = f"; write {midnight[1]}" if midnight else remedy(text, "date")
    raise ValueError(f"not a date such as 2026-07 or 2026-07-01{meant}")


def mixed_numbers(cells: Sequence[tuple[int, str]]) -> str:
    """Return what is wrong with a column that has both decimal commas and points; "" of any other.

    `cells` are line and text of each. A point may then separate thousands, so that no number of the column can be
    trusted.
    """
    comma = next(((line, text) for line, text in cells if _COMMA.fullmatch(text) or _GROUPED.fullmatch(text)), None)
    point = next(((line, text) for line, text in cells if "." in text and _NUMBER.fullmatch(text)), None)
    if comma is None or point is None:
        return ""
    return (
        f"mixed number formats: {point[1]} in line {point[0]}, {comma[1]} in line {comma[0]}; "
        "write every number with a decimal point, and without separators of thousands"
    )
