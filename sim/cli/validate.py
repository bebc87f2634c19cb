"""`fabshift validate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from sim.cli.choices import READINGS, SETS
from sim.cli.ends import WRONG_INPUT
from sim.cli.output import emit_json
from sim.errors import InputError, Problem
from sim.scenario.layers import locate
from sim.scenario.loader import Scenario, load_scenario


def command(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Shipped names or paths.")],
    sets: SETS = None,
    readings: READINGS = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Check every scenario, and report all problems of all of them together."""
    if as_json:
        checked = [_checked(name, sets or (), readings or ()) for name in scenarios]
        ok = not any(one["problems"] for one in checked)
        emit_json({"ok": ok, "scenarios": checked})
        if not ok:
            raise typer.Exit(WRONG_INPUT)
        return
    problems: list[Problem] = []
    for name in scenarios:
        try:
            print(_summary(load_scenario(name, sets=sets or (), readings=readings or ())))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        # An included file with a mistake is told once, though several scenarios extend it.
        raise InputError(dict.fromkeys(problems))


def _checked(name: str, sets: Sequence[str], readings: Sequence[str]) -> dict[str, Any]:
    """One scenario and its problems; `file` is null if there is none of that name."""
    found: dict[str, Any] = {"name": name, "file": None, "problems": []}
    try:
        file = locate(name)
        found |= {"name": file.stem, "file": str(file)}
        load_scenario(name, sets=sets, readings=readings)
    except InputError as error:
        found["problems"] = [_as_json(problem) for problem in error.problems]
    return found


def _as_json(problem: Problem) -> dict[str, Any]:
    fields = asdict(problem)
    return {**fields.pop("mark"), **fields}


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
