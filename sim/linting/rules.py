"""The rules of `scenarios/bounds.yaml`: which number has which bound, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from sim.errors import InputError, Problem, nearest
from sim.ledger import Ledger, LedgerError
from sim.linting.measures import MEASURES
from sim.linting.place import Place
from sim.remembered import remembered
from sim.scenario.read import Loc, Source, read_source
from sim.scenario.schema.quantity import Strict
from sim.shipped import shipped_root
from sim.units import UnitError, check_unit
from sim.vocabulary import At

NAME = "bounds.yaml"


class Severity(StrEnum):
    """How far beyond: nobody has done it, or nobody could."""

    BEYOND_PRECEDENT = "beyond_precedent"
    BEYOND_PHYSICS = "beyond_physics"


class Where(Strict):
    """Which sites, recipes and items are meant; what is left out means any."""

    nodes: list[str] = []
    """One of these process nodes."""
    stages: list[str] = []
    """One of these stages."""
    families: list[str] = []
    """One of these product families."""
    owners: list[str] = []
    """One of these owners."""
    regions: list[str] = []
    """One of these regions."""
    in_house: bool | None = None
    """Ours, or an outside supplier's."""

    def fits(self, place: Place) -> bool:
        """Return whether a place is among those meant; an empty list means any."""
        named = all(not (wanted := getattr(self, key)) or place.has(key, wanted) for key in Place.KEYS)
        return named and (self.in_house is None or self.in_house == place.in_house)


