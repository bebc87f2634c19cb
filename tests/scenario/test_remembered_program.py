"""What is kept is kept for one program (its sources, the shipped files, the libraries, Python), and whole."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import remembered as module
from sim.remembered import remembered

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the shipped files, written long before this process began."""
    shipped = tmp_path / "shipped"
    (shipped / "figures").mkdir(parents=True)
    (shipped / "figures" / "demand.yaml").write_text("rate: 1500\n")
    monkeypatch.setattr(module, "shipped_root", lambda: shipped)
    monkeypatch.setattr(module, "_BEGUN", time.time_ns() + 10**12)
    return shipped


def fingerprint() -> str | None:
    """What the program is now, as a new process sees it."""
    module._program.cache_clear()
    try:
        return module._program()
    finally:
        module._program.cache_clear()


def test_a_shipped_figure_that_changed_makes_another_program(program: Path) -> None:
    """With the same size and time as before: no tool sets back when a file was changed."""
    figures = program / "figures" / "demand.yaml"
    before, times = fingerprint(), figures.stat()
    assert before is not None
    assert fingerprint() == before
    time.sleep(0.05)
    figures.write_text("rate: 1600\n")
    os.utime(figures, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert fingerprint() not in (before, None)
    before = fingerprint()
    (program / "new.yaml").write_text("title: another\n")
    assert fingerprint() not in (before, None)


def test_a_program_that_is_being_edited_keeps_nothing(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it had imported before may be older than what its files say now."""
    monkeypatch.setattr(module, "_BEGUN", (program / "figures" / "demand.yaml").stat().st_mtime_ns + 10**9)
    assert fingerprint() is None


@pytest.mark.usefixtures("program")
def test_another_version_of_a_library_makes_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    monkeypatch.setattr(sys, "version", "4.0")
    assert fingerprint() != before
    monkeypatch.undo()
    monkeypatch.setattr(module, "_LIBRARIES", ("pydantic", "no_such_library"))
    assert fingerprint() is None


def test_the_oldest_answers_give_way(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 3)
    long_ago = time.time() - 1000
    for number in range(5):
        remembered("number", number, lambda number=number: number)
        for age, entry in enumerate(sorted(kept.iterdir(), key=lambda file: file.stat().st_mtime)):
            os.utime(entry, (long_ago + age, long_ago + age))
    assert len(list(kept.iterdir())) == 3
    assert remembered("number", 4, lambda: "made again") == 4
    assert remembered("number", 0, lambda: "made again") == "made again"


WRITER = """
import sys
from sim import remembered as module
module._program = lambda: "the same program"
for k in range(200):
    module.user_cache().joinpath("kept").mkdir(parents=True, exist_ok=True, mode=0o700)
    for entry in module.user_cache().joinpath("kept").glob("*.pickle"):
        entry.unlink(missing_ok=True)
    found = module.remembered("race", "", lambda: [int(sys.argv[1])] * 20_000)
    assert len(found) == 20_000 and len(set(found)) == 1, found[:3]
"""


def test_processes_that_write_at_once_leave_whole_answers(kept: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(k)], cwd=ROOT, env=os.environ) for k in (1, 2)]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert all(entry.suffix == ".pickle" for entry in kept.iterdir())
