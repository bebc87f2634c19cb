"""Recipes: whole units for every start, and names that lead to recipes in use."""

from __future__ import annotations

from sim.distributions import Draw
from sim.scenario.checks.context import Context, amount, listed
from sim.scenario.compose import Loc, dotted
from sim.scenario.schema.supply import Recipe
from sim.vocabulary import YieldNoise

TOLERANCE = 1e-9


def check(context: Context) -> None:
    """Check what each recipe takes and inherits, and that recipes which others name are in use."""
    for name, recipe in context.document.recipes.items():
        for wanted in recipe.inputs:
            _takes(context, ("recipes", name), recipe, wanted)
    for name, recipe in context.used.items():
        _inherits(context, ("recipes", name, "yield"), recipe)
    for name, item in context.document.items.items():
        if item.transit_cost is not None:
            _transit(context, name)
    for i, order in enumerate(context.document.open_orders):
        _in_use(context, ("open_orders", i, "recipe"), order.recipe)
    for name, line in context.document.demand.items():
        for i, generation in enumerate(line.generations):
            for j, awaited in enumerate(generation.wait_for):
                _in_use(context, ("demand", name, "generations", i, "wait_for", j), awaited)
    if not context.thinner("recipes", "sourcing"):
        _settings(context)
        _milestones(context)


def _transit(context: Context, name: str) -> None:
    """Check that units of an item with a cost in transit are ever shipped."""
    shipped = [
        recipe
        for recipe in context.document.recipes.values()
        if recipe.item == name and recipe.shipping_time is not None
    ]
    held = any(disruption.effects.shipments_held for disruption in context.document.disruptions.values())
    if not shipped and not held:
        context.add(
            ("items", name, "transit_cost"),
            f"has no effect: {name} is never in transit; no recipe for it has a shipping_time",
        )


def _takes(context: Context, loc: Loc, recipe: Recipe, wanted: str) -> None:
    """Check that a start takes a fixed whole number of units of a material."""
    # A material is given for one unit that is made, and a start of a panel makes several.
    panel = recipe.node is None and recipe.units_per_start is not None
    places = [(*loc, "inputs", wanted), *([(*loc, "units_per_start")] if panel else [])]
    drawn = [
        place
        for place in places
        if (found := context.inputs.get(dotted(place))) is not None and found.draw is not Draw.FIXED
    ]
    for place in drawn:
        context.add(place, "cannot be drawn: a start takes a fixed whole number of units of each input; leave out draw")
    values = [context.number(*place) for place in places]
    if drawn or any(value is None for value in values):
        return
    each, per_start = values[0] or 0.0, (values[1] or 0.0) if panel else 1.0
    taken = each * per_start
    # The product of two decimal numbers may miss a whole number by a rounding error.
    if round(taken) < 1 or abs(taken - round(taken)) > TOLERANCE * taken:
        shown = (
            f"{amount(each, '')} x {amount(per_start, '')} units_per_start = {amount(taken, '')}"
            if panel
            else amount(each, "")
        )
        context.add(places[0], f"a start must take a whole number of units of {wanted}", found=shown)


def _inherits(context: Context, loc: Loc, recipe: Recipe) -> None:
    """Check that learning is inherited from a recipe in use."""
    for key in ("defect_learning", "assembly_learning"):
        learning = getattr(recipe.yields, key)
        if learning is not None and learning.inherits is not None:
            _in_use(context, (*loc, key, "inherits"), learning.inherits)


def _in_use(context: Context, loc: Loc, name: str) -> None:
    """Check that some sourcing takes a recipe."""
    recipe = context.document.recipes.get(name)
    # A name without a recipe is reported with the references.
    if recipe is None or name in context.used:
        return
    stock = context.pool_of.get(recipe.item, recipe.item)
    sources = context.document.sourcing[stock].sources if stock in context.document.sourcing else ()
    context.add(loc, f"{name!r} is not in use: the sourcing of {stock} leaves it out", expected=listed(sources))


def _settings(context: Context) -> None:
    """Check that settings of the whole scenario have a recipe to act on."""
    recipes = context.used.values()
    if context.document.yield_noise is YieldNoise.GAMMA and all(recipe.yields.lot_cv is None for recipe in recipes):
        context.add(
            ("yield_noise",),
            "has no effect: no recipe's yield has lot_cv, by which the defect densities of lots differ",
            found="gamma",
            expected="off, binomial, or lot_cv beside alpha",
        )
    if context.document.lot_scale != 1 and all(recipe.lot_size is None for recipe in recipes):
        context.add(("lot_scale",), "has no effect: no recipe has a lot_size", found=str(context.document.lot_scale))


def _milestones(context: Context) -> None:
    """Check that a milestone of output watches something that is made."""
    for name, milestone in context.document.milestones.items():
        known = context.document.items.keys() | context.document.sites.keys()
        where = milestone.sites or context.document.sites
        made = any(recipe.item in milestone.items and recipe.site in where for recipe in context.used.values())
        if milestone.items and not made and known.issuperset([*milestone.items, *milestone.sites]):
            key = "sites" if milestone.sites else "items"
            at = f" at {listed(milestone.sites)}" if milestone.sites else ""
            context.add(
                ("milestones", name, key),
                f"would never be reached: no recipe in use makes {listed(milestone.items)}{at}",
            )
