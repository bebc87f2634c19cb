"""`fabshift validate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.choices import JSON, NO_OVERRIDES, Overrides
from sim.cli.ends import WRONG_INPUT
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.progress import Progress
from sim.errors import InputError, Problem, visible

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario


@dataclass(frozen=True)
class Approval:
    """The summary of a scenario without problems, and the remarks on it."""

    summary: str
    remarks: tuple[str, ...]


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
    overrides = overrides.given(scenarios)
    problems: list[Problem] = []
    for name in scenarios:
        try:
            approval = _approved(name, overrides)
            print("\n".join([approval.summary, *(f"note: {remark}" for remark in approval.remarks)]))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        # An included file with a mistake is told once, though several scenarios extend it.
        raise InputError(dict.fromkeys(problems))


def _approved(name: str, overrides: Overrides) -> Approval:
    """Check a scenario with all that a run of it needs, or recall that it was found right with the same files.

    Raises:
        InputError: something is wrong with it.
    """
    return overrides.remembered("approval", name, lambda: _check(name, overrides))


def _check(name: str, overrides: Overrides) -> Approval:
    from sim.api import checked
    from sim.scenario.counterfactual import load_counterfactual
    from sim.scenario.remarks import remarks

    scenario = overrides.load(name)
    checked(scenario)
    load_counterfactual(scenario)
    return Approval(_summary(scenario), tuple(remarks(scenario)))


def _verdict(name: str, scenarios: Sequence[str], overrides: Overrides) -> dict[str, Any]:
    """Return the verdict on one scenario, with problems or remarks; `file` is null if there is none of that name."""
    from sim.scenario.catalogue import locate

    found: dict[str, Any] = {"name": name, "file": None, "problems": [], "remarks": []}
    try:
        file = locate(name)
        found |= {"name": file.stem, "file": str(file)}
        found["remarks"] = list(_approved(name, overrides.given(scenarios)).remarks)
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
