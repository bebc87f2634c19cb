"""The shipped reports: all of them load, and none says more than where it is from."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sim.claims.load import ClaimBook, load_claims, shipped_claims
from sim.claims.reports import Reports, load_reports, shipped_reports
from sim.errors import InputError
from sim.ledger import Kind, load_ledger

HERE = Path(__file__).parent
BAD = sorted(p.stem for p in (HERE / "bad_reports").glob("*.yaml"))


@pytest.fixture(scope="module")
def book() -> ClaimBook:
    return load_claims(shipped_claims(), load_ledger())


@pytest.fixture(scope="module")
def shipped(book: ClaimBook) -> Reports:
    return load_reports(shipped_reports(), book)


@pytest.mark.parametrize("verdict", BAD)
def test_refused_in_these_words(verdict: str, book: ClaimBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    with pytest.raises(InputError) as refusal:
        load_reports(f"bad_reports/{verdict}.yaml", book)
    assert f"{refusal.value}\n" == Path(f"bad_reports/{verdict}.expected").read_text(encoding="utf-8")


def test_every_refusal_is_written_down() -> None:
    assert {p.stem for p in (HERE / "bad_reports").glob("*.expected")} == set(BAD)


def test_every_report_has_a_source_a_date_and_a_claim(shipped: Reports) -> None:
    assert len(shipped.reports) == 29
    for id, report in shipped.reports.items():
        assert report.source.strip(), id
        assert dt.date(2025, 8, 1) <= report.known <= dt.date(2026, 6, 30), id
    told = {e.id for evidence in shipped.evidence.values() for e in evidence}
    assert told == set(shipped.reports)


def test_they_stand_from_the_earliest_to_the_last(shipped: Reports) -> None:
    known = [report.known for report in shipped.reports.values()]
    assert known == sorted(known)
    for claim, evidence in shipped.evidence.items():
        known = [e.report.known for e in evidence]
        assert known == sorted(known), claim


def test_a_month_is_known_from_its_last_day(shipped: Reports) -> None:
    assert shipped.reports["ai5-eight-times"].known == dt.date(2026, 4, 30)
    assert "ai5-eight-times" in shipped.until(dt.date(2026, 4, 30)).reports
    assert "ai5-eight-times" not in shipped.until(dt.date(2026, 4, 29)).reports
    assert shipped.reports["taylor-slips"].when == "about 2026-03"


def test_what_was_not_yet_known_is_cut_from_every_claim(shipped: Reports) -> None:
    day = dt.date(2026, 4, 15)
    cut = shipped.until(day)
    # Of the 16 reports up to that day the last two are of April: Intel joins the fab, and the tape-out.
    assert len(cut.reports) == 16
    assert list(cut.reports)[-2:] == ["intel-joins", "ai5-taped-out"]
    assert all(e.report.known <= day for evidence in cut.evidence.values() for e in evidence)
    assert [e.id for e in cut.evidence["ai5-mass-production-2027"]] == ["taylor-slips", "ai5-taped-out"]
    assert shipped.until(None) is shipped
    assert not shipped.until(dt.date(2025, 1, 1)).reports


def test_readings_that_reports_give_are_later_reports_of_the_ledger(shipped: Reports) -> None:
    ledger = load_ledger()
    assert shipped.readings == {"ai5.vs_hw4": ("8x", shipped.reports["ai5-eight-times"])}
    for figure, (name, _) in shipped.readings.items():
        assert ledger.resolve(figure, name).kind is Kind.LATER_REPORT
    assert not shipped.until(dt.date(2026, 4, 29)).readings


def test_a_figure_or_a_milestone_reaches_every_claim_about_it(book: ClaimBook, tmp_path: Path) -> None:
    file = tmp_path / "reports.yaml"
    about = "[{figure: phases.upgrade}, {milestone: ai6_mass_production, date: 2028-08-01}]"
    file.write_text(
        f"reports: {{it: {{statement: So., reported: 2026-07, source: a paper, about: {about}}}}}", encoding="utf-8"
    )
    found = load_reports(file, book).evidence
    assert set(found) == {"programme-upgrade-2028", "fab-time-precedent", "ai6-mass-mid-2028"}
    assert found["ai6-mass-mid-2028"][0].forecast
