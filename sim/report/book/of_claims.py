"""The workbook of announced figures against what the runs show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sim.claims.finding import Verdict
from sim.report.book.parts import answer_sheet, inputs_sheet, sources_sheet
from sim.report.book.writing import PERCENT, Book
from sim.report.claims_words import by_how_much, needed, value
from sim.report.output_words import counted
from sim.results.result import scenario_hash

if TYPE_CHECKING:
    from sim.claims import JudgedClaim, Judgement

_COLUMNS = (
    "claim", "verdict", "statement", "article", "probability", "interval from", "interval to", "measured", "found",
    "unit", "by how much", "would have to be true", "contradicted by", "untestable because", "figure",
)  # fmt: skip


def claims_book(judgement: Judgement, command: Sequence[str]) -> bytes:
    """Return a workbook of the verdicts on every claim, with inputs and sources of the scenario."""
    scenario = judgement.scenario
    counts = Counter(finding.verdict for finding in judgement.findings)
    said = f"{counted(len(judgement.findings), 'claim')}: {', '.join(f'{counts[v]} {v}' for v in Verdict)}."
    made = [
        ("Runs", f"{counted(judgement.n, 'replication')}, seed {judgement.seed}"),
        ("Hash", f"{scenario_hash(scenario)} (SHA-256 of the resolved scenario)"),
        ("Probability", "share of replications in which a claim held, with its 95 % interval (Wilson)"),
    ]
    book = Book(scenario.name, f"{scenario.name}: claims")
    answer_sheet(book, [scenario], [said], made, command)
    frame = pd.DataFrame([_row(finding) for finding in judgement.findings], columns=list(_COLUMNS), dtype=object)
    book.table("Claims", frame, dict.fromkeys(_COLUMNS[4:7], PERCENT))
    inputs_sheet(book, scenario)
    sources_sheet(book, scenario)
    return book.bytes()


def _row(finding: JudgedClaim) -> tuple[object, ...]:
    compiled, claim = finding.compiled, finding.compiled.claim
    low, high = finding.ci95 or (None, None)
    told = by_how_much(finding) if finding.margin is not None else None
    others = "; ".join(f"{other.figure}: {other.source}" for other in compiled.others)
    return (
        compiled.id, str(finding.verdict), claim.statement, compiled.article, finding.probability, low, high, claim.measured,
        value(finding), compiled.unit, told, needed(finding) or None, others or None, finding.reason, claim.figure,
    )  # fmt: skip
