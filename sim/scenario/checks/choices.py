"""What can be chosen after what: names that lead to earlier gates, choices that can be made, and a plan that can be followed."""

from __future__ import annotations

from collections.abc import Mapping

from sim.scenario.checks.context import Context, listed
from sim.scenario.compose import Loc
from sim.scenario.gates import in_order
from sim.scenario.schema.decisions import Decision

MOST_STATES = 4096
"""More states are not looked through for choices that nothing leads to."""
State = tuple[tuple[str, str], ...]
"""What was chosen at the decisions that later ones depend on."""


def check(context: Context) -> None:
    """Check that rules name earlier gates, that every choice can be made, and that the plan keeps to the rules."""
    decisions = context.document.decisions
    before = len(context.problems)
    for name in decisions:
        for option in decisions[name].choices:
            for rule in ("after", "unless"):
                _rule(context, name, ("decisions", name, "choices", option, rule))
    # A rule with a wrong name would make choices seem out of reach.
    if len(context.problems) == before:
        _states(context)
    _plan(context)


def _day(context: Context, path: str) -> float:
    """Return the day of a gate; one that is refused is taken to come before all others."""
    return context.number(*path.split(".")) or 0.0


def _rule(context: Context, name: str, here: Loc) -> None:
    """Check that a rule names choices at gates that come before its own, whatever was chosen."""
    decisions = context.document.decisions
    order = in_order(decisions, lambda path: _day(context, path))
    choice = decisions[name].choices[str(here[3])]
    rule = choice.after if here[-1] == "after" else choice.unless
    earlier = [other for other in order[: order.index(name)] if not _same_day(context, name, other)]
    for other, options in rule.items():
        if not context.refer((*here, other), other, decisions, "decision", ("decisions",)):
            continue
        if other not in earlier:
            message = (
                "a choice can depend on what was chosen at an earlier gate; this one comes no earlier than its own"
            )
            context.add((*here, other), message, found=other, expected=listed(earlier) or "none: its gate is the first")
        for index, option in enumerate(options):
            context.refer((*here, other, index), option, decisions[other].choices, f"choice at {other}:", ())


def _same_day(context: Context, name: str, other: str) -> bool:
    """Return whether two gates are on the same date."""
    first, second = (context.number("decisions", one, "at") for one in (name, other))
    return first is not None and first == second


def _states(context: Context) -> None:
    """Check that every choice can be made after some earlier choices, and that after all of them one can be made."""
    decisions = context.document.decisions
    order = in_order(decisions, lambda path: _day(context, path))
    states: set[State] = {()}
    for place, name in enumerate(order, 1):
        # Only choices on which a later gate depends tell states apart, which keeps their number small.
        needed = {other for later in order[place:] for other in decisions[later].rests_on}
        reached, following = set[str](), set[State]()
        stuck: State | None = None
        for state in sorted(states):
            found = decisions[name].open_after(dict(state))
            stuck = state if not found and stuck is None else stuck
            reached.update(found)
            following.update(_kept((*state, (name, option)), needed) for option in found)
        _unreached(context, name, decisions[name], reached)
        if stuck is not None:
            message = f"nothing can be chosen here after {_told(dict(stuck))}; add a choice that may follow it, such as none: {{}}"
            context.add(("decisions", name, "choices"), message)
        if len(following) > MOST_STATES:
            return
        # Where nothing can be chosen, an error says so; the gates that follow are still looked at.
        states = following or states


def _kept(state: State, needed: set[str]) -> State:
    """Return a state without the choices on which nothing depends any more."""
    return tuple(pair for pair in state if pair[0] in needed)


def _unreached(context: Context, name: str, decision: Decision, reached: set[str]) -> None:
    """Note the choices of a decision that no earlier choices lead to."""
    for option, choice in decision.choices.items():
        if option not in reached:
            rule = "after" if choice.after else "unless"
            message = "no choices at earlier gates lead here, so that it can never be chosen"
            context.add(("decisions", name, "choices", option, rule), message, found=option)


def _plan(context: Context) -> None:
    """Check that the plan names choices that exist, each of which may follow the others by the rules."""
    document, decisions = context.document, context.document.decisions
    for name, option in document.plan.items():
        if not context.refer(("plan", name), name, decisions, "decision", ("decisions",)):
            continue
        if context.refer(("plan", name), option, decisions[name].choices, f"choice at {name}:", ()):
            choice = decisions[name].choices[option]
            if not choice.may_follow(document.chosen):
                known = {other: document.chosen[other] for other in document.chosen if other in choice.rests_on}
                message = f"{option!r} cannot be chosen after {_told(known)}"
                context.add(("plan", name), message, expected=listed(decisions[name].open_after(document.chosen)))


def _told(chosen: Mapping[str, str]) -> str:
    """Return choices in words."""
    return ", ".join(f"{name}: {option}" for name, option in chosen.items()) or "nothing"
