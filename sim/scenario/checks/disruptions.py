"""Disruptions: each strikes something, does something there, and raises no circle of others."""

from __future__ import annotations

from collections.abc import Mapping

from sim.scenario.checks.context import Context, listed
from sim.scenario.checks.graph import sort
from sim.scenario.compose import Loc
from sim.scenario.schema.demand import AnyDisruption, Effects
from sim.scenario.schema.supply import Site


def check(context: Context) -> None:
    """Every disruption has an effect where it strikes."""
    for name, disruption in context.document.disruptions.items():
        here: Loc = ("disruptions", name)
        _strikes(context, here, disruption)
        sites = _struck(context, disruption)
        if sites and not context.thinner("sites", "recipes", "sourcing"):
            _capacity(context, here, disruption, sites)
            _others(context, (*here, "effects"), disruption.effects, sites)
    _raises(context)


def _strikes(context: Context, here: Loc, disruption: AnyDisruption) -> None:
    if not (disruption.sites or disruption.owners or disruption.regions):
        context.add(here, "strikes nothing; name sites, owners or regions")
    effects = [key for key, value in disruption.effects if value not in (None, False)]
    if not effects and not disruption.raises:
        allowed = ", ".join(info.alias or key for key, info in Effects.model_fields.items())
        context.add((*here, "effects"), "a disruption needs an effect", expected=allowed)
    if disruption.recovery is not None and disruption.effects.capacity is None:
        context.add(
            (*here, "recovery"), "has no effect: only capacity recovers, and this disruption does not change it"
        )


def _struck(context: Context, disruption: AnyDisruption) -> dict[str, Site]:
    sites = context.document.sites.items()
    return {
        n: s
        for n, s in sites
        if n in disruption.sites or s.owner in disruption.owners or s.region in disruption.regions
    }


def _capacity(context: Context, here: Loc, disruption: AnyDisruption, sites: Mapping[str, Site]) -> None:
    """Unlimited capacity is all there or, at a factor of 0, not at all."""
    if disruption.effects.capacity is None or any(site.capacity != "unlimited" for site in sites.values()):
        return
    factor = context.number(*here, "effects", "capacity")
    if factor:
        context.add(
            (*here, "effects", "capacity"),
            f"has no effect: the capacity of {listed(sites)} is unlimited, and any part of it still is",
            found=f"{factor:g}",
            expected="0",
        )
    if disruption.recovery is not None:
        context.add(
            (*here, "recovery"),
            f"has no effect: the capacity of {listed(sites)} is unlimited, and all there as soon as any of it is",
        )


def _others(context: Context, loc: Loc, effects: Effects, sites: Mapping[str, Site]) -> None:
    """What changes prices, allocations or cycle times needs some to change."""
    if effects.allocation is not None and all(
        s.contract is None or s.contract.allocation is None for s in sites.values()
    ):
        context.add((*loc, "allocation"), f"has no effect: there is no contract with an allocation at {listed(sites)}")
    recipes = {name: recipe for site in sites for name, recipe in context.used_at[site].items()}
    if not recipes:
        return
    if effects.price is not None and all(recipe.price is None for recipe in recipes.values()):
        context.add((*loc, "price"), f"has no effect: no price is given for {listed(recipes)}")
    if effects.cycle_time is not None and not any(_takes_time(context, r) for r in recipes):
        context.add((*loc, "cycle_time"), f"has no effect: the cycle time of {listed(recipes)} is 0")


def _takes_time(context: Context, name: str) -> bool:
    """Whether a recipe's cycle time may be above 0."""
    at: Loc = ("recipes", name, "cycle_time")
    mean = context.highest(*at) if context.number(*at) is not None else context.highest(*at, "mean")
    return mean != 0


def _raises(context: Context) -> None:
    """Rates are settled one after the other, so no disruption may raise its own, directly or through others."""
    random = {name for name, disruption in context.document.disruptions.items() if disruption.kind == "random"}
    edges: dict[str, dict[str, Loc]] = {
        name: {other: ("disruptions", name, "raises", other) for other in disruption.raises if other in random}
        for name, disruption in context.document.disruptions.items()
    }
    sort(context, edges, "disruptions make each other likelier in a circle", " raises ")
