"""Which inputs of a scenario depend on a figure, directly, through formulas and through its conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.ledger import behind

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario

ONLY_IF = "only_if"
"""Stands for all conditions that switch entries off, among the paths of inputs."""


def feeds(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return each figure behind a scenario with the paths of the inputs that depend on it."""
    taken = [(entry.path, entry.figure) for entry in scenario.inputs.values() if entry.figure]
    lineage = {name: behind([name], scenario.ledger) for name in {figure for _, figure in taken}}
    found: dict[str, list[str]] = {}
    for path, name in taken:
        for figure in lineage[name]:
            found.setdefault(figure, []).append(path)
    for figure in behind(scenario.switches, scenario.ledger):
        found.setdefault(figure, []).append(ONLY_IF)
    return {figure: tuple(paths) for figure, paths in found.items()}


def uses(scenario: Scenario, figure: str) -> tuple[str, ...]:
    """Return the paths of the inputs that depend on `figure`."""
    return scenario.fed.get(figure, ())
