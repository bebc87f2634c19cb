"""Where a number of a scenario stands: node, stage, family, owner, region, and whether in-house."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """What an entry is about; a site makes several things, so that each may be several."""

    nodes: frozenset[str] = _NONE
    stages: frozenset[str] = _NONE
    families: frozenset[str] = _NONE
    owners: frozenset[str] = _NONE
    regions: frozenset[str] = _NONE
    in_house: bool | None = None

    KEYS: ClassVar = ("nodes", "stages", "families", "owners", "regions")

    def has(self, key: str, wanted: Collection[str]) -> bool:
        """Return whether any of the words wanted is among those of `key`."""
        words: frozenset[str] = getattr(self, key)
        return not words.isdisjoint(wanted)


def together(places: Iterable[Place]) -> Place:
    """Return the union of several places; `in_house` is set only if all agree."""
    found = list(places)
    words = {key: _NONE.union(*(getattr(place, key) for place in found)) for key in Place.KEYS}
    ours = {place.in_house for place in found}
    return Place(**words, in_house=ours.pop() if len(ours) == 1 else None)


def places(scenario: Scenario) -> dict[str, Place]:
    """Return the place of each node, item, recipe and site, by the path of its entry."""
    document = scenario.document
    found = {f"nodes.{name}": Place(nodes=frozenset([name])) for name in document.nodes}
    for name, item in document.items.items():
        found[f"items.{name}"] = Place(stages=frozenset([item.stage]), families=frozenset([item.family]))
    for name, site in document.sites.items():
        found[f"sites.{name}"] = Place(
            owners=frozenset([site.owner]), regions=frozenset([site.region]), in_house=site.in_house
        )
    made: dict[str, list[Place]] = {}
    for name, recipe in document.recipes.items():
        node = scenario.inputs.get(f"recipes.{name}.node")
        # Neither the item nor the node has an owner: the site decides whether the recipe is in-house.
        thing = replace(
            found[f"items.{recipe.item}"],
            nodes=frozenset([str(node.value)] if node else []),
            in_house=document.sites[recipe.site].in_house,
        )
        found[f"recipes.{name}"] = together([thing, found[f"sites.{recipe.site}"]])
        made.setdefault(f"sites.{recipe.site}", []).append(found[f"recipes.{name}"])
    # A site is also about all that its recipes make there.
    return found | {site: together([found[site], *recipes]) for site, recipes in made.items()}
