"""The ledger: figures by id, the readings chosen, and the values that follow from them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from sim.errors import InputError, Mark, Problem, nearest
from sim.ledger.entry import Marker, read_entries
from sim.ledger.figure import Figure, Kind, Reading, Scalar, value_types
from sim.ledger.formula import FormulaError, Term, compiled
from sim.ledger.functions import kind_of
from sim.ledger.without import Without


@dataclass(frozen=True, slots=True)
class Miss:
    """One name that the ledger does not know, or one figure it can't calculate."""

    figure: str
    message: str
    found: str | None = None
    expected: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"{self.message}{hint}"


class LedgerError(LookupError):
    """Figures or readings that do not exist, or can't be calculated; `misses` lists them."""

    def __init__(self, *misses: Miss) -> None:
        self.misses = misses
        super().__init__("\n".join(str(miss) for miss in misses))


class Ledger:
    """Figures by id. Never changes: `choose` and `extended` give another ledger."""

    def __init__(
        self,
        definitions: Mapping[str, Figure],
        chosen: Mapping[str, str] | None = None,
        pinned: Collection[str] = (),
    ) -> None:
        self._definitions = definitions
        self.pinned = frozenset(pinned)
        """Figures for which `valued` put a value in force: it has no range."""
        self.chosen: Mapping[str, str] = dict(chosen or {})
        """The readings chosen, by figure."""
        self._resolved: dict[str, Reading] = {}
        self._derived: dict[str, Figure] = {}

    @property
    def figures(self) -> Mapping[str, Figure]:
        """All figures; derived ones carry the value that the chosen readings give them."""
        return _Figures(self)

    def __getitem__(self, id: str) -> Figure:
        """Return a figure; a derived one has the value that follows from the readings in force."""
        definition = self._definition(id)
        if definition.formula is None:
            return definition
        if id not in self._derived:
            result = self.resolve(id)
            self._derived[id] = replace(definition, value=result.value, low=result.low, high=result.high)
        return self._derived[id]

    def __contains__(self, id: object) -> bool:
        return id in self._definitions

    def __iter__(self) -> Iterator[str]:
        return iter(self._definitions)

    def __len__(self) -> int:
        return len(self._definitions)

    def reading_name(self, figure: str) -> str | None:
        """Return the name of the reading of a figure that is in force, or None if it has no readings.

        It is the one chosen, else that of the figure it follows, else its default.

        Raises:
            LedgerError: there is no such figure, or figures follow each other in a cycle.
        """
        definition = self._definition(figure)
        trail = [figure]
        while trail[-1] not in self.chosen:
            target = self._definition(trail[-1])
            if target.follows is None:
                return target.default if len(trail) == 1 else _shared(definition, target.default)
            if target.follows in trail:
                raise LedgerError(Miss(figure, f"follows itself: {' -> '.join([*trail, target.follows])}"))
            trail.append(target.follows)
        return _shared(definition, self.chosen[trail[-1]])

    def resolve(self, figure: str, reading: str | None = None) -> Reading:
        """Return the value of a figure under the readings in force, or under the one named.

        Raises:
            LedgerError: there is no such figure or reading, or its formula fails.
        """
        definition = self._definition(figure)
        # A reading that went with an article gives way to the one in force: a scenario that names it can still be
        # loaded.
        if reading is not None and reading not in definition.left_out:
            return _named(definition, reading)
        for id in self._before(figure):
            self._resolved[id] = self._value(self._definition(id))
        return self._resolved[figure]

    def choose(self, readings: Mapping[str, str]) -> Ledger:
        """Return a ledger with these readings chosen, besides those chosen before.

        Raises:
            LedgerError: figures or readings do not exist; it lists them all.
        """
        misses: list[Miss] = []
        for figure, reading in readings.items():
            try:
                _named(self._definition(figure), reading)
            except LedgerError as error:
                misses.extend(error.misses)
        if misses:
            raise LedgerError(*misses)
        return Ledger(self._definitions, {**self.chosen, **readings}, self.pinned)

    def valued(self, values: Mapping[str, Scalar], sources: Mapping[str, str] | None = None) -> Ledger:
        """Return a ledger with other values in force for these figures; formulas that use them follow.

        A figure among the `sources` is assumed by that source, and no longer what its article says.

        Raises:
            LedgerError: there is no such figure.
        """
        changed: dict[str, Figure] = {}
        for id, value in values.items():
            definition, name = self._definition(id), self.reading_name(id)
            own: dict[str, Any] = {"value": value, "low": None, "high": None}
            if sources and id in sources:
                own |= {"kind": Kind.ASSUMED, "source": sources[id], "article": None, "also": ()}
            # Of a figure with readings only the one in force takes the value; the others stay as their sources say.
            if name is None:
                changed[id] = replace(definition, **own, formula=None)
            else:
                taken = replace(_named(definition, name), **own)
                changed[id] = replace(definition, readings={**definition.readings, name: taken})
        return Ledger(_Over(changed, self._definitions), self.chosen, self.pinned | changed.keys())

    @property
    def articles(self) -> tuple[str, ...]:
        """The file names of all articles on which a figure rests."""
        found = (self._definitions[id] for id in self)
        return tuple(
            sorted(
                {
                    article
                    for figure in found
                    for reading in (figure.own, *figure.readings.values())
                    for article in reading.articles
                }
            )
        )

    def without(self, articles: Collection[str]) -> Ledger:
        """Return a ledger without what these articles say.

        What depends on them alone gives way to another reading, else to the figure's fallback. A figure that has none is
        marked `unsupported`.
        """
        thinned = Without(self._definitions, frozenset(articles))
        # A choice of a reading that went would name none: it is dropped with the reading.
        kept = {id: name for id, name in self.chosen.items() if name in thinned[id].readings}
        return Ledger(thinned, kept)

    def extended(self, figures: Mapping[str, Any], origin: str, mark: Marker | None = None) -> Ledger:
        """Return a ledger with a scenario's own figures besides its own, written as in the ledger's files.

        `origin` names the file; `mark` returns the place of a key below `figures:`.

        Raises:
            InputError: it lists everything that is wrong with them.
        """
        place = mark or (lambda _: Mark(origin))
        problems: list[Problem] = []
        added = read_entries(figures, place, problems)
        for id in added.keys() & self._definitions.keys():
            problems.append(Problem(place((id,)), id, "the ledger already has this figure: choose another id"))
        larger = Ledger(_Over(added, self._definitions), self.chosen)
        # Links are checked only if every figure can be read: a link to one that cannot would be reported too.
        problems = problems or larger.faults(added)
        if problems:
            raise InputError(problems)
        return larger

    def faults(self, ids: Mapping[str, Figure]) -> list[Problem]:
        """Return what is wrong between these figures: unknown operands, cycles, readings that can't be followed."""
        problems: list[Problem] = []
        for id, figure in ids.items():
            misses = [*self._broken_links(figure)]
            try:
                self.resolve(id)
            except LedgerError as error:
                # What is wrong with an operand is reported once, with the operand.
                misses.extend(miss for miss in error.misses if miss.figure == id)
            place = figure.mark or Mark("?")
            problems.extend(
                Problem(place, id, text, nearest=close)
                for text, close in {miss.message: miss.nearest for miss in misses}.items()
            )
        return problems

    def _broken_links(self, figure: Figure) -> list[Miss]:
        """Return the names in a figure (in its formula, `follows` and `fallback`) that name no fitting figure."""
        fallback = figure.fallback if isinstance(figure.fallback, str) else None
        named = [*figure.operands, *(id for id in (figure.follows, fallback) if id)]
        misses = [
            Miss(figure.id, f"names {id!r}, which is no figure", nearest=nearest(id, self))
            for id in named
            if id not in self
        ]
        if fallback in self and (unit := self._definition(str(fallback)).unit) != figure.unit:
            misses.append(Miss(figure.id, f"falls back to {fallback!r}, whose unit is {unit!r}, not {figure.unit!r}"))
        if figure.follows is not None and figure.follows in self._definitions:
            target = self._definitions[figure.follows]
            missing = [name for name in target.readings if name not in figure.readings]
            if missing or not target.readings:
                lacks = ", ".join(missing) or "it has none"
                misses.append(Miss(figure.id, f"follows {target.id!r} but lacks its readings: {lacks}"))
        return misses

    def _definition(self, id: str) -> Figure:
        """Return a figure as it is written.

        Raises:
            LedgerError: there is no such figure.
        """
        if id not in self._definitions:
            raise LedgerError(Miss(id, f"no figure {id!r}", id, nearest=nearest(id, self)))
        return self._definitions[id]

    def _before(self, figure: str) -> Iterator[str]:
        """Yield the figures without a value yet that this one depends on, each after its own operands; it comes last.

        The walk has a stack of its own, since a chain of formulas may be longer than Python's calls may be deep.
        """
        if figure in self._resolved:
            return
        trail = {figure: iter(self._definition(figure).operands)}
        while trail:
            last = next(reversed(trail))
            operand = next(trail[last], None)
            if operand is None:
                del trail[last]
                yield last
            # The trail leads from the figure to the last operand, in order: one that is on it already closes a cycle.
            elif operand in trail:
                path = [*trail, operand]
                cycle = " -> ".join(path[path.index(operand) :])
                raise LedgerError(Miss(operand, f"the formula depends on itself: {cycle}"))
            elif operand not in self._resolved:
                trail[operand] = iter(self._definition(operand).operands)

    def _value(self, figure: Figure) -> Reading:
        """Return the value in force of a figure whose operands have theirs."""
        if figure.formula is None:
            name = self.reading_name(figure.id)
            return figure.own if name is None else _named(figure, name)
        formula = compiled(figure.formula)
        terms = {id: self._term(id) for id in formula.operands}
        try:
            value, low, high = formula.evaluate(terms)
        except FormulaError as error:
            raise LedgerError(Miss(figure.id, str(error))) from error
        if not isinstance(value, value_types(figure.unit)):
            message = f"the formula results in {kind_of(value)}, which does not fit the unit {figure.unit!r}"
            raise LedgerError(Miss(figure.id, message))
        return Reading(cast(Scalar, value), low, high, Kind.DERIVED, figure.source)

    def _term(self, id: str) -> Term:
        """Return a figure as a formula sees it."""
        value = self._resolved[id]
        return Term(value.value, value.low, value.high, self._definition(id).unit)


