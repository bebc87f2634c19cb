"""The page of a comparison: differences by KPI, scenarios side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.compare_report import compare_report
from sim.report.figures.catalogue import all_figures
from sim.report.page.assumptions import inputs_part
from sim.report.page.document import PagePart, document
from sim.report.page.making import making_part
from sim.report.page.markup import block, figure, paragraphs, text
from sim.report.study_answer import comparison_answer
from sim.report.tables import Table
from sim.results.result import scenario_hash

if TYPE_CHECKING:
    from sim.study.compare import Comparison

_HEADINGS = {"difference": "Differences", "spread": "Side by side"}


def comparison_page(found: Comparison, command: Sequence[str], *, older: str = "") -> str:
    """Return a whole HTML document: differences with their intervals, the scenarios side by side, their inputs."""
    labels = list(found.found)
    name = " and ".join(labels) if len(labels) == 2 else f"{', '.join(labels[:-1])} and {labels[-1]}"
    figures = [
        PagePart(one.name, _HEADINGS.get(one.name, one.name), figure(one, "-".join(labels[:2])))
        for one in all_figures(found)
    ]
    parts = [
        PagePart("answer", "The answer", paragraphs(comparison_answer(found), "answer") + _titles(found)),
        *figures,
        PagePart("tables", "Tables", "".join(block(one) for one in compare_report(found) if isinstance(one, Table))),
        PagePart(
            "inputs",
            "Inputs",
            "".join(f"<h3>{text(label)}</h3>\n{inputs_part(f.scenario)}" for label, f in found.found.items()),
        ),
        PagePart("source", "How it was made", making_part(_made(found, older), command)),
    ]
    return document(name, f"{', '.join(labels[1:])} against {labels[0]}", "", parts)


def _titles(found: Comparison) -> str:
    """Return title and question of each scenario as HTML."""
    rows = "".join(
        f"<dt>{text(label)}</dt><dd>{text(f.scenario.document.title)}. {text(f.scenario.document.question or '')}</dd>"
        for label, f in found.found.items()
    )
    return f"\n<dl>{rows}</dl>\n"


def _made(found: Comparison, older: str) -> list[str]:
    lots = f" Lots are {found.lot_scale} times as large as the scenarios' own." if found.lot_scale > 1 else ""
    drawn = ", ".join(f"{number:,} ({label})" for label, number in found.dimensions.items())
    hashes = "; ".join(f"{label} {scenario_hash(f.scenario)}" for label, f in found.found.items())
    return [
        f"Replications 0 to {found.n - 1:,} of each scenario with common random numbers, seed {found.seed}, engine {found.engine}; "
        f"uncertain inputs drawn: {drawn}.{lots}",
        f"SHA-256 of the resolved scenarios: {hashes}.",
        *([f"The replications were made by {older}."] if older else []),
    ]
