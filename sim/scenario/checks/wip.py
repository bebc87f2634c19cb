"""Limits on work in process: each stands at a line of sites, which only its own releases feed and only finished units leave."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.checks.context import Context, listed
from sim.scenario.compose import Loc
from sim.scenario.schema.supply import Recipe, WipLimit


def check(context: Context) -> None:
    """Check that a limit counts all that enters and leaves its line, and that a lot fits within it."""
    owner: dict[str, str] = {}
    for name, limit in context.document.wip_limits.items():
        here: Loc = ("wip_limits", name)
        for index, site in enumerate(limit.sites):
            if other := owner.get(site):
                context.add((*here, "sites", index), f"{site!r} stands in the line of {other!r} too")
            owner.setdefault(site, name)
        made = {made_by: recipe for site in limit.sites for made_by, recipe in context.used_at.get(site, {}).items()}
        if not made and not context.thinner("recipes", "sourcing"):
            context.add((*here, "sites"), "has no effect: nothing is made at these sites")
        for place, message in _leaks(context, made):
            context.add(place, f"{message}; the limit {name!r} could not count it")
        _lots(context, name, limit, made)


def _stock(context: Context, item: str) -> str:
    """Return the pool of an item, or the item itself."""
    return context.pool_of.get(item, item)


def _within(context: Context, made: dict[str, Recipe]) -> set[str]:
    """Return what is made on the line and taken there again: it stays within the line."""
    makes = {_stock(context, recipe.item) for recipe in made.values()}
    return makes & {_stock(context, wanted) for recipe in made.values() for wanted in recipe.inputs}


def _leaks(context: Context, made: dict[str, Recipe]) -> Iterator[tuple[Loc, str]]:
    """Yield the places where units enter or leave the line between its sites, each with why."""
    within = _within(context, made)
    for name, recipe in context.used.items():
        if name in made:
            continue
        if _stock(context, recipe.item) in within:
            yield ("recipes", name, "site"), f"{recipe.item} is made off the line and taken on it"
        for wanted in recipe.inputs:
            if _stock(context, wanted) in within:
                yield ("recipes", name, "inputs", wanted), f"{wanted} is taken off the line on which it goes on"
    for name, line in context.document.demand.items():
        sold = [line.item] if line.item is not None else [generation.item for generation in line.generations]
        for item in sold:
            if _stock(context, item) in within:
                yield ("demand", name), f"{item} is sold off the line on which it goes on"


def _lots(context: Context, name: str, limit: WipLimit, made: dict[str, Recipe]) -> None:
    """Check that every lot which enters the line fits within its limit; a larger one would wait for ever."""
    most, within = context.number("wip_limits", name, "limit"), _within(context, made)
    for recipe, entry in made.items():
        size = context.number("recipes", recipe, "lot_size")
        # What takes materials from within the line does not enter it: its units are counted already.
        if size is None or most is None or any(_stock(context, wanted) in within for wanted in entry.inputs):
            continue
        if size * context.document.lot_scale > most:
            context.add(
                ("wip_limits", name, "limit"),
                f"is less than a lot of {recipe}, which enters the line of {listed(limit.sites)} as a whole",
                found=f"{most:g}",
                expected=f"at least {size * context.document.lot_scale:g}",
            )
