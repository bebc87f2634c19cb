"""Dates found in the records of a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.clock import NEVER, TICKS_PER_DAY, ticks
from sim.draws import Draws
from sim.engines.shared.records import Records
from sim.plan import BoolArray, MilestonePlan
from sim.results.frames import share_output
from sim.results.periods import between, counted
from sim.results.requirements import units_per_flow
from sim.vocabulary import MilestoneRule


@dataclass(frozen=True, slots=True)
class ReachedMilestone:
    """A milestone: days from the start, and the last instant (ticks) of what must have happened for it to be known."""

    day: float
    known: int


def find(draws: Draws, records: Records, milestone: MilestonePlan) -> float | None:
    """Days from the start at which a milestone is reached after the warm-up, or None.

    A first output is dated by its lot (by its month, where there was output in the warm-up too), a
    rate or share by the first day of the (first) month, whatever the reporting period.
    """
    found = reached(draws, records, milestone)
    return None if found is None else found.day


def reached(draws: Draws, records: Records, milestone: MilestonePlan) -> ReachedMilestone | None:
    """When a milestone is reached, and when that is known: a month is known when it is over."""
    calendar = draws.plan.calendar
    records = between(records, calendar.periods, calendar.months)
    if milestone.rule is MilestoneRule.FIRST_OUTPUT:
        return _first_output(draws, records, milestone)
    if milestone.rule is MilestoneRule.OUTPUT_RATE:
        hit = _rate_reached(draws, records, milestone)
    else:
        own, total = share_output(draws, records, milestone.share)
        hit = (total > 0) & (own >= float(draws.vector[milestone.level]) * total)
    return _first_run(draws, hit, int(draws.vector[milestone.months]))


def _first_output(draws: Draws, records: Records, milestone: MilestonePlan) -> ReachedMilestone | None:
    first = min((int(records.first_good[r]) for r in milestone.sources), default=NEVER)
    if first >= draws.warmup:
        return ReachedMilestone(first / TICKS_PER_DAY, first) if first < NEVER else None
    made = (records.source["good"] + records.source["samples"])[:, list(milestone.sources)].sum(axis=1)
    return _first_run(draws, made > 0, 1)


def _rate_reached(draws: Draws, records: Records, milestone: MilestonePlan) -> BoolArray:
    """Months in which good output reaches the level of the rate demanded of the watched pools."""
    made = records.source["good"][:, list(milestone.sources)].sum(axis=1)
    edges = np.array(draws.plan.calendar.months)
    wanted = np.zeros(len(edges) - 1)
    units = units_per_flow(draws)
    for f, flow in enumerate(draws.flows):
        each = sum(units[pool, f] for pool in milestone.pools)
        wanted += each * flow.actual_rate.between(edges)
    return np.asarray((made > 0) & (made >= float(draws.vector[milestone.level]) * wanted) & (wanted > 0))


def _first_run(draws: Draws, reached: BoolArray, length: int) -> ReachedMilestone | None:
    months, run = draws.plan.calendar.months, 0
    for month, hit in enumerate((reached & counted(months, draws.plan.calendar)).tolist()):
        run = run + 1 if hit else 0
        if run == length:
            return ReachedMilestone(float(months[month - length + 1]), ticks(months[month + 1]) - 1)
    return None
