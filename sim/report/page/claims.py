"""Announced figures on a page: how many hold, and what was found of each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from sim.claims import Verdict
from sim.report.claims_report import as_json, claims_report
from sim.report.output_words import counted
from sim.report.page.markup import block, download, paragraphs, text
from sim.report.tables import Lines

if TYPE_CHECKING:
    from sim.claims import Judgement

_COLUMNS = (
    "id", "verdict", "statement", "article", "reading", "probability", "low", "high", "figure", "value", "by_how_much", "needed",
    "reason",
)  # fmt: skip


def claims_part(judgement: Judgement | None, *, drawn: bool = False) -> str:
    """Return the counts by verdict and every claim with its probability, margin and reason, as HTML with a CSV file."""
    if judgement is None:
        return ""
    _, *blocks = claims_report(judgement)
    how = "each uncertain input drawn anew" if drawn else "uncertain inputs at their typical values"
    basis = f"Tested on {counted(judgement.n, 'replication')} of seed {judgement.seed}, {how}."
    tables = [one for one in blocks if not isinstance(one, Lines)]
    words = [one for one in blocks if isinstance(one, Lines)]
    return (
        f"<h3>{text(_finding(judgement))}</h3>\n{paragraphs([basis], 'note')}{''.join(map(block, tables))}"
        f"{download(claims_table(judgement), f'{judgement.scenario.name}-claims.csv')}{''.join(map(block, words))}"
    )


def _finding(judgement: Judgement) -> str:
    counts = Counter(finding.verdict for finding in judgement.findings)
    rest = ", ".join(f"{counts[v]} {v}" for v in Verdict if v is not Verdict.MET and counts[v])
    return f"{counts[Verdict.MET]} of {counted(len(judgement.findings), 'announced figure')} are met{f'; {rest}' if rest else ''}"


def claims_table(judgement: Judgement) -> pd.DataFrame:
    """Return a row for each claim; the ends of the confidence interval have columns of their own."""
    rows = [
        {**claim, **dict(zip(("low", "high"), claim["ci95"] or (None, None), strict=True))}
        for claim in as_json(judgement)["claims"]
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS))
