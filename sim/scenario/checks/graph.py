"""The bill of materials: no item needs itself, and all demand can be met by someone."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from sim.scenario.checks.context import Context, switched_off
from sim.scenario.compose import Loc

_SHOWN = 10


def check(context: Context) -> None:
    """Check that the bill of materials has no cycle, and that everything demanded can be made."""
    order = _order(context)
    if order is not None:
        _unreachable(context, order)


def _order(context: Context) -> list[str] | None:
    """Return items, each after its materials; None after noting the cycles."""
    edges: dict[str, dict[str, Loc]] = {item: {} for item in context.document.items}
    for name, recipe in context.document.recipes.items():
        for wanted in recipe.inputs:
            for member in context.wanted.get(wanted, ()):
                edges.setdefault(recipe.item, {}).setdefault(member, ("recipes", name, "inputs", wanted))
    return sort(context, edges, "the bill of materials goes in a circle", " needs ")


def sort(context: Context, edges: dict[str, dict[str, Loc]], message: str, verb: str) -> list[str] | None:
    """Return names, each after those it has an edge to; None after noting the cycles.

    An edge has the place where it is written. `message` and `verb` describe a cycle.
    """
    cyclic = False
    # graphlib finds one cycle at a time: each is broken before the next is looked for.
    for _ in range(_SHOWN):
        try:
            order = list(TopologicalSorter(edges).static_order())
        except CycleError as error:
            cyclic = True
            _report(context, edges, error.args[1], message, verb)
        else:
            return None if cyclic else order
    return None


def _report(context: Context, edges: dict[str, dict[str, Loc]], cycle: list[str], message: str, verb: str) -> None:
    """Note one edge of a cycle as wrong, and take it out, so that the next cycle can be found.

    It is one that the scenario's own file adds, if there is one, rather than one that it inherits.
    """
    # graphlib lists materials first; a reader starts at what is made.
    loop = cycle[::-1]
    steps = list(pairwise(loop))
    own = context.written.mark(()).file
    made, used = next((step for step in steps if context.written.mark(edges[step[0]][step[1]]).file == own), steps[-1])
    shown = loop if len(loop) <= _SHOWN else [*loop[: _SHOWN - 3], "...", *loop[-2:]]
    context.add(edges[made][used], f"{message}: {verb.join(shown)}")
    del edges[made][used]


def _unreachable(context: Context, order: list[str]) -> None:
    """Check that everything demanded can be made from what needs no materials."""
    # Items come after their materials, so that one pass is enough.
    possible: set[str] = set()
    for item in order:
        recipes = (recipe for recipe in context.recipes_of(item).values() if recipe.item == item)
        if any(
            all(possible.intersection(context.wanted.get(wanted, ())) for wanted in recipe.inputs) for recipe in recipes
        ):
            possible.add(item)
    for name, line in context.document.demand.items():
        wants: list[tuple[Loc, str]] = [(("demand", name, "item"), line.item)] if line.item else []
        wants += [
            (("demand", name, "generations", i, "item"), generation.item)
            for i, generation in enumerate(line.generations)
        ]
        for loc, item in wants:
            if item in context.wanted and not possible.intersection(context.wanted[item]):
                context.add(loc, f"nobody can make {item!r}: {_why(context, item, possible)}")


def _why(context: Context, item: str, possible: set[str]) -> str:
    """Return the missing links, followed down the bill of materials."""
    links: list[str] = []
    for _ in range(_SHOWN):
        recipes = context.recipes_of(item)
        if not recipes:
            return ", and ".join([*links, f"no recipe makes {item!r}{switched_off(context, 'recipes')}"])
        name, recipe = next(iter(recipes.items()))
        lacking = next(
            (wanted for wanted in recipe.inputs if not possible.intersection(context.wanted.get(wanted, ()))), None
        )
        if lacking is None or lacking not in context.wanted:
            break
        links.append(f"{name} needs {lacking!r}")
        item = lacking
    return ", and ".join([*links, "so on"]) if links else "its recipes lack materials"
