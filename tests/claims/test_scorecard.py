"""Verdicts on announcements, worked out by hand: made-up ones first, then the shipped ones."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.claims.scorecard import Outcome, Scorecard, Standing, scorecard
from sim.report.scorecard_report import verdict

CLAIMS = """
bare_numbers: made up for a test
figures:
  press.hall: {statement: The hall opens., value: 2026-09-30, unit: date, kind: stated, article: press.txt}
  press.rate: {statement: It makes so many., value: 100, low: 90, high: 110, unit: k unit/month, kind: stated, article: press.txt}
claims:
  opens: {statement: The hall opens., figure: press.hall, announced_for: {since: 2026-07-01, until: {figure: press.hall}}, untestable: made up}
  opens-by: {statement: It opens by then., figure: press.hall, announced_for: {until: {figure: press.hall}}, untestable: made up}
  rate: {statement: It makes so many., figure: press.rate, untestable: made up}
  rate-bounded: {statement: It makes more., figure: press.rate, measured: the rate, expect: {formula: press.rate, unit: k unit/month, at_least: 120}}
"""
Told = Callable[..., Standing]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """The standing of one claim after reports, each written as `reported: what it says`."""

    def standing(claim: str, reports: dict[str, str], as_known: dt.date | None = None) -> Standing:
        (tmp_path / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
        lines = [
            f"  r{k}: {{statement: told, reported: {day}, source: a paper, about: [{{claim: {claim}{says}}}]}}"
            for k, (day, says) in enumerate(reports.items())
        ]
        (tmp_path / "reports.yaml").write_text("\n".join(["reports:", *lines]), encoding="utf-8")
        card = scorecard(claims=tmp_path / "claims.yaml", reports=tmp_path / "reports.yaml", as_known=as_known)
        return next(row for row in card.rows if row.compiled.id == claim)

    return standing


@pytest.mark.parametrize(
    ("claim", "date", "outcome", "days"),
    [
        ("opens", "2026-09-30", Outcome.ON_TIME, 0),
        ("opens", "2026-07-01", Outcome.ON_TIME, 0),
        # October has 31 days.
        ("opens", "2026-10-31", Outcome.LATE, 31),
        # The 2nd of June is 29 days before the 1st of July.
        ("opens", "2026-06-02", Outcome.EARLY, -29),
        # No first day is announced, so any day up to the last is in time.
        ("opens-by", "2026-06-02", Outcome.ON_TIME, 0),
    ],
)
def test_a_date_against_the_days_announced(claim: str, date: str, outcome: Outcome, days: int, told: Told) -> None:
    row = told(claim, {"2026-12-01": f", date: {date}"})
    assert (row.outcome, row.settled) == (outcome, True)
    assert row.months == pytest.approx(days / 30.4375)


@pytest.mark.parametrize(
    ("claim", "says", "outcome"),
    [
        ("rate", ", number: 110", Outcome.CONFIRMED),
        ("rate", ", number: 111", Outcome.CONTRADICTED),
        # 89,999 a month, in the unit of the report.
        ("rate", ", number: 89999, unit: unit/month", Outcome.CONTRADICTED),
        # The claim's own bound comes before the range of its figure.
        ("rate-bounded", ", number: 110", Outcome.CONTRADICTED),
        ("rate-bounded", ", number: 130", Outcome.CONFIRMED),
        ("rate", ", holds: true", Outcome.CONFIRMED),
        ("opens", ", holds: false", Outcome.CONTRADICTED),
        ("opens", "", Outcome.OPEN),
    ],
)
def test_a_number_or_a_truth_value(claim: str, says: str, outcome: Outcome, told: Told) -> None:
    row = told(claim, {"2026-12-01": says})
    assert (row.outcome, row.months) == (outcome, None)
    assert row.settled == (outcome is not Outcome.OPEN)


def test_a_verdict_in_words(told: Told) -> None:
    # 30 September to 15 December: 76 days, of 30.4375 a month.
    assert verdict(told("opens", {"2026-12-20": ", date: 2026-12-15"})) == "late by 2.5 months"
    assert verdict(told("opens", {"2026-10-20": ", date: 2026-12-15"})) == "late by 2.5 months (forecast)"
    assert verdict(told("opens", {"2026-10-20": ", date: 2026-06-21"})) == "early by 10 days"
    assert verdict(told("opens", {"2026-10-20": ", date: 2026-09-21"})) == "on time"
    assert verdict(told("opens", {"2026-10-20": ""})) == "open, past"
    assert verdict(told("rate", {"2026-10-20": ", number: 50"})) == "contradicted"


def test_a_date_after_the_report_is_a_forecast_and_settles_nothing(told: Told) -> None:
    row = told("opens", {"2026-05-01": ", date: 2026-12-30"})
    assert (row.outcome, row.settled) == (Outcome.LATE, False)
    assert row.months == pytest.approx(91 / 30.4375)
    # One that is told for a month is no forecast within it.
    assert told("opens", {"2026-05": ", date: 2026-05-31"}).settled


def test_the_last_report_counts_and_a_fact_before_any_forecast(told: Told) -> None:
    plans = {"2026-05-01": ", date: 2026-12-30", "2026-06-01": ", date: 2026-09-01"}
    assert told("opens", plans).outcome is Outcome.ON_TIME
    assert told("opens", dict(reversed(plans.items()))).outcome is Outcome.ON_TIME
    fact = {"2026-10-20": ", date: 2026-10-15", "2026-10-25": ", holds: true, forecast: true"}
    row = told("opens", fact)
    assert (row.outcome, row.by and row.by.id) == (Outcome.LATE, "r0")
    # What says nothing definite never takes the place of what does.
    assert told("opens", plans | {"2026-07-01": ""}).outcome is Outcome.ON_TIME


def test_what_is_past_and_unreported_stays_open(told: Told) -> None:
    row = told("opens", {"2026-12-01": ", date: 2026-09-30"}, as_known=dt.date(2026, 10, 1))
    assert (row.outcome, row.overdue, row.evidence) == (Outcome.OPEN, True, ())
    row = told("opens", {"2026-12-01": ", date: 2026-09-30"}, as_known=dt.date(2026, 9, 30))
    assert (row.outcome, row.overdue) == (Outcome.OPEN, False)


@pytest.fixture(scope="module")
def shipped() -> Scorecard:
    return scorecard()


SHIPPED = [
    # (claim, outcome, settled, by): read off the reports by hand.
    ("ai5-fifty-times", Outcome.CONTRADICTED, True, "ai5-eight-times"),  # 8 against 50 times
    ("ai5-tsmc-alone", Outcome.CONTRADICTED, True, "ai5-prototypes"),  # Samsung makes prototypes
    ("capex-520-billion", Outcome.CONTRADICTED, False, "cloud-capex-eight"),  # over 710 against 520, of a year not over
    ("rf-purchases-fall-2027", Outcome.CONTRADICTED, False, "st-low-orbit"),  # 2 left for two years, against 1 in one
    ("openai-chip-2026", Outcome.ON_TIME, False, "openai-titan"),  # end of 2026, in a report of January
    ("ai5-samples-2026", Outcome.OPEN, False, None),  # a tape-out is no sample
    ("ai5-mass-production-2027", Outcome.ON_TIME, False, "ai5-volume-mid-2027"),  # a plan of April 2026
    ("programme-large-2027", Outcome.LATE, False, "research-fab-first"),  # volume around 2029, which is two years late
    ("ai5-five-times", Outcome.OPEN, False, None),  # 8 times AI4: whether the chip or the computer is not said
    ("dojo-stopped", Outcome.OPEN, False, None),  # Dojo 3 is AI7: it goes on, as one kind of chip with the others
    ("panel-plant-3q26", Outcome.OPEN, False, None),  # nothing is reported of it
]


@pytest.mark.parametrize(("claim", "outcome", "settled", "by"), SHIPPED, ids=[row[0] for row in SHIPPED])
def test_shipped_verdicts(claim: str, outcome: Outcome, settled: bool, by: str | None, shipped: Scorecard) -> None:
    row = next(row for row in shipped.rows if row.compiled.id == claim)
    assert (row.outcome, row.settled, row.by and row.by.id) == (outcome, settled, by)


def test_rows_are_what_has_a_date_or_a_report(shipped: Scorecard) -> None:
    assert shipped.as_known == dt.date(2026, 6, 20)
    assert Counter(row.outcome for row in shipped.rows) == {
        Outcome.CONTRADICTED: 4, Outcome.ON_TIME: 2, Outcome.LATE: 1, Outcome.OPEN: 23,
    }  # fmt: skip
    for row in shipped.rows:
        assert row.compiled.announced is not None or row.evidence, row.compiled.id
        assert row.compiled.article.endswith(".txt")


def test_nothing_reported_later_turns_an_earlier_day() -> None:
    found = {row.compiled.id: row for row in scorecard(as_known=dt.date(2026, 4, 29)).rows}
    assert found["ai5-fifty-times"].outcome is Outcome.OPEN
    assert found["ai5-tsmc-alone"].outcome is Outcome.CONTRADICTED
    late = {row.compiled.id for row in scorecard(as_known=dt.date(2026, 11, 28)).rows if row.overdue}
    assert late == {"doe-first-half-2026", "x1-first-batch-3q26", "panel-plant-3q26"}
