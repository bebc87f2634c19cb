"""What a KPI depends on: each number behind a scenario, changed on its own to the ends of its range."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sim.ledger import Scalar
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.knobs import Knob, base_figures, knobs, other_readings, settled
from sim.study.runs.design import Design, Row
from sim.study.runs.run import Progress, run_design

TRIED_SHARE = 0.1
TRIED_DAYS = 91
"""A number without a range is tried at this share, or a date this many days, below and above."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One other value of a number: `low`, `high`, `-10 %`, or the name of another reading."""

    label: str
    row: Row
    value: Scalar


@dataclass(frozen=True, slots=True)
class Moved:
    """A trial and the KPI in it (None: the KPI has no value)."""

    label: str
    value: Scalar
    kpi: float | None


@dataclass(frozen=True, slots=True)
class Dependence:
    """A number on which the KPI depends, its trials, and the KPI's swing over them.

    `swing` is the range of the KPI over the base and the trials, in the KPI's unit; infinite if the KPI has a value in
    some of them only.
    """

    knob: Knob
    trials: tuple[Moved, ...]
    swing: float


@dataclass(frozen=True, slots=True)
class Dependences:
    """All numbers on which a KPI depends, by swing, and the names of those that were tried without effect."""

    kpi: str
    base: float | None
    found: tuple[Dependence, ...]
    unmoved: tuple[str, ...]
    without: tuple[tuple[str, float | None], ...]
    """The KPI when an article is left out, for each article that the scenario uses and can do without."""
    refused: tuple[str, ...]
    """Readings that contradict the rest of the scenario, as `FIGURE=READING`; they were not run."""


def trials(scenario: Scenario, knob: Knob) -> Iterator[Trial]:
    """Yield the other values that a number may have: its other readings, and the ends of its range."""
    seen = {knob.value}
    if knob.figure:
        for name, reading in other_readings(scenario.ledger, knob.name).items():
            seen.add(reading.value)
            yield Trial(name, Row(readings=settled(scenario.ledger, {knob.name: name})), reading.value)
    for label, value in _ends(knob):
        if value not in seen:
            yield Trial(label, knob.at(value), value)


def _ends(knob: Knob) -> list[tuple[str, Scalar]]:
    """Return the ends of the range of a number; if it has none, a step below and above."""
    now = knob.value
    if isinstance(now, str) or not now:
        return []
    if isinstance(now, dt.date):
        return [(f"{days:+d} days", now + dt.timedelta(days)) for days in (-TRIED_DAYS, TRIED_DAYS)]
    if knob.low is not None or knob.high is not None:
        return [(label, end) for label, end in (("low", knob.low), ("high", knob.high)) if end is not None]
    if knob.unit == "calendar_year":
        return [(f"{years:+d} year", now + years) for years in (-1, 1)]
    # Rounded to twelve digits: 90,000 plus a tenth is 99,000, not 99,000.00000000001.
    return [(f"{100 * s:+.0f} %", float(f"{now * (1 + s):.12g}")) for s in (-TRIED_SHARE, TRIED_SHARE)]


def dependences(
    base: Asked, scenario: Scenario, kpi: str, *, seed: int = 0, jobs: int = 0, progress: Progress | None = None,
    announce: Callable[[int], None] | None = None,
) -> Dependences:  # fmt: skip
    """Run every trial of every number behind `scenario` and return the numbers that change the KPI.

    All runs have common random numbers: only that number differs between them, so that it alone causes the difference.
    `announce` is called with the number of runs.
    """
    tried = [(knob, trial) for knob in knobs(scenario) for trial in trials(scenario, knob)]
    articles = articles_behind(scenario)
    rows = [Row(), *(t.row for _, t in tried), *(Row(without=(article,)) for article in articles)]
    rows = [replace(row, seed=seed) for row in rows]
    if announce is not None:
        announce(len(rows))
    outcomes = run_design(Design(base, rows), jobs=jobs, progress=progress)
    (at, *others), (_, *valid) = outcomes.values(kpi), outcomes.valid.tolist()
    moved: dict[Knob, list[Moved]] = {}
    for (knob, trial), value, good in zip(tried, others, valid, strict=False):
        if good:
            moved.setdefault(knob, []).append(Moved(trial.label, trial.value, value))
    left_out = zip(articles, others[len(tried) :], valid[len(tried) :], strict=True)
    found = [
        Dependence(k, tuple(each), _swing(at, each)) for k, each in moved.items() if any(m.kpi != at for m in each)
    ]
    found.sort(key=lambda d: -d.swing)
    names = {d.knob.name for d in found}
    return Dependences(
        kpi=kpi,
        base=at,
        found=tuple(found),
        unmoved=tuple(knob.name for knob in moved if knob.name not in names),
        refused=tuple(
            text for (_, trial), good in zip(tried, valid, strict=False) if not good for text in trial.row.readings
        ),
        without=tuple((article, value) for article, value, good in left_out if good),
    )


def articles_behind(scenario: Scenario) -> list[str]:
    """Return the articles that the values in force behind a scenario are taken from."""
    found = {article for name in base_figures(scenario) for article in scenario.ledger.resolve(name).articles}
    return sorted(found)


def _swing(at: float | None, moved: list[Moved]) -> float:
    values = [at, *(m.kpi for m in moved)]
    numbers = [v for v in values if v is not None]
    return float("inf") if len(numbers) < len(values) else max(numbers) - min(numbers)
