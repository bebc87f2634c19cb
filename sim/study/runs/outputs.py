"""The outputs of a run that a study analyses: KPIs, the dates of milestones, and whether they are reached."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sim.errors import InputError, Problem, argument, nearest
from sim.plan import BoolArray, FloatArray

NEAREST = 4
"""KPIs that are suggested for an unknown one."""
SHARES = ("in_house_share", "fill_rate", "served_by_end", "utilisation", "wait_probability")
"""Beginnings of the names of KPIs that are shares, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The names of the KPIs and milestones of a run, its first day and its length.

    `start` is None in abstract time. `days` are days, or time units in abstract time.
    """

    kpis: tuple[str, ...]
    milestones: tuple[str, ...]
    start: dt.date | None
    days: float

    @property
    def names(self) -> tuple[str, ...]:
        """KPIs, then milestones."""
        return (*self.kpis, *self.milestones)

    @property
    def end(self) -> str:
        """The end of the run in words."""
        return f"{self.days:g}" if self.start is None else str(self.start + dt.timedelta(self.days))


class OutputKind(StrEnum):
    """How an output is read from the table of runs."""

    KPI = "kpi"
    DATE = "date"
    REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Output:
    """One output: a column of the table, and how it is read.

    A milestone that is not reached has the end of the run as its date; `reached` is 1 or 0. So both have a value in
    every run. A KPI may have none.
    """

    column: str
    kind: OutputKind

    @property
    def name(self) -> str:
        """The name by which a user asks for it."""
        return f"{self.column} reached" if self.kind is OutputKind.REACHED else self.column

    def read(self, column: FloatArray, valid: BoolArray, end: float) -> FloatArray:
        """Return the values from the column of the table, shape (runs,); NaN in runs of an invalid scenario."""
        values = column
        if self.kind is OutputKind.DATE:
            values = np.where(np.isnan(column), end, column)
        elif self.kind is OutputKind.REACHED:
            values = np.where(np.isnan(column), 0.0, 1.0)
        return np.where(valid, values, np.nan)


def default_outputs(catalogue: Catalogue) -> list[Output]:
    """Return the first in-house share and the NPV: the effect of a plan and its cost."""
    share = next((name for name in catalogue.kpis if name.startswith("in_house_share.")), "served_by_end")
    return [Output(share, OutputKind.KPI), Output("npv_usd", OutputKind.KPI)]


def outputs(texts: Iterable[str], catalogue: Catalogue, flag: str = "--kpi") -> list[Output]:
    """Return the outputs that a user names, each once: `KPI`, `MILESTONE` or `MILESTONE reached`.

    Raises:
        InputError: all names that are no KPI or milestone of the run.
    """
    found, problems = [], []
    for text in dict.fromkeys(" ".join(t.split()) for t in texts):
        name = text.removesuffix(" reached")
        if name in catalogue.milestones:
            found.append(Output(name, OutputKind.DATE if name == text else OutputKind.REACHED))
        elif name in catalogue.kpis and name == text:
            found.append(Output(name, OutputKind.KPI))
        else:
            problems.append(unknown(flag, name, text, catalogue))
    if problems:
        raise InputError(problems)
    return found


def unknown(flag: str, name: str, text: str, catalogue: Catalogue) -> Problem:
    """Return the problem of a name that is no KPI or milestone, or of `reached` after a KPI."""
    if name in catalogue.kpis:
        return Problem(
            argument(flag), "", "only a milestone can be reached", repr(text), _few(catalogue.milestones, "milestones")
        )
    return missing(flag, name, catalogue.names)


def missing(flag: str, name: str, known: Iterable[str]) -> Problem:
    """Return the problem of a name that is no KPI or milestone, with the nearest names."""
    message = "the run has no such KPI or milestone"
    close = difflib.get_close_matches(name, list(known), n=NEAREST, cutoff=0.4)
    allowed = f"{', '.join(close)}, ... (run --json lists all)" if close else "those of run --json"
    return Problem(argument(flag), "", message, repr(name), allowed, nearest(name, known))


def refuse_missing(flag: str, names: Iterable[str], known: Sequence[str]) -> None:
    """Check that all names are known ones.

    Raises:
        InputError: every name that is not.
    """
    problems = [missing(flag, name, known) for name in names if name not in known]
    if problems:
        raise InputError(problems)


def _few(names: Sequence[str], what: str) -> str:
    """Return the names as a list in words."""
    return ", ".join(names) if names else f"the scenario has no {what}"
