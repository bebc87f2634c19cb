"""Decisions: names that lead somewhere, gates within the run, and changes that are one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.scenario.checks.context import Context, listed
from sim.scenario.checks.dates import shown
from sim.scenario.compose import Loc, dotted
from sim.scenario.resolve import paths_over_time
from sim.scenario.schema.decisions import GateChoice
from sim.scenario.seen import KINDS, allowed, seen_at_gates


def check(context: Context) -> None:
    """Every decision can be made, and `plan` names choices that there are."""
    decisions = context.document.decisions
    for name, chosen in context.document.plan.items():
        if context.refer(("plan", name), name, decisions, "decision", ("decisions",)):
            context.refer(("plan", name), chosen, decisions[name].choices, f"choice at {name}:", ())
    paths = [dotted(loc) for loc in paths_over_time(context.document)]
    for name, decision in decisions.items():
        _gate(context, name)
        _features(context, name)
        for option, choice in decision.choices.items():
            here = ("decisions", name, "choices", option)
            _in_order(context, here, choice)
            for loc, path in _changed(here, choice):
                if path not in paths:
                    message = "the scenario has no path over time here"
                    context.add(loc, message, found=path, expected=listed(paths), close=context.near(path, paths))
    _apart(context)


def _gate(context: Context, name: str) -> None:
    """A gate lies within the run."""
    at, days = context.number("decisions", name, "at"), context.document.horizon.days
    if at is not None and not 0 < at < days:
        inside = f"after {shown(context, 0)} and before {shown(context, days)}"
        context.add(("decisions", name, "at"), "a gate lies within the run", found=shown(context, at), expected=inside)


def _features(context: Context, name: str) -> None:
    """What a rule may go by can be seen."""
    full = seen_at_gates(context.document)
    known = [*KINDS, *full]
    for i, word in enumerate(context.document.decisions[name].features):
        if word not in known:
            context.add(
                ("decisions", name, "features", i),
                "nothing that is seen at a gate",
                found=word,
                expected=allowed(full),
                close=context.near(word, known),
            )


def _in_order(context: Context, here: Loc, choice: GateChoice) -> None:
    """What comes later is written later."""
    before = 0.0
    for i in range(len(choice.later)):
        after = context.number(*here, "later", i, "after")
        if after is not None and after <= before:
            told = (
                f"more than {before:g} days" if i else "more than 0 days; what holds from the gate stands in from_gate"
            )
            context.add(
                (*here, "later", i, "after"),
                "comes no later than what stands before it",
                found=f"{after:g}",
                expected=told,
            )
        before = max(before, after or 0.0)


def _changed(here: Loc, choice: GateChoice) -> Iterator[tuple[Loc, str]]:
    """The paths that a choice changes, and where it says so."""
    given: list[tuple[Loc, Mapping[str, object]]] = [((*here, "from_gate"), choice.from_gate)]
    given += [((*here, "later", i, "values"), later.values) for i, later in enumerate(choice.later)]
    for loc, values in given:
        yield from (((*loc, path), path) for path in values)


def _apart(context: Context) -> None:
    """Two decisions at one gate change different paths: neither comes after the other."""
    first: dict[tuple[float, str], str] = {}
    for name, decision in context.document.decisions.items():
        at = context.number("decisions", name, "at")
        for option, choice in decision.choices.items():
            for loc, path in _changed(("decisions", name, "choices", option), choice):
                if at is not None and first.setdefault((at, path), name) != name:
                    context.add(loc, f"{first[at, path]} changes it at the same gate", found=path)
