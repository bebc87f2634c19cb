"""What `fabshift bench` measures."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sim.bench.measure import BenchValue, Contender, race
from sim.bench.yardsticks import benchmark_folder, build_folder, yardsticks

ROUNDS = 9
STARTS = 15
REPLICATIONS = 48
"""Runs that threads share in a round: so many that the first and the last, which overlap with none, weigh little."""

Say = Callable[[str], None]


def benchmarks(say: Say = lambda _: None) -> dict[str, BenchValue]:
    """Run every benchmark that can run here; `say` is called with what is done and what is left out."""
    say("start of fabshift --help")
    results = start_time()
    folder = benchmark_folder()
    with build_folder() as build:
        results |= as_announced(folder, Path(build), say)
        if folder is None:
            say("line3 is left out: tests/benchmarks is only in a clone")
            return results
        return results | line3(folder, Path(build), say)


def start_time() -> dict[str, BenchValue]:
    """Measure the seconds that `fabshift --help` takes, against an interpreter that does nothing."""
    bare, ours = "python -c pass", "start.help"
    contenders: dict[str, Contender] = {
        bare: lambda _: seconds_of(["-c", "pass"]),
        ours: lambda _: seconds_of(["-m", "sim", "--help"]),
    }
    return race(contenders, {ours: [bare]}, rounds=STARTS, unit="s")


def seconds_of(arguments: list[str]) -> float:
    """Return the seconds that an interpreter with these arguments takes."""
    # From the package's own place, so that `-m sim` is this package.
    place = Path(__file__).resolve().parents[2]
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=place, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def as_announced(folder: Path | None, build: Path, say: Say) -> dict[str, BenchValue]:
    """Measure lots per second of the main scenario, what a second thread adds, and a replication part by part.

    Reading the files is not counted.
    """
    from sim.bench.replications import replications
    from sim.scenario.loader import load_scenario

    say("as-announced")
    scenario = load_scenario("as-announced")
    _lots_per_second(scenario, 0, "batch")  # compiles, or loads what was compiled
    found = race(
        {
            "events.as_announced": lambda seed: _lots_per_second(scenario, seed),
            "batch.as_announced": lambda seed: _lots_per_second(scenario, seed, "batch"),
        },
        {"batch.as_announced": ["events.as_announced"]},
        rounds=min(ROUNDS, 3),
    )
    found |= race(
        {
            "batch.as_announced.one_thread": lambda seed: _shared(scenario, seed, 1),
            "batch.as_announced.two_threads": lambda seed: _shared(scenario, seed, 2),
        },
        {"batch.as_announced.two_threads": ["batch.as_announced.one_thread"]},
        rounds=ROUNDS,
    )
    return found | replications(scenario, folder, build, say, ROUNDS)


def line3(folder: Path, build: Path, say: Say) -> dict[str, BenchValue]:
    """Measure lots per second through a line of three stations, against other programs that do the same work."""
    from sim.scenario.loader import load_scenario

    say("line3")
    scenario = load_scenario(str(folder / "line3.yaml"))
    length = scenario.document.horizon.length
    # The yardsticks count time in the same abstract unit, so the horizon must have a length, not dates.
    assert length is not None
    # Compiles before anything is timed.
    _lots_per_second(scenario, 0, "batch")
    contenders: dict[str, Contender] = {
        "batch.line3": lambda seed: _lots_per_second(scenario, seed, "batch"),
        "events.line3": lambda seed: _lots_per_second(scenario, seed),
    }
    for name, contender, why in yardsticks(folder, length, build):
        if contender is None:
            say(f"{name} is left out: {why}")
        else:
            contenders[name] = contender
    others = [name for name in contenders if not name.startswith(("batch", "events"))]
    return race(contenders, {"batch.line3": ["events.line3", *others], "events.line3": ["simpy.line3"]}, rounds=ROUNDS)


def _lots_per_second(scenario: Any, seed: int, engine: str = "events") -> float:
    """Return the lots that pass a bottleneck, per second that drawing and the engine take."""
    from sim.compiler import compile_plan

    plan = compile_plan(scenario)
    began = time.perf_counter()
    lots = _lots(plan, seed, 0, engine)
    return lots / (time.perf_counter() - began)


def _shared(scenario: Any, seed: int, threads: int) -> float:
    """Return lots per second of several replications that are divided among threads."""
    from sim.compiler import compile_plan

    plan = compile_plan(scenario)
    with ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        lots = sum(pool.map(lambda replication: _lots(plan, seed, replication, "batch"), range(REPLICATIONS)))
        return lots / (time.perf_counter() - began)


def _lots(plan: Any, seed: int, replication: int, engine: str) -> int:
    from sim.api import engine_class
    from sim.draws import draw
    from sim.engines.batch.compiling.turns import TURN

    with TURN:
        return int(engine_class(engine)(draw(plan, seed, replication)).run().site["lots"].sum())
