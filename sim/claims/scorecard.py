"""What was announced against what has been reported since, and how well a scenario foresaw it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from sim.claims.compile import CompiledClaim
from sim.claims.finding import JudgedClaim
from sim.claims.judging import Judgement, findings
from sim.claims.load import ClaimBook, load_claims, shipped_claims
from sim.claims.probes import Seen
from sim.claims.reports import Evidence, Report, Reports, load_reports, shipped_reports
from sim.clock import DAYS_PER_MONTH
from sim.display import Displayed
from sim.ledger import Ledger, load_ledger
from sim.scenario.loader import Scenario
from sim.study.runs.design import Row, loaded, overridden

ENOUGH = 10
"""Announcements that a Brier score needs: with fewer, one of them alone can move it by more than a tenth."""


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


@dataclass(frozen=True, slots=True, repr=False)
class Standing(Displayed):
    """One announcement and what has been reported of it.

    `by` is the report that `outcome` depends on: the last one that says anything definite, and a fact
    before a forecast; None where the announcement is open. `months` is how late (positive) or early
    (negative) the reported date is against the days announced, 0 between them, None without a date.
    """

    compiled: CompiledClaim
    evidence: tuple[Evidence, ...]
    outcome: Outcome
    by: Evidence | None = None
    months: float | None = None
    overdue: bool = False
    """Whether the days announced are over and nothing reported settles it."""

    foreseen: JudgedClaim | None = None
    """What the runs of a scenario say of it, where they can tell."""

    @property
    def settled(self) -> bool:
        """Whether a reported fact settles it; a forecast does not."""
        return self.by is not None and not self.by.forecast

    @property
    def came_true(self) -> bool | None:
        """Whether what the claim expects has come true; None unless it is settled."""
        if self.by is None or not self.settled:
            return None
        date, bounds = self.by.about.date, self.compiled.bounds
        if date is not None and bounds is not None and bounds.kind == "date":
            return bounds.hold(Seen(date.toordinal()))
        return self.outcome not in (Outcome.LATE, Outcome.CONTRADICTED)

    @property
    def probability(self) -> float | None:
        """The share of the replications in which it held, where runs can tell."""
        return None if self.foreseen is None else self.foreseen.probability


@dataclass(frozen=True, repr=False)
class Scorecard(Displayed):
    """All announcements that have a date or on which there is a report, in the order of the claims.

    `as_known` is the day up to which reports are taken: by default that of the last report. `judgement`
    is what the runs of a scenario say of them, if one is given.
    """

    rows: tuple[Standing, ...]
    reports: Mapping[str, Report]
    as_known: dt.date
    judgement: Judgement | None = None

    @property
    def scored(self) -> tuple[tuple[float, bool], ...]:
        """Probability and outcome of each announcement that is settled and to which the runs give a probability."""
        pairs = ((row.probability, row.came_true) for row in self.rows)
        return tuple((p, true) for p, true in pairs if p is not None and true is not None)

    @property
    def brier(self) -> float | None:
        """The Brier score of the scenario, or None if fewer than ENOUGH announcements can be scored."""
        return brier_score(self.scored) if len(self.scored) >= ENOUGH else None


def brier_score(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return the mean squared difference between probabilities and outcomes (Brier 1950).

    0 is best; giving everything one half scores 0.25.
    """
    return sum((probability - true) ** 2 for probability, true in pairs) / len(pairs)


