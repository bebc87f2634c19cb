"""Reports on what was announced, as a user writes them, and linked to the claims they are about."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from sim.claims.compile import CompiledClaim
from sim.claims.load import ClaimBook, sound
from sim.errors import InputError, Problem, nearest
from sim.ledger import Kind
from sim.scenario.compose import Loc, dotted
from sim.scenario.read import Form, Source, read_source
from sim.scenario.schema.quantity import Strict
from sim.shipped import shipped_root
from sim.units import UnitError, convert

FORM = Form("a file of reports", "reports:", "reports:")
_UNCOUNTED = ("date", "calendar_year", "text")
_WHOLE_DAY = len("2026-01-31")


class About(Strict):
    """What a report says of one announcement; without date, number or holds it settles nothing."""

    claim: str | None = None
    """The claim it is about."""
    figure: str | None = None
    """The stated figure it is about: every claim that cites this figure."""
    reading: str | None = None
    """Only the claims that cite this reading of the figure."""
    milestone: str | None = None
    """The milestone it is about: every claim that expects this milestone."""
    date: dt.date | None = None
    """When it came about, or is now planned for if this is after the report."""
    number: float | None = None
    """What is reported of the number announced."""
    unit: str | None = None
    """Unit of the number (default: the unit of the figure, or of the bounds of the claim)."""
    holds: bool | None = None
    """Whether the announcement has come true or has proved wrong."""
    forecast: bool = False
    """Whether number or holds is an expectation, which settles nothing for good."""

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if sum(x is not None for x in (self.claim, self.figure, self.milestone)) != 1:
            raise ValueError("give exactly one of claim, figure or milestone")
        if self.reading is not None and self.figure is None:
            raise ValueError("only a figure has readings")
        return self

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        if sum(x is not None for x in (self.date, self.number, self.holds)) > 1:
            raise ValueError("give at most one of date, number or holds")
        if self.unit is not None and self.number is None:
            raise ValueError("only a number has a unit")
        if self.forecast and self.number is None and self.holds is None:
            raise ValueError("forecast belongs to number or holds; a date after the report is a forecast anyway")
        return self


class Report(Strict):
    """One report: what it says, when and where it was published, and which announcements it is about."""

    statement: str = Field(min_length=1)
    """What is reported, in our own words."""
    reported: dt.date | str
    """Day of the report, or its month (2026-04)."""
    approximate: bool = False
    """Whether that date is known only roughly."""
    source: str = Field(min_length=1)
    """Where it was published."""
    about: list[About] = Field(min_length=1)
    """The announcements it is about."""
    readings: dict[str, str] = {}
    """Readings of figures that it gives; `run --as-known` takes them."""

    @field_validator("reported")
    @classmethod
    def _month(cls, value: dt.date | str) -> dt.date | str:
        if isinstance(value, str) and _last_of_month(value) is None:
            raise ValueError(f"{value!r} is neither a day (2026-04-15, without quotes) nor a month (2026-04)")
        return value

    @property
    def known(self) -> dt.date:
        """The day from which it is known: the last of the month where only that is given."""
        return self.reported if isinstance(self.reported, dt.date) else _last_of_month(self.reported) or dt.date.max

    @property
    def when(self) -> str:
        """Its date as text: `2026-04-15`, `about 2026-03`."""
        return f"about {self.reported}" if self.approximate else str(self.reported)


def _last_of_month(text: str) -> dt.date | None:
    """Return the last day of a month written as 2026-04, or None for anything else."""
    try:
        first = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    if len(f"{text}-01") != _WHOLE_DAY:
        return None
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


class ReportsFile(Strict):
    """A file of reports."""

    reports: dict[str, Report] = Field(min_length=1)
    """Reports by name."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one report says of one claim."""

    id: str
    report: Report
    about: About
    number: float | None = None
    """The number reported, in the unit of what it is compared with."""

    @property
    def decides(self) -> bool:
        """Whether it says anything that a verdict can depend on."""
        return any(x is not None for x in (self.about.date, self.about.number, self.about.holds))

    @property
    def forecast(self) -> bool:
        """Whether what it says is still to come about."""
        return self.about.forecast or (self.about.date is not None and self.about.date > self.report.known)


@dataclass(frozen=True)
class Reports:
    """The reports of a file by id, and what they say of each claim, both from the earliest report to the last."""

    reports: Mapping[str, Report]
    evidence: Mapping[str, tuple[Evidence, ...]]

    def until(self, day: dt.date | None) -> Reports:
        """Return the reports that were known on `day`; all of them if it is None."""
        if day is None:
            return self
        reports = {id: report for id, report in self.reports.items() if report.known <= day}
        kept = {claim: tuple(e for e in found if e.id in reports) for claim, found in self.evidence.items()}
        return Reports(reports, kept)

    @property
    def readings(self) -> dict[str, tuple[str, Report]]:
        """The readings that they give: figure -> name of the reading, and its report; the last report wins."""
        return {figure: (name, r) for r in self.reports.values() for figure, name in r.readings.items()}


