"""Demand lines and stock policies: every field has an effect, and a policy has what it follows."""

from __future__ import annotations

from sim.scenario.checks.context import Context, listed
from sim.scenario.compose import Loc
from sim.scenario.schema.demand import DemandLine
from sim.scenario.schema.supply import Item, ReplenishmentPolicy
from sim.vocabulary import Pattern, PolicyType

_WITHOUT_SAFETY = {
    PolicyType.PLANNED: "on a planned item; give it a safety_stock, in days of forecast",
    PolicyType.PERIODIC: "with a periodic policy, which orders the same quantity whatever the stock",
}


def check(context: Context) -> None:
    """Check that every field of a demand line and of a stock policy has an effect, and has what it needs."""
    for name, line in context.document.demand.items():
        _line(context, ("demand", name), line)
        _idle(context, ("demand", name), line)
        if any(given is not None for given in (line.compute, line.idle_share, line.value_per_h100e)):
            _compute(context, ("demand", name), line)
    for name, item in context.document.items.items():
        _policy(context, ("items", name), name, item)


def _line(context: Context, loc: Loc, line: DemandLine) -> None:
    """Check that the fields of a demand line have an effect with its pattern and its backlog."""
    if not line.backlog:
        for key in ("cancel_after", "shortage_cost"):
            if getattr(line, key) is not None:
                context.add(
                    (*loc, key),
                    f"{key} has no effect: with backlog: false, unserved demand is lost at once and never waits",
                )
    if line.lost_cost is not None and line.backlog and line.cancel_after is None:
        context.add(
            (*loc, "lost_cost"),
            "has no effect: nothing is lost, since all unserved demand waits; give backlog: false or cancel_after",
        )
    if line.pattern is Pattern.POISSON and line.every is not None:
        context.add((*loc, "every"), "has no effect on poisson demand, which comes at any instant")
    if line.repeats and line.pattern is not Pattern.SERIES:
        context.add((*loc, "repeats"), "has no effect: only the values of a series repeat")
    for key in ("every", "begins"):
        if line.pattern is Pattern.ORDERS and getattr(line, key) is not None:
            context.add((*loc, key), "has no effect: each order has a date of its own")
    if line.share is not None and line.rate is None and line.compute is None:
        context.add(
            (*loc, "share"), "has no effect: it is a share of a rate or of a compute need, and the line has neither"
        )


def _idle(context: Context, loc: Loc, line: DemandLine) -> None:
    """Check that idle compute meets a compute need, and is that of lines which have some.

    A line of which idle compute meets the need has none for others.
    """
    if line.idle_of and line.compute is None:
        context.add((*loc, "idle_of"), "has no effect: idle compute meets a compute need, and the line has none")
    for index, name in enumerate(line.idle_of):
        other = context.document.demand.get(name)
        if other is None:
            continue
        if other.idle_share is None:
            context.add(
                (*loc, "idle_of", index), f"has no effect: nothing of {name!r} stands idle; give it an idle_share"
            )
        elif other.idle_of:
            context.add((*loc, "idle_of", index), f"the compute need of {name!r} is met by idle compute itself")


def _compute(context: Context, loc: Loc, line: DemandLine) -> None:
    """Check that a line with a compute need, an idle share or a value per H100e is for items that have compute."""
    uses = {"a compute need": line.compute, "an idle share": line.idle_share, "a value per H100e": line.value_per_h100e}
    what = next(use for use, given in uses.items() if given is not None)
    wants = [((*loc, "item"), line.item)] if line.item else []
    wants += [((*loc, "generations", i, "item"), generation.item) for i, generation in enumerate(line.generations)]
    for place, wanted in wants:
        members = context.wanted.get(str(wanted), [])
        without = [member for member in members if not context.number("items", member, "h100e")]
        if without:
            context.add(place, f"{what} counts H100-equivalents, but {listed(without)} has no h100e")


def _policy(context: Context, loc: Loc, name: str, item: Item) -> None:
    """Check that the policy, the safety stock and the review of an item go together, and with its pool."""
    policy, planned = item.policy, item.policy.type is PolicyType.PLANNED
    if planned and policy.review is not None:
        context.add((*loc, "policy", "review"), "has no effect on a planned item; plans are made every review_every")
    if not planned and item.safety_stock is not None:
        instead = (
            "" if policy.type is PolicyType.PERIODIC else f"; give units: policy: {{type: {policy.type}, safety: ...}}"
        )
        context.add(
            (*loc, "safety_stock"),
            f"has no effect with a {policy.type} policy: it is in days of forecast, for planned items{instead}",
        )
    if policy.safety is not None and policy.type in _WITHOUT_SAFETY:
        context.add((*loc, "policy", "safety"), f"has no effect {_WITHOUT_SAFETY[policy.type]}")
    pool = context.pool_of.get(name)
    if pool is None or len(context.document.pools[pool].members) < 2:
        return
    if not planned and policy.review is not None:
        context.add(
            (*loc, "policy", "review"),
            f"a pool of several items ({pool}) cannot be reviewed one item at a time; leave review out or take {name} out of the pool",
        )
    first = context.document.pools[pool].members[0]
    leader = context.document.items.get(first)
    if leader is not None and name != first and policy not in (ReplenishmentPolicy(), leader.policy):
        context.add(
            (*loc, "policy"), f"the pool {pool} follows the policy of its first member, {first}; leave this one out"
        )
