"""Tables of many runs: KPIs with intervals and percentiles, milestones by date, how shares lie."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from sim.plan import FloatArray
from sim.report.chain import titled
from sim.report.formats import NOTHING
from sim.report.indicators import alike, date, named
from sim.report.output_words import counted
from sim.report.periods import share_span
from sim.report.shift_tables import echoes
from sim.report.sparks import spark
from sim.report.tables import Table, left, right, spread, table
from sim.scenario.loader import Scenario
from sim.study.methods.intervals import Interval
from sim.study.runs.lots import Bias
from sim.study.runs.outcomes import Outcomes
from sim.study.runs.summary import Reached, Spread, deadlines

BAR = 24
"""The longest bar of a histogram."""
SHAPE_MARKS = 12
_EQUAL = 1e-12


def kpis(found: Mapping[str, Spread], n: int, notes: Sequence[str], outcomes: Outcomes | None = None) -> Table:
    """Return mean with interval and percentiles; with the outcomes also the shape of each distribution."""
    rows = [
        [_named(name, s, n), *_spread(name, s), *([] if outcomes is None else [shape(outcomes.column(name))])]
        for name, s in found.items()
    ]
    columns = [left("KPI"), right("mean"), right("+-"), right("5 %"), right("median"), right("95 %")]
    columns += [] if outcomes is None else [left("least to most")]
    return table(f"KPIs over {counted(n, 'run')}", columns, rows, notes)


def shape(values: FloatArray) -> str:
    """Return the distribution between the least and the greatest value as marks, one for each of twelve classes.

    The height of a mark is relative to the largest class. Empty if all values are equal.
    """
    numbers = values[np.isfinite(values)]
    if not len(numbers) or np.ptp(numbers) <= _EQUAL * np.abs(numbers).max():
        return ""
    counts = np.histogram(numbers, SHAPE_MARKS)[0]
    # A few runs must not look like none.
    return spark([c / counts.max() * 0.999 if c else 0.0 for c in counts.tolist()])


def _named(name: str, values: Spread, n: int) -> str:
    return named(name) if values.n == n else f"{named(name)} ({values.n:,} runs have it)"


def _spread(name: str, values: Spread) -> list[str]:
    p5, p50, p95 = (q.estimate for q in values.percentiles.values())
    return alike(name, [values.mean.estimate, values.mean.half_width, p5, p50, p95], values.mean.half_width)


def between(low: str, high: str) -> str:
    """Return an interval as text, or that there is none."""
    return NOTHING if NOTHING in (low, high) else f"{low} to {high}"


def chance(share: Interval) -> str:
    """Return a probability in per cent with its confidence interval: 62 (58 to 66)."""
    return (
        NOTHING
        if math.isnan(share.estimate)
        else f"{percents(share.estimate)} ({100 * share.low:.0f} to {100 * share.high:.0f})"
    )


def percents(share: float) -> str:
    """Return a probability in whole per cent; `<1` and `>99` instead of an inexact 0 or 100."""
    if 0 < share < 0.01:
        return "<1"
    return ">99" if 0.99 < share < 1 else f"{100 * share:.0f}"


def milestones(scenario: Scenario, found: Mapping[str, Reached]) -> list[Table]:
    """Return probabilities and dates of milestones, and the probability by each deadline."""
    return [reached(scenario, found), _reached_by(scenario, found)] if found else []


def reached(scenario: Scenario, found: Mapping[str, Reached]) -> Table:
    """Return the probability that milestones are reached by the end, and percentiles of their dates."""
    rows = [
        [titled(scenario.document.milestones, name), chance(m.probability), *(date(scenario, q.estimate) for q in m.percentiles.values())]
        for name, m in found.items()
    ]  # fmt: skip
    columns = [left("milestone"), right("reached", "%"), right("5 %"), right("median"), right("95 %")]
    return table("Milestones: probability by the end, and dates where reached", columns, rows)


def _reached_by(scenario: Scenario, found: Mapping[str, Reached]) -> Table:
    rows = [[titled(scenario.document.milestones, name), *(percents(p.estimate) for p in m.by.values())] for name, m in found.items()]  # fmt: skip
    labels = [d.label for d in deadlines(scenario)]
    return table(
        "Probability that a milestone is reached by the end of a period [%]", [left("milestone"), *spread(labels)], rows
    )


def passed(scenario: Scenario, found: Mapping[str, Mapping[float, Interval]]) -> Table | None:
    """Return the probability that each in-house share is above 0, at least 10 % and at least 50 %."""
    if not found:
        return None
    rows: list[list[str]] = []
    remarks: dict[str, list[str]] = {}
    for name, levels in found.items():
        texts = echoes(scenario.document, name)
        remarks |= {text: [*remarks.get(text, []), name] for text in texts}
        rows.append([name + ("*" if texts else ""), *(chance(p) for p in levels.values())])
    notes = [f"* {', '.join(names)}: based on an assumed capacity ({text})" for text, names in remarks.items()]
    columns = [left("share"), right("more than 0"), right("10 % or more"), right("50 % or more")]
    return table(f"Probability of an in-house share {share_span(scenario)} [%]", columns, rows, notes)


def changed_in_all(scenarios: Sequence[Scenario]) -> list[str]:
    """Return the changes made to every one of these scenarios, in a line; empty if there are none."""
    first, *others = (_asked(scenario) for scenario in scenarios)
    shared = [text for text in first if all(text in asked for asked in others)]
    return [f"Changed in all: {', '.join(shared)}."] if shared else []


def _asked(scenario: Scenario) -> list[str]:
    asked = scenario.asked
    flags = (("--set", asked.sets), ("--reading", asked.readings), ("--without", asked.without))
    return [f"{flag} {text}" for flag, texts in flags for text in texts]


def histogram(name: str, share: FloatArray) -> Table | None:
    """Return the distribution of an in-house share over the runs; if it has two modes, its mean misleads."""
    numbers = share[~np.isnan(share)]
    if not len(numbers) or (numbers == numbers[0]).all():
        return None
    edges = np.arange(11) / 10
    inside = np.histogram(numbers[numbers > 0], edges)[0]
    bins = {"0": int((numbers == 0).sum()), **{f"{10 * k} to {10 * k + 10}": int(c) for k, c in enumerate(inside)}}
    most = max(bins.values())
    rows = [[label, percents(c / len(numbers)) if c else NOTHING, "#" * math.ceil(BAR * c / most)] for label, c in bins.items()]  # fmt: skip
    return table(f"Distribution of in_house_share.{name}", [right("share", "%"), right("runs", "%"), left("")], rows)


def lot_bias(bias: Bias, names: Sequence[str], of: str = "", dates: Mapping[str, str] | None = None) -> Table | None:
    """Return the effect of larger lots on these KPIs, and on the days of milestones; None if there is nothing to show.

    `dates`: milestone -> its title. `of`: in a study of several scenarios, the one that was tested.
    """
    rows = []
    labels = {name: named(name) for name in names} | {name: f"{title} [days]" for name, title in (dates or {}).items()}
    for name in (name for name in labels if name in bias.difference):
        difference = bias.difference[name]
        numbers = [bias.own[name], difference.estimate, difference.low, difference.high]
        own, mean, low, high = alike(name, numbers, difference.half_width)
        rows.append([labels[name], own, mean, between(low, high)])
    columns = [left("KPI"), right("own lots"), right("difference"), right("95 % interval")]
    title = f"Effect of lots {bias.factor} times as large{f' on {of}' if of else ''}: paired runs, {counted(bias.n, 'replication')}"
    return table(title, columns, rows) if rows else None