class _Figures(Mapping[str, Figure]):
    """The figures of a ledger, each valued when it is asked for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __getitem__(self, id: str) -> Figure:
        if id not in self._ledger:
            raise KeyError(id)
        return self._ledger[id]

    def __contains__(self, id: object) -> bool:
        return id in self._ledger

    def __iter__(self) -> Iterator[str]:
        return iter(self._ledger)

    def __len__(self) -> int:
        return len(self._ledger)


class _Over(Mapping[str, Figure]):
    """Figures beside or in place of others, which are read only when asked for."""

    def __init__(self, upper: Mapping[str, Figure], lower: Mapping[str, Figure]) -> None:
        self._upper, self._lower = upper, lower

    def __getitem__(self, id: str) -> Figure:
        return self._upper[id] if id in self._upper else self._lower[id]

    def __contains__(self, id: object) -> bool:
        return id in self._upper or id in self._lower

    def __iter__(self) -> Iterator[str]:
        yield from self._lower
        yield from (id for id in self._upper if id not in self._lower)

    def __len__(self) -> int:
        return len(self._lower) + sum(id not in self._lower for id in self._upper)


def _shared(figure: Figure, reading: str | None) -> str | None:
    """Return the reading of a figure that goes with the one of the figure it follows, else its default."""
    return reading if reading in figure.readings else figure.default


def _named(figure: Figure, reading: str) -> Reading:
    """Return a reading by its name.

    Raises:
        LedgerError: the figure has no such reading.
    """
    if reading in figure.readings:
        return figure.readings[reading]
    if not figure.readings:
        raise LedgerError(Miss(figure.id, f"{figure.id!r} has no readings", reading))
    allowed = ", ".join(figure.readings)
    close = nearest(reading, figure.readings)
    raise LedgerError(
        Miss(figure.id, f"{figure.id!r} has no reading {reading!r}; it has {allowed}", reading, allowed, close)
    )
