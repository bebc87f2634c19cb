"""How recipes, items, pools and shares of a scenario belong together, as the report groups them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario.schema import Document


def titled(entries: object, name: str) -> str:
    """Return the title of an entry, else its name."""
    entry = entries.get(name) if isinstance(entries, dict) else None
    return getattr(entry, "title", None) or name


def own_recipes(document: Document) -> list[str]:
    """Return the recipes of in-house sites."""
    return [name for name, r in document.recipes.items() if document.sites[r.site].in_house]


def of_share(document: Document, share: str) -> list[str]:
    """Return the recipes that count in a share: those of its stage and families (default: of the stage so named)."""
    rule = document.shares.get(share)
    stage, families = (rule.stage, rule.families) if rule else (share, [])
    items = {n for n, i in document.items.items() if i.stage == stage and (not families or i.family in families)}
    return [name for name, r in document.recipes.items() if r.item in items]


def groups(document: Document) -> dict[str, str]:
    """Return the stage of each item that some recipe makes, and of each pool with such an item.

    A stage with several families has the family appended. Families of one stage are neighbours; stages are in the
    order in which they first occur.
    """
    made = {r.item for r in document.recipes.values()}
    items = {name: item for name, item in document.items.items() if name in made}
    families: dict[str, set[str]] = {}
    for item in items.values():
        families.setdefault(item.stage, set()).add(item.family)
    order = sorted(items, key=lambda n: list(families).index(items[n].stage))
    found = {n: items[n].stage + (f" {items[n].family}" if len(families[items[n].stage]) > 1 else "") for n in order}
    pools = {name: next((m for m in pool.members if m in found), None) for name, pool in document.pools.items()}
    return found | {name: found[member] for name, member in pools.items() if member is not None}


def alternatives(document: Document, site: str) -> list[str]:
    """Return recipes of outside sites that make what `site` makes: the same item or one of its pool.

    Where there is none, those of the same stage and family.
    """
    items = {r.item for r in document.recipes.values() if r.site == site}
    pooled = items | {m for p in document.pools.values() if items & set(p.members) for m in p.members}
    outside = {n: r.item for n, r in document.recipes.items() if not document.sites[r.site].in_house}
    found = [name for name, item in outside.items() if item in pooled]
    kinds = {(document.items[i].stage, document.items[i].family) for i in items}
    return found or [n for n, i in outside.items() if (document.items[i].stage, document.items[i].family) in kinds]
