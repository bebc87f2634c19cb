"""A whole replication of as-announced, as a study plays it, beside a C program that plays the run alone.

The C program is given the variates, which the engine draws in its run, and what the planner released, so the planner's time
is a row of its own, and part of no other.
All times are processor time. The yardstick lies in `tests/benchmarks`, and so only in a clone.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sim.bench.measure import BenchValue, Contender, race
from sim.bench.watch import Watch
from sim.bench.yardsticks import module
from sim.plan import Plan
from sim.scenario.loader import Scenario

REPEATS = 3
"""Times that a replication is played in a round; their median counts."""
OTHERS = 1000
"""Before each of them, another replication is played that many places on: in a study, no replication follows itself."""
C, NAME = "c.as_announced", "batch.as_announced"


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one replication: the engine's run without its planner, the planner, and all but the planner."""

    run: float
    planner: float
    replication: float


def replications(
    scenario: Scenario, folder: Path | None, build: Path, say: Callable[[str], None], rounds: int
) -> dict[str, BenchValue]:
    """Measure replications of a study: drawn, laid out, run, booked and measured.

    Raises:
        RuntimeError: the C program did other work than the engine.
    """
    from sim.compiler import compile_plan

    plan, latest = compile_plan(scenario), Times(0.0, 0.0, 0.0)

    def played(replication: int) -> float:
        nonlocal latest
        latest = times(scenario, plan, replication)
        return latest.replication

    contenders: dict[str, Contender] = {}
    compiler = shutil.which("cc")
    if folder is not None and compiler is not None:
        contenders[C] = _of_c(folder, compiler, build, plan)
    else:
        say(f"{C} is left out: {'there is no C compiler' if folder else 'tests/benchmarks is only in a clone'}")
    contenders |= {
        f"{NAME}.replication": played,
        f"{NAME}.run": lambda _: latest.run,
        f"{NAME}.planner": lambda _: latest.planner,
    }
    return race(contenders, {f"{NAME}.run": [C], f"{NAME}.replication": [C]}, rounds=rounds, unit="ms")


def times(scenario: Scenario, plan: Plan, replication: int) -> Times:
    """Return the median times, in milliseconds, of a replication that is run after another one."""
    with Watch() as watch:
        found = []
        for _ in range(REPEATS):
            _play(scenario, plan, replication + OTHERS)
            began = time.process_time()
            _play(scenario, plan, replication)
            whole = time.process_time() - began
            found.append((watch.alone, watch.planner, whole - watch.planner))
    return Times(*(1000 * median(column) for column in zip(*found, strict=True)))


def _play(scenario: Scenario, plan: Plan, replication: int) -> None:
    from sim.api import play
    from sim.draws.points import point
    from sim.study.runs.outcomes import measured

    at = point(plan.dimensions, 0, replication)
    measured(play(scenario, plan, replication=replication, point=at, engine="batch"))


def _of_c(folder: Path, compiler: str, build: Path, plan: Plan) -> Contender:
    announced = module(folder / "announced.py")
    program, given = announced.compile_c(folder, compiler, build), build / "announced.given"

    def contender(replication: int) -> float:
        expected = announced.write_given(plan, replication, given)
        replayed = announced.replay(program, given, REPEATS)
        differences = expected.differences(replayed)
        if differences:
            raise RuntimeError(f"{C} does other work than the engine: {'; '.join(differences)}")
        return float(1000 * replayed.cpu)

    return contender