class LintBound(Strict):
    """A figure of the ledger, or a number that says where it is from."""

    figure: str | None = None
    """The id of a ledger figure."""
    at: At = At.TYPICAL
    """Its value, or the low or high end of its range."""
    value: float | None = None
    """A number given in place of a figure."""
    unit: str | None = None
    """Its unit."""
    source: str | None = None
    """Where it is from."""
    where: Where = Where()
    """What it applies to."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        own = [self.value, self.unit, self.source]
        if (self.figure is None) == (self.value is None) or (self.figure is None) == (None in own):
            raise ValueError("give a figure, or a value with its unit and source")
        return self


class LintRule(Strict):
    """One number, held to the first bound whose place fits."""

    says: str = Field(min_length=1)
    """What is wrong with an input beyond the bound, in words."""
    input: list[str] = []
    """Paths of inputs; * stands for one part."""
    measure: str | None = None
    """A number worked out from several inputs."""
    times: str | None = None
    """A figure by which the number is multiplied first."""
    severity: Severity
    """beyond_precedent or beyond_physics."""
    where: Where = Where()
    """What the rule applies to."""
    most: list[LintBound] = []
    """The number must not be above the first of these that fits."""
    least: list[LintBound] = []
    """The number must not be below the first of these that fits."""

    @field_validator("input", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        if bool(self.input) == (self.measure is not None):
            raise ValueError("give either input or measure")
        if bool(self.most) == bool(self.least):
            raise ValueError("give either most or least, and at least one bound")
        return self

    @property
    def bounds(self) -> list[LintBound]:
        """The bounds, upper or lower."""
        return self.most or self.least

    def bound_for(self, place: Place) -> LintBound | None:
        """Return the first bound that applies at a place, or None."""
        if not self.where.fits(place):
            return None
        return next((bound for bound in self.bounds if bound.where.fits(place)), None)


def load_rules(ledger: Ledger, over: Path | None = None) -> dict[str, LintRule]:
    """Return the shipped rules by name, with those of a user's file in their place where names are the same.

    Raises:
        InputError: everything wrong with the files.
    """
    problems: list[Problem] = []
    rules: dict[str, LintRule] = {}
    # Reading the shipped file takes most of the time of a lint.
    sources = [remembered("bounds", NAME, lambda: _read(shipped_root() / NAME))]
    # The user's file comes last, so that it replaces or removes shipped rules.
    sources += [_read(over)] if over is not None else []
    for source, found, wrong in sources:
        problems.extend(wrong)
        for name, rule in found.items():
            if rule is None:
                _remove(rules, name, source, problems)
            else:
                problems.extend(_broken_links(name, rule, source, ledger))
                rules[name] = rule
    if problems:
        raise InputError(problems)
    return rules


def _read(file: Path) -> tuple[Source, dict[str, LintRule | None], list[Problem]]:
    """Return a file with its rules, None for one that it removes, and what is wrong with them."""
    problems: list[Problem] = []
    source = read_source(file, problems)
    every = {name: None if data is None else _rule(name, data, source, problems) for name, data in source.data.items()}
    rules = {name: rule for name, rule in every.items() if rule is not None or source.data[name] is None}
    return source, rules, problems


def _remove(rules: dict[str, LintRule], name: str, source: Source, problems: list[Problem]) -> None:
    if rules.pop(name, None) is None:
        message = "null removes a rule, but there is none of this name"
        problems.append(Problem(source.mark((name,)), name, message, nearest=nearest(name, rules)))


def _rule(name: str, data: Any, source: Source, problems: list[Problem]) -> LintRule | None:
    try:
        return LintRule.model_validate(data)
    except ValidationError as error:
        for detail in error.errors():
            loc: Loc = (name, *detail["loc"])
            problems.append(_refused(loc, detail, source))
        return None


_MODELS: dict[str, type[Strict]] = {"where": Where, "most": LintBound, "least": LintBound}


def _refused(loc: Loc, detail: Mapping[str, Any], source: Source) -> Problem:
    """Return an error of pydantic as a problem in plain words."""
    path, message = ".".join(map(str, loc)), str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "missing":
        message = "this key is missing"
    if detail["type"] != "extra_forbidden":
        return Problem(source.mark(loc), path, message)
    # The innermost part of the place that has a model of its own decides which keys are known.
    holder = next((_MODELS[str(part)] for part in reversed(loc[:-1]) if part in _MODELS), LintRule)
    keys = list(holder.model_fields)
    return Problem(source.mark(loc), path, "unknown key", expected=", ".join(keys), nearest=nearest(str(loc[-1]), keys))


def _broken_links(name: str, rule: LintRule, source: Source, ledger: Ledger) -> Iterator[Problem]:
    """Yield a problem for each measure, figure and unit that does not exist."""
    if rule.measure is not None and rule.measure not in MEASURES:
        mark, known = source.mark((name, "measure")), ", ".join(MEASURES)
        yield Problem(mark, f"{name}.measure", "no such measure", rule.measure, known, nearest(rule.measure, MEASURES))
    key = "most" if rule.most else "least"
    named: list[tuple[Loc, str | None, At]] = [((name, "times"), rule.times, At.TYPICAL)]
    named += [((name, key, place, "figure"), bound.figure, bound.at) for place, bound in enumerate(rule.bounds)]
    for loc, figure, at in named:
        if figure is not None and (fault := _fault(figure, at, ledger)) is not None:
            message, close = fault
            yield Problem(source.mark(loc), ".".join(map(str, loc)), message, figure, nearest=close)
    for place, bound in enumerate(rule.bounds):
        try:
            check_unit(bound.unit or "1")
        except UnitError as error:
            yield Problem(source.mark((name, key, place, "unit")), f"{name}.{key}.{place}.unit", str(error))


def _fault(figure: str, at: At, ledger: Ledger) -> tuple[str, str | None] | None:
    """Return why a figure can't be a bound, with the nearest name; None if it can be one."""
    try:
        found = ledger.resolve(figure)
    except LedgerError as error:
        return str(error), error.misses[0].nearest
    if not isinstance(found.value, (int, float)):
        return "the figure is no number", None
    if (at is At.LOW and found.low is None) or (at is At.HIGH and found.high is None):
        return f"the figure has no {at} end", None
    return None
