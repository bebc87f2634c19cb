"""The days of the gates of a run: which gates are still open, until when, and from when on what is chosen is in force."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from sim.plan import FloatArray, Plan

Days = tuple[float, ...]
"""The day of each gate of a plan; infinite where it does not come."""


def known_at_start(plan: Plan) -> Days:
    """The days of gates on dates; of the others nothing is known."""
    return still_open(plan, tuple(plan.inputs[gate.day].value for gate in plan.gates), 0)


def still_open(plan: Plan, days: Sequence[float], first: int) -> Days:
    """What is known of the days before gate `first` comes: it and those after it that wait for a milestone may never come."""
    return (*days[:first], *(inf if g.waits else d for g, d in zip(plan.gates[first:], days[first:], strict=True)))


def deadline(plan: Plan, days: Sequence[float], gate: int) -> float:
    """The day by which a gate comes or does not come at all: that of the next gate on a date, else infinite."""
    return next((day for g, day in zip(plan.gates[gate:], days[gate:], strict=True) if not g.waits), inf)


def taken_from(plan: Plan, days: Sequence[float]) -> Days:
    """The day from which on the choice at each gate is in force: that of the gate, or never where a choice at an earlier
    gate that it must come after was not taken."""
    found: list[float] = []
    for gate, day in zip(plan.gates, days, strict=True):
        found.append(inf if any(found[k] == inf for k in gate.needs) else day)
    return tuple(found)


def in_force(plan: Plan, days: Sequence[float], vector: FloatArray) -> FloatArray:
    """A vector of inputs with the days from which on what is chosen at the gates is in force."""
    found = vector.copy()
    found[[gate.day for gate in plan.gates]] = taken_from(plan, days)
    return found


__all__ = ["Days", "deadline", "in_force", "known_at_start", "still_open", "taken_from"]
