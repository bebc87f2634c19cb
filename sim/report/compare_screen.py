"""A comparison on one screen: means with what they differ by, and the milestones that move."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report import horizons
from sim.report.chain import titled
from sim.report.compare_report import heading, means_table, scenario_columns
from sim.report.formats import NOTHING
from sim.report.indicators import alike, chosen, date, named
from sim.report.study_tables import chance
from sim.report.tables import Block, Lines, Table, left, table
from sim.scenario.loader import Scenario
from sim.study.compare import Comparison, Paired
from sim.study.runs.summary import Reached

_A_DAY = 0.5
"""Days by which dates must differ to be shown."""


def compare_screen(found: Comparison, wished: Sequence[str] = (), *, all_pairs: bool = False) -> list[Block]:
    """Return each scenario against the first; with `all_pairs` against every earlier one."""
    scenarios = [f.scenario for f in found.found.values()]
    kpis = list(dict.fromkeys(name for f in found.found.values() for name in f.kpis))
    milestones = list(dict.fromkeys(name for f in found.found.values() for name in f.milestones))
    shown, dates = chosen(kpis, wished, scenarios, milestones=milestones)
    labels = list(found.found)
    blocks: list[Block | None] = [heading(found), means_table(found, shown)]
    for k, first in enumerate(labels[:-1] if all_pairs else labels[:1]):
        blocks.append(_differences(found, shown, first, labels[k + 1 :]))
    blocks += [_milestones(found, dates), Lines("", ("Next: the same with --full, or with --plot differences.svg",))]
    return [block for block in blocks if block is not None]


def _differences(found: Comparison, names: Sequence[str], first: str, others: Sequence[str]) -> Table | None:
    """Return the differences from one scenario with half their 95 % confidence intervals; * if that contains 0."""
    pairs = {label: found.against(first, label) for label in others}
    apart = {label: horizons.differ([found.found[first].scenario, found.found[label].scenario]) for label in others}
    rows = []
    for name in names:
        cells = [
            NOTHING
            if name not in pairs[label] or (apart[label] and horizons.is_bound(name))
            else _difference(name, pairs[label][name])
            for label in others
        ]
        if set(cells) != {NOTHING}:
            rows.append([named(name).replace("[%]", "[points]"), *cells])
    notes = [
        "mean over common random numbers +- half-width of its 95 % confidence interval; *: the interval contains 0"
    ]
    if any(apart.values()):
        notes.append(f"{NOTHING}: money of another horizon, or the scenario has no such KPI")
    return table(f"Difference from {first}", [left("KPI"), *scenario_columns(others)], rows, notes) if rows else None


def _difference(name: str, pair: Paired) -> str:
    if pair.same:
        return "0"
    gap, half = pair.difference.estimate, pair.difference.half_width
    told, width = alike(name, [gap, half], half)
    sign = "+" if gap > 0 else ""
    return f"{sign}{told}" if width == NOTHING else f"{sign}{told} +- {width}{'*' if abs(gap) <= half else ''}"


def _milestones(found: Comparison, names: Sequence[str]) -> Table | None:
    """Return the milestones that differ between scenarios: probability by the end, and median date."""
    rows = []
    for name in names:
        has = {label: f.milestones[name] for label, f in found.found.items() if name in f.milestones}
        if len(has) < len(found.found) or not _alike(list(has.values())):
            title = next(titled(found.found[label].scenario.document.milestones, name) for label in has)
            told = {label: _reached(found.found[label].scenario, m) for label, m in has.items()}
            rows.append([title, *(told.get(label, NOTHING) for label in found.found)])
    same = len(names) - len(rows)
    notes = [f"{same} more {'is' if same == 1 else 'are'} alike in all"] if same else []
    columns = [left("milestone"), *scenario_columns(list(found.found))]
    title = "Milestones: probability by the end [%] with its 95 % interval, and the median date"
    return table(title, columns, rows, notes) if rows else None


def _median(reached: Reached) -> float:
    _, median, _ = reached.percentiles.values()
    return median.estimate


def _reached(scenario: Scenario, reached: Reached) -> str:
    if not reached.probability.estimate:
        return chance(reached.probability)
    return f"{chance(reached.probability)}, {date(scenario, _median(reached))}"


def _alike(reached: Sequence[Reached]) -> bool:
    first, *others = reached
    return all(
        other.probability.estimate == first.probability.estimate
        and (not first.probability.estimate or abs(_median(other) - _median(first)) < _A_DAY)
        for other in others
    )
