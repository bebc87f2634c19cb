"""The scorecard as tables, and as one JSON document."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sim.claims.scorecard import Outcome
from sim.report.claims_words import months
from sim.report.formats import NOTHING
from sim.report.tables import Block, Lines, Table, left, table

if TYPE_CHECKING:
    from sim.claims.reports import Evidence
    from sim.claims.scorecard import Scorecard, Standing

_RANKS = (Outcome.CONTRADICTED, Outcome.LATE, Outcome.EARLY, Outcome.ON_TIME, Outcome.CONFIRMED, Outcome.OPEN)


def scorecard_report(card: Scorecard) -> list[Block]:
    """Everything `fabshift scorecard` prints."""
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
    return Lines(f"Announced and reported, as known on {card.as_known}", tuple(lines))


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}"


def _announcements(card: Scorecard, numbers: dict[str, str]) -> Table:
    articles = sorted({row.compiled.article for row in card.rows})
    letters = {article: f"[{k}]" for k, article in enumerate(articles, 1)}
    columns = [left("verdict"), left("announced"), left("in"), left("for"), left("reported since")]
    rows = [
        [verdict(row), announcement(row), letters[row.compiled.article], _due(row), _since(row, numbers)]
        for row in sorted(card.rows, key=_order)
    ]
    notes = [f"{letter}: {article}" for article, letter in letters.items()]
    notes.append("for: the last day of the time announced; -: no date is announced")
    if card.reports:
        notes.append("R1, R2, ...: reports, with their sources below; those of an open announcement settle nothing")
    if any(row.by is not None and row.by.forecast for row in card.rows):
        notes.append("forecast: what is planned or expected, and may still change")
    if any(row.overdue for row in card.rows):
        notes.append("past: the time announced is over, and no report says what came of it")
    return table("Announcements", columns, rows, notes)


def _order(row: Standing) -> tuple[int, bool, str]:
    """Verdicts first, facts before forecasts; what is open by the date announced, and what has none last."""
    rank = _RANKS.index(row.outcome)
    return rank, not row.settled, str(row.compiled.announced.until) if row.compiled.announced is not None else "~"


def verdict(row: Standing) -> str:
    """`late by 3.2 months`, `contradicted (forecast)`, `open, past`."""
    words = row.outcome.value
    if row.months:
        words = f"{words} by {months(row.months)}"
    if row.by is not None and row.by.forecast:
        return f"{words} (forecast)"
    return f"{words}, past" if row.overdue else words


def announcement(row: Standing) -> str:
    """What is announced, without how it is read or tested."""
    return row.compiled.claim.statement.partition(";")[0].rstrip(".")


def _due(row: Standing) -> str:
    return NOTHING if row.compiled.announced is None else str(row.compiled.announced.until)


def _since(row: Standing, numbers: dict[str, str]) -> str:
    """Everything reported of it, from the last report back, with the one first on which the verdict rests."""
    first = [] if row.by is None else [row.by]
    told = [*first, *(e for e in reversed(row.evidence) if e is not row.by)]
    texts = [f"{numbers[e.report]}, {e.told.when}: {e.told.statement.rstrip('.')}" for e in told]
    return "; ".join(texts) or NOTHING


def _sources(card: Scorecard, numbers: dict[str, str]) -> Table:
    rows = [[numbers[id], told.when, told.source] for id, told in card.reports.items()]
    return table("Where it was reported", [left("report"), left("date"), left("source")], rows)


def as_json(card: Scorecard) -> dict[str, Any]:
    """The document that `fabshift scorecard --json` prints."""
    return {"as_known": str(card.as_known), "announcements": [_row(row) for row in card.rows]}


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
        "rests_on": None if row.by is None else row.by.report,
        "reports": [_report(e) for e in row.evidence],
    }


def _report(evidence: Evidence) -> dict[str, Any]:
    told, about = evidence.told, evidence.about
    return {
        "id": evidence.report,
        "reported": str(told.reported),
        "approximate": told.approximate,
        "statement": told.statement,
        "source": told.source,
        "date": _text(about.date),
        "number": evidence.number,
        "holds": about.holds,
        "forecast": evidence.forecast,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
