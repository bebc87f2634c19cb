"""Sites that begin and close, by date or by a choice, and what choices pay."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.checks.context import Context
from sim.scenario.checks.dates import shown
from sim.scenario.compose import Loc
from sim.scenario.schema.decisions import GateChoice
from sim.scenario.schema.quantity import Path
from sim.scenario.schema.supply import Site


def check(context: Context) -> None:
    """Check sites that begin and close, by date or by a choice, and what choices pay.

    What begins is not there yet, what closes is there and ours, and what a choice pays is paid within the run.
    """
    begun = {site for _, choice in _choices(context) for site in choice.begins}
    for name, site in context.document.sites.items():
        if site.construction is not None and site.construction.decision is None and name not in begun:
            message = "it never begins: give decision, a date, or let a choice begin the site"
            context.add(("sites", name, "construction"), message, expected=f"begins: {{{name}: 0}} in a choice")
        if site.capex is not None and site.capex.paid_ahead is not None and not _grows(context, name):
            message = "has no effect: no capacity is added here, by a ramp, by points of its capacity or by a choice"
            context.add(("sites", name, "capex", "paid_ahead"), message)
        if site.closes is not None and _can_close(context, ("sites", name, "closes"), name):
            _closing(context, name)
    for here, choice in _choices(context):
        for name in choice.begins:
            _begins(context, (*here, "begins", name), name)
        for name in choice.closes:
            if _can_close(context, (*here, "closes", name), name):
                _closes(context, here, choice, name)
        for i in range(len(choice.payments)):
            _within(context, (*here, "payments", i, "after"), "would never be paid")


def _choices(context: Context) -> Iterator[tuple[Loc, GateChoice]]:
    """Yield every choice and where it stands."""
    for name, decision in context.document.decisions.items():
        for option, choice in decision.choices.items():
            yield ("decisions", name, "choices", option), choice


def _grows(context: Context, name: str) -> bool:
    """Return whether capacity may be added to a site within the run."""
    site, path = context.document.sites[name], f"sites.{name}.capacity"
    chosen = any(
        path in values
        for _, choice in _choices(context)
        for values in (choice.from_gate, *(later.values for later in choice.later))
    )
    return chosen or site.ramp is not None or (isinstance(site.capacity, Path) and len(site.capacity.points) > 1)


def _can_close(context: Context, loc: Loc, name: str) -> bool:
    """Return whether there is such a site of ours, with capacity that ends; if not, note why."""
    if not context.refer(loc, name, context.document.sites, "site", ("sites",)):
        return False
    site = context.document.sites[name]
    if not site.in_house:
        context.add(
            loc, "a site of ours closes, but here in_house is false; an outside supplier is left by an allocation of 0"
        )
    elif site.capacity == "unlimited":
        context.add(loc, "has no effect on unlimited capacity")
    return site.in_house and site.capacity != "unlimited"


def _closing(context: Context, name: str) -> None:
    """Check that a site which closes on a date is open before."""
    loc = ("sites", name, "closes")
    day, days, opens = context.number(*loc), context.document.horizon.days, _opens(context, name)
    if day is None:
        return
    if not 0 < day < days:
        inside = f"after {shown(context, 0)} and before {shown(context, days)}"
        context.add(loc, "a site closes within the run, or not at all", found=shown(context, day), expected=inside)
    elif opens is not None and day <= opens:
        expected = f"after {shown(context, opens)}"
        context.add(loc, "it closes before it opens", found=shown(context, day), expected=expected)


def _opens(context: Context, name: str) -> float | None:
    """Return the day on which a ramp begins, if dates fix it."""
    site = context.document.sites[name]
    if site.construction is None:
        return context.number("sites", name, "ramp", "start")
    here = ("sites", name, "construction")
    stages = [context.number(*here, "stages", i, "duration") for i in range(len(site.construction.stages))]
    parts = [context.number(*here, "decision"), *stages]
    return None if None in parts else sum(part for part in parts if part is not None)


def _begins(context: Context, loc: Loc, name: str) -> None:
    """Check that a choice begins a site that is to be built, and that nothing else has decided it."""
    if not context.refer(loc, name, context.document.sites, "site", ("sites",)):
        return
    site: Site = context.document.sites[name]
    if site.construction is None:
        message = "has no effect: the site has no construction that could begin"
        context.add(loc, message, expected=f"sites.{name}.construction with its stages and without a decision")
    elif site.construction.decision is not None:
        message = f"its construction is decided by a date already; leave sites.{name}.construction.decision out"
        context.add(loc, message)
    else:
        _within(context, loc, "would never begin")


def _closes(context: Context, here: Loc, choice: GateChoice, name: str) -> None:
    """Check that a choice closes what is not closed by then, and changes nothing of it afterwards."""
    loc: Loc = (*here, "closes", name)
    after, gate = context.number(*loc), _gate(context, here)
    if after is None:
        return
    if gate is not None:
        _within(context, loc, "would never happen")
        closed = context.number("sites", name, "closes")
        if gate + after < context.document.horizon.days and closed is not None and closed <= gate + after:
            context.add(loc, f"the site is closed from {shown(context, closed)} on", found=shown(context, gate + after))
    begins = context.number(*here, "begins", name)
    if begins is not None and after <= begins:
        context.add(
            loc, "it closes before its construction begins", found=f"{after:g}", expected=f"more than {begins:g} days"
        )
    given: list[tuple[Loc, float | None, object]] = [((*here, "from_gate"), 0.0, choice.from_gate)]
    for index, later in enumerate(choice.later):
        given.append(((*here, "later", index, "values"), context.number(*here, "later", index, "after"), later.values))
    for place, day, values in given:
        assert isinstance(values, dict)
        for path in values:
            if path.startswith(f"sites.{name}.") and day is not None and day >= after:
                context.add((*place, path), f"has no effect: this choice closes {name} {after:g} days after the gate")


def _gate(context: Context, here: Loc) -> float | None:
    """Return the day of the gate of a choice, where it is a date."""
    return context.number("decisions", here[1], "at")


def _within(context: Context, loc: Loc, never: str) -> None:
    """Check that what comes some days after a gate comes before the end of the run."""
    after, gate, days = context.number(*loc), _gate(context, loc), context.document.horizon.days
    # A gate outside the run has a problem of its own; the day of a milestone is not known here.
    if after is not None and gate is not None and 0 < gate < days and gate + after >= days:
        found, expected = f"{shown(context, gate + after)}", f"before {shown(context, days)}"
        context.add(loc, f"lies after the end of the horizon and {never}", found=found, expected=expected)
