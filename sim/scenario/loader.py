"""Loading a scenario: it is read, merged, overridden, validated, resolved and checked, in this order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sim.display import Displayed, Listed
from sim.errors import InputError, Mark, Problem
from sim.ledger import Ledger, Scalar
from sim.scenario.against import find_counterfactual
from sim.scenario.catalogue import locate, shipped_titles
from sim.scenario.changes import Change
from sim.scenario.checks import Context, check
from sim.scenario.compose import Loc, dotted
from sim.scenario.gather import gathered, short
from sim.scenario.lineage import feeds
from sim.scenario.merge import merged
from sim.scenario.override import Asked, Overridden, check_readings, override
from sim.scenario.resolve import Inputs, resolve, sourced
from sim.scenario.schema import Document
from sim.scenario.uncertain import Uncertain
from sim.scenario.validate import Validated, validate
from sim.scenario.without import substitutions, unsupported
from sim.scenario.written import Written

__all__ = ["Change", "Scenario", "list_shipped", "load_scenario"]


@dataclass(frozen=True, repr=False)
class Scenario(Displayed):
    """A scenario after `extends`, overrides, readings and `only_if`, with every number resolved."""

    name: str
    file: Path
    document: Document
    marks: Mapping[Loc, Mark]
    ledger: Ledger
    changes: tuple[Change, ...]
    inputs: Inputs
    pruned: tuple[str, ...]
    """The parts that `only_if` switched off, as `section.name` or `section.name.part`."""
    switches: tuple[str, ...]
    """The figures that decide what `only_if` switches."""
    uncertain: Mapping[str, Uncertain]
    """The numbers that a study draws, by the id of the figure or the path of a number in place."""
    asked: Asked
    against: Path | None
    """The file of its counterfactual; `load_counterfactual` loads it."""
    context: Context = field(repr=False, compare=False)
    """The context of the checks, kept since changed numbers of the scenario are checked in it again."""

    @cached_property
    def fed(self) -> Mapping[str, tuple[str, ...]]:
        """The figures behind it, each with the paths of the inputs that depend on it."""
        return feeds(self)

    def mark(self, path: str) -> Mark:
        """Return the place of an input, or of the nearest mapping around it that is written."""
        places = {dotted(loc): mark for loc, mark in self.marks.items()}
        while path and path not in places:
            path = path.rpartition(".")[0]
        return places.get(path, Mark(str(self.file)))


def list_shipped() -> Listed[tuple[str, str]]:
    """Return the name and the title of every shipped scenario."""
    return Listed(shipped_titles().items())


def load_scenario(
    name_or_path: str | Path,
    *,
    sets: Sequence[str] = (),
    readings: Sequence[str] = (),
    without: Sequence[str] = (),
    values: Mapping[str, Scalar] | None = None,
    allow_outside: bool = False,
) -> Scenario:
    """Load a shipped scenario or a file, with some of its inputs changed.

    Args:
        name_or_path: a shipped name (see `list_shipped`) or the path of a YAML file.
        sets: overrides `PATH=VALUE`, in the units of the file: `sites.terafab.ramp.months=30`.
        readings: readings of contested figures, `FIGURE=NAME`.
        without: articles to leave out; figures taken from them alone get another reading or a fallback.
        values: other values of figures of the ledger, by id and in the unit of the figure.
        allow_outside: whether `extends` may read files outside the current folder, that of the scenario and the
            shipped ones.

    Returns:
        A Scenario: `document`, `inputs` by path, `uncertain`, `changes` (what the overrides changed, old and new).

    Raises:
        InputError: the scenario is wrong; it lists every problem with its place in the file.
    """
    asked = Asked(str(name_or_path), tuple(sets), tuple(readings), tuple(without), tuple((values or {}).items()), allow_outside)  # fmt: skip
    problems: list[Problem] = []
    written = merged(locate(name_or_path), problems, allow_outside=allow_outside)
    unreadable = {short(p.path) for p in problems if p.path}
    try:
        scenario = _loaded(written, asked, problems)
    except InputError as error:
        raise gathered([*problems, *error.problems], unreadable, written.unread) from None
    if problems or scenario is None:
        raise gathered(problems, unreadable, written.unread)
    return scenario


def _loaded(written: Written, asked: Asked, problems: list[Problem]) -> Scenario | None:
    """Return the scenario of merged data, or None if it could not be validated; problems are appended to `problems`."""
    against = find_counterfactual(written, problems)
    overridden = override(written, asked, problems)
    validated = validate(overridden, problems)
    if validated is None:
        return None
    context = _checked(validated, problems)
    changes = overridden.changes
    if asked.without and not problems:
        changes += _substituted(overridden, validated, context.inputs, problems)
    file, inputs = Path(written.file), sourced(context.inputs, validated.written, overridden.given)
    return Scenario(
        file.stem, file, validated.document, validated.written.marks, validated.ledger, changes, inputs,
        validated.pruned.names, validated.pruned.switches, context.uncertain, asked, against, context,
    )  # fmt: skip


def _checked(found: Validated, problems: list[Problem]) -> Context:
    """Resolve and check a validated scenario; return the context of the checks.

    That a number has no value is not reported where a check or the schema already reports another problem with it.
    """
    unresolved: list[Problem] = []
    inputs = resolve(found.document, found.ledger, found.written, unresolved)
    context = Context(found.document, inputs, found.ledger, found.written, found.pruned, found.refused)
    check(context)
    said = {(p.mark, p.path) for p in (*problems, *context.problems)}
    said |= {
        (found.written.blame(loc), dotted(loc))
        for loc, quantity in context.quantities.values()
        if quantity.figure in found.refused.figures
    }
    problems += [*context.problems, *(p for p in unresolved if (p.mark, p.path) not in said)]
    return context


def _substituted(
    overridden: Overridden, validated: Validated, inputs: Inputs, problems: list[Problem]
) -> tuple[Change, ...]:
    """Return what was replaced because an article is left out; what nothing can replace is added to `problems`."""
    taken = [*validated.pruned.switches, *(i.figure for i in inputs.values() if i.figure)]
    problems.extend(unsupported(taken, validated.ledger))
    written, whole = validated.written, overridden.whole
    before = whole.choose(check_readings(written.data, whole, written.mark, []))
    return () if problems else tuple(substitutions(taken, before, validated.ledger))
