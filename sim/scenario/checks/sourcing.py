"""Sourcing: sources that make the right thing, shares that add up, policies with both sides."""

from __future__ import annotations

from sim.scenario.checks.context import Context, listed
from sim.scenario.compose import Loc
from sim.scenario.schema.supply import Sourcing
from sim.vocabulary import SourcingPolicy, WithdrawOn

TOLERANCE = 1e-6


def check(context: Context) -> None:
    """Check that each sourcing can be followed as it is written."""
    for name, sourcing in context.document.sourcing.items():
        if name in context.wanted:
            _right_items(context, name, sourcing)
            # What `only_if` leaves of a sourcing need not be complete.
            if name not in context.pruned.thinned:
                _shares(context, ("sourcing", name, "shares"), sourcing)
                _sides(context, ("sourcing", name), sourcing)
                if context.pool_of.get(name, name) in context.planned:
                    _unread(context, ("sourcing", name), sourcing)


def _right_items(context: Context, name: str, sourcing: Sourcing) -> None:
    """Check that every source makes the item, or a member of the pool."""
    members = context.wanted[name]
    for index, source in enumerate(sourcing.sources):
        recipe = context.document.recipes.get(source)
        if recipe is not None and recipe.item not in members:
            makers = listed(made_by for made_by, other in context.document.recipes.items() if other.item in members)
            context.add(
                ("sourcing", name, "sources", index), f"{source} makes {recipe.item}, not {name}", expected=makers
            )


def _shares(context: Context, loc: Loc, sourcing: Sourcing) -> None:
    """Check that a split has a share for all sources or for none, and that shares add up."""
    if not sourcing.shares:
        return
    values = {source: context.number(*loc, source) for source in sourcing.shares}
    total = sum(value for value in values.values() if value is not None)
    unshared = [source for source in sourcing.sources if source not in sourcing.shares]
    split = sourcing.policy is SourcingPolicy.SPLIT
    if split and unshared:
        context.add(
            loc,
            f"shares are given for some sources only; {', '.join(unshared)} has none",
            found=f"a sum of {total:.6g}",
        )
    elif (split and abs(total - 1) > TOLERANCE) or total > 1 + TOLERANCE:
        parts = " + ".join(f"{value:.6g}" for value in values.values() if value is not None)
        context.add(loc, f"shares must add up to {'1' if split else 'no more than 1'}", found=f"{parts} = {total:.6g}")


def _sides(context: Context, loc: Loc, sourcing: Sourcing) -> None:
    """Check that there are sources inside and outside where a field divides between them."""
    recipes = [context.document.recipes[source] for source in sourcing.sources if source in context.document.recipes]
    sides = {context.in_house(recipe) for recipe in recipes}
    # A site that does not exist has been reported with the references.
    if None in sides or not recipes:
        return
    if sourcing.second_source_floor is not None and False not in sides:
        context.add((*loc, "second_source_floor"), "has no effect: none of the sources is an outside supplier")
    if sourcing.phase_out is not None and sides != {True, False}:
        lacking = "an outside supplier" if False not in sides else "a site of ours"
        context.add((*loc, "phase_out"), f"a phase-out needs sources inside and outside; none here is {lacking}")
    sites = [context.document.sites[recipe.site] for recipe in recipes]
    if sourcing.withdraw_on is WithdrawOn.ANNOUNCED and not any(site.announced for site in sites):
        ours = listed(dict.fromkeys(recipe.site for recipe in recipes if context.in_house(recipe)))
        context.add(
            (*loc, "withdraw_on"),
            f"no site of its sources has announced output; give announced: at {ours or 'a site of ours'}",
        )


def _unread(context: Context, loc: Loc, sourcing: Sourcing) -> None:
    """Check that a sourcing has no field that its policy does not read."""
    policy = sourcing.policy
    if policy in (SourcingPolicy.SPLIT, SourcingPolicy.LEAST_COST) and sourcing.second_source_floor is not None:
        context.add(
            (*loc, "second_source_floor"),
            f"has no effect with the {policy} policy",
            expected="with in_house_first or phase_out",
        )
    if policy is SourcingPolicy.SPLIT and sourcing.withdraw_on is WithdrawOn.ANNOUNCED:
        context.add((*loc, "withdraw_on"), "has no effect with the split policy, which withdraws no orders")
    if policy is SourcingPolicy.LEAST_COST:
        for key in ("shares", "overflow"):
            if getattr(sourcing, key) != Sourcing.model_fields[key].get_default():
                context.add(
                    (*loc, key),
                    "has no effect with the least_cost policy: the cheapest source takes what it can, then the next",
                )
    elif not sourcing.overflow and len(sourcing.sources) == 1:
        context.add((*loc, "overflow"), "has no effect: there is no other source")
    if policy in (SourcingPolicy.IN_HOUSE_FIRST, SourcingPolicy.PHASE_OUT):
        _inside(context, (*loc, "shares"), sourcing)


def _inside(context: Context, loc: Loc, sourcing: Sourcing) -> None:
    """Check that shares are given only for outside sources where our own sites go first."""
    for source in sourcing.shares:
        recipe = context.document.recipes.get(source)
        if recipe is not None and context.in_house(recipe):
            context.add(
                (*loc, source),
                f"has no effect with the {sourcing.policy} policy: sources of ours take what they can in their order, and only outside orders are shared out",
            )
