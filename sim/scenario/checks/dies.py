"""Dies on wafers: an area for the node, within the node's reticle; and yields that rise as they are learned."""

from __future__ import annotations

from sim.scenario.checks.context import Context, amount, listed
from sim.scenario.schema.supply import Recipe
from sim.vocabulary import YieldModel


def check(context: Context) -> None:
    """Check that recipes with a process node have a die that fits, and that yields rise as they are learned."""
    for name, recipe in context.document.recipes.items():
        if recipe.node is None:
            _without_node(context, name, recipe)
        elif (node := context.name("recipes", name, "node")) in context.document.nodes:
            _on_node(context, name, recipe, str(node))
        _yield_model(context, name, recipe)
        _learning(context, name, recipe)


def _on_node(context: Context, name: str, recipe: Recipe, node: str) -> None:
    """Check that a die has an area on the node of its recipe, and fits its reticle."""
    item = context.document.items.get(recipe.item)
    if item is None:
        return
    if recipe.units_per_start is not None:
        context.add(
            ("recipes", name, "units_per_start"), "has no effect: with a node, dies per wafer follow from the die area"
        )
    if node not in item.die_area:
        message = f"{name} makes {recipe.item} on {node}, but {recipe.item} has no die_area for {node}"
        context.add(("recipes", name, "node"), message, expected=listed(item.die_area), close=None)
        return
    area, reticle = context.highest("items", recipe.item, "die_area", node), context.number("nodes", node, "reticle")
    if area is not None and reticle is not None and area > reticle:
        message = f"a die of {amount(area, 'mm2')} does not fit the reticle of {node}, which is {amount(reticle, 'mm2')}, so {name} cannot make it"
        context.add(("items", recipe.item, "die_area", node), message)


def _without_node(context: Context, name: str, recipe: Recipe) -> None:
    """Check that a recipe without a node has no defects."""
    for key in ("defects", "defect_learning"):
        if getattr(recipe.yields, key) is not None:
            context.add(
                ("recipes", name, "yield", key), "has no effect: defects need a node, on which the die has an area"
            )


def _yield_model(context: Context, name: str, recipe: Recipe) -> None:
    """Check that the parameters of defects belong to the yield model."""
    yields, here = recipe.yields, ("recipes", name, "yield")
    has_defects = yields.defects is not None or yields.defect_learning is not None
    if yields.alpha is not None and yields.model is not YieldModel.NEGATIVE_BINOMIAL:
        context.add((*here, "alpha"), f"has no effect with the {yields.model} model; it belongs to negative_binomial")
    elif yields.alpha is not None and not has_defects:
        context.add((*here, "alpha"), "has no effect without defects or defect_learning")
    if yields.lot_cv is not None and not has_defects:
        context.add((*here, "lot_cv"), "has no effect without defects or defect_learning")


def _learning(context: Context, name: str, recipe: Recipe) -> None:
    """Check that what is learned gets better: a yield rises, and a defect density falls."""
    for key, better in (("assembly_learning", 1.0), ("defect_learning", -1.0)):
        if getattr(recipe.yields, key) is None:
            continue
        here = ("recipes", name, "yield", key)
        start, mature = context.number(*here, "start"), context.number(*here, "mature")
        if start is not None and mature is not None and better * (mature - start) < 0:
            message = f"the yield falls with learning: mature must be at {'least' if better > 0 else 'most'} start"
            context.add((*here, "mature"), message, found=f"{mature:g}, from {start:g}")
