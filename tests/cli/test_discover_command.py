"""`fabshift discover` on small scenarios: boxes, regret, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli.main import main

SCENARIO = """\
title: One line on one site
bare_numbers: made up for a test
horizon: {start: 2026-01-01, end: 2026-07-01}
items: {a: {stage: assembly}}
sites: {shop: {in_house: false, capacity: CAPACITY}}
recipes: {make_a: {item: a, site: shop, lot_size: 100, cycle_time: 5, price: 10}}
sourcing: {a: {sources: [make_a]}}
demand: {first: {item: a, rate: {assumed: 2000, low: 1000, high: 3000, source: test}, value: 20}}
milestones: {made: {rule: first_output, items: [a], sites: [shop]}}
uncertainty: {ranges: uniform}
"""
QUICK = ["--engine", "batch", "--jobs", "1"]


@pytest.fixture
def wide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("wide.yaml").write_text(SCENARIO.replace("CAPACITY", "100000"), encoding="utf-8")
    Path("narrow.yaml").write_text(SCENARIO.replace("CAPACITY", "2000"), encoding="utf-8")
    return "wide.yaml"


def test_a_box_as_text(wide: str, capsys: pytest.CaptureFixture[str]) -> None:
    """More than 14,000 in six months of 30.2 days: a rate of more than 2354 a month, in a third of the runs."""
    assert main(["discover", wide, "--when", "demanded>14k", "-n", "64", *QUICK]) == 0
    captured = capsys.readouterr()
    assert "wide: when demanded>14k" in captured.out
    assert "Box 1: there it happens in" in captured.out
    row = next(line for line in captured.out.splitlines() if line.startswith("demand.first.rate"))
    assert "at least 2," in row
    assert "1/month" in row
    assert captured.err == ""


def test_a_box_as_json(wide: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["discover", wide, "--when", "demanded > 14k and made reached", "-n", "64", "--json", *QUICK]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["scenario"], found["n"], found["unknown"], found["refused"]) == ("wide", 64, 0, 0)
    assert found["ci95"][0] < (3000 - 14_000 / 181 * 30.4375) / 2000 < found["ci95"][1]
    (limit,) = found["boxes"][0]["limits"]
    assert (limit["input"], limit["side"], limit["unit"]) == ("demand.first.rate", "at least", "1/month")
    assert limit["bound"] == pytest.approx(14_000 / 181 * 30.4375, rel=0.05)
    assert found["boxes"][0]["density"] >= 0.8


def test_what_never_happens_is_said(wide: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["discover", wide, "--when", "made not reached", "-n", "8", *QUICK]) == 0
    out = capsys.readouterr().out
    assert "It happens in 0 of 8 runs: 0 %" in out
    assert "It happens never within what is drawn; --contested draws readings too." in out


def test_regret_as_text_and_json(wide: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["discover", wide, "narrow.yaml", "--regret", "served", "-n", "32", *QUICK]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert out.startswith("Regret of plans on served (more is better)")
    assert "least greatest regret (minimax): wide.yaml" in out
    assert out.index("wide.yaml") < out.index("narrow.yaml")
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["minimax"], found["better"], found["worlds"]) == ("wide.yaml", "more", 32)
    assert found["plans"]["wide.yaml"]["max_regret"] == 0.0
    assert found["plans"]["narrow.yaml"]["mean_regret"] > 0.0


def test_which_way_is_better_can_be_said(wide: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["discover", wide, "narrow.yaml", "--regret", "demanded", "-n", "4", *QUICK]
    assert main(command) == 2
    assert "add --least or --most" in capsys.readouterr().err
    assert main([*command, "--least"]) == 0
    assert "(less is better)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--when", "--regret"]),
        (["--when", "demanded>1", "--regret", "served"], ["--when", "--regret"]),
        (["--regret", "served"], ["name two scenarios or more"]),
        (["narrow.yaml", "--when", "demanded>1"], ["takes one scenario", "narrow.yaml"]),
        (["--when", "demandd>1"], ["did you mean 'demanded'?"]),
        (["--when", "demanded=1"], ["not a condition", "did you mean 'demanded==1'?"]),
        (["--when", "demanded>lots"], ["not a number", "'lots'"]),
        (["--when", "demanded>10%"], ["not a share"]),
        (
            ["--when", "made>2030-01-01 or mad reached"],
            ["2026-01-01 to 2026-07-01", "did you mean 'made'?", "2 problems"],
        ),
        (["narrow.yaml", "--regret", "servd"], ["--regret", "did you mean 'served'?"]),
        (["nowhere.yaml", "narow.yaml", "--regret", "served"], ["nowhere.yaml", "narow.yaml"]),
    ],
)
def test_refused(arguments: list[str], words: list[str], wide: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["discover", wide, *arguments, "-n", "4", *QUICK]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert all(word in captured.err for word in words), captured.err
