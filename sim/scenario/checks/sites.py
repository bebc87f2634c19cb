"""Sites and recipes: what belongs to our own sites, and what to outside suppliers."""

from __future__ import annotations

from sim.scenario.checks.context import Context
from sim.scenario.compose import Loc
from sim.scenario.schema.demand import Effects
from sim.scenario.schema.supply import Recipe, Site


def check(context: Context) -> None:
    """Every field has an effect where it stands."""
    for name, site in context.document.sites.items():
        _ownership(context, ("sites", name), site)
        _unlimited(context, ("sites", name), site)
        _contract(context, ("sites", name, "contract"), site)
    for name, recipe in context.document.recipes.items():
        _recipe(context, ("recipes", name), recipe)
    _disruptions(context)


def _ownership(context: Context, loc: Loc, site: Site) -> None:
    outside, ours = ("contract", "rivals"), ("announced", "capex")
    for key in outside if site.in_house else ours:
        if getattr(site, key) is not None:
            whose = "an outside supplier" if site.in_house else "a site of ours"
            is_now = "in_house is true" if site.in_house else "in_house is false"
            context.add((*loc, key), f"{key} belongs to {whose}, but here {is_now}")


def _unlimited(context: Context, loc: Loc, site: Site) -> None:
    for key in ("availability", "rivals", "capex", "fixed_cost"):
        if site.capacity == "unlimited" and getattr(site, key) is not None:
            context.add((*loc, key), f"{key} has no effect on unlimited capacity")


def _contract(context: Context, loc: Loc, site: Site) -> None:
    contract = site.contract
    if contract is not None and contract.commitment is None:
        for key in ("notice", "take_or_pay"):
            if getattr(contract, key) is not None:
                context.add((*loc, key), f"{key} has no effect without a commitment")


def _recipe(context: Context, loc: Loc, recipe: Recipe) -> None:
    ours = context.in_house(recipe)
    if ours is True and recipe.price is not None:
        context.add((*loc, "price"), f"a price is what an outside supplier charges, but {recipe.site} is in-house; use variable_cost")
    if ours is False and recipe.variable_cost is not None:
        context.add((*loc, "variable_cost"), f"variable_cost is a cost of ours, but {recipe.site} is an outside supplier; use price")
    if recipe.planned_lead_time is not None and recipe.queue_allowance is not None:
        context.add((*loc, "queue_allowance"), "has no effect beside planned_lead_time, which includes it")


def _disruptions(context: Context) -> None:
    for name, disruption in context.document.disruptions.items():
        here: Loc = ("disruptions", name)
        if not (disruption.sites or disruption.owners or disruption.regions):
            context.add(here, "strikes nothing; name sites, owners or regions")
        effects = [key for key, value in disruption.effects if value not in (None, False)]
        if not effects and not disruption.raises:
            allowed = ", ".join(info.alias or key for key, info in Effects.model_fields.items())
            context.add((*here, "effects"), "a disruption needs an effect", expected=allowed)
        if disruption.recovery is not None and disruption.effects.capacity is None:
            context.add((*here, "recovery"), "has no effect: only capacity recovers, and this disruption does not change it")
