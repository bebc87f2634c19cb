"""The first call compiles, says so, and leaves what it made for the calls after it.

One test compiles the engine itself, which takes half a minute of CPU time; how a cache that is damaged or cannot be written
is met is the same for any program, so a small one is compiled for that.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from joblib import cpu_count

from sim.engines.batch.compiling.caching import cache_directory
from sim.engines.batch.program import PROGRAM

ROOT = Path(__file__).resolve().parents[2]
COMPILING = "compiling the batch engine (once)\n"
RUN = "import sim; print(sim.run(sim.load_scenario('foundry-only'), engine='batch').kpis['fill_rate'])"
HERE = "; import sys; print('numba' in sys.modules)"
"""Whether this process compiled."""
SMALL = "from tests.engines_agree.small_program import seven_of_each; print(seven_of_each())"
COST = "70\n"
"""Seven of each at 1, 2, 3 and 4."""
ELSEWHERE = """
import sys, tempfile
tempfile.mkdtemp = lambda prefix: sys.argv[1]
"""
"""Where no directory can be written, code is kept in one that is made for the process: here one that has it already."""
FULL = 500
"""Bytes of a file that can be written where the disk counts as full; compiled code has more."""


def small_files() -> None:
    """A process that can write only small files, as if the disk were full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL, FULL))


def played(cache: Path, code: str, *arguments: str, before: Callable[[], None] | None = None) -> tuple[str, str]:
    """What a new process with this cache prints, and what it says on the way."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
        capture_output=True, text=True, check=True, preexec_fn=before,
    )  # fmt: skip
    return done.stdout, done.stderr


def kept_for_other_tests(cache: Path) -> None:
    """Put what was compiled here where all other tests look for it, so that they need not compile it again."""
    there = cache_directory(PROGRAM.sources)
    made = cache / there.name
    for file in made.glob("*.object"):
        wanted = there / file.relative_to(made)
        if not wanted.exists():
            wanted.parent.mkdir(parents=True, exist_ok=True)
            part = wanted.with_name(f"{wanted.name}.{os.getpid()}")
            shutil.copy2(file, part)
            part.replace(wanted)


def test_a_first_call_of_the_engine_compiles_with_a_line_and_later_ones_find_it(tmp_path: Path) -> None:
    printed, said = played(tmp_path, RUN + HERE)
    assert said.startswith(COMPILING)
    assert all(line.startswith("compiling the batch engine") for line in said.splitlines())
    first, here = printed.splitlines()
    if cpu_count() > 1:  # with one core there is no other process that compiles
        assert here == "False"
    kept = {path.name.split("-")[0] for path in tmp_path.rglob("*.object")}
    assert kept == {"play", "decide"}
    assert played(tmp_path, RUN + HERE) == (f"{first}\nFalse\n", "")
    kept_for_other_tests(tmp_path)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the small program."""
    cache = tmp_path_factory.mktemp("filled")
    assert played(cache, SMALL) == (COST, COMPILING)
    return cache


@pytest.fixture
def cache(filled: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(filled, tmp_path / "cache"))


def test_a_function_that_is_lost_is_compiled_again(cache: Path) -> None:
    (lost,) = cache.rglob("decide-*")
    lost.unlink()
    assert played(cache, SMALL) == (COST, COMPILING)
    assert played(cache, SMALL) == (COST, "")


def test_a_cache_that_cannot_be_written_is_no_error(cache: Path) -> None:
    (cache / "file").touch()
    assert played(cache / "file" / "cache", f"{ELSEWHERE}{SMALL}", str(cache)) == (COST, "")


def test_what_is_garbled_is_compiled_again_and_used_where_it_cannot_be_kept(cache: Path) -> None:
    for path in cache.rglob("*.object"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    printed, said = played(cache, SMALL, before=small_files)
    assert printed == COST
    assert said.startswith(COMPILING)
    assert said.count("compiled code cannot be kept in") == 2
    assert "File too large" in said
