"""Gates that wait for a milestone: the days on which they come in a run, and the runs that find these days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf

import numpy as np

from sim.clock import ticks
from sim.draws import Draws
from sim.draws.curves import value
from sim.draws.gates import Days, deadline, known_at_start, still_open
from sim.engines.shared.records import Records
from sim.errors import ModelError
from sim.plan import Plan
from sim.results.milestones import reached


def gate_day(draws: Draws, records: Records, gate: int, days: Sequence[float]) -> float:
    """Return the day of a gate: the first review after its milestone is known and its lag is over; infinite if none.

    `days` are those of the other gates. A gate comes no earlier than the gates before it, and waits for those of them
    that wait for milestones too. Once a later gate on a date has come, it comes no more.
    """
    plan = draws.plan
    own = plan.gates[gate]
    found = reached(draws, records, plan.milestones[own.milestone])
    before = days[:gate]
    if found is None or _held_up(draws, before):
        return inf
    least = max((day for day in before if day < inf), default=0.0)
    due = found.known + ticks(value(draws.vector, own.lag))
    last = deadline(plan, days, gate)
    for day in plan.calendar.reviews[:-1]:
        at = ticks(day)
        if at > found.known and at >= due and day >= least:
            return day if day <= last else inf
    return inf


def _held_up(draws: Draws, before: Sequence[float]) -> bool:
    """Return whether the gate just before waits for a milestone and has not come, so that it may still come first."""
    return bool(before) and before[-1] == inf and draws.plan.gates[len(before) - 1].waits


def gated(
    plan: Plan, given: Sequence[float], played: Callable[[Days], tuple[Draws, Records]], *, reuse: bool
) -> tuple[Draws, Records]:
    """Run a plan with each gate on the day on which it comes and return its draws and records.

    `given` are the days of the first gates. The day of each later gate that waits for a milestone is found by a run in
    which it is still open, after the choices before it. With `reuse` that run is also used for the next gate if the
    choice at the gate changes nothing.

    Raises:
        ModelError: the choice at a gate moves the milestone that the gate waits for.
    """
    days = (*given, *known_at_start(plan)[len(given) :])
    run: tuple[Draws, Records] | None = None
    for k, gate in enumerate(plan.gates):
        if not gate.waits or k < len(given):
            continue
        run = run or played(days)
        day = gate_day(*run, k, days)
        if day == inf:
            continue
        days = (*days[:k], day, *days[k + 1 :])
        changes = gate.changes or any(k in later.needs for later in plan.gates)
        run = (replace(run[0], gates=days), run[1]) if reuse and not changes else None
    draws, records = run or played(days)
    for k, gate in enumerate(plan.gates):
        if gate.waits and gate_day(draws, records, k, days) != days[k]:
            message = (
                f"decisions.{gate.name}: what is chosen there ({gate.choice}) moves the milestone that it waits for"
            )
            raise ModelError(f"replication {draws.replication}: {message}")
    return draws, records


def with_outlooks(drawn: Callable[[Plan, Days], Draws], plan: Plan, days: Days, foreseen: Sequence[Plan]) -> Draws:
    """Draw a replication with what planners expect until each gate.

    They expect the plan of that gate in `foreseen`, or this plan if it is empty, and no gate that waits for a milestone.
    """
    draws = drawn(plan, days)
    found: list[tuple[int, Draws]] = []
    for k, gate in enumerate(plan.gates):
        if not foreseen and not gate.waits:
            continue
        expected = drawn(foreseen[k] if foreseen else plan, still_open(plan, days, k))
        if foreseen or not np.array_equal(expected.vector, draws.vector):
            found.append((ticks(min(days[k], deadline(plan, days, k))), expected))
    return replace(draws, foreseen=tuple(found)) if found else draws
