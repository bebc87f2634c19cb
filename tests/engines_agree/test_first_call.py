"""The first call compiles, says so, and leaves what it made for the calls after it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from joblib import cpu_count

ROOT = Path(__file__).resolve().parents[2]


RUN = "import sim; print(sim.run(sim.load_scenario('foundry-only'), engine='batch').kpis['fill_rate'])"
PLANNER_HITS = """
from sim.engines.batch.compiling.jitting import jitted
from sim.engines.batch.program import PROGRAM
print(sum(jitted(PROGRAM).apart.stats.cache_hits.values()))
"""


ELSEWHERE = """
import sys, tempfile
tempfile.mkdtemp = lambda prefix: sys.argv[1]
"""
"""Where no directory can be written, code is kept in one that is made for the process: here one that has it already."""


def small_files() -> None:
    """A process that can write only small files, as if the disk were full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def played(cache: Path, code: str = RUN, *arguments: str, before: Callable[[], None] | None = None) -> tuple[str, str]:
    """What a new process with this cache prints, and what it says on the way."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
        capture_output=True, text=True, check=True, preexec_fn=before,
    )  # fmt: skip
    return done.stdout, done.stderr


def test_a_first_call_compiles_with_a_line_later_ones_find_it_and_what_is_lost_is_compiled_again(tmp_path):
    """One test for all that begins with an empty cache: filling one takes a minute of CPU time."""
    printed, said = played(tmp_path, RUN + PLANNER_HITS)
    assert said == "compiling the batch engine (once)\n"
    first, hits = printed.splitlines()
    if cpu_count() > 1:  # with one core there is no second process that compiles the planner meanwhile
        assert hits == "1"
    kept = {path.name.split("-")[0] for path in tmp_path.rglob("*.nbi")}
    assert kept == {"loop.play", "reviews.decide"}
    assert played(tmp_path) == (f"{first}\n", "")
    for path in tmp_path.rglob("reviews.decide*"):
        path.unlink()
    _, said = played(tmp_path)
    assert said == "compiling the batch engine (once)\n"
    assert played(tmp_path)[1] == ""
    # A cache that cannot be written is no error.
    (tmp_path / "file").touch()
    assert played(tmp_path / "file" / "cache", ELSEWHERE + RUN, str(tmp_path)) == (f"{first}\n", "")
    # Garbled, and with no room for what is made instead.
    for path in tmp_path.rglob("*.nb?"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    printed, said = played(tmp_path, before=small_files)
    assert printed == f"{first}\n"
    assert said.startswith("compiling the batch engine (once)\n")
    assert said.count("compiled code cannot be kept in") == 2
    assert "File too large" in said
