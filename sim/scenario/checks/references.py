"""Names that must lead somewhere: items, pools, sites, recipes, nodes, figures, shares."""

from __future__ import annotations

from collections.abc import Iterable

from sim.scenario.active import SECTIONS
from sim.scenario.checks.context import Context, listed
from sim.scenario.compose import Loc
from sim.scenario.schema.supply import Recipe
from sim.scenario.schema.yields import Learning

ITEM = ("items",)
EITHER = ("items", "pools")


def check(context: Context) -> None:
    """Check that every name used is the name of something."""
    _names(context)
    _figures(context)
    _pools(context)
    _items(context)
    for name, recipe in context.document.recipes.items():
        _recipe(context, ("recipes", name), recipe)
    _sourcing(context)
    for i, order in enumerate(context.document.open_orders):
        context.refer(("open_orders", i, "recipe"), order.recipe, context.document.recipes, "recipe", ("recipes",))
    for name, limit in context.document.wip_limits.items():
        _each(context, ("wip_limits", name, "sites"), limit.sites, context.document.sites, "site", ("sites",))
    for name, payment in context.document.payments.items():
        if payment.qualification is not None:
            here: Loc = ("payments", name, "qualification")
            context.refer(here, payment.qualification, context.document.recipes, "recipe", ("recipes",))
    _demand(context)
    _disruptions(context)
    _reports(context)


def _names(context: Context) -> None:
    """Check names, which become parts of dotted paths (`--set sites.NAME.lines=2`) and of KPI names."""
    for section in SECTIONS:
        for name in getattr(context.document, section):
            if not name.strip() or any(sign in name for sign in ".=\n"):
                context.add(
                    (section, name),
                    "a name must not be empty or hold a dot or =, since it becomes part of a path",
                    found=repr(name),
                )


def _figures(context: Context) -> None:
    """Check that the figures and readings that quantities name are in the ledger."""
    ledger = context.ledger
    for loc, quantity in context.quantities.values():
        figure = quantity.figure
        if figure is None or figure in context.refused.figures:
            continue
        if figure not in ledger:
            context.add(loc, f"the ledger has no figure {figure!r}", close=context.near(figure, list(ledger)))
        elif quantity.reading is not None and quantity.reading not in ledger[figure].readings:
            names = list(ledger[figure].readings)
            has = (
                f"{quantity.reading!r} is no reading of {figure}"
                if names
                else f"{figure} has no readings to choose from"
            )
            context.add(loc, has, expected=listed(names), close=context.near(quantity.reading, names))


def _each(
    context: Context, loc: Loc, names: Iterable[str], valid: Iterable[str], kind: str, sections: tuple[str, ...]
) -> None:
    """Check that every name of a list is one of the valid ones, and stands there once."""
    known, seen = list(valid), set()
    for index, name in enumerate(names):
        if name in seen:
            context.add((*loc, index), f"{name!r} is listed twice")
        elif context.refer((*loc, index), name, known, kind, sections):
            seen.add(name)


def _pools(context: Context) -> None:
    """Check that pools have members, names of their own, and no member in common."""
    document = context.document
    owner: dict[str, str] = {}
    for name, pool in document.pools.items():
        if name in document.items:
            context.add(("pools", name), f"{name!r} is the name of an item too; name the pool otherwise")
        _each(context, ("pools", name, "members"), pool.members, document.items, "item", ITEM)
        for index, member in enumerate(pool.members):
            if owner.setdefault(member, name) != name:
                context.add(
                    ("pools", name, "members", index),
                    f"{member!r} is in the pool {owner[member]!r} already; an item is in one pool",
                )


def _items(context: Context) -> None:
    """Check that die areas are given for process nodes that exist."""
    for name, item in context.document.items.items():
        for node in item.die_area:
            context.refer(("items", name, "die_area", node), node, context.document.nodes, "node", ("nodes",))


def _recipe(context: Context, loc: Loc, recipe: Recipe) -> None:
    """Check the names in a recipe: its item, site, materials, process node and where it inherits learning from."""
    document = context.document
    context.refer((*loc, "item"), recipe.item, document.items, "item", ITEM)
    context.refer((*loc, "site"), recipe.site, document.sites, "site", ("sites",))
    for name in recipe.inputs:
        context.refer((*loc, "inputs", name), name, [*document.items, *document.pools], "item or pool", EITHER)
    # The node of a recipe may be a figure: its resolved name counts.
    if recipe.node is not None and (node := context.name(*loc, "node")) is not None:
        context.refer((*loc, "node"), node, document.nodes, "node", ("nodes",))
    for key, learning in (
        ("defect_learning", recipe.yields.defect_learning),
        ("assembly_learning", recipe.yields.assembly_learning),
    ):
        if learning is not None and learning.inherits is not None:
            _inherits(context, (*loc, "yield", key, "inherits"), recipe, learning, key)


