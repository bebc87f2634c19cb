"""Sheets that every workbook has: the answer, the inputs, the sources."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.report.book.writing import NUMBER, PERCENT, WHOLE, Book
from sim.report.indicators import is_money
from sim.report.inputs import inputs_frame
from sim.report.run_report import changes
from sim.results.result import scenario_hash
from sim.results.store import versions
from sim.scenario.listing import ListedInput, listed
from sim.scenario.sheets import SHEET, WRITTEN
from sim.study.runs.outputs import SHARES

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario

EDITABLE = ("value", "low", "high")
_BOUNDS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
_UNITS = {
    "h100e_growth": "1/year", "h100e": "H100e", "megawatts": "MW", "time_": "day", "mean_wait": "day", "mean_queue": "lot",
    "starts.": "start", "orders.": "order", "shipments.": "shipment", "good.": "unit", "received.": "unit",
    "backlog_end": "unit", "demanded": "unit", "served": "unit", "delivered": "unit", "lost": "unit", "stock_end": "unit",
    "left_over": "unit",
}  # fmt: skip
_LONG = 10_000
"""Whole numbers from here on are shown with separators."""
_LONGEST_LIST = 255
"""Characters of a list of words that a spreadsheet program takes."""


def answer_sheet(
    book: Book,
    scenarios: Sequence[Scenario],
    said: Iterable[str],
    made: Sequence[tuple[str, str]],
    command: Sequence[str],
) -> None:
    """Write title, question, answer, changes, and what is needed to make the workbook again."""
    first, *others = scenarios
    rows = [("Scenario", f"{first.name}: {first.document.title}")]
    rows += [("Compared with", f"{other.name}: {other.document.title}") for other in others]
    rows += [("Question", first.document.question)] if first.document.question else []
    rows += _labelled("Answer", said)
    told = changes(first)
    rows += _labelled("Changes", told.lines if told is not None else ())
    rows += _labelled("Notes", first.document.notes)
    rows += [("", ""), *made]
    rows.append(("Versions", ", ".join(f"{name} {number}" for name, number in versions().items())))
    rows.append(("Command", shlex.join(["fabshift", *command])))
    rows.append(
        ("Inputs", f"Change value, low or high on the sheet {SHEET}, save, and give the file back with --inputs.")
    )
    book.lines("Answer", rows)


def _labelled(label: str, lines: Iterable[str]) -> list[tuple[str, str]]:
    return [(label if number == 0 else "", line) for number, line in enumerate(lines)]


def inputs_sheet(book: Book, scenario: Scenario) -> None:
    """Write every input that can be set; the sheet can be edited and read back."""
    every = listed(scenario)
    frame = inputs_frame(every)
    forms = {c: ["#,##0" if isinstance(v, int) and abs(v) >= _LONG else "General" for v in frame[c]] for c in EDITABLE}
    placed = book.table(SHEET, frame, forms, editable=EDITABLE, hidden=tuple(WRITTEN.values()))
    for row, entry in enumerate(every, 1):
        rule = _rule(entry)
        if rule is not None:
            book.allow(placed, row, "value", rule)


def _rule(entry: ListedInput) -> dict[str, Any] | None:
    """Return the data validation of an input's cell; None if any value is allowed."""
    if entry.words:
        known = sum(len(word) + 1 for word in entry.words) <= _LONGEST_LIST
        return {"validate": "list", "source": list(entry.words)} if known else None
    limits = [(sign, entry.bounds[name]) for name, sign in _BOUNDS.items() if name in entry.bounds]
    if not limits or not entry.numeric:
        return None
    told = {
        "error_title": "Out of range",
        "error_message": f"{' and '.join(f'{s} {n:g}' for s, n in limits)} [{entry.unit}]",
    }
    if len(limits) == 2 and [sign for sign, _ in limits] == [">=", "<="]:
        return {"validate": "decimal", "criteria": "between", "minimum": limits[0][1], "maximum": limits[1][1], **told}
    sign, limit = limits[0]
    return {"validate": "decimal", "criteria": sign, "value": limit, **told}


def sources_sheet(book: Book, scenario: Scenario) -> None:
    """Write every figure behind the scenario with its value, range, reading in force and source."""
    ledger, rows = scenario.ledger, []
    for name in scenario.fed:
        figure, reading = ledger[name], ledger.resolve(name)
        rows.append((
            name, figure.statement, _scalar(reading.value), reading.low, reading.high, figure.unit, str(reading.kind),
            ledger.reading_name(name) or "", ", ".join(figure.readings), reading.source, ", ".join(reading.articles),
            reading.note or "", figure.formula or "",
        ))  # fmt: skip
    columns = [
        "figure",
        "statement",
        "value",
        "low",
        "high",
        "unit",
        "kind",
        "reading",
        "readings",
        "source",
        "articles",
    ]
    book.table("Sources", pd.DataFrame(rows, columns=[*columns, "note", "formula"], dtype=object))


def _scalar(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def unit_of(kpi: str, scenario: Scenario) -> str:
    """Return the unit of a KPI as far as its name tells; empty for plain counts and factors."""
    if kpi.startswith(SHARES):
        return "1"
    if is_money(kpi):
        return "USD"
    found = next((unit for word, unit in _UNITS.items() if kpi.startswith(word)), "")
    return scenario.document.horizon.written(found)


def form_of(kpi: str) -> str:
    """Return the number format of a KPI: shares in per cent, money in whole dollars except unit costs."""
    if kpi.startswith(SHARES):
        return PERCENT
    return WHOLE if "usd" in kpi else NUMBER


def distinct(names: Iterable[str]) -> list[str]:
    """Return headings that differ in any case: a spreadsheet program refuses a table with two equal ones."""
    found: dict[str, str] = {}
    for name in names:
        heading, number = name, 2
        while heading.casefold() in found:
            heading, number = f"{name} ({number})", number + 1
        found[heading.casefold()] = heading
    return list(found.values())


def inputs_book(scenario: Scenario, command: Sequence[str]) -> bytes:
    """Return a workbook of the inputs of a scenario and their sources only."""
    book = Book(scenario.name, f"{scenario.name}: {scenario.document.title}")
    answer_sheet(book, [scenario], (), [("Hash", scenario_hash(scenario))], command)
    inputs_sheet(book, scenario)
    sources_sheet(book, scenario)
    return book.bytes()
