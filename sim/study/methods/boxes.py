"""A box in the space of inputs: limits that hold together, and how well they tell where something happens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

import numpy as np

from sim.plan import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class InputColumn:
    """One input over all runs: numbers or, with `labels`, places in them."""

    name: str
    values: FloatArray
    labels: tuple[str, ...] = ()


class LimitSide(StrEnum):
    """What a limit asks of a value."""

    AT_LEAST = "at least"
    AT_MOST = "at most"
    IS_NOT = "is not"


@dataclass(frozen=True, slots=True)
class Limit:
    """One condition on one column; a bound is a value that occurred (or the place of a label)."""

    column: int
    side: LimitSide
    bound: float

    def holds(self, columns: Sequence[InputColumn]) -> BoolArray:
        """For each run, whether it keeps to the limit."""
        values = columns[self.column].values
        if self.side is LimitSide.AT_LEAST:
            return values >= self.bound
        return values <= self.bound if self.side is LimitSide.AT_MOST else values != self.bound


Limits = tuple[Limit, ...]


def inside(limits: Iterable[Limit], columns: Sequence[InputColumn]) -> BoolArray:
    """For each run, whether it keeps to all limits."""
    everywhere = np.ones(len(columns[0].values), dtype=np.bool_)
    return reduce(np.logical_and, (limit.holds(columns) for limit in limits), everywhere)


def tightened(limits: Limits, limit: Limit) -> Limits:
    """Limits with one more, which takes the place of one of the same side of the same column."""
    if limit.side is LimitSide.IS_NOT:
        return (*limits, limit)
    return (*(each for each in limits if (each.column, each.side) != (limit.column, limit.side)), limit)


def without(limits: Limits, limit: Limit) -> Limits:
    """Limits without one of them."""
    return tuple(each for each in limits if each != limit)


@dataclass(frozen=True, slots=True)
class Score:
    """How well limits tell where it happens: `hits` of the `inside` runs, of `happened` of `runs` in all."""

    hits: int
    inside: int
    happened: int
    runs: int

    @property
    def density(self) -> float:
        """The share of runs inside in which it happens."""
        return self.hits / self.inside if self.inside else 0.0

    @property
    def coverage(self) -> float:
        """The share of runs in which it happens that lie inside."""
        return self.hits / self.happened if self.happened else 0.0

    @property
    def mass(self) -> float:
        """The share of all runs that lie inside."""
        return self.inside / self.runs if self.runs else 0.0

    @property
    def rate(self) -> float:
        """The share of all runs in which it happens."""
        return self.happened / self.runs if self.runs else 0.0

    @property
    def balance(self) -> float:
        """The harmonic mean of coverage and density."""
        return 2 * self.hits / (self.inside + self.happened) if self.hits else 0.0


def score(limits: Limits, columns: Sequence[InputColumn], happens: BoolArray) -> Score:
    """The score of limits over these runs."""
    within = inside(limits, columns)
    return Score(int(happens[within].sum()), int(within.sum()), int(happens.sum()), len(happens))


def significance(limits: Limits, limit: Limit, columns: Sequence[InputColumn], happens: BoolArray) -> float:
    """The quasi-p-value of one limit (Bryant & Lempert 2010, appendix).

    The chance to find at least as many hits among the runs inside, if each were one with the rate
    that holds without this limit. Quasi: the box was chosen on the same runs.
    """
    from scipy.stats import binom

    all_, fewer = score(limits, columns, happens), score(without(limits, limit), columns, happens)
    return float(binom.sf(all_.hits - 1, all_.inside, fewer.density))
