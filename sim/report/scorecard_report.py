"""The scorecard as tables, and as one JSON document."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sim.claims.scorecard import ENOUGH, Outcome
from sim.report.claims_report import probability
from sim.report.claims_words import months
from sim.report.formats import NOTHING
from sim.report.tables import Block, Lines, Table, left, table

if TYPE_CHECKING:
    from sim.claims import Judgement
    from sim.claims.reports import Evidence
    from sim.claims.scorecard import Scorecard, Standing

_RANKS = (Outcome.CONTRADICTED, Outcome.LATE, Outcome.EARLY, Outcome.ON_TIME, Outcome.CONFIRMED, Outcome.OPEN)


def scorecard_report(card: Scorecard) -> list[Block]:
    """Return everything that `fabshift scorecard` prints."""
    numbers = {id: f"R{k}" for k, id in enumerate(card.reports, 1)}
    return [_headline(card), _announcements(card, numbers), *([_sources(card, numbers)] if card.reports else [])]


def _headline(card: Scorecard) -> Lines:
    counts = Counter(row.outcome for row in card.rows)
    listed = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
    forecast = sum(row.by is not None and not row.settled for row in card.rows)
    lines = [
        f"{_counted(len(card.rows), 'announcement')}: {listed}.",
        f"{sum(row.settled for row in card.rows)} of them are settled by what has happened; "
        f"{forecast} verdict{'s rest' if forecast != 1 else ' rests'} on a forecast.",
    ]
    if card.judgement is not None:
        lines += [*_changes(card.judgement), _score(card)]
    return Lines(f"Announced and reported, as known on {card.as_known}", tuple(lines))


def _changes(judgement: Judgement) -> list[str]:
    """Return the scenario that gives probabilities, and its changes."""
    runs = f"{_counted(judgement.n, 'replication')} with uncertain inputs drawn, seed {judgement.seed}"
    changed = [f"{c.path}: {c.old} -> {c.new} ({c.origin})" for c in judgement.scenario.changes]
    return [f"{judgement.scenario.name}: {judgement.scenario.document.title} ({runs}).", *changed]


def _score(card: Scorecard) -> str:
    scored = len(card.scored)
    if card.brier is not None:
        meaning = "0 is best, one half for all scores 0.25"
        return f"Brier score over {_counted(scored, 'settled announcement')}: {card.brier:.3f} ({meaning})."
    subject = f"{_counted(scored, 'announcement')} {'is' if scored == 1 else 'are'}" if scored else "No announcement is"
    return f"{subject} both settled and given a probability by the runs; a Brier score needs {ENOUGH}."


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}"


def _announcements(card: Scorecard, numbers: dict[str, str]) -> Table:
    articles = sorted({row.compiled.article for row in card.rows})
    letters = {article: f"[{k}]" for k, article in enumerate(articles, 1)}
    given = card.judgement is not None
    columns = [
        left("verdict"), left("announced"), left("for"), *([left("held in runs", "%")] if given else []),
        left("reported since"),
    ]  # fmt: skip
    rows = [
        [
            verdict(row), f"{announcement(row)} {letters[row.compiled.article]}", _due(row),
            *([probability(row.foreseen)] if given else []), _since(row, numbers),
        ]
        for row in sorted(card.rows, key=_order)
    ]  # fmt: skip
    notes = [f"{letter}: {article}" for article, letter in letters.items()]
    notes.append("for: the last day of the time announced; -: no date is announced")
    if card.reports:
        notes.append("R1, R2, ...: reports, with their sources below; those of an open announcement settle nothing")
    if any(row.by is not None and row.by.forecast for row in card.rows):
        notes.append("forecast: what is planned or expected, and may still change")
    if any(row.overdue for row in card.rows):
        notes.append("past: the time announced is over, and no report states the outcome")
    if given:
        notes.append(
            "held in runs: the probability that the scenario gives it, the share of replications in which it held as the "
            "claim reads it, with 95 % confidence interval; -: runs cannot tell"
        )
    return table("Announcements", columns, rows, notes)


def _order(row: Standing) -> tuple[int, bool, str]:
    """Return the sort key: by verdict, facts before forecasts; open ones by announced date, those without one last."""
    rank = _RANKS.index(row.outcome)
    return rank, not row.settled, str(row.compiled.announced.until) if row.compiled.announced is not None else "~"


def verdict(row: Standing) -> str:
    """Return the verdict in words: `late by 3.2 months`, `contradicted (forecast)`, `open, past`."""
    words = row.outcome.value
    if row.months:
        words = f"{words} by {months(row.months)}"
    if row.by is not None and row.by.forecast:
        return f"{words} (forecast)"
    return f"{words}, past" if row.overdue else words


def announcement(row: Standing) -> str:
    """Return what is announced, without how it is read or tested."""
    return row.compiled.claim.statement.partition(";")[0].rstrip(".")


def _due(row: Standing) -> str:
    return NOTHING if row.compiled.announced is None else str(row.compiled.announced.until)


def _since(row: Standing, numbers: dict[str, str]) -> str:
    """Return everything reported of an announcement: first what the verdict depends on, then the latest."""
    first = [] if row.by is None else [row.by]
    ordered = [*first, *(e for e in reversed(row.evidence) if e is not row.by)]
    texts = [f"{numbers[e.id]}, {e.report.when}: {e.report.statement.rstrip('.')}" for e in ordered]
    return "; ".join(texts) or NOTHING


def _sources(card: Scorecard, numbers: dict[str, str]) -> Table:
    rows = [[numbers[id], report.when, report.source] for id, report in card.reports.items()]
    return table("Where it was reported", [left("report"), left("date"), left("source")], rows)


def as_json(card: Scorecard) -> dict[str, Any]:
    """Return the document that `fabshift scorecard --json` prints."""
    judgement = card.judgement
    return {
        "scenario": None if judgement is None else judgement.scenario.name,
        "n": None if judgement is None else judgement.n,
        "seed": None if judgement is None else judgement.seed,
        "as_known": str(card.as_known),
        "announcements": [_row(row) for row in card.rows],
        "brier": {"score": card.brier, "scored": len(card.scored), "needed": ENOUGH},
    }


def _row(row: Standing) -> dict[str, Any]:
    compiled, announced = row.compiled, row.compiled.announced
    return {
        "id": compiled.id,
        "statement": compiled.claim.statement,
        "article": compiled.article,
        "announced_for": None
        if announced is None
        else {"since": _text(announced.since), "until": _text(announced.until)},
        "verdict": row.outcome.value,
        "months": row.months,
        "forecast": row.by is not None and row.by.forecast,
        "settled": row.settled,
        "overdue": row.overdue,
        "probability": row.probability,
        "ci95": None if row.foreseen is None or row.foreseen.ci95 is None else list(row.foreseen.ci95),
        "rests_on": None if row.by is None else row.by.id,
        "reports": [_report(e) for e in row.evidence],
    }


def _report(evidence: Evidence) -> dict[str, Any]:
    report, about = evidence.report, evidence.about
    return {
        "id": evidence.id,
        "reported": str(report.reported),
        "approximate": report.approximate,
        "statement": report.statement,
        "source": report.source,
        "date": _text(about.date),
        "number": evidence.number,
        "holds": about.holds,
        "forecast": evidence.forecast,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