def shipped_reports() -> Path:
    """Return the file of the shipped reports."""
    return shipped_root() / "reports.yaml"


def load_reports(file: str | Path, book: ClaimBook) -> Reports:
    """Return the reports of a file, linked to the claims of `book`.

    Raises:
        InputError: everything that is wrong with them.
    """
    problems: list[Problem] = []
    source = read_source(file, problems, FORM)
    linked = _Linking(source, book, problems)
    if problems:
        raise InputError(dict.fromkeys(problems))
    evidence = {claim: tuple(sorted(found, key=lambda e: e.report.known)) for claim, found in linked.evidence.items()}
    return Reports(dict(sorted(linked.reports.items(), key=lambda item: item[1].known)), evidence)


class _Linking:
    """Reports on their way to the claims they are about; every step adds its problems to one list."""

    def __init__(self, source: Source, book: ClaimBook, problems: list[Problem]) -> None:
        self.source, self.claims, self.ledger, self.problems = source, book.claims, book.ledger, problems
        self.reports = sound(source, ReportsFile, "reports", Report, problems)
        self.evidence: dict[str, list[Evidence]] = {}
        for id, report in self.reports.items():
            for figure, name in report.readings.items():
                self._reading(("reports", id, "readings", figure), figure, name)
            for i, about in enumerate(report.about):
                self._link(id, report, about, ("reports", id, "about", i))

    def add(
        self, loc: Loc, message: str, found: str | None = None, expected: str | None = None, near: str | None = None
    ) -> None:
        """Add a problem at a place of the file."""
        self.problems.append(Problem(self.source.mark(loc), dotted(loc), message, found, expected, near))

    def _reading(self, loc: Loc, figure: str, name: str) -> None:
        """Check that a reading that runs may take is in the ledger, as a later report."""
        if not self._figure(loc, figure):
            return
        readings = self.ledger[figure].readings
        if name not in readings:
            message = f"{name!r} is no reading of {figure}"
            self.add(loc, message, expected=", ".join(readings) or None, near=nearest(name, readings))
        elif readings[name].kind is not Kind.LATER_REPORT:
            self.add(loc, f"the reading {name!r} of {figure} is {readings[name].kind}, not a later report")

    def _figure(self, loc: Loc, figure: str) -> bool:
        if figure not in self.ledger:
            self.add(loc, "the ledger has no such figure", figure, near=nearest(figure, self.ledger))
        return figure in self.ledger

    def _link(self, id: str, report: Report, about: About, loc: Loc) -> None:
        for compiled in self._subjects(about, loc):
            number = self._comparable(about, compiled, loc)
            self.evidence.setdefault(compiled.id, []).append(Evidence(id, report, about, number))

    def _subjects(self, about: About, loc: Loc) -> Iterator[CompiledClaim]:
        """Yield the claims that a report is about."""
        if about.claim is not None:
            if about.claim in self.claims:
                yield self.claims[about.claim]
            else:
                self.add((*loc, "claim"), "no such claim", about.claim, near=nearest(about.claim, self.claims))
        elif about.figure is not None:
            yield from self._citing(about.figure, about.reading, loc)
        else:
            yield from self._expecting(str(about.milestone), (*loc, "milestone"))

    def _citing(self, figure: str, reading: str | None, loc: Loc) -> list[CompiledClaim]:
        if not self._figure((*loc, "figure"), figure):
            return []
        citing = [c for c in self.claims.values() if c.claim.figure == figure]
        found = [c for c in citing if reading in (None, c.claim.reading)]
        if not citing:
            self.add((*loc, "figure"), "no claim cites this figure", figure)
        elif not found:
            names = sorted({str(c.claim.reading) for c in citing if c.claim.reading is not None})
            near = nearest(str(reading), names)
            message = "no claim cites this reading of the figure"
            self.add((*loc, "reading"), message, reading, ", ".join(names) or None, near)
        return found

    def _expecting(self, milestone: str, loc: Loc) -> list[CompiledClaim]:
        expected = {c.id: c.claim.expect.milestone for c in self.claims.values() if c.claim.expect is not None}
        found = [self.claims[id] for id, name in expected.items() if name == milestone]
        if not found:
            known = sorted({name for name in expected.values() if name is not None})
            self.add(loc, "no claim expects this milestone", milestone, near=nearest(milestone, known))
        return found

    def _comparable(self, about: About, compiled: CompiledClaim, loc: Loc) -> float | None:
        """Return the reported number in the unit of the claim; a date needs an announced date to compare it with."""
        if about.date is not None and compiled.announced is None:
            self.add((*loc, "date"), f"{compiled.id} is announced for no date: add announced_for to the claim")
        if about.number is None:
            return None
        unit = compiled.unit or self.ledger[compiled.claim.figure].unit
        if unit in _UNCOUNTED:
            self.add((*loc, "number"), f"{compiled.id} has no number to compare it with: give date or holds")
            return None
        try:
            return convert(about.number, about.unit or unit, unit)
        except UnitError as error:
            self.add((*loc, "unit" if about.unit else "number"), str(error))
            return None
