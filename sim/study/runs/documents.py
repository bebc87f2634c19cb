"""Estimates as plain data for JSON: NaN is null, days from the start are dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sim.scenario.loader import Scenario
from sim.study.methods.intervals import Interval
from sim.study.runs.summary import Reached, Replications, Spread


def number(value: float) -> float | None:
    """A number, or null for NaN."""
    return None if value != value else float(value)


def ci95(interval: Interval) -> list[float | None]:
    """The ends of an interval."""
    return [number(interval.low), number(interval.high)]


def summary_json(found: Replications) -> dict[str, Any]:
    """KPIs, milestones, and how probably in-house shares are passed."""
    return {
        "kpis": {name: kpi_json(s) for name, s in found.kpis.items()},
        "milestones": {name: milestone_json(found.scenario, m) for name, m in found.milestones.items()},
        "in_house": {name: levels_json(levels) for name, levels in found.passed.items()},
    }


def kpi_json(found: Spread) -> dict[str, Any]:
    """A KPI: mean with interval, percentiles with theirs, standard deviation, runs that have a value."""
    return {
        "mean": number(found.mean.estimate),
        "ci95": ci95(found.mean),
        **{name: number(q.estimate) for name, q in found.percentiles.items()},
        "percentiles_ci95": {name: ci95(q) for name, q in found.percentiles.items()},
        "sd": number(found.sd),
        "n": found.n,
    }


def milestone_json(scenario: Scenario, found: Reached) -> dict[str, Any]:
    """A milestone: probability by the end and by each date, percentiles of its date where it is reached."""
    return {
        **probability_json(found.probability),
        **{name: date(scenario, q.estimate) for name, q in found.percentiles.items()},
        "percentiles_ci95": {
            name: [date(scenario, q.low), date(scenario, q.high)] for name, q in found.percentiles.items()
        },
        "by": {day: probability_json(p) for day, p in found.by.items()},
    }


def probability_json(found: Interval) -> dict[str, Any]:
    """A probability and its interval."""
    return {"probability": number(found.estimate), "ci95": ci95(found)}


def levels_json(levels: Mapping[float, Interval]) -> dict[str, Any]:
    """Probabilities by the level that is passed."""
    return {f"{level:g}": probability_json(p) for level, p in levels.items()}


def date(scenario: Scenario, days: float) -> str | float | None:
    """Days from the start as a date; of abstract time as they are."""
    start = scenario.document.horizon.start
    if days != days or start is None:
        return number(days)
    return (start + dt.timedelta(days=int(days))).isoformat()
