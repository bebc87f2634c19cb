"""Stock policies and pools: what only the planner reads, and what a pool takes from its first member."""

from __future__ import annotations

from sim.scenario.checks.context import Context, listed, switched_off
from sim.scenario.compose import Loc, dotted
from sim.scenario.schema.supply import Item, Recipe, Sourcing
from sim.vocabulary import Initial

_SOURCING = ("policy", "shares", "overflow", "second_source_floor", "withdraw_on")
_SUMMED = ("tops", "watts", "h100e")


def check(context: Context) -> None:
    """Check that items, pools and forecasts have only what their policy reads."""
    for stock in context.stocks:
        leader = context.leader(stock)
        if leader is not None and stock not in context.planned:
            _ordered(context, stock, leader)
        elif leader is not None and "partial" in leader.model_fields_set:
            why = (
                "has no effect: planners release no more of an item than there are inputs for; it is for stock policies"
            )
            context.add(("items", context.stocks[stock], "partial"), why)
    for name in context.document.demand:
        _forecast(context, name)
    for pool in context.document.pools:
        _pool(context, pool)
    if not context.planned:
        _nothing_planned(context)


def _ordered(context: Context, stock: str, leader: Item) -> None:
    """Check what a stock policy orders by: a single source, whose orders it sizes itself."""
    sourcing, recipes = context.document.sourcing.get(stock), context.recipes_of(stock)
    kind = leader.policy.type
    if not recipes:
        context.add(
            ("items", context.stocks[stock], "policy"),
            f"a {kind} policy has nothing to order by: no recipe makes or buys {stock!r}{switched_off(context, 'recipes')}",
        )
    if len(recipes) > 1:
        loc: Loc = (
            ("sourcing", stock, "sources") if sourcing is not None else ("items", context.stocks[stock], "policy")
        )
        remedy = "" if sourcing is not None else f"; choose it by sourcing: {{{stock}: {{sources: [...]}}}}"
        context.add(
            loc, f"a {kind} policy orders from a single source{remedy}", found=listed(recipes), expected="one recipe"
        )
    if sourcing is not None:
        for key in _SOURCING:
            # A default that is written out changes nothing, and is not refused.
            if getattr(sourcing, key) != Sourcing.model_fields[key].get_default():
                context.add(
                    ("sourcing", stock, key),
                    f"has no effect with a {kind} policy, which orders from one source; it is for planned items",
                )
    for name, recipe in recipes.items():
        for key in ("minimum", "multiple", "order_period"):
            if getattr(recipe, key) is not None:
                context.add(
                    ("recipes", name, key),
                    f"has no effect with a {kind} policy, which sizes its own orders; it is for planned items",
                )
        # A changeover waits for the phases of a recipe, whatever policy orders by it.
        if name not in context.awaited:
            _planner_only(context, stock, name, recipe, str(kind))


def _planner_only(context: Context, stock: str, name: str, recipe: Recipe, kind: str) -> None:
    """Check that a recipe has phases and planned lead times only where a planner reads them."""
    loc: Loc = ("recipes", name)
    if recipe.qualification is not None:
        context.add(
            (*loc, "qualification"),
            f"has no effect: the {kind} policy of {recipe.item} orders whatever the phase, and no changeover waits for it",
        )
    if stock in context.reviewed:
        return
    for key in ("planned_lead_time", "queue_allowance"):
        if getattr(recipe, key) is not None:
            context.add((*loc, key), f"has no effect: neither {recipe.item} nor what it is made of is planned")


def _forecast(context: Context, name: str) -> None:
    """Check that a line with a forecast is for items that are planned, or made of what is planned."""
    line = context.document.demand[name]
    wanted = [line.item] if line.item is not None else [generation.item for generation in line.generations]
    if any(context.pool_of.get(item, item) in context.reviewed for item in wanted):
        return
    for key, value in line.forecast:
        if value is not None:
            context.add(
                ("demand", name, "forecast", key),
                f"has no effect: neither {listed(dict.fromkeys(wanted))} nor what it is made of is planned",
            )


def _pool(context: Context, pool: str) -> None:
    """Check that members of a pool do not differ in what the pool takes from its first member."""
    first, *others = context.document.pools[pool].members
    leader = context.document.items.get(first)
    wants = {generation.item for line in context.document.demand.values() for generation in line.generations}
    wants |= {line.item for line in context.document.demand.values() if line.item is not None}
    demanded = not wants.isdisjoint({pool, first, *others})
    for name in others:
        item = context.document.items.get(name)
        if item is None or leader is None:
            continue
        for key in ("priority", "bypass", "partial"):
            if key in item.model_fields_set and getattr(item, key) != getattr(leader, key):
                _follows(context, pool, first, name, key)
        # Compute and power are summed over delivered units: they have no effect in a pool that nobody demands.
        for key in ("safety_stock", *(_SUMMED if demanded else ())):
            if getattr(item, key) is not None and _number(context, name, key) != _number(context, first, key):
                _follows(context, pool, first, name, key)


def _follows(context: Context, pool: str, first: str, name: str, key: str) -> None:
    """Note that a field of a member has no effect, since the pool follows its first member."""
    context.add(
        ("items", name, key),
        f"has no effect: the pool {pool} follows the {key} of its first member, {first}; leave this one out",
    )


def _number(context: Context, item: str, key: str) -> tuple[object, ...] | None:
    """Return a number of an item with all that makes it equal to another; None if it is not given."""
    found = context.inputs.get(dotted(("items", item, key)))
    return (found.value, found.low, found.high, found.draw) if found is not None else None


def _nothing_planned(context: Context) -> None:
    """Check that a scenario without planned items has no settings of the planner."""
    if context.document.initial is Initial.PIPELINE:
        context.add(
            ("initial",),
            "has no effect: only planned items begin with a pipeline, and none is planned",
            found="pipeline",
            expected="empty",
        )
    if context.written.says(("review_every",)):
        context.add(("review_every",), "has no effect: nothing is planned; a stock policy has a review of its own")