def scorecard(
    scenario: Scenario | str | Path | None = None,
    *,
    claims: str | Path | None = None,
    reports: str | Path | None = None,
    as_known: dt.date | None = None,
    n: int = 64,
    seed: int = 0,
    jobs: int = 0,
    sets: Sequence[str] = (),
    readings: Sequence[str] = (),
    progress: Callable[[float], None] | None = None,
    announce: Callable[[int], None] | None = None,
    allow_outside: bool = False,
) -> Scorecard:
    """Compare what was announced with what has been reported since.

    With a scenario, its replications, uncertain inputs drawn, give a probability to each announcement that a run can
    test. The reports change nothing in these runs.

    Args:
        scenario: a shipped name, a path or a loaded scenario; None compares without probabilities.
        claims: a file of claims; None for the shipped ones.
        reports: a file of reports; None for the shipped ones.
        as_known: the last day up to which reports are taken; None for all.
        n: replications.
        seed: the random seed.
        jobs: runs at a time; 0 for one on each core. The result does not depend on it.
        sets: overrides `PATH=VALUE`.
        readings: readings `FIGURE=NAME`.
        progress: called with the share of the work that is done, from 0 to 1.
        announce: called with the number of runs, before the first.
        allow_outside: whether `extends` may read files outside the current folder, that of the scenario and the
            shipped ones.

    Returns:
        A Scorecard: `rows` (outcome, months late, probability), and the Brier score `brier` once enough are settled.

    Raises:
        InputError: the scenario or either file is wrong.
    """
    base = None if scenario is None else overridden(scenario, sets, readings, allow_outside=allow_outside)
    tested = None if base is None else loaded(base, Row())
    ledger = load_ledger() if tested is None else tested.ledger
    book = load_claims(shipped_claims() if claims is None else claims, ledger)
    card = compared(book, load_reports(shipped_reports() if reports is None else reports, book), as_known)
    if base is None or tested is None:
        return card
    listed = [row.compiled for row in card.rows]
    judgement = findings(
        listed, base, tested, n=n, seed=seed, jobs=jobs, drawn=True, progress=progress, announce=announce
    )
    # Arithmetic over the ledger has no interval: it is no forecast of a run, so it is not scored.
    rows = (
        replace(row, foreseen=None if found.ci95 is None else found)
        for row, found in zip(card.rows, judgement.findings, strict=True)
    )
    return replace(card, rows=tuple(rows), judgement=judgement)


def compared(book: ClaimBook, reports: Reports, as_known: dt.date | None = None) -> Scorecard:
    """Compare the announcements of `book` with the reports known on a day (default: all of them)."""
    day = as_known or max(report.known for report in reports.reports.values())
    taken = reports.until(as_known)
    # A claim without a date can only be settled by a report.
    listed = [c for c in book.claims.values() if c.announced is not None or c.id in reports.evidence]
    rows = [_standing(c, taken.evidence.get(c.id, ()), book.ledger, day) for c in listed]
    return Scorecard(tuple(rows), taken.reports, day)


def _standing(compiled: CompiledClaim, evidence: Sequence[Evidence], ledger: Ledger, day: dt.date) -> Standing:
    definite = [e for e in evidence if e.decides]
    if not definite:
        overdue = compiled.announced is not None and compiled.announced.until < day
        return Standing(compiled, tuple(evidence), Outcome.OPEN, overdue=overdue)
    # A fact outweighs a forecast however old it is; of two facts the later report counts.
    by = sorted(definite, key=lambda e: (not e.forecast, e.report.known))[-1]
    if by.about.date is not None:
        outcome, months = _in_time(compiled, by.about.date)
        return Standing(compiled, tuple(evidence), outcome, by, months)
    true = by.about.holds if by.number is None else _fits(compiled, by.number, ledger)
    return Standing(compiled, tuple(evidence), Outcome.CONFIRMED if true else Outcome.CONTRADICTED, by)


def _in_time(compiled: CompiledClaim, date: dt.date) -> tuple[Outcome, float]:
    """Compare a reported date with the announced days; return the outcome and by how many months they are missed."""
    announced = compiled.announced
    assert announced is not None
    if date > announced.until:
        return Outcome.LATE, (date - announced.until).days / DAYS_PER_MONTH
    if announced.since is not None and date < announced.since:
        return Outcome.EARLY, (date - announced.since).days / DAYS_PER_MONTH
    return Outcome.ON_TIME, 0.0


def _fits(compiled: CompiledClaim, number: float, ledger: Ledger) -> bool:
    """Return whether a reported number is within the bounds of the claim, or else within the range announced."""
    if compiled.unit is not None and compiled.bounds is not None:
        return bool(compiled.bounds.hold(Seen(number)))
    stated = ledger.resolve(compiled.claim.figure, compiled.claim.reading)
    ends = [end for end in (stated.low, stated.value, stated.high) if isinstance(end, (int, float))]
    return min(ends) <= number <= max(ends)
