"""What every check sees, and where it puts what it finds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from sim.errors import Problem, nearest
from sim.ledger import Ledger
from sim.scenario.active import Pruned
from sim.scenario.compose import Loc, dotted
from sim.scenario.resolve import Inputs, paths_over_time, quantities
from sim.scenario.schema import Document
from sim.scenario.schema.quantity import Quantity
from sim.scenario.schema.supply import Item, Recipe
from sim.scenario.uncertain import Uncertain, drawn_itself, operands, uncertain
from sim.scenario.validate import Refused
from sim.scenario.written import Written
from sim.vocabulary import PolicyType

MAX_NEAREST = 200


@dataclass
class Context:
    """A scenario under check: its document and numbers, what is written of it, what is switched off and what was refused."""

    document: Document
    inputs: Inputs
    ledger: Ledger
    written: Written
    pruned: Pruned
    refused: Refused
    problems: list[Problem] = field(default_factory=list)

    def add(
        self, loc: Loc, message: str, *, found: str | None = None, expected: str | None = None, close: str | None = None
    ) -> None:
        """Note a problem at a place."""
        self.problems.append(Problem(self.written.blame(loc), dotted(loc), message, found, expected, close))

    def number(self, *loc: str | int) -> float | None:
        """Return the resolved number at a place, in the unit of its field, or None."""
        found = self.inputs.get(dotted(loc))
        return found.value if found is not None and not isinstance(found.value, str) else None

    def name(self, *loc: str | int) -> str | None:
        """Return the resolved name at a place, or None."""
        found = self.inputs.get(dotted(loc))
        return found.value if found is not None and isinstance(found.value, str) else None

    def near(self, word: str, valid: Collection[str]) -> str | None:
        """Return the valid name closest to a word, or None.

        It is not looked for once there are more problems than anyone reads, since comparing names is slow.
        """
        return nearest(word, valid) if len(self.problems) < MAX_NEAREST else None

    def refer(self, loc: Loc, name: str, valid: Iterable[str], kind: str, sections: tuple[str, ...]) -> bool:
        """Return whether a name is among the valid ones; if not, note why."""
        known = list(valid)
        if name in known:
            return True
        # The schema has refused what has the name: one problem with it is enough.
        if name in self.refused.parts:
            return False
        if any(f"{section}.{name}" in self.pruned.names for section in sections):
            self.add(
                loc, f"{name!r} is switched off by its only_if under the chosen readings, but is still needed here"
            )
        else:
            self.add(loc, f"there is no {kind} {name!r}", expected=listed(known), close=self.near(name, known))
        return False

    @cached_property
    def quantities(self) -> dict[str, tuple[Loc, Quantity]]:
        """Every quantity of the document by its path, with its location."""
        return {dotted(loc): (loc, quantity) for loc, quantity, _, _ in quantities(self.document)}

    @cached_property
    def pool_of(self) -> dict[str, str]:
        """The pool of each item that is in one."""
        return {item: name for name, pool in self.document.pools.items() for item in pool.members}

    @cached_property
    def wanted(self) -> dict[str, list[str]]:
        """What may be wanted: each item and pool with the items that satisfy it."""
        pools = {
            name: [member for member in pool.members if member in self.document.items]
            for name, pool in self.document.pools.items()
        }
        items = {item: pools.get(self.pool_of.get(item, ""), [item]) for item in self.document.items}
        return {**items, **pools}

    def recipes_of(self, name: str) -> dict[str, Recipe]:
        """Return the recipes that an item or pool is sourced from: those of its sourcing, else all that make it."""
        recipes = self.document.recipes
        sourcing = self.document.sourcing.get(self.pool_of.get(name, name))
        if sourcing is not None:
            return {recipe: recipes[recipe] for recipe in sourcing.sources if recipe in recipes}
        return {
            recipe: recipes[recipe] for member in self.wanted.get(name, ()) for recipe in self._makers.get(member, ())
        }

    @cached_property
    def _makers(self) -> dict[str, list[str]]:
        makers: dict[str, list[str]] = {}
        for name, recipe in self.document.recipes.items():
            makers.setdefault(recipe.item, []).append(name)
        return makers

    @cached_property
    def stocks(self) -> dict[str, str]:
        """What is ordered and kept as one, each pool and each item in none, with its first member, which it follows."""
        pools = {name: pool.members[0] for name, pool in self.document.pools.items()}
        return pools | {item: item for item in self.document.items if item not in self.pool_of}

    def leader(self, stock: str) -> Item | None:
        """Return the item that a pool follows, or the item itself; None if there is no such item."""
        return self.document.items.get(self.stocks.get(stock, ""))

    @cached_property
    def planned(self) -> frozenset[str]:
        """The stocks that are planned, rather than kept by a classical policy."""
        leaders = {stock: self.leader(stock) for stock in self.stocks}
        return frozenset(
            stock for stock, item in leaders.items() if item is not None and item.policy.type is PolicyType.PLANNED
        )

    @cached_property
    def used(self) -> dict[str, Recipe]:
        """The recipes that some stock is sourced from."""
        return {name: recipe for stock in self.stocks for name, recipe in self.recipes_of(stock).items()}

    @cached_property
    def used_at(self) -> dict[str, dict[str, Recipe]]:
        """The recipes in use at each site."""
        found: dict[str, dict[str, Recipe]] = {site: {} for site in self.document.sites}
        for name, recipe in self.used.items():
            found.setdefault(recipe.site, {})[name] = recipe
        return found

    @cached_property
    def awaited(self) -> frozenset[str]:
        """The recipes for which a changeover of some demand line waits."""
        return frozenset(
            recipe
            for line in self.document.demand.values()
            for generation in line.generations
            for recipe in generation.wait_for
        )

    @cached_property
    def reviewed(self) -> frozenset[str]:
        """The stocks that the planner looks at: those it plans, and all that is made of them, however far on."""
        makes: dict[str, set[str]] = {}
        for recipe in self.used.values():
            for wanted in recipe.inputs:
                makes.setdefault(self.pool_of.get(wanted, wanted), set()).add(
                    self.pool_of.get(recipe.item, recipe.item)
                )
        found, waiting = set(self.planned), list(self.planned)
        while waiting:
            new = makes.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return frozenset(found)

    def thinner(self, *sections: str) -> bool:
        """Return whether `only_if` switched off whole entries of these sections.

        What is left need not use every field.
        """
        return any(name.split(".")[:-1] == [section] for name in self.pruned.names for section in sections)

    def highest(self, *loc: str | int) -> float | None:
        """Return the largest value that the number at a place is drawn from, or its value if it is fixed."""
        found = self.inputs.get(dotted(loc))
        value = self.number(*loc)
        return value if found is None or found.path not in self.drawn or found.high is None else found.high

    def lowest(self, *loc: str | int) -> float | None:
        """Return the smallest value that the number at a place is drawn from, or its value if it is fixed."""
        found = self.inputs.get(dotted(loc))
        value = self.number(*loc)
        return value if found is None or found.path not in self.drawn or found.low is None else found.low

    @cached_property
    def uncertain(self) -> dict[str, Uncertain]:
        """What is drawn, by figure or path."""
        return uncertain(self.document.uncertainty, self.inputs, self.ledger)

    @cached_property
    def rests_on(self) -> dict[str, None]:
        """The figures that some input takes its value from, and those that their formulas calculate with."""
        return operands((i.figure for i in self.inputs.values() if i.figure), self.ledger)

    @cached_property
    def fed_by(self) -> dict[str, list[str]]:
        """Paths of the inputs that follow each uncertain number."""
        found: dict[str, list[str]] = {}
        lineage: dict[str, list[str]] = {}
        for path, entry in self.inputs.items():
            if entry.follows and entry.figure:
                if entry.figure not in lineage:
                    lineage[entry.figure] = [f for f in operands([entry.figure], self.ledger) if self._is_drawn(f)]
                behind = lineage[entry.figure]
            else:
                own = drawn_itself(self.document.uncertainty, path, entry)
                behind = [own.name] if own is not None else []
            for name in behind:
                found.setdefault(name, []).append(path)
        return found

    def _is_drawn(self, figure: str) -> bool:
        """Return whether a figure is drawn itself, and not only an input that takes it."""
        return figure in self.uncertain and self.uncertain[figure].figure

    @cached_property
    def drawn(self) -> frozenset[str]:
        """Paths of the inputs that are drawn, or worked out from what is drawn."""
        return frozenset(path for paths in self.fed_by.values() for path in paths)

    @cached_property
    def processes(self) -> dict[str, Loc]:
        """Every process on a path over time, by where it stands, with its location."""
        paths = paths_over_time(self.document)
        found: list[Loc] = [(*loc, "process") for loc, path in paths.items() if path.process is not None]
        return {dotted(loc): loc for loc in found}

    def in_house(self, recipe: Recipe) -> bool | None:
        """Return whether a recipe runs at a site of ours; None if there is no such site."""
        site = self.document.sites.get(recipe.site)
        return site.in_house if site is not None else None


def switched_off(context: Context, section: str) -> str:
    """Return the entries of a section that `only_if` switched off, in brackets; "" if there are none."""
    off = [name for name in context.pruned.names if name.startswith(f"{section}.")]
    return f" ({', '.join(off)} switched off by only_if)" if off else ""


def listed(names: Iterable[str]) -> str | None:
    """Return names with commas, cut to a readable number; None if there are none."""
    known = list(names)
    more = f", ... ({len(known) - 20} more)" if len(known) > 20 else ""
    return ", ".join(known[:20]) + more if known else None


def amount(value: float, unit: str) -> str:
    """Return a number with its unit."""
    text = f"{value:,.10g}"
    return text if unit in ("", "1") else f"{text} {unit}"
