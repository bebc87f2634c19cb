"""Time and memory of the batch engine on one scenario, as JSON: python tests/benchmarks/network_run.py SCENARIO

Times are medians of CPU seconds, which other processes disturb less than the clock's.
"""

from __future__ import annotations

import ctypes
import inspect
import json
import resource
import sys
from statistics import median
from time import process_time
from typing import Any

from sim.compiler import compile_plan
from sim.draws import draw
from sim.engines.batch.compiling import calling
from sim.engines.batch.engine import BatchEngine
from sim.engines.shared import reviews
from sim.plan import Plan
from sim.scenario.loader import load_scenario

RUNS = 5


class PlannerClock:
    """Times the compiled planner: stands where the batch engine calls it, and calls it."""

    def __init__(self) -> None:
        self.reviews: list[float] = []
        """CPU seconds of every review since it was last emptied."""
        self._call: Any = None
        self._find_planner = calling.load_or_compile
        addresses = len(inspect.signature(reviews.decide).parameters) - 1
        prototype = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * addresses, ctypes.c_int64)
        self._prototype, self._timed = prototype, prototype(self._review)

    def start(self) -> None:
        """Let the engine call the planner through this clock; before its first run."""
        calling.load_or_compile = self._find  # type: ignore[assignment]

    def _find(self, *arguments: Any) -> int:
        """The address of the timed planner, in place of the planner's own."""
        self._call = self._prototype(self._find_planner(*arguments))
        return int(ctypes.cast(self._timed, ctypes.c_void_p).value or 0)

    def _review(self, *arguments: Any) -> int:
        began = process_time()
        result = int(self._call(*arguments))
        self.reviews.append(process_time() - began)
        return result


def run_seconds(plan: Plan, seed: int) -> float:
    """CPU seconds of drawing and running one replication."""
    began = process_time()
    BatchEngine(draw(plan, seed)).run()
    return process_time() - began


def main(scenario: str) -> None:
    """Print sites, reviews a run, seconds a run and a review, and peak resident memory in MB."""
    clock = PlannerClock()
    clock.start()
    plan = compile_plan(load_scenario(scenario))
    run_seconds(plan, 0)  # compiles, or loads what was compiled
    clock.reviews.clear()
    seconds = median(run_seconds(plan, seed) for seed in range(1, RUNS + 1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([len(plan.sites), len(clock.reviews) // RUNS, seconds, median(clock.reviews), peak]))


if __name__ == "__main__":
    main(sys.argv[1])
