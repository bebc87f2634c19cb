"""What disruptions stop, against a run without them: lines without deliveries, how far they fall behind, when they recover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.plan import FloatArray
from sim.report.chain import titled
from sim.report.formats import NOTHING, count, when
from sim.report.periods import is_dated
from sim.report.tables import Table, left, right, table
from sim.results.frames import date_of

if TYPE_CHECKING:
    from sim.api import Against
    from sim.results.result import Result
    from sim.scenario.loader import Scenario

_APART = frozenset(
    {"title", "question", "notes", "extends", "against", "bare_numbers", "figures", "readings", "disruptions",
     "uncertainty", "correlations"}
)  # fmt: skip
"""Parts of a document that change no run at typical values, and the disruptions."""
_SAME = 0.01
"""A backlog is back at the counterfactual's when it is larger by less than this part of a period's demand."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """One demand line: instants in days from the start, units, None where there is no such instant.

    `stopped` and `days` are the longest time without a delivery, to whole reporting periods, where it is longer than the
    counterfactual's by more than one period; `behind` is the most by which deliveries fall behind the counterfactual's, `behind_end` that at the end;
    `recovered` is the end of the first period from which on no more waits than in the counterfactual.
    """

    line: str
    stopped: float | None
    days: float
    behind: float
    behind_end: float
    recovered: float | None


def interruptions(result: Result, against: Against) -> list[Interruption]:
    """Return the demand lines that disruptions delay: those that stop in the order in which they do, then the others.

    Empty unless the scenarios differ in disruptions only, so that the difference is due to them.
    """
    since = _first_strike(result, against)
    if since is None or not _otherwise_alike(result.scenario, against.result.scenario):
        return []
    edges = np.array(result.plan.calendar.reports)
    found = [_of_line(line, edges, since, result, against.result) for line in result.scenario.document.demand]
    return sorted((one for one in found if one is not None), key=lambda one: (one.stopped or np.inf, -one.behind))


def stops(result: Result, against: Against) -> str:
    """Return which lines stop and for how long, which catch up, and which are not delayed; empty if none is."""
    found = interruptions(result, against)
    if not found:
        return ""
    stopped = [
        f"{_title(result, i)} for {_duration(result, i.days)} from {_when(result, i.stopped)}" for i in found if i.days
    ]
    never = [f"{_title(result, i)} by {count(i.behind_end)}" for i in found if i.recovered is None]
    back = [f"{_title(result, i)} by {_when(result, i.recovered)}" for i in found if i.recovered is not None]
    delayed = {i.line for i in found}
    demand = result.scenario.document.demand
    rest = [titled(demand, line) for line in demand if line not in delayed]
    parts = (
        f"Deliveries stop: {'; '.join(stopped)}."
        if stopped
        else f"No line is without deliveries for longer than in {against.name}.",
        f"Still behind {against.name} at the end: {'; '.join(never)}." if never else "",
        f"Caught up: {'; '.join(back)}." if back else "",
        f"Not delayed: {'; '.join(rest)}." if rest else "",
    )
    return " ".join(filter(None, parts))


def interrupted(result: Result, against: Against) -> Table | None:
    """Return the interruptions by line as a table."""
    found = interruptions(result, against)
    if not found:
        return None
    unit = "days" if is_dated(result) else result.scenario.document.horizon.unit
    rows = [
        [_title(result, one), _when(result, one.stopped), f"{one.days:.0f}" if one.days else "0", count(one.behind), count(one.behind_end),
         _when(result, one.recovered) if one.recovered is not None else "not by the end"]
        for one in found
    ]  # fmt: skip
    heads = [
        right("no delivery from"),
        right("for", unit),
        right("most behind", "unit"),
        right("behind at end", "unit"),
    ]
    note = (
        "behind: deliveries so far, fewer than in the counterfactual; recovered: from then on no more waits than there; "
        "instants are those of reporting periods (report_every)"
    )
    return table(
        f"What the disruptions delay, against {against.name}", [left("line"), *heads, right("recovered")], rows, [note]
    )


def _otherwise_alike(ours: Scenario, theirs: Scenario) -> bool:
    """Return whether two scenarios have the same parts and numbers except for disruptions."""
    documents = (s.document.model_dump(mode="json", by_alias=True, exclude=set(_APART)) for s in (ours, theirs))
    numbers = (
        {path: entry.value for path, entry in s.inputs.items() if not path.startswith("disruptions.")}
        for s in (ours, theirs)
    )
    first, second = documents
    mine, others = numbers
    return bool(first == second and mine == others)


def _first_strike(result: Result, against: Against) -> float | None:
    """Return the first day of a disruption that the counterfactual does not have on that day."""
    theirs = {d.name: struck for d, struck in _struck(against.result)}
    new = [begin for d, struck in _struck(result) for begin, _ in struck if struck != theirs.get(d.name)]
    return min(new, default=None)


def _struck(result: Result) -> Any:
    return zip(result.plan.disruptions, result.draws.struck, strict=True)


def _of_line(line: str, edges: FloatArray, since: float, result: Result, other: Result) -> Interruption | None:
    ours, theirs = ({m: _series(run, line, m) for m in ("delivered", "demanded", "backlog")} for run in (result, other))
    gap = np.cumsum(theirs["delivered"] - ours["delivered"])
    # A tolerance: after a disruption the backlogs of two runs seldom match to the unit.
    late = ours["backlog"] > theirs["backlog"] + _SAME * ours["demanded"]
    stopped, days = _longest_stop(edges, since, ours)
    # A pause of one period more than in the counterfactual is a matter of when deliveries fall.
    if days <= _longest_stop(edges, since, theirs)[1] + np.diff(edges).max():
        stopped, days = None, 0.0
    if not days and not late[edges[1:] > since].any():
        return None
    last = int(np.flatnonzero(late)[-1]) if late.any() else -1
    recovered = float(edges[last + 1]) if 0 <= last < late.size - 1 else None if last >= 0 else since
    return Interruption(line, stopped, days, max(float(gap.max()), 0.0), max(float(gap[-1]), 0.0), recovered)


def _series(result: Result, line: str, measure: str) -> FloatArray:
    return next(
        one.values for one in result.observed if (one.scope, one.name, one.measure) == ("demand", line, measure)
    )


def _longest_stop(edges: FloatArray, since: float, line: dict[str, FloatArray]) -> tuple[float | None, float]:
    """Return the beginning and length of the longest time after `since` without deliveries while units are due."""
    best: tuple[float | None, float] = (None, 0.0)
    began: float | None = None
    for period, (delivered, waits) in enumerate(
        zip(line["delivered"], line["backlog"] + line["demanded"], strict=True)
    ):
        if delivered or not waits or edges[period + 1] <= since:
            began = None
            continue
        began = float(edges[period]) if began is None else began
        if edges[period + 1] - began > best[1]:
            best = (began, float(edges[period + 1]) - began)
    return best


def _title(result: Result, one: Interruption) -> str:
    return titled(result.scenario.document.demand, one.line)


def _duration(result: Result, days: float) -> str:
    return f"{days:.0f} days" if is_dated(result) else f"{days:.4g} {result.scenario.document.horizon.unit}"


def _when(result: Result, instant: float | None) -> str:
    if instant is None:
        return NOTHING
    return when(date_of(result.draws, instant), "", result.scenario.document.horizon.time_unit or "")
