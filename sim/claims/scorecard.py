"""What was announced against what has been reported since, and how well a scenario foresaw it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sim.claims.compile import Compiled
from sim.claims.load import Book, load_claims, shipped_claims
from sim.claims.probes import MONTH, Seen
from sim.claims.reports import Evidence, Report, Reports, load_reports, shipped_reports
from sim.ledger import Ledger, load_ledger


class Outcome(StrEnum):
    """How an announcement stands by what has been reported."""

    ON_TIME = "on time"
    EARLY = "early"
    LATE = "late"
    CONFIRMED = "confirmed"
    """It has no date, and is reported to be so."""
    CONTRADICTED = "contradicted"
    OPEN = "open"
    """Nothing reported settles it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One announcement and what has been reported of it.

    `by` is the report that `outcome` rests on: the last one that says anything definite, and a fact
    before a forecast; None where the announcement is open. `months` is how late (positive) or early
    (negative) the reported date is against the days announced, 0 between them, None without a date.
    """

    compiled: Compiled
    evidence: tuple[Evidence, ...]
    outcome: Outcome
    by: Evidence | None = None
    months: float | None = None
    overdue: bool = False
    """Whether the days announced are over and nothing reported settles it."""

    @property
    def settled(self) -> bool:
        """Whether a reported fact settles it; a forecast does not."""
        return self.by is not None and not self.by.forecast


@dataclass(frozen=True)
class Scorecard:
    """All announcements that have a date or on which there is a report, in the order of the claims.

    `as_known` is the day up to which reports are taken: by default that of the last report.
    """

    rows: tuple[Standing, ...]
    reports: Mapping[str, Report]
    as_known: dt.date


def scorecard(
    *, claims: str | Path | None = None, reports: str | Path | None = None, as_known: dt.date | None = None
) -> Scorecard:
    """Compare announcements with reports (default: the shipped ones of both).

    Raises:
        InputError: everything wrong with either file.
    """
    ledger = load_ledger()
    book = load_claims(shipped_claims() if claims is None else claims, ledger)
    taken = load_reports(shipped_reports() if reports is None else reports, book)
    return held_against(book, taken, as_known)


def held_against(book: Book, reports: Reports, as_known: dt.date | None = None) -> Scorecard:
    """The announcements of `book` against the reports known on a day."""
    day = as_known or max(report.known for report in reports.reports.values())
    taken = reports.until(as_known)
    listed = [c for c in book.claims.values() if c.announced is not None or c.id in reports.evidence]
    rows = [_standing(c, taken.evidence.get(c.id, ()), book.ledger, day) for c in listed]
    return Scorecard(tuple(rows), taken.reports, day)


def _standing(compiled: Compiled, evidence: Sequence[Evidence], ledger: Ledger, day: dt.date) -> Standing:
    definite = [e for e in evidence if e.decides]
    if not definite:
        overdue = compiled.announced is not None and compiled.announced.until < day
        return Standing(compiled, tuple(evidence), Outcome.OPEN, overdue=overdue)
    by = sorted(definite, key=lambda e: (not e.forecast, e.told.known))[-1]
    if by.about.date is not None:
        outcome, months = _in_time(compiled, by.about.date)
        return Standing(compiled, tuple(evidence), outcome, by, months)
    true = by.about.holds if by.number is None else _fits(compiled, by.number, ledger)
    return Standing(compiled, tuple(evidence), Outcome.CONFIRMED if true else Outcome.CONTRADICTED, by)


def _in_time(compiled: Compiled, date: dt.date) -> tuple[Outcome, float]:
    """A reported date against the days announced, and the months by which it misses them."""
    announced = compiled.announced
    assert announced is not None
    if date > announced.until:
        return Outcome.LATE, (date - announced.until).days / MONTH
    if announced.since is not None and date < announced.since:
        return Outcome.EARLY, (date - announced.since).days / MONTH
    return Outcome.ON_TIME, 0.0


def _fits(compiled: Compiled, number: float, ledger: Ledger) -> bool:
    """Whether a reported number is within the bounds of the claim, or else within the range announced."""
    if compiled.unit is not None and compiled.bounds is not None:
        return bool(compiled.bounds.hold(Seen(number)))
    stated = ledger.resolve(compiled.claim.figure, compiled.claim.reading)
    ends = [end for end in (stated.low, stated.value, stated.high) if isinstance(end, (int, float))]
    return min(ends) <= number <= max(ends)
