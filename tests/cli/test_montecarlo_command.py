"""`fabshift montecarlo`: tables for people, one document for programs, progress on stderr."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.cli.main import main

STARTER = ["--set", "horizon.end=2026-12-31"]


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("starter")
    with pytest.MonkeyPatch.context() as there:
        there.chdir(folder)
        assert main(["new", "plant"]) == 0
    return str(folder / "plant.yaml")


def test_tables(plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["montecarlo", plant, "-n", "12", "--jobs", "1"]) == 0
    screen = capsys.readouterr().out
    assert main(["montecarlo", plant, "-n", "12", "--jobs", "1", "--full"]) == 0
    out = capsys.readouterr().out
    for text in (screen, out):
        assert "KPIs over 12 runs" in text
        assert "fill_rate [%]" in text
    assert "least to most" in screen
    assert "Probability of an in-house share" not in screen
    assert "Probability of an in-house share" in out
    assert "Probability that a milestone is reached by the end of a period [%]" in out
    assert "unit_cost" not in out


def test_kpis_that_are_asked_for(plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["montecarlo", plant, "-n", "3", "--jobs", "1", "--kpi", "backlog_end"]) == 0
    out = capsys.readouterr().out
    assert "backlog_end" in out
    assert "fill_rate [%]" not in out
    assert main(["montecarlo", plant, "-n", "3", "--jobs", "1", "--all"]) == 0
    assert "unit_cost" in capsys.readouterr().out
    assert main(["montecarlo", plant, "-n", "3", "--jobs", "1", "--kpi", "backlog_ned"]) == 2
    assert "did you mean 'backlog_end'" in capsys.readouterr().err


def test_json_is_one_document(plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["montecarlo", plant, "-n", "8", "--seed", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["n"], told["seed"], told["scenario"]) == (8, 3, "plant")
    assert all({"mean", "ci95", "p5", "p50", "p95"} <= set(kpi) for kpi in told["kpis"].values())


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["-n", "0"], "-n"),
        (["--jobs", "-1"], "--jobs"),
        (["--engine", "best"], "--engine"),
        (["--until", "fill_rat:0.1"], "did you mean 'fill_rate'"),
        (["--lot-scale", "big"], "--lot-scale"),
        (["--set", "horizon.ned=1"], "did you mean 'horizon.end'"),
    ],
)
def test_wrong_input_exits_2(args: list[str], word: str, plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["montecarlo", plant, *args]) == 2
    captured = capsys.readouterr()
    assert word in captured.err
    assert captured.out == ""


def test_another_study_in_the_directory_exits_2(plant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "s")]
    assert main(["montecarlo", plant, "-n", "2", "--jobs", "1", *out]) == 0
    assert f"kept in {tmp_path / 's'}" in capsys.readouterr().out
    assert main(["montecarlo", plant, "-n", "2", "--jobs", "1", "--seed", "1", *out]) == 2
    assert "seed: another study is kept here: 0 -> 1" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="interrupts as a POSIX terminal does")
@pytest.mark.parametrize(
    ("number", "code", "engine"),
    [
        (signal.SIGINT, 130, "batch"),
        (signal.SIGTERM, 143, "batch"),
        (signal.SIGHUP, 129, "batch"),
        (signal.SIGINT, 130, "events"),
    ],
)
def test_an_interrupted_study_says_how_to_go_on(
    number: signal.Signals, code: int, engine: str, plant: str, tmp_path: Path
) -> None:
    out = str(tmp_path / "s")
    command = ["montecarlo", plant, *STARTER, "-n", "2000", "--engine", engine, "--jobs", "2", "--out", out]
    running = subprocess.Popen([sys.executable, "-m", "sim", *command], stderr=subprocess.PIPE, text=True)
    while running.poll() is None and len(list((tmp_path / "s" / "blocks").glob("*.npz"))) < 2:
        time.sleep(0.01)
    running.send_signal(number)
    _, err = running.communicate(timeout=300)
    assert running.returncode == code, err
    assert f"which {tmp_path / 's'} keeps; to resume:\n  fabshift {' '.join(command)}" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--until", "fill_rate:1"], "a share is between 0 and 1"),
        (["--until", "fill_rate:100%"], "a share is between 0 and 1"),
        (["--until", "fill_rate:two"], "the half-width is not a positive number"),
        (["--cluster", "nonsense"], "an address is written tcp://HOST:PORT"),
        (["-n", "100000000"], "less than or equal to 10000000"),
    ],
)
def test_what_could_never_be_meant_is_refused(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["montecarlo", "as-announced", "--set", "lot_scale=20", *arguments]) == 2
    assert why in capsys.readouterr().err


def test_a_half_width_can_be_given_in_per_cent(plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["montecarlo", plant, "-n", "96", "--until", "fill_rate:20%"]
    assert main(asked) == 0
    assert "64 runs" in capsys.readouterr().out
