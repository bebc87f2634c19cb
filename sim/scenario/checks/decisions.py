"""Decisions: gates within the run, changes that are one after another, and values that change nothing before a gate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from sim.scenario.checks import choices
from sim.scenario.checks.context import Context, listed
from sim.scenario.checks.dates import shown
from sim.scenario.compose import Loc, dotted
from sim.scenario.declared import fields_of
from sim.scenario.resolve import paths_over_time
from sim.scenario.schema.decisions import GateChoice
from sim.scenario.schema.quantity import Quantity
from sim.scenario.seen import KINDS, allowed, seen_at_gates


def check(context: Context) -> None:
    """Check that every decision can be made, and that choices change what can change at a gate."""
    paths = [dotted(loc) for loc in paths_over_time(context.document)]
    for name, decision in context.document.decisions.items():
        _named(context, ("decisions", name), name)
        _gate(context, name)
        _features(context, name)
        for option, choice in decision.choices.items():
            here = ("decisions", name, "choices", option)
            _named(context, here, option)
            _in_order(context, here, choice)
            for loc, path, value in _changed(here, choice):
                if path not in paths:
                    _undated(context, loc, path, paths)
                elif value.reading is not None:
                    message = "a choice takes no reading of its own, for it cannot decide which one is true"
                    context.add(loc, message, found=value.reading, expected=f"readings: {{{value.figure}: NAME}}")
    _apart(context)
    choices.check(context)


def _named(context: Context, loc: Loc, name: str) -> None:
    """Check the name of a decision or choice, which becomes part of dotted paths."""
    if not name.strip() or any(sign in name for sign in ".=,\n"):
        message = "a name must not be empty or hold a dot, comma or =, since it becomes part of a path"
        context.add(loc, message, found=repr(name))


def _gate(context: Context, name: str) -> None:
    """Check that a gate lies within the run: on one day, or after a milestone that is watched."""
    here: Loc = ("decisions", name, "at")
    milestone = context.document.decisions[name].at.milestone
    if milestone is not None:
        milestones = context.document.milestones
        context.refer((*here, "milestone"), milestone, milestones, "milestone", ("milestones",))
        return
    at, days = context.number(*here), context.document.horizon.days
    if at is not None and not 0 < at < days:
        inside = f"after {shown(context, 0)} and before {shown(context, days)}"
        context.add(here, "a gate lies within the run", found=shown(context, at), expected=inside)
    elif dotted(here) in context.drawn:
        context.add(here, "a gate is one day for all replications; it is not drawn", expected="a date without a range")


def _features(context: Context, name: str) -> None:
    """Check that the features of a decision can be seen at its gate."""
    full = seen_at_gates(context.document, context.inputs)
    known = [*KINDS, *full]
    for index, word in enumerate(context.document.decisions[name].features):
        if word not in known:
            context.add(
                ("decisions", name, "features", index),
                "nothing that is seen at a gate",
                found=word,
                expected=allowed(full),
                close=context.near(word, known),
            )


def _in_order(context: Context, here: Loc, choice: GateChoice) -> None:
    """Check that what comes later is written later."""
    before = 0.0
    for index in range(len(choice.later)):
        after = context.number(*here, "later", index, "after")
        if after is not None and after <= before:
            told = (
                f"more than {before:g} days"
                if index
                else "more than 0 days; what holds from the gate stands in from_gate"
            )
            context.add(
                (*here, "later", index, "after"),
                "comes no later than what stands before it",
                found=f"{after:g}",
                expected=told,
            )
        before = max(before, after or 0.0)


def _changed(here: Loc, choice: GateChoice) -> Iterator[tuple[Loc, str, Quantity]]:
    """Yield the paths that a choice changes, with where it does so and the values."""
    given: list[tuple[Loc, Mapping[str, Quantity]]] = [((*here, "from_gate"), choice.from_gate)]
    given += [((*here, "later", i, "values"), later.values) for i, later in enumerate(choice.later)]
    for loc, values in given:
        yield from (((*loc, path), path, value) for path, value in values.items())


def _undated(context: Context, loc: Loc, path: str, paths: list[str]) -> None:
    """Note why a choice cannot change what is no path over time, and what it can change."""
    inside = [known for known in paths if known.startswith(f"{path}.")]
    if inside:
        message = "is more than one value; a choice names a path over time"
        context.add(loc, message, found=path, expected=listed(inside))
    elif _stands(context.document, path):
        message = "has no dates: it holds for the whole run, so that a choice would change what was before its gate"
        section = f"{'.'.join(path.split('.')[:2])}."
        near = [known for known in paths if known.startswith(section)]
        context.add(loc, message, found=path, expected=listed(near or paths))
    else:
        message = "the scenario has no path over time here"
        context.add(loc, message, found=path, expected=listed(paths), close=context.near(path, paths))


def _stands(node: object, path: str) -> bool:
    """Return whether the schema has a field at a path, or the scenario an entry, written or not."""
    if not path:
        return True
    key, _, rest = path.partition(".")
    if isinstance(node, BaseModel):
        names = {info.alias or name: name for name, info in type(node).model_fields.items()}
        return key in fields_of(type(node)) and _stands(getattr(node, names[key]), rest)
    return isinstance(node, dict) and key in node and _stands(node[key], rest)


def _apart(context: Context) -> None:
    """Check that two decisions on one date change different paths: neither comes after the other."""
    first: dict[tuple[float, str], str] = {}
    for name, decision in context.document.decisions.items():
        at = context.number("decisions", name, "at")
        for option, choice in decision.choices.items():
            for loc, path, _ in _changed(("decisions", name, "choices", option), choice):
                if at is not None and first.setdefault((at, path), name) != name:
                    context.add(loc, f"{first[at, path]} changes it at the same gate", found=path)
