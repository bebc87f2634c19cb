"""The page of an option: what it is worth, the rule, choices by date, each option, plans, the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.figures.catalogue import all_figures
from sim.report.option_report import option_report
from sim.report.option_words import answer, basis, warnings
from sim.report.page.assumptions import inputs_part
from sim.report.page.document import PagePart, document
from sim.report.page.making import making_part
from sim.report.page.markup import block, figure, paragraphs
from sim.report.tables import Lines
from sim.results.result import scenario_hash

if TYPE_CHECKING:
    from sim.flexibility.option import Flexibility

_HEADINGS = {
    "npv": "Fixed and flexible", "choices": "Choices by date", "options": "What each option is worth",
    "readings": "Other readings",
}  # fmt: skip
_SAID = "answer"


def option_page(found: Flexibility, command: Sequence[str], *, older: str = "") -> str:
    """Return a whole HTML document; `older` names the version that ran the paths, if it was another one."""
    scenario = found.scenario
    # The head and the last block, the basis, are part of the answer.
    _, *blocks, _ = option_report(found)
    told = [one for one in blocks if isinstance(one, Lines)]
    parts = [
        PagePart(
            "answer", "The answer",
            paragraphs(answer(found), _SAID) + "\n" + paragraphs([*warnings(found), *basis(found), *scenario.document.notes]),
        ),
        PagePart("rule", "The rule", "".join(block(one) for one in told)),
        *(PagePart(one.name, _HEADINGS[one.name], figure(one, scenario.name)) for one in all_figures(found)),
        PagePart("tables", "Tables", "".join(block(one) for one in blocks if one not in told)),
        PagePart("inputs", "Inputs", inputs_part(scenario)),
        PagePart("source", "How it was made", making_part(_made(found, older), command)),
    ]  # fmt: skip
    return document(scenario.name, scenario.document.title, scenario.document.question or "", parts)


def _made(found: Flexibility, older: str) -> list[str]:
    lots = f" Lots are {found.lot_scale} times as large as the scenario's own." if found.lot_scale > 1 else ""
    return [
        f"Scenario {found.scenario.name}, {len(found.sequences)} sequences of choices on paths 0 to {found.n - 1:,} of seed {found.seed}; "
        f"{found.valuation.basis}.{lots}",
        f"SHA-256 of the resolved scenario: {scenario_hash(found.scenario)}.",
        *([f"The paths were run by {older}."] if older else []),
    ]
