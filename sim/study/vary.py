"""`--vary PATH=a,b,c`: an input of a sweep and its values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.errors import InputError, Problem, argument

FORM = "PATH=a,b,c or PATH=low..high/number (sites.fab.ramp.months=12,24 or 12..36/5)"
MOST_POINTS = 2000
"""The most points of a sweep: each is a scenario that is read and compiled."""
_OPEN, _CLOSE = "[{", "]}"


@dataclass(frozen=True, slots=True)
class Vary:
    """An input and its values, as written."""

    path: str
    values: tuple[str, ...]

    def sets(self) -> list[str]:
        """Return an override for each value."""
        return [f"{self.path}={value}" for value in self.values]


def read_varies(texts: Sequence[str]) -> list[Vary]:
    """Parse the arguments of all `--vary`.

    Raises:
        InputError: some are malformed; it lists all of them.
    """
    problems: list[Problem] = []
    found = [_read(text, problems) for text in texts]
    paths = [vary.path for vary in found]
    problems += [
        Problem(argument(f"--vary {text}"), vary.path, "is varied twice: give all its values in one --vary")
        for k, (text, vary) in enumerate(zip(texts, found, strict=True))
        if vary.path and vary.path in paths[:k]
    ]
    if problems:
        raise InputError(problems)
    return found


def _read(text: str, problems: list[Problem]) -> Vary:
    path, sign, right = (part.strip() for part in text.partition("="))
    mark = argument(f"--vary {text}")
    if not sign or not path or not right:
        problems.append(Problem(mark, "", "write " + FORM))
        return Vary(path, ())
    try:
        values = tuple(value for part in _parts(right) for value in _spread(part))
    except ValueError as error:
        problems.append(Problem(mark, path, str(error), expected="low..high/number, of numbers or dates"))
        return Vary(path, ())
    if "" in values:
        problems.append(Problem(mark, path, "a value is missing between commas"))
    twice = sorted({value for value in values if values.count(value) > 1 and value})
    problems += [Problem(mark, path, "the same value twice", repr(value)) for value in twice]
    return Vary(path, values)


def _parts(text: str) -> Iterator[str]:
    """Yield the parts between commas; commas within brackets do not separate."""
    depth, begin = 0, 0
    for place, letter in enumerate(text):
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if letter == "," and not depth:
            yield text[begin:place].strip()
            begin = place + 1
    yield text[begin:].strip()


def _spread(part: str) -> list[str]:
    """Return the values of a range, ends included, or the text itself if it is no range."""
    low, dots, rest = part.partition("..")
    if not dots:
        return [part]
    high, slash, number = rest.partition("/")
    if not slash or not number.strip().isdecimal() or int(number) < 2:
        raise ValueError(f"{part!r} does not say how many values, two or more, to take")
    if int(number) > MOST_POINTS:
        raise ValueError(f"{part!r} takes more than the {MOST_POINTS:,} values that a sweep may have")
    return list(dict.fromkeys(_dates(low, high, int(number)) or _numbers(low, high, int(number))))


def _dates(low: str, high: str, number: int) -> list[str]:
    try:
        first, last = dt.date.fromisoformat(low.strip()), dt.date.fromisoformat(high.strip())
    except ValueError:
        return []
    step = (last - first).days / (number - 1)
    return [str(first + dt.timedelta(days=round(step * k))) for k in range(number)]


def _numbers(low: str, high: str, number: int) -> list[str]:
    try:
        first, last = float(low), float(high)
    except ValueError:
        raise ValueError(f"{low}..{high} is neither between numbers nor between dates") from None
    return [f"{first + (last - first) * k / (number - 1):.12g}" for k in range(number)]
