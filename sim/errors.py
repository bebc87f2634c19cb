"""Problems in the input of a user: the place, what was found, what is allowed, and the nearest valid name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file: 1-based line and column; both 0 for an argument, which has no places (see `argument`).

    In a workbook it is a cell of a `sheet`. `named` is the place that names the file, if it is a file of values of a
    scenario.
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
    """Return the letters by which a spreadsheet names a column: A for 1, AA for 27."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def argument(text: str) -> Mark:
    """Return the mark of an argument of the command line or of a function, which has no line and column."""
    return Mark(text, 0, 0)


_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters and line breaks, those that turn the direction of text, and halves of characters."""


def visible(text: str) -> str:
    """Return text that is safe to print: a blank for each tab and line break, a code for other control characters."""
    return _UNSEEN.sub(lambda found: " " if found[0] in "\t\n\r" else f"<U+{ord(found[0]):04X}>", text)


def invisible(text: str) -> str | None:
    """Return the first character of decoded text that a file must not contain, or None.

    These are the control characters, except for line breaks and tabs.
    """
    found = _UNSEEN.search(text.replace("\n", "").replace("\t", ""))
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input.

    `path` is dotted (`sites.terafab.ramp.months`), `found` is the value there, `expected` what is allowed, and `nearest`
    the valid name closest to what was written.
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
    """All problems with one piece of input, reported together; the command exits with 2."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=lambda problem: (problem.mark, problem.path)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """Return what pickle needs to rebuild the error in another process."""
        # By default pickle passes `args`, which is the joined text here, to the constructor: it would be taken for a
        # sequence of problems.
        return type(self), (self.problems,)


MOST_RUNS = 10_000_000
"""A table of more runs would not fit into memory."""
MOST_SEED = 2**63 - 1


def refuse_out_of_range(least: int, most: int, **given: int) -> None:
    """Check that arguments of a function lie between `least` and `most`, both included.

    Raises:
        InputError: one or more of them do not; it names each.
    """
    found = [(name, number) for name, number in given.items() if not least <= number <= most]
    if found:
        allowed = f"{least} to {most:,}"
        raise InputError(Problem(argument(name), "", "out of range", f"{number:,}", allowed) for name, number in found)


class ModelError(Exception):
    """The run broke a rule of its own (conservation, endless rounds): a bug or an impossible model."""


class LostError(Exception):
    """The workers of a study are gone. Finished blocks are kept; the command exits with 1."""


_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def broken_bound(value: float, bounds: Mapping[str, float]) -> str | None:
    """Return the bounds in words if the value breaks one of them, else None.

    `bounds` maps `ge`, `gt`, `le` and `lt` to limits, in the unit of the value.
    """
    # Only the bounds that are given count; the defaults stand in for the others, so that all four can be compared.
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
    """Return the valid name that is spelt most like `word`, or None if none is close."""
    found = difflib.get_close_matches(word, list(valid), n=1, cutoff=0.55)
    return found[0] if found else None


def problem(file: str | Path, message: str, *, path: str = "", found: str | None = None) -> Problem:
    """Return a problem with a whole file."""
    return Problem(Mark(str(file)), path, message, found)
