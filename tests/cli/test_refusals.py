"""What the command line refuses, keeps or remarks on: full disks, results of others, idle readings, filters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.main import main

SCENARIO = """title: t
bare_numbers: mine
horizon: {start: 2026-01-01, end: 2026-07-01}
items: {a: {stage: s}}
sites: {here: {in_house: true, capacity: 9}}
recipes: {r: {item: a, site: here}}
demand: {d: {item: a, rate: 1}}
figures:
  story: {statement: Told., unit: text, default: x, readings: {x: {value: x, kind: assumed, source: me}, y: {value: y, kind: assumed, source: me}}}
  base:
    statement: A rate.
    unit: unit/month
    default: low
    readings: {low: {value: 1, kind: assumed, source: me}, high: {value: 2, kind: assumed, source: me}}
  double: {statement: Twice., unit: unit/month, formula: 2 * base, kind: derived, source: arithmetic}
"""
ARTICLES = (
    "000_9bd13368fc6f7220.txt",
    "001_a9e6d48dc95cab93.txt",
    "002_255aa4828f80cbe9.txt",
    "003_d649b6dd3a06dc4f.txt",
)
FULL = Path("/dev/full")


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(SCENARIO, encoding="utf-8")
    return "mine.yaml"


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "args", [["--help"], ["list"], ["list", "--help"], ["schema"], ["validate", "mine.yaml"], ["run", "mine.yaml"]]
)
@pytest.mark.usefixtures("mine")
def test_a_full_disk_is_told_in_a_line(args: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sim", *args], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (1, "cannot write the output: No space left on device\n")


@pytest.mark.skipif(os.name != "posix", reason="needs a shell that closes streams")
def test_a_closed_stdout_is_told_in_a_line() -> None:
    done = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m sim list >&-"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "cannot write the output: stdout is closed\n")


def test_results_of_another_seed_or_scenario_are_kept(mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", mine, "--out", "out"]) == 0
    assert main(["run", mine, "--out", "out"]) == 0
    capsys.readouterr()
    Path("other.yaml").write_text(SCENARIO.replace("rate: 1", "rate: 2"), encoding="utf-8")
    there = json.loads(Path("out/manifest.json").read_text())
    for args, words in (
        ([mine, "--seed", "1"], "mine, seed 0"),
        (["other.yaml"], "mine, seed 0"),
        ([mine, "--set", "demand.d.rate=2"], "mine with other inputs, seed 0"),
    ):
        assert main(["run", *args, "--out", "out"]) == 2
        assert f"holds the results of {words}; choose another directory or add --force" in capsys.readouterr().err
    assert json.loads(Path("out/manifest.json").read_text()) == there
    assert main(["run", mine, "--seed", "1", "--out", "out", "--force"]) == 0
    assert json.loads(Path("out/manifest.json").read_text())["seed"] == 1


def test_results_of_the_other_engine_are_the_same_results(mine: str) -> None:
    """Without --engine, the engine depends on what is compiled: the same command may write there again."""
    found = []
    for engine in ("events", "batch"):
        assert main(["run", mine, "--engine", engine, "--out", "out"]) == 0
        found.append(json.loads(Path("out/manifest.json").read_text()))
    assert [manifest.pop("engine") for manifest in found] == ["events", "batch"]
    assert found[0] == found[1]


@pytest.mark.parametrize("text", ["[]", "{", "5"])
def test_a_manifest_of_others_is_kept(text: str, mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("out").mkdir()
    Path("out/manifest.json").write_text(text)
    assert main(["run", mine, "--out", "out"]) == 2
    assert "not one of ours" in capsys.readouterr().err
    assert Path("out/manifest.json").read_text() == text


def test_a_reading_that_changes_nothing_is_remarked_on(mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", mine, "--json", "--reading", "story=y", "--reading", "base=high"]) == 0
    assert capsys.readouterr().err == "note: story has no effect in mine\nnote: base has no effect in mine\n"


@pytest.mark.parametrize("figure", ["base", "double"])
@pytest.mark.usefixtures("mine")
def test_a_reading_behind_an_input_is_not(figure: str, capsys: pytest.CaptureFixture[str]) -> None:
    conditional = SCENARIO.replace("capacity: 9", f"capacity: {{figure: {figure}}}").replace(
        "site: here}", "site: here, only_if: {figure: story, equals: [x, y]}}"
    )
    Path("used.yaml").write_text(conditional, encoding="utf-8")
    assert main(["run", "used.yaml", "--json", "--reading", "base=high", "--reading", "story=y"]) == 0
    assert capsys.readouterr().err == ""


def test_an_unknown_article_is_told_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--article", "002_255aa48f80.txt"]) == 2
    err = capsys.readouterr().err
    assert all(name in err for name in ARTICLES)
    assert f"did you mean '{ARTICLES[2]}'?" in err
    assert main(["figures", "--article", "zzz"]) == 2
    err = capsys.readouterr().err
    assert all(name in err for name in ARTICLES)
    assert main(["figures", "--article", "002", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("filters", [["--contested"], ["--kind", "stated"], ["--article", "002"]])
def test_filters_are_for_the_list(filters: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "fab.start", *filters]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "filters for the list" in captured.err


def test_validate_json(mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", mine, "--json"]) == 0
    good = {"name": "mine", "file": mine, "problems": [], "remarks": []}
    assert json.loads(capsys.readouterr().out) == {"ok": True, "scenarios": [good]}
    Path("bad.yaml").write_text(SCENARIO.replace("capacity: 9", "capacty: 9"), encoding="utf-8")
    assert main(["validate", mine, "bad.yaml", "nowhere", "--json"]) == 2
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert captured.err == ""
    assert found["ok"] is False
    assert [(s["name"], s["file"]) for s in found["scenarios"]] == [
        ("mine", "mine.yaml"),
        ("bad", "bad.yaml"),
        ("nowhere", None),
    ]
    first = found["scenarios"][1]["problems"][0]
    assert set(first) == {"file", "line", "column", "path", "message", "found", "expected", "nearest"}
    assert (first["file"], first["line"], first["path"], first["nearest"]) == (
        "bad.yaml",
        5,
        "sites.here.capacty",
        "capacity",
    )
    assert found["scenarios"][2]["problems"][0]["file"] == "nowhere"


@pytest.mark.skipif(os.name != "posix", reason="closes streams as a POSIX shell does")
@pytest.mark.parametrize(
    ("args", "code"),
    [(["validate", "mine.yaml"], 0), (["run", "mine.yaml"], 0), (["validate", "nothing.yaml"], 2),
     (["montecarlo", "mine.yaml", "-n", "2", "--engine", "events", "--jobs", "1"], 0)],
)  # fmt: skip
@pytest.mark.usefixtures("mine")
def test_with_stderr_closed_all_else_is_as_ever(args: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == code
    plain = capsys.readouterr().out
    command = ["/bin/sh", "-c", '"$@" 2>&-', "sh", sys.executable, "-m", "sim", *args]
    closed = subprocess.run(command, capture_output=True, text=True)
    assert (closed.returncode, closed.stdout, closed.stderr) == (code, plain, "")


@pytest.mark.skipif(os.name != "posix", reason="closes streams as a POSIX shell does")
@pytest.mark.parametrize("ends", [">&-", ">&- 2>&-"])
@pytest.mark.usefixtures("mine")
def test_with_stdout_closed_it_says_so_where_it_can(ends: str) -> None:
    command = ["/bin/sh", "-c", f'"$@" {ends}', "sh", sys.executable, "-m", "sim", "run", "mine.yaml"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == ("" if "2" in ends else "cannot write the output: stdout is closed\n")
