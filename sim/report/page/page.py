"""The page of a run."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from sim.report.against import answer
from sim.report.cost_tables import conservation
from sim.report.figures.catalogue import all_figures
from sim.report.headline import sentences
from sim.report.inputs import COLUMNS, inputs_frame
from sim.report.page.markup import block, download, figure, folded, frame, paragraphs, text
from sim.report.run_report import changes, contested, run_report
from sim.report.tables import Lines, Table
from sim.results.store import versions
from sim.scenario.listing import listed
from sim.scenario.sheets import quoted

if TYPE_CHECKING:
    from sim.api import Against
    from sim.results.result import Result
    from sim.scenario.loader import Scenario

_PARTS = (
    ("answer", "The answer"),
    ("figures", "Figures"),
    ("tables", "Tables"),
    ("inputs", "Inputs"),
    ("source", "How it was made"),
)


def run_page(result: Result, against: Against | None, command: Sequence[str]) -> str:
    """A whole HTML document: answer, figures with their numbers, tables, inputs, and the command that makes it again."""
    scenario = result.scenario
    disputed = contested(scenario)
    bodies = (
        _answer(result, against),
        "".join(figure(one, scenario.name) for one in all_figures(result)),
        "".join(block(one) for one in run_report(result, against) if isinstance(one, Table) and one != disputed),
        _inputs(scenario, disputed),
        _source(result, command),
    )
    sections = "".join(
        f'<section id="{part}" aria-labelledby="{part}-heading"><h2 id="{part}-heading">{title}</h2>\n{body}</section>\n'
        for (part, title), body in zip(_PARTS, bodies, strict=True)
    )
    links = "".join(f'<li><a href="#{part}">{title}</a></li>' for part, title in _PARTS)
    style = files("sim.report.page").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8" />\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />\n'
        f"<title>{text(scenario.name)}: {text(scenario.document.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">Skip to the answer</a>\n'
        f"<header><h1>{text(scenario.document.title)}</h1>\n{_question(scenario)}"
        f'<nav aria-label="Parts of this page"><ul>{links}</ul></nav></header>\n<main id="main" tabindex="-1">\n{sections}</main>\n</body>\n</html>\n'
    )


def _question(scenario: Scenario) -> str:
    return f"{paragraphs([scenario.document.question], 'question')}\n" if scenario.document.question else ""


def _answer(result: Result, against: Against | None) -> str:
    """What differs from the counterfactual, then the run in a few sentences, as `run` prints them."""
    found = None if against is None else answer(result, against)
    first = [] if found is None else list(found.lines)
    rest = sentences(result, frozenset() if found is None else found.topics)
    return paragraphs(first, "answer") + "\n" + paragraphs([*rest, *result.scenario.document.notes])


def _inputs(scenario: Scenario, disputed: Table | None) -> str:
    """What was changed, what sources disagree on, and every input with its source."""
    table = inputs_frame(listed(scenario))
    shown = [one for one in (changes(scenario), disputed) if one is not None]
    every = folded(f"All {len(table):,} inputs", frame(table[list(COLUMNS)], "All inputs"))
    return "".join(map(block, shown)) + every + download(table.map(quoted), f"{scenario.name}-inputs.csv")


def _source(result: Result, command: Sequence[str]) -> str:
    made = ", ".join(f"{name} {number}" for name, number in versions().items())
    lines = (
        f"Scenario {result.scenario.name}, seed {result.seed}, engine {result.engine}.",
        f"SHA-256 of the resolved scenario: {result.hash}.",
        f"Versions: {made}.",
        f"Checked: {conservation(result)}.",
    )
    return block(Lines("", lines)) + f"<p>Made by <code>{text(shlex.join(['fabshift', *command]))}</code>.</p>\n"
