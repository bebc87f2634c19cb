"""Compares the inputs of a scenario with the bounds, and returns those beyond them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from sim.display import Displayed, Listed
from sim.errors import InputError, Mark, Problem
from sim.ledger import Ledger
from sim.linting.measures import MEASURES
from sim.linting.rules import NAME, LintBound, LintRule, Severity, load_rules
from sim.linting.subject import LintSubject, MeasuredInput
from sim.scenario.loader import Scenario, load_scenario
from sim.units import UnitError, convert

_SAME = 1e-9
"""Relative difference below which a number is at its bound, not beyond it."""


@dataclass(frozen=True, slots=True, repr=False)
class Finding(Displayed):
    """One number and the bound that it is compared with, both in `unit`.

    `paths` and `figures` say where it is written; with `upper` it must not be above the bound, else
    not below it. `bound_figure` is None for a bound given in place.
    """

    rule: str
    says: str
    paths: tuple[str, ...]
    figures: tuple[str, ...]
    value: float
    unit: str
    bound: float
    bound_figure: str | None
    source: str
    upper: bool
    severity: Severity

    @property
    def factor(self) -> float | None:
        """How many times beyond the bound it is: above 1 beyond, None where the number or the bound is 0."""
        over, under = (self.value, self.bound) if self.upper else (self.bound, self.value)
        return over / under if under else None

    @property
    def beyond(self) -> bool:
        """Whether it goes beyond the bound."""
        room = _SAME * abs(self.bound)
        return self.value > self.bound + room if self.upper else self.value < self.bound - room


def lint(scenario: Scenario | str | Path, rules: Mapping[str, LintRule] | None = None) -> Listed[Finding]:
    """Compare the inputs of a scenario with records and physical bounds, and return those beyond them.

    Args:
        scenario: a shipped name, a path or a loaded scenario.
        rules: rules by name, as `sim.linting.load_rules` reads them from a file; None for the shipped ones.

    Returns:
        A Finding for each number beyond its bound, in the order of the rules: value and bound in the same unit.

    Raises:
        InputError: the scenario is wrong, or a bound does not measure the same as what it bounds.
    """
    subject = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    return Listed(finding for finding in compare(subject, rules) if finding.beyond)


def compare(scenario: Scenario, rules: Mapping[str, LintRule] | None = None) -> list[Finding]:
    """Return every number that a rule applies to with its bound, including those within it."""
    subject = LintSubject(scenario)
    taken = load_rules(scenario.ledger) if rules is None else rules
    found = [finding for name, rule in taken.items() for finding in _held(name, rule, subject)]
    return _merged(found)


def _held(name: str, rule: LintRule, subject: LintSubject) -> Iterator[Finding]:
    for measured in _looked_at(rule, subject):
        bound = rule.bound_for(measured.place)
        if bound is not None:
            try:
                yield _finding(name, rule, measured, bound, subject.scenario.ledger)
            except UnitError as error:
                raise InputError([Problem(Mark(NAME), name, str(error))]) from error


def _looked_at(rule: LintRule, subject: LintSubject) -> Iterator[MeasuredInput]:
    if rule.measure is not None:
        yield from MEASURES[rule.measure](subject)
        return
    # An input that is text, such as a process node, has no bound.
    for path, found in subject.scenario.inputs.items():
        if not isinstance(found.value, str) and any(_matches(path, pattern) for pattern in rule.input):
            yield MeasuredInput((path,), subject.figures([path]), found.value, found.unit, subject.place(path))


def _matches(path: str, pattern: str) -> bool:
    """Return whether a path matches a pattern; a `*` stands for exactly one part."""
    parts, wanted = path.split("."), pattern.split(".")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _finding(name: str, rule: LintRule, measured: MeasuredInput, bound: LintBound, ledger: Ledger) -> Finding:
    unit, limit, source = _bound(bound, ledger)
    value, own = measured.value, measured.unit
    if rule.times is not None:
        # The product keeps both units, so that `convert` checks it against the unit of the bound.
        factor = ledger.resolve(rule.times).value
        assert isinstance(factor, (int, float))
        value, own = value * factor, f"({own}) * ({ledger[rule.times].unit})"
    return Finding(
        name, rule.says, measured.paths, measured.figures, convert(value, own, unit), unit, limit,
        bound.figure, source, bool(rule.most), rule.severity,
    )  # fmt: skip


def _bound(bound: LintBound, ledger: Ledger) -> tuple[str, float, str]:
    """Return unit, number and source of a bound."""
    if bound.figure is None:
        return bound.unit or "1", bound.value or 0.0, bound.source or ""
    found = ledger.resolve(bound.figure)
    end = {"low": found.low, "high": found.high}.get(bound.at, found.value)
    assert isinstance(end, (int, float))
    return ledger[bound.figure].unit, end, found.source


def _merged(found: list[Finding]) -> list[Finding]:
    """Return the findings with those on one figure joined: several inputs that take it are one number."""
    merged: dict[Any, Finding] = {}
    for finding in found:
        key = (finding.rule, finding.figures, finding.value, finding.bound) if finding.figures else finding
        earlier = merged.get(key)
        merged[key] = finding if earlier is None else replace(earlier, paths=(*earlier.paths, *finding.paths))
    return list(merged.values())


def as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as a JSON object; several paths or figures are joined by commas."""
    return {
        "rule": finding.rule,
        "says": finding.says,
        "path": ", ".join(finding.paths),
        "figure": ", ".join(finding.figures) or None,
        "value": finding.value,
        "unit": finding.unit,
        "bound": finding.bound,
        "bound_figure": finding.bound_figure,
        "source": finding.source,
        "factor": finding.factor,
        "severity": finding.severity.value,
    }
