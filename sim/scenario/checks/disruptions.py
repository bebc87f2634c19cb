"""Disruptions: each strikes something, does something there, and raises no cycle of others."""

from __future__ import annotations

from collections.abc import Mapping

from sim.scenario.checks.context import Context, listed
from sim.scenario.checks.graph import sort
from sim.scenario.compose import Loc
from sim.scenario.schema.demand import AnyDisruption, Effects
from sim.scenario.schema.supply import Site


def check(context: Context) -> None:
    """Check that every disruption strikes something and has an effect there."""
    for name, disruption in context.document.disruptions.items():
        here: Loc = ("disruptions", name)
        _strikes(context, here, disruption)
        sites = _struck(context, disruption)
        # What is left under a reading may have nothing to strike, though the whole scenario has.
        if sites and not context.thinner("sites", "recipes", "sourcing"):
            _capacity(context, here, disruption, sites)
            _others(context, (*here, "effects"), disruption.effects, sites)
    _raises(context)


def _strikes(context: Context, here: Loc, disruption: AnyDisruption) -> None:
    """Check that a disruption strikes something, has an effect, and says once how capacity comes back."""
    if not (disruption.sites or disruption.owners or disruption.regions):
        context.add(here, "strikes nothing; name sites, owners or regions")
    effects = [key for key, value in disruption.effects if value not in (None, False)]
    if not effects and not disruption.raises:
        allowed = ", ".join(info.alias or key for key, info in Effects.model_fields.items())
        context.add((*here, "effects"), "a disruption needs an effect", expected=allowed)
    for key in _recovers(disruption):
        if disruption.effects.capacity is None:
            context.add((*here, key), "has no effect: only capacity recovers, and this disruption does not change it")
    if len(_recovers(disruption)) > 1:
        context.add((*here, "recovery_points"), "give either recovery or recovery_points")
    _in_order(context, (*here, "recovery_points"), len(disruption.recovery_points))


def _recovers(disruption: AnyDisruption) -> list[str]:
    """Return the fields that say how capacity comes back."""
    linear = ["recovery"] if disruption.recovery is not None else []
    return [*linear, *(["recovery_points"] if disruption.recovery_points else [])]


def _in_order(context: Context, loc: Loc, points: int) -> None:
    """Check that each point of a recovery comes after the one before, whatever is drawn."""
    for i in range(1, points):
        before, after = context.highest(*loc, i - 1, "after"), context.lowest(*loc, i, "after")
        if before is not None and after is not None and after <= before:
            context.add(
                (*loc, i, "after"), "points come in order", found=f"{after:g}", expected=f"more than {before:g}"
            )


def _struck(context: Context, disruption: AnyDisruption) -> dict[str, Site]:
    """Return the sites that a disruption strikes."""
    sites = context.document.sites.items()
    return {
        name: site
        for name, site in sites
        if name in disruption.sites or site.owner in disruption.owners or site.region in disruption.regions
    }


def _capacity(context: Context, here: Loc, disruption: AnyDisruption, sites: Mapping[str, Site]) -> None:
    """Check that a factor on unlimited capacity is 0, the only one with an effect, and that no recovery is gradual."""
    if disruption.effects.capacity is None or not _unlimited(sites):
        return
    factor = context.number(*here, "effects", "capacity")
    if factor:
        context.add(
            (*here, "effects", "capacity"),
            f"has no effect: the capacity of {listed(sites)} is unlimited, and any part of it still is",
            found=f"{factor:g}",
            expected="0",
        )
    for key in _recovers(disruption):
        context.add(
            (*here, key),
            f"has no effect: the capacity of {listed(sites)} is unlimited, and all there as soon as any of it is",
        )


def _unlimited(sites: Mapping[str, Site]) -> bool:
    """Return whether the capacity of all these sites is unlimited."""
    return all(site.capacity == "unlimited" for site in sites.values())


def _others(context: Context, loc: Loc, effects: Effects, sites: Mapping[str, Site]) -> None:
    """Check that the sites have what the other effects change: prices, allocations, stock, cycle times."""
    without = [name for name, site in sites.items() if site.contract is None or site.contract.allocation is None]
    if effects.allocation is not None and without:
        context.add(
            (*loc, "allocation"), f"has no effect: there is no contract with an allocation at {listed(without)}"
        )
    recipes = {name: recipe for site in sites for name, recipe in context.used_at[site].items()}
    for key in ("scrap_stock", "scrap_wip"):
        if getattr(effects, key) is not None and not recipes:
            context.add((*loc, key), f"has no effect: nothing is made at {listed(sites)}")
    if not recipes:
        return
    if effects.price is not None and all(recipe.price is None for recipe in recipes.values()):
        context.add((*loc, "price"), f"has no effect: no price is given for {listed(recipes)}")
    if (
        effects.scrap_wip is not None
        and not any(_takes_time(context, recipe) for recipe in recipes)
        and _unlimited(sites)
    ):
        context.add((*loc, "scrap_wip"), f"has no effect: nothing is ever in process at {listed(sites)}")
    if effects.cycle_time is not None and not any(_takes_time(context, recipe) for recipe in recipes):
        context.add((*loc, "cycle_time"), f"has no effect: the cycle time of {listed(recipes)} is 0")


def _takes_time(context: Context, name: str) -> bool:
    """Return whether a recipe's cycle time may be above 0."""
    at: Loc = ("recipes", name, "cycle_time")
    mean = context.highest(*at) if context.number(*at) is not None else context.highest(*at, "mean")
    return mean != 0


def _raises(context: Context) -> None:
    """Check that no disruption raises its own rate, directly or through others."""
    # Rates are settled one after the other, each once those that raise it are known. Only random disruptions have a
    # rate.
    random = {name for name, disruption in context.document.disruptions.items() if disruption.kind == "random"}
    edges: dict[str, dict[str, Loc]] = {
        name: {other: ("disruptions", name, "raises", other) for other in disruption.raises if other in random}
        for name, disruption in context.document.disruptions.items()
    }
    sort(context, edges, "disruptions make each other likelier in a circle", " raises ")
