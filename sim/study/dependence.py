"""What a KPI rests on: each figure behind the compiled scenario, moved on its own to the ends of its range."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sim.ledger import Ledger, Scalar
from sim.ledger.figure import Kind, Reading
from sim.scenario.lineage import behind, uses
from sim.scenario.loader import Scenario
from sim.study.design import Base, Outcome, Progress, Row, run_rows

TRIED_SHARE = 0.1
TRIED_DAYS = 91
"""A figure without a range is tried at this share, or a date this many days, below and above."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One other value of a figure: `low`, `high`, `-10 %`, or the name of another reading."""

    label: str
    row: Row
    value: Scalar


@dataclass(frozen=True, slots=True)
class Moved:
    """A trial and where it put the KPI (None: the KPI has no value there)."""

    label: str
    value: Scalar
    kpi: float | None


@dataclass(frozen=True, slots=True)
class Dependence:
    """A figure on which the KPI depends: its trials, the inputs it feeds, and the KPI's swing over them.

    `swing` is in the KPI's unit, the base included; infinite where a trial makes it vanish or appear.
    """

    figure: str
    trials: tuple[Moved, ...]
    paths: tuple[str, ...]
    swing: float


@dataclass(frozen=True, slots=True)
class Dependences:
    """All figures on which a KPI depends, by swing; how many others were tried, and moved nothing."""

    kpi: str
    base: float | None
    found: tuple[Dependence, ...]
    unmoved: tuple[str, ...]


def base_figures(scenario: Scenario) -> list[str]:
    """Figures behind a scenario's inputs and switches that are no formula of others."""
    taken = [i.figure for i in scenario.inputs.values() if i.figure]
    names = behind([*scenario.switches, *taken], scenario.ledger)
    return [name for name in names if not scenario.ledger.figures[name].formula]


def trials(ledger: Ledger, figure: str) -> Iterator[Trial]:
    """Other values that a figure may have: the ends of its range, and its other readings."""
    seen = {ledger.resolve(figure).value}
    for name, reading in other_readings(ledger, figure).items():
        seen.add(reading.value)
        yield Trial(name, Row(readings=(f"{figure}={name}",)), reading.value)
    for label, value in _ends(ledger, figure):
        if value not in seen:
            yield Trial(label, Row(values=((figure, value),)), value)


def other_readings(ledger: Ledger, figure: str) -> dict[str, Reading]:
    """Readings of a figure that are not in force, later reports apart; none if it follows another's."""
    definition, taken = ledger.figures[figure], ledger.reading_name(figure)
    if definition.follows is not None:
        return {}
    readings = definition.readings.items()
    return {name: r for name, r in readings if name != taken and r.kind is not Kind.LATER_REPORT}


def _ends(ledger: Ledger, figure: str) -> list[tuple[str, Scalar]]:
    """The ends of a figure's range; where it has none, a step to either side."""
    now = ledger.resolve(figure)
    if isinstance(now.value, str) or not now.value:
        return []
    if isinstance(now.value, dt.date):
        return [(f"{days:+d} days", now.value + dt.timedelta(days)) for days in (-TRIED_DAYS, TRIED_DAYS)]
    if now.low is not None or now.high is not None:
        return [(label, end) for label, end in (("low", now.low), ("high", now.high)) if end is not None]
    if ledger.figures[figure].unit == "calendar_year":
        return [(f"{years:+d} year", now.value + years) for years in (-1, 1)]
    return [(f"{100 * s:+.0f} %", now.value * (1 + s)) for s in (-TRIED_SHARE, TRIED_SHARE)]


def dependences(
    base: Base, scenario: Scenario, kpi: str, *, seed: int = 0, jobs: int = 0, progress: Progress | None = None
) -> Dependences:
    """Run every trial of every figure behind `scenario` and keep the figures that move the KPI.

    Common random numbers: only the figure differs between the runs, so what moves is its doing.
    """
    tried = [(name, trial) for name in base_figures(scenario) for trial in trials(scenario.ledger, name)]
    rows = [Row(seed=seed), *(Row(t.row.sets, t.row.readings, t.row.values, seed) for _, t in tried)]
    first, *others = run_rows(base, rows, jobs=jobs, progress=progress)
    at = (first or {}).get(kpi)
    moved: dict[str, list[Moved]] = {}
    for (name, trial), outcome in zip(tried, others, strict=True):
        if outcome is not None:
            moved.setdefault(name, []).append(Moved(trial.label, trial.value, outcome.get(kpi)))
    found = [
        Dependence(name, tuple(each), uses(scenario, name), _swing(at, each))
        for name, each in moved.items()
        if any(m.kpi != at for m in each)
    ]
    found.sort(key=lambda d: -d.swing)
    names = {d.figure for d in found}
    return Dependences(kpi, at, tuple(found), tuple(name for name in moved if name not in names))


def _swing(at: float | None, moved: list[Moved]) -> float:
    values = [at, *(m.kpi for m in moved)]
    numbers = [v for v in values if v is not None]
    return float("inf") if len(numbers) < len(values) else max(numbers) - min(numbers)


__all__ = ["Base", "Dependence", "Dependences", "Moved", "Outcome", "base_figures", "dependences", "trials"]
