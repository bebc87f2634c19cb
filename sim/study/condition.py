"""Conditions on the outcome of a run: `in_house_share.wafer < 10 % and own_wafer < 2028-06-30`."""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.errors import InputError, Problem, argument
from sim.plan import BoolArray, FloatArray
from sim.study.runs.outputs import SHARES, Catalogue, unknown

FLAG = "--when"
FORM = "KPI < number, MILESTONE < date, or MILESTONE [not] reached; joined by and, or"
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_COMPARED = re.compile(r"(?P<name>[^<>=!]*?)\s*(?P<operator><=|>=|==|!=|<|>)\s*(?P<value>[^<>=!]*)")
_REACHED = re.compile(r"(?P<name>\S+)\s+(?P<never>not\s+)?reached")
_NUMBER = re.compile(r"(?P<sign>[-+]?)\$?(?P<size>(\d+\.?\d*|\.\d+)(e[-+]?\d+)?)\s*(?P<scale>%|k|M|bn|tn)?")
_SCALES = {None: 1.0, "%": 0.01, "k": 1e3, "M": 1e6, "bn": 1e9, "tn": 1e12}


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison.

    A milestone is compared in whole days from the start of the run; one that is not reached is after every day.
    """

    name: str
    operator: str
    value: float
    milestone: bool

    def verdict(self, column: FloatArray) -> FloatArray:
        """Return 1 where it is true, 0 where it is not, NaN where the KPI has no value; same shape."""
        if self.milestone:
            column = np.where(np.isnan(column), np.inf, np.floor(column))
        found = _OPERATORS[self.operator](column, self.value).astype(np.float64)
        return np.where(np.isnan(column), np.nan, found)


@dataclass(frozen=True, slots=True)
class OutcomeCondition:
    """Clauses in groups: true if all clauses of any group are, since `and` binds more tightly than `or`."""

    text: str
    groups: tuple[tuple[Clause, ...], ...]

    def verdicts(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Return 1 or 0 for each run, or NaN where that depends on a KPI without a value (Kleene's logic)."""
        return _any([_all([clause.verdict(columns[clause.name]) for clause in group]) for group in self.groups])

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that it reads."""
        return tuple(dict.fromkeys(clause.name for group in self.groups for clause in group))


def _all(verdicts: list[FloatArray]) -> FloatArray:
    """Return false (0) where any verdict is false, else unknown (NaN) where any is unknown, else true (1)."""
    table = np.array(verdicts)
    return np.where((table == 0.0).any(axis=0), 0.0, table.sum(axis=0) / len(table))


def _any(verdicts: list[FloatArray]) -> FloatArray:
    """Return true (1) where any verdict is true, else unknown (NaN) where any is unknown, else false (0)."""
    return 1.0 - _all([1.0 - verdict for verdict in verdicts])


def happened(verdicts: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Return the runs in which a condition is known to be true or false, and whether it is true in each of those."""
    known = ~np.isnan(verdicts)
    return known, verdicts[known] == 1.0


def condition(text: str, catalogue: Catalogue) -> OutcomeCondition:
    """Parse a condition as a user writes it.

    Raises:
        InputError: it is malformed, or names what the run does not have; it lists all faults.
    """
    problems: list[Problem] = []
    groups = [
        tuple(_clause(part.strip(), catalogue, problems) for part in re.split(r"\s+and\s+", group))
        for group in re.split(r"\s+or\s+", text.strip())
    ]
    if problems:
        raise InputError(problems)
    return OutcomeCondition(" ".join(text.split()), tuple(groups))


_NOTHING = Clause("", "<", 0.0, False)
"""Stands for a clause with a fault, which is in the list of problems."""


def _clause(text: str, catalogue: Catalogue, problems: list[Problem]) -> Clause:
    try:
        if match := _REACHED.fullmatch(text):
            return _reached(match["name"], bool(match["never"]), text, catalogue)
        if match := _COMPARED.fullmatch(text):
            return _compared(match["name"], match["operator"], match["value"].strip(), catalogue)
        hint = text.replace("=", "==") if re.search(r"[^<>=!]=[^=]", text) else None
        raise InputError([Problem(argument(FLAG), "", "not a condition", repr(text), FORM, hint)])
    except InputError as error:
        problems.extend(error.problems)
        return _NOTHING


def _reached(name: str, never: bool, text: str, catalogue: Catalogue) -> Clause:
    if name not in catalogue.milestones:
        raise InputError([unknown(FLAG, name, text, catalogue)])
    return Clause(name, "==" if never else "<", float("inf"), True)


def _compared(name: str, sign: str, value: str, catalogue: Catalogue) -> Clause:
    if name not in catalogue.names:
        raise InputError([unknown(FLAG, name, name, catalogue)])
    if name in catalogue.milestones:
        return Clause(name, sign, _day(name, value, catalogue), True)
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise InputError([Problem(argument(FLAG), name, "not a number", repr(value), "0.1, 10 %, -2.5e9, $3bn")])
    if match["scale"] == "%" and not name.startswith(SHARES):
        raise InputError([Problem(argument(FLAG), name, "this KPI is not a share: write it without %", repr(value))])
    number = float(match["sign"] + match["size"]) * _SCALES[match["scale"]]
    if name.startswith(SHARES) and not 0.0 <= number <= 1.0:
        percent = f"{value} %" if match["scale"] is None and 1.0 < number <= 100.0 else None
        raise InputError(
            [Problem(argument(FLAG), name, "a share lies between 0 and 1", repr(value), "0.5 or 50 %", percent)]
        )
    return Clause(name, sign, number, False)


def _day(name: str, value: str, catalogue: Catalogue) -> float:
    """Return the days (or time units) from the start of the run to the date that a milestone is compared with."""
    if catalogue.start is None:
        allowed, day = f"a number of time units up to {catalogue.end}", _float(value)
    else:
        allowed, day = f"a date from {catalogue.start} to {catalogue.end}", _since(catalogue.start, value)
    if day is None or not 0.0 <= day <= catalogue.days:
        words = "a milestone is compared with a time within the run"
        raise InputError([Problem(argument(FLAG), name, words, repr(value), allowed)])
    return day


def _float(value: str) -> float | None:
    match = _NUMBER.fullmatch(value)
    return float(value) if match and match["scale"] is None and "$" not in value else None


def _since(start: dt.date, value: str) -> float | None:
    try:
        return float((dt.date.fromisoformat(value) - start).days)
    except ValueError:
        return None
