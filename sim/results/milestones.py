"""Dates of milestones, found in the records of a run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.clock import NEVER, TICKS_PER_DAY, ticks
from sim.draws import Draws
from sim.engines.shared.records import Records
from sim.plan import BoolArray, FloatArray, MilestonePlan
from sim.results.frames import share_output
from sim.results.periods import between, counted
from sim.results.requirements import units_per_flow
from sim.vocabulary import MilestoneRule


@dataclass(frozen=True, slots=True)
class ReachedMilestone:
    """A milestone that is reached: its day from the start, and the instant (ticks) from which on that is known."""

    day: float
    known: int


def find(draws: Draws, records: Records, milestone: MilestonePlan) -> float | None:
    """Return the days from the start at which a milestone is reached after the warm-up, or None.

    A first output has the date of its lot, or of its month if there was output in the warm-up too. A rate or share has
    the date of the first day of the (first) month, whatever the reporting period.
    """
    found = reached(draws, records, milestone)
    return None if found is None else found.day


def reached(draws: Draws, records: Records, milestone: MilestonePlan) -> ReachedMilestone | None:
    """Return when a milestone is reached and when that is known: what counts by month is known at its end."""
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
    """Return the months in which good output reaches the required share of the demand on the watched pools."""
    made = records.source["good"][:, list(milestone.sources)].sum(axis=1)
    demanded, units = _demanded(draws), units_per_flow(draws)
    wanted = np.zeros(len(made))
    for f, each in enumerate(demanded):
        wanted += sum(units[pool, f] for pool in milestone.pools) * each
    return np.asarray((made > 0) & (made >= float(draws.vector[milestone.level]) * wanted) & (wanted > 0))


@lru_cache(maxsize=2)
def _demanded(draws: Draws) -> list[FloatArray]:
    """Return the mean demand of each flow by month, which all milestones of a replication share."""
    edges = np.array(draws.plan.calendar.months)
    return [flow.actual_rate.between(edges) for flow in draws.flows]


def _first_run(draws: Draws, reached: BoolArray, length: int) -> ReachedMilestone | None:
    months, run = draws.plan.calendar.months, 0
    for month, hit in enumerate((reached & counted(months, draws.plan.calendar)).tolist()):
        run = run + 1 if hit else 0
        if run == length:
            return ReachedMilestone(float(months[month - length + 1]), ticks(months[month + 1]) - 1)
    return None
