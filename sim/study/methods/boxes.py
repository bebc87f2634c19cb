"""A box in the space of inputs: the limits that define it, and how well it predicts where an event happens."""

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
        """Return for each run whether it satisfies the limit, shape (runs,)."""
        values = columns[self.column].values
        if self.side is LimitSide.AT_LEAST:
            return values >= self.bound
        return values <= self.bound if self.side is LimitSide.AT_MOST else values != self.bound


Limits = tuple[Limit, ...]


def inside(limits: Iterable[Limit], columns: Sequence[InputColumn]) -> BoolArray:
    """Return for each run whether it satisfies all limits, shape (runs,); with no limits every run does."""
    everywhere = np.ones(len(columns[0].values), dtype=np.bool_)
    return reduce(np.logical_and, (limit.holds(columns) for limit in limits), everywhere)


def tightened(limits: Limits, limit: Limit) -> Limits:
    """Return the limits with one more, which replaces the limit on the same side of the same column.

    Labels that are excluded add up: a limit of the kind `IS_NOT` replaces nothing.
    """
    if limit.side is LimitSide.IS_NOT:
        return (*limits, limit)
    return (*(each for each in limits if (each.column, each.side) != (limit.column, limit.side)), limit)


def without(limits: Limits, limit: Limit) -> Limits:
    """Return the limits without one of them."""
    return tuple(each for each in limits if each != limit)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of runs: `hits` have the event among those `inside` the box, `happened` among all `runs`."""

    hits: int
    inside: int
    happened: int
    runs: int

    @property
    def density(self) -> float:
        """The share of the runs inside that have the event."""
        return self.hits / self.inside if self.inside else 0.0

    @property
    def coverage(self) -> float:
        """The share of the runs with the event that are inside."""
        return self.hits / self.happened if self.happened else 0.0

    @property
    def mass(self) -> float:
        """The share of all runs that are inside."""
        return self.inside / self.runs if self.runs else 0.0

    @property
    def rate(self) -> float:
        """The share of all runs that have the event."""
        return self.happened / self.runs if self.runs else 0.0

    @property
    def balance(self) -> float:
        """The harmonic mean of coverage and density."""
        return 2 * self.hits / (self.inside + self.happened) if self.hits else 0.0


def score(limits: Limits, columns: Sequence[InputColumn], happens: BoolArray) -> Score:
    """Count the runs inside the limits, and those with the event (`happens`, shape (runs,)) there and overall."""
    within = inside(limits, columns)
    return Score(int(happens[within].sum()), int(within.sum()), int(happens.sum()), len(happens))


def significances(limits: Limits, columns: Sequence[InputColumn], happens: BoolArray) -> list[float]:
    """Return the quasi-p-value of each limit of a box (Bryant & Lempert 2010, appendix).

    It is the probability of at least as many hits among the runs inside, if each were a hit with the density of the box
    without this limit. The value is only quasi, since the box was chosen on the same runs.
    """
    # The distribution itself, `scipy.stats.binom`, takes a hundred times as long for a number.
    from scipy.special import bdtrc

    broken = np.array([~limit.holds(columns) for limit in limits])
    times = broken.sum(axis=0)
    within, within_rest = times == 0, times == broken
    hits, hits_rest = int(happens[within].sum()), within_rest[:, happens].sum(axis=1)
    density = np.divide(hits_rest, runs := within_rest.sum(axis=1), out=np.zeros(len(limits)), where=runs > 0)
    return [float(p) for p in bdtrc(hits - 1, int(within.sum()), density)]
