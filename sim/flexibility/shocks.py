"""Random numbers of processes between gates, as shocks with a known law, which the upper bounds are based on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from sim import options
from sim.draws.inputs import sample_inputs
from sim.draws.points import points
from sim.draws.processes import Innovations, Law, innovations, law
from sim.plan import Plan, ProcessPlan

LONGEST = 366.0
"""Greatest span of a shock in days: early innovations affect more of the horizon and are not summed with late ones."""


def shocks(plan: Plan, gates: Sequence[float], seed: int, n: int) -> dict[str, options.Shock]:
    """Return the shocks of each random stream for each span between two gates and after the last.

    Gradual changes are summed to their effect on the logarithm of the process at the end of the span, scaled to a
    standard normal. Jumps are summed in the same way, less their mean. `gates` are days in ascending order; the paths
    are replications 0 to n - 1.
    """
    if not plan.processes:
        return {}
    spans, year = _spans(gates, plan.calendar.days), plan.calendar.year
    # Processes of one stream share their random numbers: one of them stands for all, the first.
    first = {process.stream: k for k, process in reversed(list(enumerate(plan.processes)))}
    values: dict[tuple[int, str, float], list[float]] = {}
    for replication, at in enumerate(points(plan.dimensions, seed, 0, n)):
        vector = sample_inputs(plan, seed, replication, at)
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
    """Return the spans from the first gate to the end of the horizon, cut at gates and where they are too long."""
    edges = sorted({*gates, end})
    parts = [
        np.linspace(begin, until, int(np.ceil((until - begin) / LONGEST)) + 1)
        for begin, until in itertools.pairwise(edges)
    ]
    return [(float(a), float(b)) for part in parts for a, b in itertools.pairwise(part)]


def _summed(
    process: ProcessPlan, of: Law, drawn: Innovations, spans: Sequence[tuple[float, float]]
) -> Iterator[tuple[str, float, float]]:
    """Yield the sums of one replication for each span: kind, first day, value."""
    months = np.array(process.months)
    for begin, until in spans:
        within = np.flatnonzero((months > begin) & (months <= until))
        if not within.size:
            continue
        # The share of each innovation that is left at the end of the span, with mean reversion.
        left = of.left[within, within[-1]]
        spread = left * of.unit[within]
        yield "changes", begin, _scaled(float(spread @ drawn.normal[within]), float(spread @ spread))
        jumped = drawn.jumped[within] - of.jumps[within] * of.jump_mean
        variance = of.jumps[within] * (of.jump_mean**2 + of.jump_sd**2)
        yield "jumps", begin, _scaled(float(left @ jumped), float(left**2 @ variance))


def _scaled(total: float, variance: float) -> float:
    """Return a sum divided by its standard deviation; 0 where it has none."""
    return total / float(np.sqrt(variance)) if variance > 0.0 else 0.0


def _name(plan: Plan, process: ProcessPlan, what: str, begin: float) -> str:
    """Return the name of a shock."""
    assert plan.calendar.start is not None
    return f"{what} of {process.path} from {plan.calendar.start + int(begin)}"
