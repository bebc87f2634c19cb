"""Time and memory of the batch engine on one scenario, as JSON: python tests/benchmarks/network_run.py SCENARIO

Times are medians of CPU seconds, which other processes disturb less than the clock's.
"""

from __future__ import annotations

import json
import resource
import sys
from statistics import median
from time import process_time

from sim.bench.watch import Watch
from sim.compiler import compile_plan
from sim.draws import draw
from sim.engines.batch.engine import BatchEngine
from sim.plan import Plan
from sim.scenario.loader import load_scenario

RUNS = 5


def run_seconds(plan: Plan, seed: int) -> float:
    """CPU seconds of drawing and running one replication."""
    began = process_time()
    BatchEngine(draw(plan, seed)).run()
    return process_time() - began


def main(scenario: str) -> None:
    """Print sites, reviews a run, seconds a run and a review, and peak resident memory in MB."""
    plan = compile_plan(load_scenario(scenario))
    run_seconds(plan, 0)  # compiles, or loads what was compiled
    seconds: list[float] = []
    reviews: list[float] = []
    with Watch() as watch:
        for seed in range(1, RUNS + 1):
            seconds.append(run_seconds(plan, seed))
            reviews += watch.reviews
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([len(plan.sites), len(reviews) // RUNS, median(seconds), median(reviews), peak]))


if __name__ == "__main__":
    main(sys.argv[1])