def _inherits(context: Context, loc: Loc, recipe: Recipe, learning: Learning, key: str) -> None:
    """Check that learning is inherited from another recipe at the same site that learns the same thing."""
    name = str(learning.inherits)
    if not context.refer(loc, name, context.document.recipes, "recipe", ("recipes",)):
        return
    before = context.document.recipes[name]
    if before is recipe:
        context.add(loc, "a recipe cannot inherit from itself")
    elif before.site != recipe.site:
        context.add(loc, f"{name!r} runs at {before.site}, not at {recipe.site}; learning stays at its site")
    elif getattr(before.yields, key) is None:
        context.add(loc, f"{name!r} has no {key} to inherit")


def _sourcing(context: Context) -> None:
    """Check the names in sourcings: what is made, their sources, and the sources with shares."""
    document = context.document
    for name, sourcing in document.sourcing.items():
        here: Loc = ("sourcing", name)
        if name in document.items and name in context.pool_of:
            context.add(here, f"{name!r} is in the pool {context.pool_of[name]!r}; give the sourcing of the pool")
        elif not context.refer(here, name, [*document.items, *document.pools], "item or pool", EITHER):
            continue
        _each(context, (*here, "sources"), sourcing.sources, document.recipes, "recipe", ("recipes",))
        for source in sourcing.shares:
            context.refer((*here, "shares", source), source, sourcing.sources, f"source of {name}", ("recipes",))


def _demand(context: Context) -> None:
    """Check the names in demand lines: what is wanted, what a changeover waits for, and whose idle compute is taken."""
    document = context.document
    wanted = [*document.items, *document.pools]
    for name, line in document.demand.items():
        if line.item is not None:
            context.refer(("demand", name, "item"), line.item, wanted, "item or pool", EITHER)
        _each(context, ("demand", name, "idle_of"), line.idle_of, document.demand, "demand line", ("demand",))
        for index, generation in enumerate(line.generations):
            here: Loc = ("demand", name, "generations", index)
            context.refer((*here, "item"), generation.item, wanted, "item or pool", EITHER)
            _each(context, (*here, "wait_for"), generation.wait_for, document.recipes, "recipe", ("recipes",))


def _disruptions(context: Context) -> None:
    """Check the names in disruptions: what they strike, and which disruptions they make likelier."""
    document = context.document
    owners = dict.fromkeys(site.owner for site in document.sites.values())
    regions = dict.fromkeys(site.region for site in document.sites.values())
    for name, disruption in document.disruptions.items():
        here: Loc = ("disruptions", name)
        _each(context, (*here, "sites"), disruption.sites, document.sites, "site", ("sites",))
        _each(context, (*here, "owners"), disruption.owners, owners, "site with the owner", ())
        _each(context, (*here, "regions"), disruption.regions, regions, "site in the region", ())
        for other in disruption.raises:
            if context.refer(
                (*here, "raises", other), other, document.disruptions, "disruption", ("disruptions",)
            ) and (document.disruptions[other].kind != "random"):
                context.add(
                    (*here, "raises", other), f"{other!r} is not a random disruption, so it has no rate to raise"
                )


def _reports(context: Context) -> None:
    """Check the names in shares and milestones."""
    document = context.document
    stages = dict.fromkeys(item.stage for item in document.items.values())
    families = dict.fromkeys(item.family for item in document.items.values())
    for name, share in document.shares.items():
        context.refer(("shares", name, "stage"), share.stage, stages, "item of the stage", ())
        _each(context, ("shares", name, "families"), share.families, families, "item of the family", ())
    for name, milestone in document.milestones.items():
        here: Loc = ("milestones", name)
        _each(context, (*here, "items"), milestone.items, document.items, "item", ITEM)
        _each(context, (*here, "sites"), milestone.sites, document.sites, "site", ("sites",))
        if milestone.share is not None:
            context.refer((*here, "share"), milestone.share, document.shares or stages, "share", ("shares",))
