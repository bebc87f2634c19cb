"""`fabshift validate`."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.choices import READINGS, SETS
from sim.errors import InputError, Problem
from sim.scenario.loader import Scenario, load_scenario


def command(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Shipped names or paths.")],
    sets: SETS = None,
    readings: READINGS = None,
) -> None:
    """Check every scenario, and report all problems of all of them together."""
    problems: list[Problem] = []
    for name in scenarios:
        try:
            print(_summary(load_scenario(name, sets=sets or (), readings=readings or ())))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        # An included file with a mistake is told once, though several scenarios extend it.
        raise InputError(dict.fromkeys(problems))


def _summary(scenario: Scenario) -> str:
    document = scenario.document
    figures = {i.figure for i in scenario.inputs.values() if i.figure}
    counts = (
        (len(document.items), "item"),
        (len(document.sites), "site"),
        (len(document.recipes), "recipe"),
        (len(document.demand), "demand line"),
    )
    parts = [f"{n} {word}{'s' if n != 1 else ''}" for n, word in counts]
    used = f"{len(figures)} figure{'s' if len(figures) != 1 else ''} used"
    return f"ok {scenario.name}: {', '.join(parts)}, {used}"
