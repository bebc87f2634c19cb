"""What a KPI depends on, as tables: the chain of events, the figures that move it, the parts of its spread."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.report.formats import NOTHING, about, count, plain, with_unit
from sim.report.indicators import date, shown
from sim.report.tables import Block, Lines, left, right, table
from sim.scenario.loader import Scenario
from sim.study.dependence import TRIED_DAYS
from sim.study.knobs import knob_of
from sim.study.runs.outputs import SHARES

if TYPE_CHECKING:
    from sim.results.causes import CausalStep
    from sim.study.dependence import Dependence, Dependences
    from sim.study.disagreement import Disagreement

MOST_TOLD = 5
"""Numbers that a run names afterwards as what it depends on."""


def _lots(factor: int) -> str:
    return f"; lots {factor} times as large, to save time" if factor > 1 else ""


def chain(scenario: Scenario, milestone: str, steps: Sequence[CausalStep]) -> Block:
    """Return the chain of events behind a milestone, the last first."""
    title = f"Events behind {milestone}, back from its date"
    if not steps:
        return Lines(title, ("it was not reached within the horizon",))
    rows = [(date(scenario, s.day), s.what, "; ".join(_set_by(scenario, path) for path in s.inputs)) for s in steps]
    return table(title, [left("date"), left("what happened"), left("set by")], rows)


def _set_by(scenario: Scenario, path: str) -> str:
    knob = knob_of(scenario, path)
    return f"{knob.name} {with_unit(knob.value, knob.unit)}, {knob.origin}" if knob else path


def moved_by(scenario: Scenario, found: Dependences, top: int, seed: int, factor: int) -> list[Block]:
    """Return the inputs that move the KPI most, with the KPI at the ends of their ranges and under other readings."""
    rows = [_row(scenario, found.kpi, d) for d in found.found[:top]]
    columns = [
        left("number"),
        left("value"),
        right("lower"),
        right("higher"),
        left("other readings"),
        left("kind and source"),
    ]
    more = len(found.found) - top
    notes = [
        *([f"{more} more move it by less"] if more > 0 else []),
        f"{len(found.unmoved)} other inputs of the scenario were tried and do not move it",
        *(
            [f"not run, since they contradict the rest of the scenario: {', '.join(found.refused)}"]
            if found.refused
            else []
        ),
        "value: KPI then; lower and higher: the ends of the stated range, or where none is stated 10 % (of dates "
        f"{TRIED_DAYS} days) to either side*",
        f"one input at a time, common random numbers of seed {seed}{_lots(factor)}",
    ]
    title = f"{scenario.name}: {found.kpi} is {shown(scenario, found.kpi, found.base)}, and depends on"
    blocks: list[Block] = [table(title, columns, rows, notes)]
    if found.without:
        left_out = [(article, shown(scenario, found.kpi, value)) for article, value in found.without]
        blocks.append(table(f"{found.kpi} without an article", [left("left out"), right("then")], left_out))
    return blocks


def movers(scenario: Scenario, found: Dependences) -> list[str]:
    """Return the inputs that move the KPI most, each with its value and the range of the KPI over its trials."""
    told = []
    for dependence in found.found[:MOST_TOLD]:
        ends = [t.kpi for t in dependence.trials if t.kpi is not None] + ([] if found.base is None else [found.base])
        span = (
            f"{shown(scenario, found.kpi, min(ends))} to {shown(scenario, found.kpi, max(ends))}" if ends else NOTHING
        )
        told.append(f"{dependence.knob.name} ({with_unit(dependence.knob.value, dependence.knob.unit)}: {span})")
    return told


def _row(scenario: Scenario, kpi: str, dependence: Dependence) -> list[str]:
    knob, cells = dependence.knob, {"lower": NOTHING, "higher": NOTHING}
    others = []
    for trial in dependence.trials:
        value, then = plain(trial.value), shown(scenario, kpi, trial.kpi)
        if trial.label in ("low", "high") or trial.label[0] in "+-":
            side = "lower" if trial.label == "low" or trial.label[0] == "-" else "higher"
            cells[side] = f"{value}{'' if trial.label in ('low', 'high') else '*'}: {then}"
        else:
            others.append(f"{trial.label}: {then}")
    return [
        knob.name,
        with_unit(knob.value, knob.unit),
        cells["lower"],
        cells["higher"],
        "; ".join(others),
        knob.origin,
    ]


def spread(scenario: Scenario, found: Disagreement, seed: int, factor: int) -> list[Block]:
    """Return the components of the variance of a KPI, and its mean under each reading."""
    parts = [(p.name, about(p.share), f"{about(p.low)} to {about(p.high)}") for p in found.parts]
    how = (
        f"{found.combinations} of {count(found.possible)}"
        if found.combinations < found.possible
        else f"all {found.possible}"
    )
    notes = [
        f"over {how} combinations of readings, {found.draws} draws of all ranges in each, two seeds in each of those{_lots(factor)}",
        f"mean {shown(scenario, found.kpi, found.mean)}, standard deviation {_width(scenario, found)}; first seed {seed}",
        *([f"{found.dropped} combinations gave no value and are left out"] if found.dropped else []),
    ]
    title = f"{scenario.name}: variance of {found.kpi} decomposed"
    first = table(title, [left("part"), right("share of variance"), right("95 % interval")], parts, notes)
    rows = [(s.figure, s.reading, str(s.combinations), shown(scenario, found.kpi, s.mean)) for s in found.sides]
    columns = [left("contested figure"), left("reading"), right("combinations"), right("mean")]
    if not rows:
        return [first]
    return [first, table("Mean under each reading, the widest disagreement first", columns, rows)]


def _width(scenario: Scenario, found: Disagreement) -> str:
    if found.kpi in scenario.document.milestones:
        return f"{found.sd:.0f} days"
    return f"{100 * found.sd:.3g} points" if found.kpi.startswith(SHARES) else shown(scenario, found.kpi, found.sd)


def dependences_json(scenario: Scenario, found: Dependences, steps: Sequence[CausalStep]) -> dict[str, Any]:
    """Return the document of `explain --json`; a trial that leaves the KPI without a value has kpi and swing null."""
    return {
        "scenario": scenario.name,
        "kpi": found.kpi,
        "value": found.base,
        "shown": shown(scenario, found.kpi, found.base),
        "rests_on": [_knob_json(d) for d in found.found],
        "without_effect": list(found.unmoved),
        "without": dict(found.without),
        "refused": list(found.refused),
        "chain": [{"date": date(scenario, s.day), "what": s.what, "inputs": list(s.inputs)} for s in steps],
    }


def _knob_json(dependence: Dependence) -> dict[str, Any]:
    knob = dependence.knob
    return {
        "id": knob.name,
        "in_ledger": knob.figure,
        "value": _plain_json(knob.value),
        "unit": knob.unit,
        "kind": knob.kind,
        "source": knob.source,
        "article": knob.article,
        "feeds": list(knob.paths),
        "trials": [{"label": t.label, "value": _plain_json(t.value), "kpi": t.kpi} for t in dependence.trials],
        "swing": None if dependence.swing == float("inf") else dependence.swing,
    }


def _plain_json(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def spread_json(scenario: Scenario, found: Disagreement) -> dict[str, Any]:
    """Return the document of `explain --spread --json`."""
    return {
        "scenario": scenario.name,
        "kpi": found.kpi,
        "mean": found.mean,
        "sd": found.sd,
        "combinations": found.combinations,
        "possible": found.possible,
        "dropped": found.dropped,
        "parts": [{"name": p.name, "share": p.share, "ci95": [p.low, p.high]} for p in found.parts],
        "readings": [
            {"figure": s.figure, "reading": s.reading, "combinations": s.combinations, "mean": s.mean}
            for s in found.sides
        ],
    }
