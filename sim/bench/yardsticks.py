"""Yardsticks, which lie in `tests/benchmarks`: the line of three stations as others do it, in C, SimPy, Ciw and salabim."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.bench.measure import Contender

LIBRARIES = ("simpy", "ciw", "salabim")


def benchmark_folder() -> Path | None:
    """Return `tests/benchmarks` of a clone, or None where the package is installed from a wheel."""
    folder = Path(__file__).resolve().parents[2] / "tests" / "benchmarks"
    return folder if (folder / "line3.yaml").is_file() else None


def yardsticks(folder: Path, length: float, build: Path) -> Iterator[tuple[str, Contender | None, str]]:
    """Yield name, contender and, where there is no contender, the reason; programs are compiled into `build`."""
    for library in LIBRARIES:
        found = importlib.util.find_spec(library) is not None
        yield f"{library}.line3", _of_python(folder, library, length) if found else None, f"{library} is not installed"
    compiler = shutil.which("cc")
    yield "c.line3", _of_c(folder, compiler, length, build) if compiler else None, "there is no C compiler"


def _of_python(folder: Path, library: str, length: float) -> Contender:
    run = module(folder / f"line3_{library}.py").run

    def contender(seed: int) -> float:
        began = time.perf_counter()
        done, _, _ = run(length, seed)
        return float(done / (time.perf_counter() - began))

    return contender


def _of_c(folder: Path, compiler: str, length: float, build: Path) -> Contender:
    program = build / "line3"
    subprocess.run([compiler, "-O3", "-o", str(program), str(folder / "line3_c.c"), "-lm"], check=True)

    def contender(seed: int) -> float:
        # The program times its own loop: starting a process would count otherwise.
        done, seconds, *_ = run_c(program, length, seed)
        return done / seconds

    return contender


def run_c(program: Path, length: float, seed: int) -> tuple[float, ...]:
    """Run the program in C; return services completed, seconds of its loop, mean waits and mean time in system."""
    printed = subprocess.run([str(program), str(length), str(seed)], capture_output=True, text=True, check=True).stdout
    return tuple(float(word) for word in printed.split())


def build_folder() -> TemporaryDirectory[str]:
    """Return a temporary directory in which yardsticks are compiled."""
    return TemporaryDirectory(prefix="fabshift-bench-")


def module(file: Path) -> Any:
    """Import a file that is not part of a package and return its module."""
    spec = importlib.util.spec_from_file_location(f"fabshift_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    # Dataclasses look for the module that they stand in.
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded
