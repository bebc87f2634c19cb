"""Gates that wait for a milestone: when they come in a run, and runs in which they come."""

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
    """The day of the first review after the milestone of a gate is known and its lag is over; infinite if it does not come.

    `days` are those of the other gates. It comes no earlier than the gates before it, waits for those of them that wait
    for milestones too, and does not come once a gate on a date comes that stands after it.
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
    """Whether the gate just before it waits for a milestone and has not come: whether it will is not known."""
    return bool(before) and before[-1] == inf and draws.plan.gates[len(before) - 1].waits


def gated(
    plan: Plan, given: Sequence[float], played: Callable[[Days], tuple[Draws, Records]], *, reuse: bool
) -> tuple[Draws, Records]:
    """Play a plan with each gate on the day on which it comes.

    `given` are the days of the first gates. The day of each later gate that waits for a milestone is found by a run in
    which it is still open, with what was chosen before it. With `reuse` a run in which it makes no difference that the
    gate comes stands for the run after it.

    Raises:
        ModelError: what is chosen at a gate moves the milestone that the gate waits for.
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
    """A replication with what planners expect until each gate: one of the plans `foreseen`, and that no gate comes that
    waits for a milestone. Without `foreseen` they expect this plan."""
    draws = drawn(plan, days)
    found: list[tuple[int, Draws]] = []
    for k, gate in enumerate(plan.gates):
        if not foreseen and not gate.waits:
            continue
        expected = drawn(foreseen[k] if foreseen else plan, still_open(plan, days, k))
        if foreseen or not np.array_equal(expected.vector, draws.vector):
            found.append((ticks(min(days[k], deadline(plan, days, k))), expected))
    return replace(draws, foreseen=tuple(found)) if found else draws
