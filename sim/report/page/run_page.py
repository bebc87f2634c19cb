"""The page of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sim.report.against import answer
from sim.report.cost_tables import conservation
from sim.report.figures.catalogue import all_figures
from sim.report.flow.diagram import flow_part
from sim.report.headline import sentences
from sim.report.page.assumptions import inputs_part
from sim.report.page.claims import claims_part
from sim.report.page.dependence import dependence_part
from sim.report.page.document import PagePart, document
from sim.report.page.making import making_part
from sim.report.page.markup import block, figure, paragraphs
from sim.report.run_report import contested, run_report
from sim.report.tables import Table

if TYPE_CHECKING:
    from sim.api import Against
    from sim.claims import Judgement
    from sim.report.figures.figure import Chart
    from sim.results.result import Result

HEADINGS = {
    "answer": "The answer", "share": "In-house shares", "flow": "From sites to demand", "capacity": "Sites",
    "milestones": "Milestones", "money": "Money", "compute": "Compute", "demand": "Demand", "claims": "Claims",
    "dependence": "What it depends on", "tables": "Tables", "inputs": "Inputs", "source": "How it was made",
}  # fmt: skip
"""Id of each part of a page -> its heading, in their order."""
PLACES = {"npv": "money"}
"""Figures that stand in a part of another name than their own."""


def run_page(
    result: Result, against: Against | None, command: Sequence[str], *, claims: Judgement | None = None
) -> str:
    """Return a whole HTML document: answer, charts with numbers, claims, tables, inputs, and how to make it again."""
    scenario = result.scenario
    bodies = {
        "answer": _answer(result, against),
        **by_part(all_figures(result), scenario.name),
        "flow": flow_part(result),
        "claims": claims_part(claims),
        "dependence": dependence_part(scenario),
        "tables": tables_part(result, against),
        "inputs": inputs_part(scenario),
        "source": making_part(
            [
                f"Scenario {scenario.name}, seed {result.seed}{_replication(result)}, engine {result.engine}.",
                f"SHA-256 of the resolved scenario: {result.hash}.",
                f"Checked: {conservation(result)}.",
            ],
            command,
        ),
    }
    return document(scenario.name, scenario.document.title, scenario.document.question or "", parts_of(bodies))


def parts_of(bodies: Mapping[str, str]) -> list[PagePart]:
    """Return the parts of a page in their order."""
    return [PagePart(part, title, bodies.get(part, "")) for part, title in HEADINGS.items()]


def by_part(figures: Sequence[Chart], of: str) -> dict[str, str]:
    """Return charts as HTML, by the part of the page that they belong to."""
    found: dict[str, str] = {}
    for one in figures:
        place = PLACES.get(one.name, one.name)
        found[place] = found.get(place, "") + figure(one, of)
    return found


def tables_part(result: Result, against: Against | None) -> str:
    """Return the tables of a run as HTML, except the one shown under the inputs."""
    disputed = contested(result.scenario)
    return "".join(block(one) for one in run_report(result, against) if isinstance(one, Table) and one != disputed)


def _replication(result: Result) -> str:
    return "" if result.drawn is None else f", replication {result.replication}"


def _answer(result: Result, against: Against | None) -> str:
    """Return what differs from the counterfactual, then the run in a few sentences, as `run` prints them."""
    found = None if against is None else answer(result, against)
    first = [] if found is None else list(found.lines)
    rest = sentences(result, frozenset() if found is None else found.topics)
    return paragraphs(first, "answer") + "\n" + paragraphs([*rest, *result.scenario.document.notes])
