"""`fabshift scorecard` and `run --as-known`: tables, the document, and wrong input."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sim.claims.scorecard import scorecard
from sim.cli.main import main
from sim.report.render import as_text
from sim.report.scorecard_report import scorecard_report
from sim.report.tables import Block

LARGER_LOTS = ("--set", "lot_scale=20", "--set", "horizon.end=2028-01-01")
VERDICTS = {"on time", "early", "late", "confirmed", "contradicted", "open"}


def document(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    assert main([*args, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out, parse_constant=lambda word: pytest.fail(word))
    return found


def test_announced_against_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scorecard"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "Announced and reported, as known on 2026-06-20\n30 announcements: 2 on time, 1 late, 4 contradicted"
    )
    assert "AI5 is fifty times as fast" in out
    assert re.search(r"^R21 +2026-04 +hypersinc\.com$", out, re.MULTILINE)
    assert "held in runs" not in out
    assert all(len(line) <= 100 for line in out.splitlines())
    assert "\x1b" not in out


@pytest.fixture(scope="module")
def shown() -> list[Block]:
    """All blocks, with the probabilities of a scenario."""
    return scorecard_report(scorecard("as-announced", n=1, sets=["lot_scale=20", "horizon.end=2028-01-01"]))


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_no_word_is_cut_in_any_width(width: int, shown: list[Block]) -> None:
    words = {word for block in shown for word in as_text(block, 10_000).split()}
    for block in shown:
        text = as_text(block, width)
        assert all(len(line) <= width for line in text.splitlines())
        # Names of sources may be broken after a dot, nothing else.
        cut = {word for word in text.split() if word not in words and "." not in word and "-" not in word}
        assert not cut


def test_as_known_cuts_what_came_later(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "scorecard", "--as-known", "2026-04-29")
    assert found["as_known"] == "2026-04-29"
    told = {report["id"]: report for row in found["announcements"] for report in row["reports"]}
    assert "ai5-taped-out" in told
    assert "ai5-eight-times" not in told
    assert all(report["reported"] <= "2026-04-29" for report in told.values())


def test_json_is_one_document_with_every_source(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "scorecard")
    assert (found["scenario"], found["n"], found["brier"]["score"]) == (None, None, None)
    assert len(found["announcements"]) == 30
    for row in found["announcements"]:
        assert row["verdict"] in VERDICTS
        assert row["article"].endswith(".txt")
        assert (row["rests_on"] is None) == (row["verdict"] == "open")
        assert all(report["source"] and report["reported"] for report in row["reports"])
    fifty = next(row for row in found["announcements"] if row["id"] == "ai5-fifty-times")
    assert fifty["settled"]
    assert fifty["reports"][0]["number"] == 8


def test_a_scenario_gives_probabilities_and_leaves_verdicts_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    alone = document(capsys, "scorecard")["announcements"]
    found = document(capsys, "scorecard", "as-announced", "-n", "2", "--seed", "3", *LARGER_LOTS)
    assert (found["scenario"], found["n"], found["seed"]) == ("as-announced", 2, 3)
    assert found["brier"] == {"score": None, "scored": 0, "needed": 10}
    given = {row["id"]: row.pop("probability") for row in found["announcements"]}
    assert {row.pop("probability") for row in alone} == {None}
    for row in (*found["announcements"], *alone):
        row.pop("ci95")
    assert found["announcements"] == alone
    assert given["ai5-samples-2026"] in (0.0, 0.5, 1.0)
    # Arithmetic of the ledger is no forecast of a scenario.
    assert given["ai5-fifty-times"] is None


def test_a_scenarios_table_says_that_too_few_are_settled(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scorecard", "as-announced", "-n", "1", *LARGER_LOTS]) == 0
    out = capsys.readouterr().out
    assert "held in runs [%]" in out
    assert "horizon.end: " in out
    assert "a Brier score needs 10" in " ".join(out.split())


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["as-anounced"], "did you mean 'as-announced'"),
        (["-n", "0"], "-n"),
        (["--as-known", "2026-02-30"], "--as-known"),
        (["--as-known", "april"], "--as-known"),
        (["--reports", "nothing.yaml"], "there is no such file"),
        (["--set", "lot_scale=20"], "name one"),
        (["--claims", "mine.yaml"], "give --reports"),
        (["as-announced", "--reading", "ai5.powr=about-250"], "did you mean 'ai5.power'"),
    ],
)
def test_wrong_input_exits_2(args: list[str], word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scorecard", *args]) == 2
    captured = capsys.readouterr()
    assert word in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


def run_h100e(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[float, str]:
    assert main(["run", "as-announced", "--engine", "batch", "--json", *LARGER_LOTS, *args]) == 0
    captured = capsys.readouterr()
    return json.loads(captured.out)["kpis"]["h100e_delivered"], captured.err


def test_a_run_takes_reported_readings_only_if_asked_and_only_up_to_the_day(capsys: pytest.CaptureFixture[str]) -> None:
    plain, err = run_h100e(capsys)
    assert err == ""
    before, err = run_h100e(capsys, "--as-known", "2026-04-29")
    assert "no report up to 2026-04-29" in err
    after, err = run_h100e(capsys, "--as-known", "2026-04-30")
    assert "ai5.vs_hw4 is 8x as known on 2026-04-30 (hypersinc.com, 2026-04)" in err
    asked, _ = run_h100e(capsys, "--reading", "ai5.vs_hw4=8x")
    assert before == plain
    assert after == asked > plain
    # What the user chooses has priority.
    chosen, err = run_h100e(capsys, "--as-known", "2026-04-30", "--reading", "ai5.vs_hw4=5x")
    assert chosen == plain
    assert "8x" not in err
