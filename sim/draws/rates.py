"""Rates in time, and the instants at which what moves in time takes its next step.

A slope is followed in steps of a day, and in at least 64 steps where it is shorter than that, with the value of the
middle of each step. So its integral over each step is exact, and no result depends on the unit of time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.plan import LEAST_STEPS, NONE, FloatArray, MomentPlan, PathPlan
from sim.vocabulary import Interpolate

MOST_STEPS = 2**17
"""Steps in which a slope is followed, however long it is: three centuries of days."""
_SAME = 1e-9
"""Edges that are no farther apart are one."""


def slope_edges(begin: float, end: float, day: float, until: float) -> FloatArray:
    """Return the edges of the steps of a slope from `begin` to `end`, as far as they lie from 0 to `until`.

    All are in days of the model; a real day is `day`.
    """
    low, high = max(begin, 0.0), min(end, until)
    if high <= low:
        return np.zeros(0)
    step = max(min(day, (end - begin) / LEAST_STEPS), (high - low) / MOST_STEPS)
    count = math.ceil((high - low) / step - _SAME)
    return np.append(low + step * np.arange(count), high)


def times_until(until: float, step: float) -> FloatArray:
    """Return where each step before `until` begins; the steps are longer where there would be too many."""
    return np.arange(0.0, until, max(step, until / MOST_STEPS))


def union(until: float, *edges: Iterable[float]) -> FloatArray:
    """Return edges from 0 to `until` in order, each once: these two and all others that lie between them."""
    between = np.concatenate([[0.0], *(np.asarray(e, dtype=np.float64) for e in edges)])
    inside = np.sort(between[(between >= 0.0) & (between < until - _SAME)])
    return np.append(inside[np.append(True, np.diff(inside) > _SAME)], until)


def path_edges(path: PathPlan | None, vector: FloatArray, day: float, until: float) -> FloatArray:
    """Return the edges between 0 and `until` of the steps in which a path is followed.

    They are its points, steps along its slopes, and the months of its process.
    """
    if path is None:
        return np.zeros(0)
    spliced = [moment_day(splice, vector) for splice in path.splices]
    spliced += path.process.months if path.process is not None else ()
    if path.at[0] == NONE:
        return np.array(spliced)
    at, values = vector[list(path.at)], vector[list(path.values)]
    if path.interpolate is Interpolate.STEP:
        return np.append(at, spliced)
    # Where the value does not change between two points, no steps are needed.
    slopes = [slope_edges(float(at[i]), float(at[i + 1]), day, until) for i in np.flatnonzero(np.diff(values)).tolist()]
    return np.concatenate([at, *slopes, spliced])


def moment_day(moment: MomentPlan, vector: FloatArray) -> float:
    """Return the day on which what a choice brings comes into force."""
    lag = 0.0 if moment.after == NONE else float(vector[moment.after])
    return float(vector[moment.gate]) + max(lag - moment.sooner, 0.0)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate that is constant between `edges` (days, increasing, shape (n + 1,)): `values` a day, shape (..., n)."""

    edges: FloatArray
    values: FloatArray

    def cumulated(self, days: FloatArray) -> FloatArray:
        """Return what comes from the first edge to these days, (..., len(days)); nothing comes beyond the edges."""
        # Plain differences and bounds here: numpy's own functions for them take longer than a small array does.
        days = np.minimum(np.maximum(days, self.edges[0]), self.edges[-1])
        amounts = (self.values * (self.edges[1:] - self.edges[:-1])).cumsum(axis=-1)
        reached = np.concatenate([np.zeros_like(self.values[..., :1]), amounts], axis=-1)
        place = self._place(days)
        return np.asarray(reached[..., place] + self.values[..., place] * (days - self.edges[place]))

    def between(self, days: FloatArray) -> FloatArray:
        """Return what comes between consecutive days (increasing), shape (..., len(days) - 1)."""
        reached = self.cumulated(days)
        return np.asarray(reached[..., 1:] - reached[..., :-1])

    def at(self, days: FloatArray) -> FloatArray:
        """Return the rate in force on these days, shape (..., len(days))."""
        return np.asarray(self.values[..., self._place(days)])

    def mean(self, begin: float, end: float) -> float:
        """Return the mean rate between two days."""
        return float(self.between(np.array([begin, end]))[0]) / (end - begin)

    def _place(self, days: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
        """Return the step in which each day lies; the first or last for days outside."""
        place = self.edges.searchsorted(days, side="right") - 1
        return np.asarray(np.minimum(np.maximum(place, 0), self.values.shape[-1] - 1))


def middles(edges: FloatArray) -> FloatArray:
    """Return the middle between consecutive edges."""
    return np.asarray((edges[1:] + edges[:-1]) / 2)


__all__ = ["MOST_STEPS", "Rate", "middles", "moment_day", "path_edges", "slope_edges", "times_until", "union"]
