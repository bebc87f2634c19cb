"""A run on one screen: the question, its answer, the shift, what held it back, the money, and what it all depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.against import answer, notes
from sim.report.chain import titled
from sim.report.chosen import chosen
from sim.report.cost_tables import MOST_YEARS, money_by_year
from sim.report.dependence import depends_on
from sim.report.formats import NOTHING, about, dollars, when
from sim.report.headline import sentences
from sim.report.held_back import Held, held_back, scarce_inputs, scarcest
from sim.report.lint_report import lint_sentence
from sim.report.output_words import counted
from sim.report.periods import by_quarter, by_year, is_dated, last_year_named
from sim.report.run_report import changes
from sim.report.shift_tables import Cells, echoes, measures, totals
from sim.report.sparks import KEY, bar, spark
from sim.report.tables import Block, Column, Lines, left, right, spread, table
from sim.results.books import yearly_rate
from sim.scenario.catalogue import typed
from sim.scenario.remarks import remarks

if TYPE_CHECKING:
    from sim.api import Against
    from sim.linting.findings import Finding
    from sim.results.result import Result
    from sim.scenario.loader import Scenario

_MOST_SENTENCES = 3
_MOST_HELD = 4
_MOST_SCARCE = 3
_MOST_CHANGES = 3
_MOST_MILESTONES = 3


def run_screen(result: Result, against: Against | None = None, beyond: Sequence[Finding] | None = None) -> list[Block]:
    """Return what `fabshift run` prints: at most 45 lines of 120 columns for scenarios as large as the shipped ones.

    `beyond` is what `lint` finds in its scenario, if that is at hand.
    """
    blocks = (
        _changes(result.scenario),
        _headline(result, against),
        _shares(result, against),
        _held(result),
        _money(result, against),
        _closing(result, beyond),
    )
    return [block for block in blocks if block is not None]


def _changes(scenario: Scenario) -> Lines | None:
    """Return the first overrides, old -> new."""
    every = changes(scenario)
    if every is None or len(every.lines) <= _MOST_CHANGES:
        return every
    return Lines(every.title, (*every.lines[:_MOST_CHANGES], f"and {len(every.lines) - _MOST_CHANGES} more"))


def _headline(result: Result, against: Against | None) -> Lines:
    """Return title, question, and the answer in at most three sentences."""
    document = result.scenario.document
    question = [document.question] if document.question else []
    taken = chosen(result)
    told = [t for t in sentences(result) if t not in taken] if against is None else [*answer(result, against).lines]
    drawn = _drawn(result)
    said = [] if against is None else [f"{note[:1].upper()}{note[1:]}." for note in notes(result, against)]
    return Lines(
        f"{result.scenario.name}: {document.title}", (*question, *drawn, *taken, *told[:_MOST_SENTENCES], *said)
    )


def _drawn(result: Result) -> list[str]:
    """Return a sentence if uncertain inputs are not at their typical values."""
    if result.drawn is None or not (result.drawn or result.plan.processes):
        return []
    count, processes = len(result.drawn), len(result.plan.processes)
    parts = [counted(count, "uncertain input")] if count else []
    parts += [counted(processes, "process", "processes")] if processes else []
    verb, them = ("is", "it") if count + processes == 1 else ("are", "them")
    return [f"Its {' and '.join(parts)} {verb} as replication {result.replication} draws {them} (--full)."]


def _shares(result: Result, against: Against | None) -> Block | None:
    """Return in-house shares as marks by quarter, by year, and of the last twelve months, with the counterfactual's."""
    quarters, years = by_quarter(result), by_year(result)
    made = measures(result, "share", "in_house", "total")
    by_mark, by_number = totals(made, quarters), totals(made, years)
    document = result.scenario.document
    found = dict.fromkeys(name for name, _, _ in by_mark)
    names = [n for n in document.shares if n in found] + [n for n in found if n not in document.shares]
    if not names:
        return None
    numbered = years.labels if len(years.labels) <= MOST_YEARS and years.unit == "year" else ()
    marked = [n for n in names if echoes(document, n)]
    rows = []
    for name in names:
        last = result.kpis.get(f"in_house_share.{name}")
        row = [titled(document.shares, name) + (" *" if name in marked else "")]
        row.append(spark([_share(by_mark, name, label) for label in quarters.labels]))
        row += [_percent(_share(by_number, name, label)) for label in numbered]
        row.append(NOTHING if last is None else f"{bar(last)} {_percent(last)}")
        if against is not None:
            row.append(_percent(against.result.kpis.get(f"in_house_share.{name}")))
        rows.append(row)
    columns: list[Column] = [left("In-house share", "%"), left(f"by {quarters.unit}"), *spread(numbered, optional=True)]
    columns.append(left(last_year_named(result).removeprefix("the ")))
    columns += [] if against is None else [right(against.name)]
    key = [KEY] + (["* based on an assumed capacity: no article gives one"] if marked else [])
    return table("", columns, rows, ["; ".join(key)])


def _share(cells: Cells, name: str, column: str) -> float | None:
    total = cells.get((name, "total", column), 0.0)
    return cells.get((name, "in_house", column), 0.0) / total if total else None


