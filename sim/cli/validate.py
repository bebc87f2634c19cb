"""`fabshift validate`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import typer

from sim.cli.books import INPUTS, with_inputs
from sim.cli.choices import ALLOW_OUTSIDE, READINGS, SETS
from sim.cli.ends import WRONG_INPUT
from sim.cli.output import emit_json
from sim.cli.progress import Progress
from sim.errors import InputError, Problem, visible
from sim.scenario.catalogue import locate
from sim.scenario.counterfactual import load_counterfactual
from sim.scenario.loader import Scenario, load_scenario
from sim.scenario.remarks import remarks


def command(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Shipped names or paths.")],
    sets: SETS = None,
    inputs: INPUTS = None,
    readings: READINGS = None,
    allow_outside: ALLOW_OUTSIDE = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Check every scenario, and report all problems of all of them together."""
    overrides = partial(with_inputs, inputs, scenarios, sets, readings, allow_outside=allow_outside)
    if as_json:
        verdicts = []
        with Progress("validate") as bar:
            for name in scenarios:
                verdicts.append(_verdict(name, overrides, readings or (), allow_outside))
                bar(len(verdicts) / len(scenarios))
        ok = not any(one["problems"] for one in verdicts)
        emit_json({"ok": ok, "scenarios": verdicts})
        if not ok:
            raise typer.Exit(WRONG_INPUT)
        return
    from sim.api import checked

    sets = overrides()
    problems: list[Problem] = []
    for name in scenarios:
        try:
            scenario = load_scenario(name, sets=sets, readings=readings or (), allow_outside=allow_outside)
            checked(scenario)
            load_counterfactual(scenario)
            print("\n".join([_summary(scenario), *(f"note: {remark}" for remark in remarks(scenario))]))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        # An included file with a mistake is told once, though several scenarios extend it.
        raise InputError(dict.fromkeys(problems))


def _verdict(
    name: str, overrides: Callable[[], list[str]], readings: Sequence[str], allow_outside: bool
) -> dict[str, Any]:
    """One scenario, its problems and remarks on it; `file` is null if there is none of that name."""
    from sim.api import checked

    found: dict[str, Any] = {"name": name, "file": None, "problems": [], "remarks": []}
    try:
        file = locate(name)
        found |= {"name": file.stem, "file": str(file)}
        scenario = load_scenario(name, sets=overrides(), readings=readings, allow_outside=allow_outside)
        checked(scenario)
        load_counterfactual(scenario)
        found["remarks"] = remarks(scenario)
    except InputError as error:
        found["problems"] = [_as_json(problem) for problem in error.problems]
    return found


def _as_json(problem: Problem) -> dict[str, Any]:
    fields = asdict(problem)
    mark = fields.pop("mark")
    place = {"file": mark["file"], "line": mark["line"] or None, "column": mark["column"] or None}
    sheet = {"sheet": mark["sheet"]} if mark["sheet"] else {}
    named = {} if problem.mark.named is None else {"named_in": str(problem.mark.named)}
    return {**place, **sheet, **named, **fields}


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
    return f"ok {visible(scenario.name)}: {', '.join(parts)}, {used}"
