"""Reads a file of claims: all its problems at once, each at its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.claims.compile import CompiledClaim, MeaningError, compile_claim
from sim.claims.schema import Claim, ClaimsFile
from sim.errors import InputError, Problem, nearest
from sim.ledger import Kind, Ledger
from sim.ledger.formula import FormulaError, compiled
from sim.scenario.checks.numbers import BARE
from sim.scenario.compose import Loc, dotted
from sim.scenario.declared import Slot, written
from sim.scenario.problems import in_plain_words, translate, wrong_kinds
from sim.scenario.read import Form, Source, read_source
from sim.scenario.resolve import quantities
from sim.shipped import shipped_root

T = TypeVar("T", bound=BaseModel)

FORM = Form("a file of claims", "claims:", "claims:, ...")
_UNUSED = ("low", "high", "draw")
_KINDS = {Kind.DERIVED: "derived", Kind.ASSUMED: "assumed", Kind.LATER_REPORT: "a later report"}


@dataclass(frozen=True)
class ClaimBook:
    """The claims of a file, ready to be tested, and the ledger with the file's own figures."""

    claims: Mapping[str, CompiledClaim]
    ledger: Ledger


def shipped_claims() -> Path:
    """Return the path of the shipped claims."""
    return shipped_root() / "claims.yaml"


def load_claims(file: str | Path, ledger: Ledger) -> ClaimBook:
    """Return the claims of a file, compiled over the ledger of a scenario.

    Raises:
        InputError: everything that is wrong with them.
    """
    problems: list[Problem] = []
    source = read_source(file, problems, FORM)
    reading = _Reading(source, ledger, problems)
    if problems:
        raise InputError(dict.fromkeys(problems))
    return ClaimBook(reading.compiled, reading.ledger)


class _Reading:
    """A file on its way to claims; every step adds its problems to one list."""

    def __init__(self, source: Source, ledger: Ledger, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        self.compiled: dict[str, CompiledClaim] = {}
        self.broken: frozenset[str] = frozenset()
        self.ledger = self._own_figures(ledger)
        for id, claim in self._sound().items():
            self._links(id, claim)

    def add(
        self, loc: Loc, message: str, found: str | None = None, expected: str | None = None, near: str | None = None
    ) -> None:
        """Add a problem at a place of the validated data."""
        place = written(self.source.data, loc)
        self.problems.append(Problem(self.source.mark(place), dotted(place), message, found, expected, near))

    def _own_figures(self, ledger: Ledger) -> Ledger:
        figures = self.source.data.get("figures")
        if not isinstance(figures, dict) or not figures:
            return ledger
        try:
            return ledger.extended(figures, self.source.file, lambda key: self.source.mark(("figures", *key)))
        except InputError as error:
            self.problems.extend(dict.fromkeys(in_plain_words(p) for p in error.problems))
            self.broken = frozenset(figures)
            return ledger

    def _sound(self) -> dict[str, Claim]:
        """Return the claims that the schema accepts; a refused one is reported, and the others are still checked."""
        return sound(self.source, ClaimsFile, "claims", Claim, self.problems)

    def _links(self, id: str, claim: Claim) -> None:
        """Check figures, readings and numbers of one claim, and compile it if all are right."""
        before = len(self.problems)
        here: Loc = ("claims", id)
        self._cited(here, claim)
        for i, other in enumerate(claim.contradicted_by):
            self._figure((*here, "contradicted_by", i), other.figure, other.reading)
        for figure, name in claim.readings.items():
            self._reading((*here, "readings", figure), figure, name)
        self._numbers(here, claim)
        self._formulas(here, claim)
        # With a broken figure of the file's own, compiling would report the same fault again.
        if len(self.problems) > before or self.broken:
            return
        try:
            self.compiled[id] = compile_claim(id, claim, self.ledger)
        except MeaningError as error:
            for loc, message in error.faults:
                self.add((*here, *loc), message)

    def _cited(self, here: Loc, claim: Claim) -> None:
        """Check that an article states the claim's own figure."""
        if not self._figure(here, claim.figure, claim.reading):
            return
        found = self.ledger.resolve(claim.figure, claim.reading)
        if found.kind is not Kind.STATED:
            self.add(
                (*here, "figure"),
                f"a claim cites what an article states; this figure is {_KINDS[found.kind]}",
                claim.figure,
            )

    def _figure(self, here: Loc, figure: str, reading: str | None) -> bool:
        """Return whether there is such a figure and reading; a contested figure needs a reading."""
        if not self._known((*here, "figure"), figure):
            return False
        names = self.ledger[figure].readings
        if reading is not None:
            return self._reading((*here, "reading"), figure, reading)
        if names:
            self.add((*here, "figure"), "sources disagree on it: say which reading", figure, ", ".join(names))
        return not names

    def _known(self, loc: Loc, figure: str) -> bool:
        """Return whether there is such a figure; what is wrong with the file's own figures is already reported."""
        if figure not in self.ledger and figure not in self.broken:
            self.add(loc, "the ledger has no such figure", figure, near=nearest(figure, self.ledger))
        return figure in self.ledger

    def _reading(self, loc: Loc, figure: str, name: str) -> bool:
        if not self._known(loc, figure):
            return False
        names = list(self.ledger[figure].readings)
        if name not in names:
            message = f"{name!r} is no reading of {figure}" if names else f"{figure} has no readings to choose from"
            self.add(loc, message, expected=", ".join(names) or None, near=nearest(name, names))
        return name in names

    def _numbers(self, here: Loc, claim: Claim) -> None:
        """Check that every number has an origin, and that a bound has no range."""
        for loc, quantity, _, _ in quantities(claim):
            place = (*here, *loc)
            if (
                quantity.figure is not None
                and self._known((*place, "figure"), quantity.figure)
                and quantity.reading is not None
            ):
                self._reading((*place, "reading"), quantity.figure, quantity.reading)
            if quantity.bare is not None and not str(self.source.data.get("bare_numbers") or "").strip():
                self.add(place, BARE, str(quantity.bare))
            for key in _UNUSED:
                if key in quantity.model_fields_set:
                    self.add((*place, key), "a bound of a claim is one value: it has no range and is not drawn")

    def _formulas(self, here: Loc, claim: Claim) -> None:
        """Check that every formula can be parsed, and that its figures exist."""
        over = claim.expect.over if claim.expect is not None else None
        for part, inside in ((claim.expect, ("expect",)), (over, ("expect", "over"))):
            if part is None or part.formula is None:
                continue
            loc: Loc = (*here, *inside, "formula")
            try:
                for figure in compiled(part.formula).operands:
                    self._known(loc, figure)
            except FormulaError as error:
                self.add(loc, str(error))


def sound(source: Source, file: type[BaseModel], key: str, entry: type[T], problems: list[Problem]) -> dict[str, T]:
    """Return the entries under `key` that the schema accepts; errors are appended to `problems`.

    `file` declares the whole file, `entry` one entry.
    """
    data, root = source.data, Slot(file)
    problems.extend(wrong_kinds(data, source.mark, root))
    try:
        return dict(getattr(file.model_validate(data), key))
    except ValidationError as error:
        problems.extend(translate(error, data, source.mark, root))
    # The whole file is refused if one entry is: validate one by one to check the links of the sound ones.
    entries = data.get(key)
    return dict(_valid(entries, entry)) if isinstance(entries, dict) else {}


def _valid(entries: Mapping[str, Any], entry: type[T]) -> Iterator[tuple[str, T]]:
    for id, data in entries.items():
        try:
            yield id, entry.model_validate(data)
        except ValidationError:
            continue
