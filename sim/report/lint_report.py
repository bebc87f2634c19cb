"""Inputs beside their bounds, as tables; and how many go beyond, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.linting import Finding, Severity, lint
from sim.report.formats import NOTHING, plain
from sim.report.tables import Block, Lines, left, right, table
from sim.scenario.catalogue import typed

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario

_PATHS_SHOWN = 2
_TITLES = {
    Severity.BEYOND_PHYSICS: "Beyond physics: it is not possible, does not fit, or is not available in this quantity",
    Severity.BEYOND_PRECEDENT: "Beyond precedent: it has never been done",
}


def lint_report(scenario: Scenario, found: Sequence[Finding]) -> list[Block]:
    """Return what goes beyond the bounds, by severity, what is within them, and the sources of the bounds."""
    beyond = [finding for finding in found if finding.beyond]
    blocks: list[Block] = [
        Lines(f"{scenario.name}: {_counted(beyond) or 'nothing goes beyond precedent or physics'}", ())
    ]
    for severity, title in _TITLES.items():
        blocks += _findings(title, [finding for finding in beyond if finding.severity is severity])
    blocks += _findings("Within their bounds", [finding for finding in found if not finding.beyond])
    sources = {f.bound_figure or f.rule: f.source for f in found}
    if sources:
        blocks.append(
            Lines("Where the bounds are from", tuple(f"{name}: {source}" for name, source in sources.items()))
        )
    return blocks


def _findings(title: str, found: Sequence[Finding]) -> list[Block]:
    columns = [left("rule"), right("value"), right("bound"), left("unit"), right("times"), left("figure, else input")]
    rows = [
        [
            finding.rule,
            _short(finding.value),
            f"{'<=' if finding.upper else '>='} {_short(finding.bound)}",
            finding.unit,
            _times(finding),
            ", ".join(finding.figures or finding.paths),
        ]
        for finding in found
    ]
    notes = [f"{finding.rule}: {finding.says} ({_paths(finding)})" for finding in found if finding.beyond]
    return [table(title, columns, rows, notes)] if rows else []


def _paths(finding: Finding) -> str:
    more = len(finding.paths) - _PATHS_SHOWN
    return ", ".join(finding.paths[:_PATHS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _short(number: float) -> str:
    return plain(float(f"{number:.4g}"))


def _times(finding: Finding) -> str:
    return NOTHING if finding.factor is None else f"{finding.factor:.2f}"


def _counted(beyond: Sequence[Finding]) -> str:
    """Return how many inputs go beyond, and in how many ways if one violates several rules."""
    inputs = len({name for finding in beyond for name in finding.figures or finding.paths})
    told = f"{inputs} input{' goes' if inputs == 1 else 's go'} beyond precedent or physics"
    return (told + (f", in {len(beyond)} ways" if len(beyond) > inputs else "")) if inputs else ""


def lint_sentence(scenario: Scenario, beyond: Sequence[Finding] | None = None) -> list[str]:
    """Return how many inputs go `beyond` precedent or physics, and how to list them, as a sentence; empty if none.

    Without `beyond` the inputs are compared here.
    """
    counted = _counted(lint(scenario) if beyond is None else beyond)
    if not counted:
        return []
    name = typed(scenario.name, scenario.file)
    changed = ", with the same changes" if scenario.changes else ""
    return [f"Lint: {counted} (fabshift lint {name}{changed})."]
