"""Progress on stderr: nothing for quick work, a line now and then where there is no terminal, a bar that is wiped on one."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest

from sim.cli import progress
from sim.cli.main import main
from sim.cli.progress import Progress

LONGEST = 60.0
"""Seconds to wait for a line, however slow the machine."""


class Clock:
    """A clock that is set by hand."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        patch.setattr("sim.cli.progress.time.monotonic", lambda: self.now)

    def at(self, seconds: float) -> None:
        self.now = seconds


def text(bar: Progress) -> str:
    return bar._text()


def test_a_rate_leaves_out_what_was_kept_and_the_first_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    bar = Progress(total=200)
    clock.at(5)
    assert text(bar) == "0 of 200 runs, 5 s so far"
    bar(0.5)  # kept from before
    clock.at(35)
    bar(0.55)  # the first ten, which compile
    clock.at(45)
    bar(0.65)
    assert text(bar) == "130 of 200 runs, 2 runs/s, 35 s left"


def test_work_without_runs_is_told_in_per_cent(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    bar = Progress("plan")
    bar(0.0)
    bar(0.1)
    clock.at(10)
    bar(0.2)
    assert text(bar) == "plan: 20 %, 1 min 20 s left"


def test_how_long_it_takes_is_said_once_and_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock(monkeypatch)
    bar = Progress("explain", 100, foretold=True)
    for seconds, done in (
        (2, 0.0),
        (4, 0.1),
        (9, 0.12),
        (9.1, 0.14),
        (10, 0.2),
        (12, 0.3),
        (14, 0.4),
        (16, 0.5),
        (18, 0.6),
    ):
        clock.at(seconds)
        bar(done)
    assert capsys.readouterr().err == "explain: takes about 26 s for 100 runs\n"


def test_processes_that_start_late_do_not_make_all_the_work_seem_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes load for nine seconds, then do a hundredth of the work a second."""
    clock = Clock(monkeypatch)
    bar = Progress("option", 1000)
    bar(0.0)
    bar(0.01)
    for k in range(40):
        clock.at(9 + k)
        bar(0.02 + k / 100)
    assert text(bar) == "option: 410 of 1,000 runs, 10 runs/s, 59 s left"


def test_of_many_calls_few_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    bar = Progress("long", 100_000)
    for k in range(50_000):
        clock.at(k)
        bar(k / 100_000)
    assert len(bar._calls) <= progress._MOST_CALLS
    assert text(bar) == "long: 49,999 of 100,000 runs, 1 runs/s, 13 h 53 min left"


def test_nothing_is_said_of_what_is_done_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "SHOWN_AFTER", 60.0)
    monkeypatch.setattr(progress, "EVERY", progress.SHOWN_AFTER + 0.01)
    with Progress("quick", 10, foretold=True) as bar:
        for k in range(11):
            bar(k / 10)
    assert capsys.readouterr().err == ""


def test_lines_come_while_nothing_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "SHOWN_AFTER", 0.01)
    monkeypatch.setattr(progress, "EVERY", 0.05)
    lines: list[str] = []
    began = time.monotonic()
    with Progress("slow", 10):
        while len(lines) < 3:
            time.sleep(0.05)
            lines += capsys.readouterr().err.splitlines()
            assert time.monotonic() - began < LONGEST
    assert all(line.startswith("slow: 0 of 10 runs, ") for line in lines)
    assert len(lines) <= (time.monotonic() - began) / 0.05


def _interrupted(terminal: Terminal) -> None:
    began = time.monotonic()
    with Progress("work") as bar:
        bar(0.25)
        while "work: 25 %" not in terminal.getvalue():
            time.sleep(0.05)
            assert time.monotonic() - began < LONGEST
        raise KeyboardInterrupt


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_wiped_also_where_the_work_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(progress, "SHOWN_AFTER", 0.01)
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(KeyboardInterrupt):
        _interrupted(terminal)
    assert terminal.getvalue().rstrip().endswith("\x1b[2K")


def test_stdout_holds_the_document_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(progress, "SHOWN_AFTER", 0.01)
    monkeypatch.setattr(progress, "EVERY", 0.02)
    monkeypatch.setattr(progress, "_SETTLED", 0.0)
    # What explain finds is kept for the screens of later runs, also of those that other tests look at.
    monkeypatch.setattr("sim.study.explained.remember", lambda *_: None)
    assert main(["new", "plant"]) == 0
    capsys.readouterr()
    for command in (
        ["explain", "plant.yaml", "npv_usd"],
        ["explain", "plant.yaml", "npv_usd", "--spread", "-n", "4"],
        ["montecarlo", "plant.yaml", "-n", "64"],
        ["sensitivity", "plant.yaml", "--kpi", "npv_usd"],
        ["run", "plant.yaml"],
    ):
        assert main([*command, "--json"]) == 0
        captured = capsys.readouterr()
        json.loads(captured.out)
        what = command[0] if command[0] == "explain" else "plant" if command[0] == "run" else ""
        told = [line for line in captured.err.splitlines() if line.startswith(what)]
        assert told, f"no progress of {command}"
        if command[0] == "explain":
            assert any("takes about" in line or " runs" in line for line in told)


def test_replications_that_run_again_for_a_figure_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(progress, "SHOWN_AFTER", 0.001)
    monkeypatch.setattr(progress, "EVERY", 0.005)
    assert main(["new", "plant"]) == 0
    for figure, again in (("money", True), ("npv", False)):
        capsys.readouterr()
        asked = ["montecarlo", "plant.yaml", "-n", "64", "--plot", "x.svg", "--figure", figure]
        assert main(asked) == 0
        assert ("again for the figure: " in capsys.readouterr().err) is again
