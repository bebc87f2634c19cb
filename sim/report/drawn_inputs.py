"""What a replication drew: the uncertain inputs, those furthest out in their range first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.draws.curves import level_at
from sim.report.formats import plain, with_unit
from sim.report.output_words import counted
from sim.report.tables import Lines, Table, left, right, table

if TYPE_CHECKING:
    from sim.results.result import DrawnInput, Result
    from sim.scenario.loader import Scenario

MOST = 12


def drawn_inputs(result: Result) -> Table | Lines | None:
    """Return typical value, value drawn and range of the inputs drawn; None for a run at typical values."""
    if result.drawn is None:
        return None
    title = f"Uncertain inputs as replication {result.replication} draws them"
    if not result.drawn and result.plan.processes:
        return None
    if not result.drawn:
        return Lines(title, ("no input is uncertain; `uncertainty` in a scenario file sets what is drawn",))
    # Inputs drawn far from their median explain a replication best.
    furthest = sorted(result.drawn, key=lambda d: -abs(d.probability - 0.5))
    rows = [_row(d) for d in furthest[:MOST]]
    columns = [left("input"), right("typical"), right("drawn"), left("range"), right("below", "%")]
    return table(title, columns, rows, _notes(len(result.drawn)))


def drawn_processes(result: Result) -> Table | None:
    """Return the levels of the processes drawn, at the beginning of each year; None for a run at their means."""
    if result.drawn is None:
        return None
    plan, calendar = result.plan, result.plan.calendar
    if not plan.processes or calendar.start is None:
        return None
    dates = [calendar.start + int(day) for day in calendar.months[:-1]]
    firsts = [k for k, date in enumerate(dates) if str(date).endswith("-01-01") and k]
    days = np.array([calendar.months[k] for k in firsts])
    columns = [left("path"), *(right(str(dates[k])[:4]) for k in firsts)]
    rows = [
        [process.path, *(f"{level:.2f}" for level in level_at(process, result.draws.vector, days).tolist())]
        for process in plan.processes
    ]
    title = f"Processes as replication {result.replication} draws them"
    return (
        table(title, columns, rows, ["level at the beginning of the year, over the path as written"])
        if firsts
        else None
    )


def what_is_drawn(scenario: Scenario, dimensions: int) -> str:
    """Return how many uncertain inputs and processes each run of a study draws, in words."""
    processes = len(scenario.context.processes)
    parts = [counted(dimensions, "uncertain input")] if dimensions else []
    parts += [counted(processes, "process", "processes")] if processes else []
    return f"{' and '.join(parts)} drawn" if parts else "no input is uncertain"


def _row(one: DrawnInput) -> list[str]:
    of = one.dimension
    span = f"{plain(of.low)} to {with_unit(of.high, of.unit)}"
    return [of.name, plain(of.mode), plain(float(f"{one.value:.4g}")), span, f"{100 * one.probability:.1f}"]


def _notes(n: int) -> list[str]:
    notes = ["below: the probability of a lower draw"]
    if n > MOST:
        notes.append(f"those farthest from their median; {n - MOST} more with --json, under inputs")
    return notes