def _percent(share: float | None) -> str:
    """Return a share in whole per cent; 0 and 100 only if exact."""
    return (
        NOTHING if share is None else about(share).removesuffix(" %").replace("less than ", "<").replace("over ", ">")
    )


def _held(result: Result) -> Lines | None:
    """Return what held the shift back, in the order of the chain; what lots waited for; what was served."""
    held = held_back(result)
    most = sorted(held, key=lambda h: -h.lost)[:_MOST_HELD]
    lines = [_in_words(h) for h in held if h in most]
    if first := scarcest(result):
        lines.append(first)
    elif scarce := scarce_inputs(result):
        lines.append(
            f"Lots waited longest for: {', '.join(f'{title} ({why})' for title, why in scarce[:_MOST_SCARCE])}"
        )
    demand, kpis = result.scenario.document.demand, result.kpis
    served = {line: kpis.get(f"served_by_end.{line}") for line in demand}
    listed = [f"{titled(demand, line)} {_percent(share)}" for line, share in served.items() if share is not None]
    if listed:
        lines.append(f"Served by the end [%]: {'; '.join(listed)}")
    return Lines("What held it back" if held else "", tuple(lines)) if lines else None


def _in_words(held: Held) -> str:
    """Return a stage, and its main causes with their quarters."""
    return f"{held.title}: {', then '.join(f'{cause} {when}' for cause, when in held.spans)} ({held.place})"


def _money(result: Result, against: Against | None) -> Block | None:
    """Return building, spending and value by year, and NPV, beside the counterfactual."""
    found = money_by_year(result)
    if found is None:
        return None
    other = None if against is None else money_by_year(against.result)
    theirs = {} if other is None else other.rows
    columns = [left("Money, undiscounted"), *spread((*found.labels, "all"))]
    if against is not None:
        columns.append(right(against.name))
    cells = []
    for title, usd in found.rows.items():
        beside = [] if against is None else [_dollars(theirs[title][-1] if title in theirs else 0.0)]
        cells.append([title, *map(_dollars, usd), *beside])
    blank = [""] * len(found.labels)
    npv = [f"NPV{_rate(result)}", *blank, dollars(result.kpis.get("npv_usd"))]
    cells.append([*npv, *([] if against is None else [dollars(against.result.kpis.get("npv_usd"))])])
    return table("", columns, cells, _worth(result))


def _rate(result: Result) -> str:
    rate = yearly_rate(result.draws.plan, result.draws.vector)
    return f" at {about(rate)} a {'year' if is_dated(result) else 'time unit'}" if rate else ""


def _dollars(usd: float) -> str:
    return dollars(usd) if usd else NOTHING


def _worth(result: Result) -> list[str]:
    """Return NPV with the value of what is left at the end, where that differs."""
    kpis = result.kpis
    names = (("with salvage", "npv_with_salvage_usd"), ("with continuing value", "npv_with_continuing_value_usd"))
    told = [f"{name} {dollars(kpis[kpi])}" for name, kpi in names if kpi in kpis and kpis[kpi] != kpis.get("npv_usd")]
    return [f"NPV {', '.join(told)}"] if told else []


def _closing(result: Result, beyond: Sequence[Finding] | None) -> Lines:
    """Return what the answer depends on, what was reached, what goes beyond precedent, and what to type next."""
    scenario = result.scenario
    named = typed(scenario.name, scenario.file)
    state = (*_reached(result), *lint_sentence(scenario, beyond))
    again = " (with the same changes)" if scenario.changes else ""
    return Lines(
        "",
        (
            *depends_on(result),
            *(f"{remark}." for remark in remarks(scenario)),
            *([" ".join(state)] if state else []),
            f"Next: fabshift run {named} --full; fabshift explain {named} {_kpi(result)}{again}",
        ),
    )


def _reached(result: Result) -> list[str]:
    """Return milestones with their dates; of many, how many were reached and which were not."""
    found, rules, horizon = result.milestones, result.scenario.document.milestones, result.scenario.document.horizon
    end = horizon.end.isoformat() if horizon.end else f"{horizon.length:g}"
    if 0 < len(found) <= _MOST_MILESTONES:
        dates = (f"{titled(rules, name)} {when(day, end, horizon.time_unit or '')}" for name, day in found.items())
        return [f"Milestones: {'; '.join(dates)}."]
    missed = [titled(rules, name) for name, day in found.items() if day is None]
    more = len(missed) - _MOST_MILESTONES
    listed = f", not {'; '.join(missed[:_MOST_MILESTONES])}{f' and {more} more' if more > 0 else ''}" if missed else ""
    return [f"{len(found) - len(missed)} of {len(found)} milestones reached by {end}{listed}."] if found else []


def _kpi(result: Result) -> str:
    """Return the KPI to explain first."""
    names = ("npv_usd", *(k for k in result.kpis if k.startswith("in_house_share.")), "served_by_end")
    return next((n for n in names if result.kpis.get(n)), "served_by_end")


__all__ = ["run_screen"]
