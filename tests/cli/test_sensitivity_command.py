"""`fabshift sensitivity` on a small scenario: tables, JSON, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sim.cli.main import main

SCENARIO = """\
title: Two lines on one site
bare_numbers: made up for a test
horizon: {start: 2026-01-01, end: 2026-07-01}
items: {a: {stage: assembly}, b: {stage: assembly}}
sites: {shop: {in_house: false, capacity: 100000}}
recipes:
  make_a: {item: a, site: shop, lot_size: 100, cycle_time: 5, price: 10}
  make_b: {item: b, site: shop, lot_size: 100, cycle_time: 5, price: 10}
sourcing: {a: {sources: [make_a]}, b: {sources: [make_b]}}
demand:
  first: {item: a, rate: {assumed: 2000, low: 1000, high: 3000, source: test}}
  second: {item: b, rate: {assumed: 1500, low: 1000, high: 2000, source: test}}
milestones: {made: {rule: first_output, items: [a], sites: [shop]}}
uncertainty: {ranges: uniform}
"""
QUICK = ["--engine", "batch", "--jobs", "1", "--kpi", "demanded"]


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("lines.yaml").write_text(SCENARIO, encoding="utf-8")
    return "lines.yaml"


def test_a_tornado_as_text(lines: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sensitivity", lines, *QUICK]) == 0
    captured = capsys.readouterr()
    rows = captured.out.splitlines()
    assert rows[0].startswith("lines: demanded is 2")
    first, second = (next(row for row in rows if row.startswith(f"demand.{name}.rate")) for name in ("first", "second"))
    assert rows.index(first) < rows.index(second)
    assert "1,100 to 2,900 1/month" in first
    # The wider range spans the scale, low on the left of the base and high on its right; the other half of it.
    assert re.fullmatch(r"-{7,8}\|\+{7,8}", first.split()[-1])
    assert re.fullmatch(r"\.{3,4}-{3,5}\|\+{3,5}\.{3,4}", second.split()[-1])
    assert captured.err == ""


def test_overrides_are_shown_old_and_new(lines: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sensitivity", lines, *QUICK, "--set", "horizon.end=2026-04-01"]) == 0
    assert "horizon.end: 2026-07-01 -> 2026-04-01 (--set)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("method", "n", "keys"),
    [
        ("tornado", 1, {"name", "swing", "at"}),
        ("morris", 2, {"name", "mu_star", "ci95", "mu", "sigma"}),
        ("sobol", 8, {"name", "first", "first_ci95", "total", "total_ci95", "first_above_total"}),
    ],
)
def test_one_json_document(method: str, n: int, keys: set[str], lines: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sensitivity", lines, *QUICK, "--method", method, "-n", str(n), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["scenario"], found["method"], found["n"]) == ("lines", method, n)
    inputs = found["kpis"]["demanded"]["inputs"]
    assert {"demand.first.rate", "demand.second.rate"} <= {entry["name"] for entry in inputs}
    assert all(set(entry) == keys for entry in inputs)


def test_every_method_prints_a_table(lines: str, capsys: pytest.CaptureFixture[str]) -> None:
    for method, heading in (("morris", "mu*"), ("sobol", "first order")):
        assert main(["sensitivity", lines, *QUICK, "--method", method, "-n", "8"]) == 0
        out = capsys.readouterr().out
        assert heading in out
        assert out.index("demand.first.rate") < out.index("demand.second.rate")


def test_what_nothing_drives_is_said(lines: str, capsys: pytest.CaptureFixture[str]) -> None:
    how = ["--engine", "batch", "--jobs", "1", "--kpi", "made reached", "--kpi", "lost", "-n", "8"]
    for method in ("tornado", "sobol"):
        assert main(["sensitivity", lines, *how, "--method", method]) == 0
        assert capsys.readouterr().out.count("it is the same in every run: nothing drives it") == 2


def test_the_same_command_prints_the_same(lines: str, capsys: pytest.CaptureFixture[str]) -> None:
    prints = []
    for jobs in ("1", "2"):
        assert main(["sensitivity", lines, "--kpi", "npv_usd", "--method", "morris", "-n", "2", "--jobs", jobs]) == 0
        prints.append(capsys.readouterr().out)
    assert prints[0] == prints[1]


def test_a_study_that_is_kept_is_not_run_again(lines: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["sensitivity", lines, *QUICK, "--out", "kept"]
    assert main(command) == 0
    first = capsys.readouterr().out
    blocks = sorted(Path("kept").rglob("*.npz"))
    assert blocks
    written = [block.stat().st_mtime_ns for block in blocks]
    assert main(command) == 0
    assert capsys.readouterr().out == first
    assert [block.stat().st_mtime_ns for block in blocks] == written


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--method", "morriss"], ["--method", "tornado, morris, sobol", "did you mean 'morris'?"]),
        (["--kpi", "demandd"], ["--kpi", "did you mean 'demanded'?"]),
        (["--kpi", "demanded reached"], ["only a milestone can be reached", "made"]),
        (["--kpi", "mad reached", "--kpi", "npv"], ["did you mean 'made'?", "'npv'", "2 problems"]),
        (["--lot-scale", "huge"], ["--lot-scale", "auto"]),
        (["--set", "uncertainty.ranges=fixed"], ["nothing in this scenario is uncertain"]),
    ],
)
def test_refused(arguments: list[str], words: list[str], lines: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sensitivity", lines, "--engine", "batch", "--jobs", "1", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert all(word in captured.err for word in words), captured.err
