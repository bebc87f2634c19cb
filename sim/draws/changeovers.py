"""Changeovers between the generations of a demand line: as they come, and as planners expect them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from sim.draws.curves import value
from sim.plan import NONE, FloatArray, GenerationPlan, IntArray, LinePlan


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Inputs, and the day from which each source that a changeover waits for supplies in volume.

    Compared by identity, so that results computed from it can be cached.
    """

    vector: FloatArray
    ready: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Changeovers:
    """The day on which each generation of a line begins to take over, and the days it takes."""

    begins: tuple[float, ...]
    lengths: tuple[float, ...]


def changeovers(line: LinePlan, outlook: Outlook) -> Changeovers:
    """Return the changeovers of a line when all goes as the outlook says."""
    begins: list[float] = []
    for generation in line.generations:
        begins.append(float(_begins(generation, outlook, begins)))
    return Changeovers(tuple(begins), _lengths(line, outlook.vector))


def _lengths(line: LinePlan, vector: FloatArray) -> tuple[float, ...]:
    """Return the days that each generation takes to take over."""
    return tuple(value(vector, generation.days) for generation in line.generations)


def _begins(generation: GenerationPlan, outlook: Outlook, before: Sequence[Any]) -> Any:
    """Return the day on which a changeover begins, or one for each of several beginnings of those before.

    It is its date, or its cadence after the one before, but not before one of the sources it waits for is ready.
    """
    wished: Any = value(outlook.vector, generation.begins, -np.inf)
    if generation.cadence != NONE and before:
        previous = np.where(before[-1] > -np.inf, before[-1], 0.0)
        wished = previous + value(outlook.vector, generation.cadence)
    if generation.wait_for:
        wished = np.maximum(wished, min(outlook.ready[r] for r in generation.wait_for))
    return wished


def views(
    line: LinePlan, real: Changeovers, planned: Outlook, reviews: Sequence[float]
) -> tuple[list[Changeovers], IntArray]:
    """Return the views of a line's changeovers that planners come to hold, and which one they hold at each review (K,).

    Those begun are known as they are, those to come as planned. One that is late is expected from the next review on.
    """
    if len(line.generations) == 1:
        return [real], np.zeros(len(reviews) - 1, dtype=np.int64)
    now, later = np.array(reviews[:-1]), np.array(reviews[1:])
    begins: list[FloatArray] = []
    lengths: list[FloatArray] = []
    planned_lengths = _lengths(line, planned.vector)
    for generation, begin, length, wished in zip(
        line.generations, real.begins, real.lengths, planned_lengths, strict=True
    ):
        begun = begin <= now
        expected = np.where(begun, begin, _begins(generation, planned, begins))
        begins.append(np.where(begun | (expected > now), expected, later))
        lengths.append(np.where(begun, length, wished))
    place: dict[Changeovers, int] = {}
    # Equal views are one: most reviews learn nothing new.
    known = (Changeovers(b, n) for b, n in zip(_by_review(begins), _by_review(lengths), strict=True))
    held = [place.setdefault(view, len(place)) for view in known]
    return list(place), np.array(held, dtype=np.int64)


def _by_review(columns: list[FloatArray]) -> Iterator[tuple[float, ...]]:
    """Return what is known of each generation, review by review."""
    return zip(*(column.tolist() for column in columns), strict=True)


def weights(changes: Changeovers, days: FloatArray) -> list[FloatArray]:
    """Return the share of the line that each generation takes on each day, shape as `days`; shares add up to one."""
    arrived = [np.ones(days.shape)]
    for begin, length in zip(changes.begins[1:], changes.lengths[1:], strict=True):
        progress = np.where(days >= begin, 1.0, 0.0)
        if length > 0 and begin < np.inf:
            progress = np.clip((days - begin) / length, 0.0, 1.0)
        # A generation takes over from the one before it, so it has never arrived further than that one.
        arrived.append(np.minimum(arrived[-1], progress))
    arrived.append(np.zeros(days.shape))
    return [now - then for now, then in pairwise(arrived)]


__all__ = ["Changeovers", "Outlook", "changeovers", "views", "weights"]
