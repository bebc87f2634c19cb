"""The workbook of an option: what it is worth, choices and states, each option, fixed plans, paths, inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.book.parts import answer_sheet, inputs_sheet, sources_sheet
from sim.report.book.writing import PERCENT, WHOLE, Book, money_form
from sim.report.option_words import answer, basis, warnings
from sim.results.result import scenario_hash

if TYPE_CHECKING:
    from sim.flexibility.option import Flexibility

_SHARES = ("probability", "share", "share_low", "share_high", "reached", "density", "coverage")
_WORDS = (
    "date", "gate", "choice", "in_fixed_plan", "state", "before", "rule", "option", "sequence", "figure", "reading", "best", "input",
    "unit", "low", "high",
)  # fmt: skip
"""Columns that are no money and no share."""
_SHEETS = {
    "choices": "Choices", "states": "States", "rules": "Rules", "options": "Options", "sequences": "Fixed plans", "best": "Hindsight",
    "readings": "Readings", "values": "Paths",
}  # fmt: skip
"""Frame -> its sheet, in their order."""


def option_book(found: Flexibility, command: Sequence[str]) -> bytes:
    """Return an option as a workbook: answer, charts, inputs that can be read back, and every frame as a sheet."""
    scenario = found.scenario
    book = Book(scenario.name, f"{scenario.name}: {found.n:,} paths of {len(found.sequences)} sequences")
    made = [
        ("Runs", f"{len(found.sequences)} sequences on each of {found.n:,} paths, seed {found.seed}"),
        ("Hash", f"{scenario.name}: {scenario_hash(scenario)} (SHA-256 of the resolved scenario)"),
    ]
    answer_sheet(book, [scenario], [*answer(found), *warnings(found), *basis(found)], made, command)
    book.charts()
    inputs_sheet(book, scenario)
    for name, frame in found.frames.items():
        if name not in _SHEETS:
            continue
        gates = {gate.name for gate in found.gates}
        forms = {
            c: PERCENT if c in _SHARES else WHOLE for c in map(str, frame.columns) if c not in _WORDS and c not in gates
        }
        placed = book.table(_SHEETS[name], frame.astype({c: object for c in frame if frame[c].dtype == bool}), forms)
        if name == "options":
            form = money_form(pd.concat([frame["alone"], frame["removed"]]).dropna())
            shown = {
                "alone": "alone: added to the best fixed plan",
                "removed": "removed: change in NPV with the rule if it is not available",
            }
            book.chart("What each option is worth", placed, "option", shown, bars=True, form=form)
    sources_sheet(book, scenario)
    return book.bytes()
