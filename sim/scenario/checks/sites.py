"""Sites and recipes: what belongs to our own sites, and what to outside suppliers."""

from __future__ import annotations

from collections.abc import Mapping

from sim.scenario.checks.context import Context, listed
from sim.scenario.compose import Loc
from sim.scenario.schema.supply import Capex, Contract, Recipe, Site
from sim.vocabulary import Weekday, WithdrawOn


def check(context: Context) -> None:
    """Check that every field of sites and recipes has an effect where it stands."""
    for name, site in context.document.sites.items():
        _ownership(context, ("sites", name), site)
        _unlimited(context, ("sites", name), site)
        _closed(context, ("sites", name, "closed"), site)
        if site.contract is not None:
            _contract(context, ("sites", name, "contract"), name, site.contract)
        if site.in_house and site.capex is not None:
            _capex(context, ("sites", name, "capex"), site, site.capex)
    _announced(context)
    for name, recipe in context.document.recipes.items():
        _recipe(context, ("recipes", name), recipe)


def _ownership(context: Context, loc: Loc, site: Site) -> None:
    """Check that a site has only fields that fit its owner: ours, or an outside supplier."""
    outside, ours = ("contract", "rivals", "tariff"), ("announced", "capex", "outside_sales")
    for key in outside if site.in_house else ours:
        if getattr(site, key) is not None:
            whose = "an outside supplier" if site.in_house else "a site of ours"
            is_now = "in_house is true" if site.in_house else "in_house is false"
            context.add((*loc, key), f"{key} belongs to {whose}, but here {is_now}")


def _unlimited(context: Context, loc: Loc, site: Site) -> None:
    """Check that a site with unlimited capacity has no field that only a limit gives an effect."""
    for key in ("lines", "availability", "rivals", "capex", "fixed_cost", "outside_sales"):
        if site.capacity == "unlimited" and key in site.model_fields_set and getattr(site, key) is not None:
            context.add((*loc, key), f"{key} has no effect on unlimited capacity")


def _closed(context: Context, loc: Loc, site: Site) -> None:
    """Check that closures have dates, and capacity that they stop."""
    if site.closed and site.capacity == "unlimited":
        context.add(loc, "has no effect on unlimited capacity")
    if site.closed and context.document.horizon.start is None:
        context.add(loc, "days of the week and dates need a horizon with start and end")
    if len(set(site.closed) & set(Weekday)) == len(Weekday):
        context.add(loc, "the site is never open: all seven days of the week are closed")


def _contract(context: Context, loc: Loc, name: str, contract: Contract) -> None:
    """Check that a commitment has a consequence, and that nothing which needs a commitment stands without one."""
    if contract.commitment is None:
        for key in ("until", "notice", "take_or_pay"):
            if getattr(contract, key) is not None:
                context.add((*loc, key), f"{key} has no effect without a commitment")
    recipes = context.used_at[name]
    if not recipes or context.thinner("recipes", "sourcing"):
        return
    if contract.take_or_pay is not None and all(recipe.price is None for recipe in recipes.values()):
        context.add((*loc, "take_or_pay"), f"has no effect: it is a share of a price, and {listed(recipes)} has none")
    if contract.prepayment is not None and all(recipe.price is None for recipe in recipes.values()):
        context.add((*loc, "prepayment"), f"has no effect: nothing is set off, since {listed(recipes)} has no price")
    _unplanned(context, loc, recipes, contract)


def _unplanned(context: Context, loc: Loc, recipes: Mapping[str, Recipe], contract: Contract) -> None:
    """Check terms that only the planner keeps to, where all orders come from stock policies."""
    if any(context.pool_of.get(recipe.item, recipe.item) in context.planned for recipe in recipes.values()):
        return
    for key in ("allocation", "notice"):
        if getattr(contract, key) is not None:
            context.add(
                (*loc, key),
                "has no effect: the planner keeps to it, and what is made here is ordered by stock policies",
            )
    if contract.commitment is not None and contract.take_or_pay is None:
        context.add(
            (*loc, "commitment"),
            "has no effect without take_or_pay: what is made here is ordered by stock policies, which only pay for it",
        )


def _capex(context: Context, loc: Loc, site: Site, capex: Capex) -> None:
    """Check that outlay is divided into equipment and building where something is built, and only there."""
    if site.construction is None and capex.equipment_share is not None:
        context.add((*loc, "equipment_share"), "has no effect without construction: all is paid as capacity is added")
    if site.construction is not None and capex.equipment_share is None:
        context.add(
            (*loc, "equipment_share"),
            "this key is missing: with construction, the share of the outlay that is equipment",
        )
    _credit(context, (*loc, "credit"), site, capex)
    start = context.number(*loc[:-1], "ramp", "start")
    if capex.sunk is not None and start is not None and start > 0:
        context.add((*loc, "sunk"), "has no effect: there is no capacity on the first day; the ramp begins later")


def _credit(context: Context, loc: Loc, site: Site, capex: Capex) -> None:
    """Check that a credit has outlay to be a share of."""
    if capex.credit is not None and site.ramp is None and capex.sunk is not False:
        context.add(
            loc, "has no effect: the capacity stands already and was paid before; sunk: false pays it on the first day"
        )


def _announced(context: Context) -> None:
    """Check that announced output is given where orders are withdrawn on it."""
    if context.thinner("recipes", "sourcing"):
        return
    withdrawn = [
        sourcing for sourcing in context.document.sourcing.values() if sourcing.withdraw_on is WithdrawOn.ANNOUNCED
    ]
    relied = {
        context.document.recipes[source].site
        for sourcing in withdrawn
        for source in sourcing.sources
        if source in context.document.recipes
    }
    for name, site in context.document.sites.items():
        if site.in_house and site.announced is not None and name not in relied:
            context.add(
                ("sites", name, "announced"), "has no effect: no sourcing with a source here has withdraw_on: announced"
            )


def _recipe(context: Context, loc: Loc, recipe: Recipe) -> None:
    """Check that a recipe has a price outside or a cost of ours, and one lead time."""
    ours = context.in_house(recipe)
    if ours is True and recipe.price is not None:
        context.add(
            (*loc, "price"),
            f"a price is what an outside supplier charges, but {recipe.site} is in-house; use variable_cost",
        )
    if ours is False and recipe.variable_cost is not None:
        context.add(
            (*loc, "variable_cost"),
            f"variable_cost is a cost of ours, but {recipe.site} is an outside supplier; use price",
        )
    if recipe.planned_lead_time is not None and recipe.queue_allowance is not None:
        context.add((*loc, "queue_allowance"), "has no effect beside planned_lead_time, which includes it")
