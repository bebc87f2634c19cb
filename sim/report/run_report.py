"""Which tables a run shows, and in which order: the story first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report import cost_tables, held_back, learning_table, payments_table, queue_table, shift_tables
from sim.report.against import Answer, answer, beside
from sim.report.dependence import contested_readings
from sim.report.drawn_inputs import drawn_inputs, drawn_processes
from sim.report.formats import plain, with_unit
from sim.report.headline import sentences
from sim.report.interruptions import interrupted
from sim.report.tables import Block, Lines, Table, left, table
from sim.scenario.remarks import remarks

if TYPE_CHECKING:
    from sim.api import Against
    from sim.results.result import Result
    from sim.scenario.loader import Scenario


def run_report(result: Result, against: Against | None = None) -> list[Block]:
    """Return everything that `fabshift run --full` prints, beside the counterfactual if that was run too."""
    scenario = result.scenario
    blocks: list[Block | None] = [
        changes(scenario),
        _headline(result, against),
        None if against is None else beside(result, against),
        None if against is None else interrupted(result, against),
        shift_tables.in_house_shares(result),
        held_back.own_output(result),
        held_back.supply(result),
        held_back.inputs(result),
        shift_tables.milestones(result),
        shift_tables.demand_lines(result),
        shift_tables.compute(result),
        cost_tables.money(result),
        payments_table.payments(result),
        contested(scenario),
        drawn_inputs(result),
        drawn_processes(result),
        learning_table.yields(result),
        cost_tables.sites(result),
        queue_table.queues(result),
        queue_table.limited_lines(result),
        Lines(
            "",
            (
                cost_tables.conservation(result),
                f"seed {result.seed}{_replication(result)}, engine {result.engine}, hash {result.hash[:12]}",
            ),
        ),
    ]
    return [block for block in blocks if block is not None]


def _replication(result: Result) -> str:
    return "" if result.drawn is None else f", replication {result.replication}"


def changes(scenario: Scenario) -> Lines | None:
    """Return the overrides, old -> new."""
    lines = [f"{c.path}: {c.old} -> {c.new} ({c.origin})" for c in scenario.changes]
    return Lines("Changes", tuple(lines)) if lines else None


def _headline(result: Result, against: Against | None) -> Lines:
    document = result.scenario.document
    question = [document.question] if document.question else []
    first = Answer((), frozenset()) if against is None else answer(result, against)
    last = (*(f"{remark}." for remark in remarks(result.scenario)), *document.notes)
    return Lines(
        f"{result.scenario.name}: {document.title}", (*question, *first.lines, *sentences(result, first.topics), *last)
    )


def contested(scenario: Scenario) -> Table | None:
    """Return the contested figures behind this run, with the reading in force."""
    ledger, rows = scenario.ledger, []
    for name, (chosen, others) in contested_readings(scenario).items():
        figure = ledger.figures[name]
        value = with_unit(ledger.resolve(name, chosen or None).value, figure.unit)
        rows.append([name, chosen, value, "; ".join(_named(n, plain(ledger.resolve(name, n).value)) for n in others)])
    if not rows:
        return None
    columns = [left("figure"), left("reading"), left("value"), left("other readings")]
    notes = [f"switched off by these readings: {', '.join(scenario.pruned)}"] if scenario.pruned else []
    return table("Contested inputs, and the reading taken", columns, rows, notes)


def _named(reading: str, value: str) -> str:
    """Return a reading and its value, unless that is its name."""
    return reading if reading == value else f"{reading}: {value}"
