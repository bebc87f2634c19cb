"""The days of the gates of a run: which gates are still open, until when, and from when on what is chosen is in force."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from sim.plan import FloatArray, Plan

Days = tuple[float, ...]
"""The day of each gate of a plan; infinite where it does not come."""


def known_at_start(plan: Plan) -> Days:
    """Return the days of the gates as known at the start: dates, and infinite for gates that wait for a milestone."""
    return still_open(plan, tuple(plan.inputs[gate.day].value for gate in plan.gates), 0)


def still_open(plan: Plan, days: Sequence[float], first: int) -> Days:
    """Return what is known of the days before gate `first` comes.

    That gate and those after it may never come if they wait for a milestone.
    """
    return (*days[:first], *(inf if g.waits else d for g, d in zip(plan.gates[first:], days[first:], strict=True)))


def deadline(plan: Plan, days: Sequence[float], gate: int) -> float:
    """Return the day by which a gate comes or does not come at all: that of the next gate on a date, else infinite."""
    return next((day for g, day in zip(plan.gates[gate:], days[gate:], strict=True) if not g.waits), inf)


def taken_from(plan: Plan, days: Sequence[float]) -> Days:
    """Return the day from which the choice at each gate is in force.

    It is that of the gate, or never where a choice that must come before it was not taken.
    """
    found: list[float] = []
    for gate, day in zip(plan.gates, days, strict=True):
        found.append(inf if any(found[k] == inf for k in gate.needs) else day)
    return tuple(found)


def in_force(plan: Plan, days: Sequence[float], vector: FloatArray) -> FloatArray:
    """Return a vector of inputs with the days from which the choices at the gates are in force."""
    found = vector.copy()
    found[[gate.day for gate in plan.gates]] = taken_from(plan, days)
    return found


__all__ = ["Days", "deadline", "in_force", "known_at_start", "still_open", "taken_from"]
