"""What planners know of processes at each review: the levels up to its month, and what is expected of later ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from sim.draws.changeovers import Outlook
from sim.draws.processes import expected_levels
from sim.plan import FloatArray, IntArray, Plan


def outlooks(plan: Plan, line: int, drawn: Outlook) -> tuple[Sequence[FloatArray], IntArray]:
    """Return the vectors of inputs as planners know them month by month, and which one they know at each review (K,).

    They serve the demand of one line. If no process moves it, there is the vector drawn alone.
    """
    reviews = np.array(plan.calendar.reviews[:-1])
    if not _moves(plan, line):
        return [drawn.vector], np.zeros(len(reviews), dtype=np.int64)
    month = np.searchsorted(np.array(plan.processes[0].months), reviews, side="right") - 1
    return _known(plan, drawn), month


def _moves(plan: Plan, index: int) -> bool:
    """Return whether the demand of a line follows a process, its own or that of compute that stands idle elsewhere."""
    lines = [plan.lines[index], *(plan.lines[i] for i in plan.lines[index].idle_of)]
    paths = [path for line in lines for path in (line.rate, line.compute)]
    return any(path is not None and path.process is not None for path in paths)


@lru_cache(maxsize=2)
def _known(plan: Plan, drawn: Outlook) -> list[FloatArray]:
    """Return the vector that is known in each month up to that of the last review."""
    last = plan.calendar.reviews[-2] if len(plan.calendar.reviews) > 1 else 0.0
    months = int(np.searchsorted(np.array(plan.processes[0].months), last, side="right"))
    found = [drawn.vector.copy() for _ in range(months)]
    for process in plan.processes:
        for vector, levels in zip(found, expected_levels(plan, process, drawn.vector), strict=False):
            vector[process.levels] = levels
    return found


__all__ = ["outlooks"]
