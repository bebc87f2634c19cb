"""`fabshift validate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from sim.cli.choices import JSON, NO_OVERRIDES, Overrides
from sim.cli.ends import WRONG_INPUT
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.progress import Progress
from sim.errors import InputError, Problem, visible
from sim.scenario.catalogue import locate
from sim.scenario.counterfactual import load_counterfactual
from sim.scenario.loader import Scenario
from sim.scenario.remarks import remarks


@grouped
def command(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Shipped names or paths.")],
    overrides: Overrides = NO_OVERRIDES,
    as_json: JSON = False,
) -> None:
    """Check every scenario, and report all problems of all of them together."""
    if as_json:
        verdicts = []
        with Progress("validate") as bar:
            for name in scenarios:
                verdicts.append(_verdict(name, scenarios, overrides))
                bar(len(verdicts) / len(scenarios))
        ok = not any(one["problems"] for one in verdicts)
        emit_json({"ok": ok, "scenarios": verdicts})
        if not ok:
            raise typer.Exit(WRONG_INPUT)
        return
    from sim.api import checked

    overrides = overrides.given(scenarios)
    problems: list[Problem] = []
    for name in scenarios:
        try:
            scenario = overrides.load(name)
            checked(scenario)
            load_counterfactual(scenario)
            print("\n".join([_summary(scenario), *(f"note: {remark}" for remark in remarks(scenario))]))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        # An included file with a mistake is told once, though several scenarios extend it.
        raise InputError(dict.fromkeys(problems))


def _verdict(name: str, scenarios: Sequence[str], overrides: Overrides) -> dict[str, Any]:
    """Return a scenario with its problems and remarks on it; `file` is null if there is none of that name."""
    from sim.api import checked

    found: dict[str, Any] = {"name": name, "file": None, "problems": [], "remarks": []}
    try:
        file = locate(name)
        found |= {"name": file.stem, "file": str(file)}
        scenario = overrides.given(scenarios).load(name)
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
