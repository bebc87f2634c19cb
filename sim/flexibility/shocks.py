"""What processes draw between gates, as shocks whose law is known: the solver's bounds rest on them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from sim import options
from sim.draws.inputs import sample_inputs
from sim.draws.points import point
from sim.draws.processes import Innovations, Law, innovations, law
from sim.plan import Plan, ProcessPlan

LONGEST = 366.0
"""Days that one shock spans at most: what comes soon counts longer than what comes late."""


def shocks(plan: Plan, gates: Sequence[float], seed: int, n: int) -> dict[str, options.Shock]:
    """For each random stream and each span between two gates, or after the last, what its processes draw there.

    Gradual changes are summed up to the surprise in the logarithm at the end of the span, a standard normal. Jumps are
    summed alike, less their mean. `gates` are days in order; replications are 0 to n - 1.
    """
    if not plan.processes:
        return {}
    spans, year = _spans(gates, plan.calendar.days), plan.calendar.year
    first = {process.stream: k for k, process in reversed(list(enumerate(plan.processes)))}
    values: dict[tuple[int, str, float], list[float]] = {}
    for replication in range(n):
        vector = sample_inputs(plan, seed, replication, point(plan.dimensions, seed, replication))
        drawn = innovations(plan, vector, seed, replication)
        for k in sorted(first.values()):
            process = plan.processes[k]
            for what, begin, one in _summed(process, law(process, vector, year), drawn[k], spans):
                values.setdefault((k, what, begin), []).append(one)
    return {
        _name(plan, plan.processes[k], what, begin): options.Shock(
            np.array(found), begin / year, "normal" if what == "changes" else None
        )
        for (k, what, begin), found in values.items()
        if np.ptp(found) > 0.0
    }


def _spans(gates: Sequence[float], end: float) -> list[tuple[float, float]]:
    """From the first gate to the end of the horizon, cut at gates and so that none is too long."""
    edges = sorted({*gates, end})
    parts = [
        np.linspace(begin, until, int(np.ceil((until - begin) / LONGEST)) + 1)
        for begin, until in itertools.pairwise(edges)
    ]
    return [(float(a), float(b)) for part in parts for a, b in itertools.pairwise(part)]


def _summed(
    process: ProcessPlan, of: Law, drawn: Innovations, spans: Sequence[tuple[float, float]]
) -> Iterator[tuple[str, float, float]]:
    """The sums of one replication, span by span: kind, first day, value."""
    months = np.array(process.months)
    for begin, until in spans:
        within = np.flatnonzero((months > begin) & (months <= until))
        if not within.size:
            continue
        left = of.left[within, within[-1]]
        spread = left * of.unit[within]
        yield "changes", begin, _scaled(float(spread @ drawn.normal[within]), float(spread @ spread))
        jumped = drawn.jumped[within] - of.jumps[within] * of.jump_mean
        variance = of.jumps[within] * (of.jump_mean**2 + of.jump_sd**2)
        yield "jumps", begin, _scaled(float(left @ jumped), float(left**2 @ variance))


def _scaled(total: float, variance: float) -> float:
    return total / float(np.sqrt(variance)) if variance > 0.0 else 0.0


def _name(plan: Plan, process: ProcessPlan, what: str, begin: float) -> str:
    assert plan.calendar.start is not None
    return f"{what} of {process.path} from {plan.calendar.start + int(begin)}"
