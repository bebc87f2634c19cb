"""The yardsticks do the work they stand for: three M/M/1 stations at load 0.8."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from statistics import mean, stdev

import pytest

from sim.bench.yardsticks import module, run_c, yardsticks

FOLDER = Path(__file__).parent
HORIZON, REPLICATIONS = 4000.0, 24
SERVICES, TIME_IN_SYSTEM = 3 * 0.8 * HORIZON, 15.0


def _holds(found: list[tuple[float, float]]) -> None:
    """Services and times in system of replications that start empty, which bends both a little."""
    for values, expected, bias in zip(zip(*found, strict=True), (SERVICES, TIME_IN_SYSTEM), (30.0, 0.6), strict=True):
        error = stdev(values) / math.sqrt(len(values))
        assert abs(mean(values) - expected) < 4 * error + bias


@pytest.mark.parametrize("library", ["simpy", "ciw", "salabim"])
def test_libraries(library: str) -> None:
    pytest.importorskip(library)
    run = module(FOLDER / f"line3_{library}.py").run
    runs = [run(HORIZON, seed) for seed in range(REPLICATIONS)]
    _holds([(float(done), time) for done, _, time in runs])


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_c(tmp_path: Path) -> None:
    rows = {name: contender for name, contender, _ in yardsticks(FOLDER, HORIZON, tmp_path)}
    contender = rows["c.line3"]
    assert contender is not None
    assert contender(0) > 0
    runs = [run_c(tmp_path / "line3", HORIZON, seed) for seed in range(REPLICATIONS)]
    _holds([(row[0], row[-1]) for row in runs])
