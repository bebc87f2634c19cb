"""The findings on claims as tables, and as one JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sim.claims.finding import Verdict
from sim.report.claims_words import by_how_much, needed, value
from sim.report.formats import NOTHING, with_unit
from sim.report.tables import Block, Lines, Table, left, right, table

if TYPE_CHECKING:
    from sim.claims import JudgedClaim, Judgement
    from sim.claims.compile import Other

_MOST = 10
_OPEN = "*: an end of the range of its figures would reverse the verdict"


def claims_report(judgement: Judgement) -> list[Block]:
    """Return everything that `fabshift claims` prints."""
    blocks = [_headline(judgement), _verdicts(judgement), *_told(judgement.findings)]
    return [block for block in blocks if block is not None]


def claims_screen(judgement: Judgement) -> list[Block]:
    """Return counts, and the claims that matter most: undecided ones, then the missed, then the others."""
    matter = sorted(judgement.findings, key=_weight)[:_MOST]
    rows = [[f.verdict.value, f"{f.compiled.id}: {_short(f)}", probability(f), _margin(f)] for f in matter]
    columns = [left("verdict"), left("claim"), left("probability [%]"), left("margin")]
    more = len(judgement.findings) - len(rows)
    notes = [f"first undecided claims, then missed ones; --full lists {more} more, with articles and reasons"]
    if any(finding.open for finding in matter):
        notes.append(_OPEN)
    return [_headline(judgement), table("Claims that matter most", columns, rows, notes)]


def _weight(finding: JudgedClaim) -> tuple[bool, int, float]:
    """Return the sort key of a finding: undecided first, then by verdict, then probabilities nearest to one half."""
    undecided = finding.open or (finding.probability is not None and 0.0 < finding.probability < 1.0)
    order = (Verdict.MISSED, Verdict.CONTRADICTED, Verdict.MET, Verdict.UNTESTABLE)
    return not undecided, order.index(finding.verdict), abs((finding.probability or 0.0) - 0.5)


def _short(finding: JudgedClaim) -> str:
    """Return what is claimed, without how it is tested."""
    return finding.compiled.claim.statement.partition(";")[0].rstrip(".")


def _headline(judgement: Judgement) -> Lines:
    counts = Counter(finding.verdict for finding in judgement.findings)
    listed = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
    runs = _counted(judgement.n, "replication")
    title = f"{judgement.scenario.name}: {judgement.scenario.document.title}"
    changed = [f"{c.path}: {c.old} -> {c.new} ({c.origin})" for c in judgement.scenario.changes]
    return Lines(
        title,
        (
            *changed,
            f"{_counted(len(judgement.findings), 'claim')}: {listed} ({runs}, seed {judgement.seed}).",
        ),
    )


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}"


def _verdicts(judgement: Judgement) -> Table:
    articles = sorted({finding.compiled.article for finding in judgement.findings})
    letters = {article: f"[{k}]" for k, article in enumerate(articles, 1)}
    rows = [
        [
            f.verdict.value,
            f"{f.compiled.id}: {f.compiled.claim.statement}",
            letters[f.compiled.article],
            probability(f),
            _margin(f),
        ]
        for f in judgement.findings
    ]
    columns = [left("verdict"), left("claim"), left("in"), right("probability [%]"), left("margin")]
    notes = [f"{letter}: {article}" for article, letter in letters.items()]
    notes.append("met: it held in at least half of the replications")
    notes.append(
        "probability: share of replications in which it held, with 95 % interval; without one, arithmetic of the ledger"
    )
    if any(finding.open for finding in judgement.findings):
        notes.append(_OPEN)
    return table("Claims", columns, rows, notes)


def _margin(finding: JudgedClaim) -> str:
    return f"{by_how_much(finding)}*" if finding.open else by_how_much(finding)


def probability(finding: JudgedClaim | None) -> str:
    """Return a probability in per cent with its confidence interval, if it has one: `98 (92 to 100)`."""
    if finding is None or finding.probability is None:
        return NOTHING
    share = f"{100 * finding.probability:.0f}"
    if finding.ci95 is None:
        return share
    low, high = finding.ci95
    return f"{share} ({100 * low:.0f} to {100 * high:.0f})"


def _told(findings: Iterable[JudgedClaim]) -> list[Lines | None]:
    """Return what the table has no room for: contradicting sources, what would have to be true, why untestable."""
    found = list(findings)
    contradicted = [f"{f.compiled.id}: {'; '.join(map(_says, f.compiled.others))}" for f in found if f.compiled.others]
    wanted = [f"{f.compiled.id}: {text}" for f in found if (text := needed(f))]
    reasons = [f"{f.compiled.id}: {f.reason}" for f in found if f.verdict is Verdict.UNTESTABLE]
    parts = (("Contradicted by", contradicted), ("What would have to be true", wanted), ("Untestable because", reasons))
    return [Lines(title, tuple(lines)) if lines else None for title, lines in parts]


def _says(other: Other) -> str:
    reading = f" ({other.reading})" if other.reading else ""
    return f"{other.figure}{reading} is {with_unit(other.value, other.unit)} by {other.source}"


def as_json(judgement: Judgement) -> dict[str, Any]:
    """Return the document that `fabshift claims --json` prints."""
    return {
        "scenario": judgement.scenario.name,
        "n": judgement.n,
        "seed": judgement.seed,
        "claims": [_claim(finding) for finding in judgement.findings],
    }


def _claim(finding: JudgedClaim) -> dict[str, Any]:
    compiled, claim = finding.compiled, finding.compiled.claim
    others = [
        {"figure": o.figure, "reading": o.reading, "value": str(o.value), "unit": o.unit, "source": o.source}
        for o in compiled.others
    ]
    return {
        "id": compiled.id,
        "article": compiled.article,
        "reading": claim.reading,
        "verdict": finding.verdict.value,
        "probability": finding.probability,
        "ci95": None if finding.ci95 is None else list(finding.ci95),
        "statement": claim.statement,
        "figure": claim.figure,
        "under_readings": dict(claim.readings),
        "measured": claim.measured,
        "value": value(finding),
        "range": None if finding.range is None else list(finding.range),
        "margin": finding.margin,
        "by_how_much": None if finding.margin is None else by_how_much(finding),
        "needed": needed(finding) or None,
        "contradicted_by": others,
        "reason": finding.reason,
    }
