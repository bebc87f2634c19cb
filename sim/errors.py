"""Problems in what a user wrote: where, what was found, what is allowed, the nearest valid name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file: 1-based line and column; both 0 for an argument, which has no places (see `argument`).

    In a workbook it is a cell of a `sheet`. `named` is the place that names the file, where that is one that a scenario
    takes values from.
    """

    file: str
    line: int = 1
    column: int = 1
    sheet: str = ""
    named: Mark | None = field(default=None, compare=False)

    @property
    def writer(self) -> Mark:
        """The place in the scenario: for a value from another file, where that is named."""
        return self.named or self

    def __str__(self) -> str:
        if self.sheet:
            return f"{self.file}: sheet {self.sheet}, cell {_letters(self.column)}{self.line}"
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


def _letters(column: int) -> str:
    """The name of a column of a sheet: 1 is A, 27 is AA."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def argument(text: str) -> Mark:
    """An argument of the command line or of a function."""
    return Mark(text, 0, 0)


_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters and line breaks, those that turn the direction of text, and halves of characters."""


def visible(text: str) -> str:
    """Text as it may be shown: a blank for each tab and line break, the code of any other control character."""
    return _UNSEEN.sub(lambda found: " " if found[0] in "\t\n\r" else f"<U+{ord(found[0]):04X}>", text)


def invisible(text: str) -> str | None:
    """The first character of decoded text that must not be in a file: a control character, but for line breaks and tabs."""
    found = _UNSEEN.search(text.replace("\n", "").replace("\t", ""))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input.

    `path` is dotted (`sites.terafab.ramp.months`), `found` what stands there, `expected` what is
    allowed, `nearest` the valid name closest to what was written.
    """

    mark: Mark
    path: str
    message: str
    found: str | None = None
    expected: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        parts = [f"{self.mark}: {self.path}: {self.message}" if self.path else f"{self.mark}: {self.message}"]
        if self.found is not None:
            parts.append(f"found {self.found}")
        if self.expected is not None:
            parts.append(f"allowed: {self.expected}")
        if self.nearest is not None:
            parts.append(f"did you mean {self.nearest!r}?")
        if self.mark.named is not None:
            parts.append(f"named in {self.mark.named}")
        return visible("; ".join(parts))


class InputError(Exception):
    """Everything wrong with one piece of input, reported together; the command exits with 2."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=lambda p: (p.mark, p.path)))
        super().__init__("\n".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """As it is sent from another process."""
        return type(self), (self.problems,)


MOST_RUNS = 10_000_000
"""A table of more runs would not fit into memory."""
MOST_SEED = 2**63 - 1


def refuse_out_of_range(least: int, most: int, **given: int) -> None:
    """Raise InputError for every argument of a function that is less or more."""
    found = [(name, number) for name, number in given.items() if not least <= number <= most]
    if found:
        allowed = f"{least} to {most:,}"
        raise InputError(Problem(argument(name), "", "out of range", f"{number:,}", allowed) for name, number in found)


class ModelError(Exception):
    """The run broke a rule of its own (conservation, endless rounds): a bug or an impossible model."""


class LostError(Exception):
    """What a study ran on is gone. Finished blocks are kept; the command exits with 1."""


_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def broken_bound(value: float, bounds: Mapping[str, float]) -> str | None:
    """The bounds in words, if the value breaks one."""
    holds = {
        "ge": value >= bounds.get("ge", value),
        "gt": value > bounds.get("gt", value - 1),
        "le": value <= bounds.get("le", value),
        "lt": value < bounds.get("lt", value + 1),
    }
    if all(holds[key] for key in bounds):
        return None
    return " and ".join(f"{_BOUNDS[key]} {limit:g}" for key, limit in bounds.items())


def nearest(word: str, valid: Sequence[str] | Iterable[str]) -> str | None:
    """The valid name closest to `word`, or None when nothing is close."""
    found = difflib.get_close_matches(word, list(valid), n=1, cutoff=0.55)
    return found[0] if found else None


def problem(file: str | Path, message: str, *, path: str = "", found: str | None = None) -> Problem:
    """A problem with a whole file."""
    return Problem(Mark(str(file)), path, message, found)
