"""What a plain YAML scalar means: the YAML 1.2 core schema, dates, and `1e6` as a number."""

from __future__ import annotations

import datetime as dt
import math
import re

Scalar = bool | int | float | dt.date | str | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?[0-9]+(_[0-9]{3})*")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(_[0-9]{3})*(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LONGEST = 400
_LARGEST = 2**63


class ScalarError(ValueError):
    """A scalar that looks like a number or a date but is none we can use."""


def resolve_plain(text: str) -> Scalar:
    """Return the value of an unquoted scalar.

    Raises:
        ScalarError: it looks like a number or a date, but is no finite number or no day.
    """
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _NOT_FINITE.fullmatch(text):
        raise ScalarError("a number must be finite")
    if match := _DATE.fullmatch(text):
        return _date(*(int(part) for part in match.groups()))
    if _FLOAT.fullmatch(text) or _BASED.fullmatch(text):
        return _number(text)
    return text


def _date(year: int, month: int, day: int) -> dt.date:
    """Return a day."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ScalarError("there is no such day") from None


def _number(text: str) -> int | float:
    """Return a whole number, or a finite float."""
    # The time to read a whole number grows with the square of its digits.
    if len(text) > _LONGEST:
        raise ScalarError("a number this long cannot be read")
    digits = text.replace("_", "")
    if _BASED.fullmatch(text) or _INTEGER.fullmatch(text):
        value = int(digits, 0) if _BASED.fullmatch(text) else int(digits)
        if abs(value) >= _LARGEST:
            raise ScalarError("a whole number must be smaller than 2^63; write it as 1e20 if you mean it")
        return value
    number = float(digits)
    if not math.isfinite(number):
        raise ScalarError("a number must be finite")
    return number
