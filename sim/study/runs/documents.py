"""Estimates as plain data for JSON: NaN is null, days from the start are dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sim.scenario.loader import Scenario
from sim.study.methods.intervals import Interval
from sim.study.runs.summary import Reached, Replications, Spread


def number(value: float) -> float | None:
    """Return a number, or None for NaN."""
    return None if value != value else float(value)


def ci95(interval: Interval) -> list[float | None]:
    """Return the ends of an interval."""
    return [number(interval.low), number(interval.high)]


def summary_json(found: Replications) -> dict[str, Any]:
    """Return KPIs, milestones, and the probabilities that in-house shares exceed certain levels."""
    return {
        "kpis": {name: kpi_json(spread) for name, spread in found.kpis.items()},
        "milestones": {name: milestone_json(found.scenario, reached) for name, reached in found.milestones.items()},
        "in_house": {name: levels_json(levels) for name, levels in found.passed.items()},
    }


def kpi_json(found: Spread) -> dict[str, Any]:
    """Return a KPI: mean and percentiles with their intervals, standard deviation, number of runs that have a value."""
    return {
        "mean": number(found.mean.estimate),
        "ci95": ci95(found.mean),
        **{name: number(interval.estimate) for name, interval in found.percentiles.items()},
        "percentiles_ci95": {name: ci95(interval) for name, interval in found.percentiles.items()},
        "sd": number(found.sd),
        "n": found.n,
    }


def milestone_json(scenario: Scenario, found: Reached) -> dict[str, Any]:
    """Return a milestone: its probability by the end and by each date, and percentiles of its date where reached."""
    return {
        **probability_json(found.probability),
        **{name: date(scenario, interval.estimate) for name, interval in found.percentiles.items()},
        "percentiles_ci95": {
            name: [date(scenario, interval.low), date(scenario, interval.high)]
            for name, interval in found.percentiles.items()
        },
        "by": {day: probability_json(probability) for day, probability in found.by.items()},
    }


def probability_json(found: Interval) -> dict[str, Any]:
    """Return a probability and its interval."""
    return {"probability": number(found.estimate), "ci95": ci95(found)}


def levels_json(levels: Mapping[float, Interval]) -> dict[str, Any]:
    """Return the probabilities by the level that is exceeded."""
    return {f"{level:g}": probability_json(p) for level, p in levels.items()}


def date(scenario: Scenario, days: float) -> str | float | None:
    """Return days from the start as an ISO date; in abstract time the number itself."""
    start = scenario.document.horizon.start
    if days != days or start is None:
        return number(days)
    return (start + dt.timedelta(days=int(days))).isoformat()
