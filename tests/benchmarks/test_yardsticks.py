"""The yardsticks do the work they stand for: three M/M/1 stations at load 0.8, and replications of as-announced."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from statistics import mean, stdev

import pytest

from sim.bench.yardsticks import module, run_c, yardsticks
from sim.compiler import compile_plan
from sim.plan import Plan
from sim.scenario.loader import load_scenario

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


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_plan(load_scenario("as-announced"))


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
@pytest.mark.parametrize("replication", [0, 3])
def test_c_counts_what_the_engine_counts(tmp_path: Path, plan: Plan, replication: int) -> None:
    announced = module(FOLDER / "announced.py")
    program, given = announced.compile_c(FOLDER, "cc", tmp_path), tmp_path / "given"
    expected = announced.write_given(plan, replication, given)
    replayed = announced.replay(program, given, 2)
    assert replayed.lots == expected.records.site["lots"].sum() > 50_000
    assert expected.differences(replayed) == []


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_a_counter_that_differs_is_named(tmp_path: Path, plan: Plan) -> None:
    announced = module(FOLDER / "announced.py")
    program, given = announced.compile_c(FOLDER, "cc", tmp_path), tmp_path / "given"
    expected = announced.write_given(plan, 0, given)
    replayed = announced.replay(program, given, 1)
    expected.records.source["good"][5, 7] += 1
    expected.records.flow["cancelled"][0, 0] = 1
    assert expected.differences(replayed) == ["source.good: differs", "cancelled: not counted in C"]


def test_c_is_not_given_what_it_does_not_know(tmp_path: Path) -> None:
    announced = module(FOLDER / "announced.py")
    line = compile_plan(load_scenario(str(FOLDER / "line3.yaml"), sets=["horizon.length=100"]))
    with pytest.raises(ValueError, match=r"^the C program does not know stock policies$"):
        announced.write_given(line, 0, tmp_path / "given")
