"""How time and memory grow with replications (10^2 to 10^5) and with lots. Run by hand: python tests/benchmarks/scale.py

Each row is measured in a process of its own, whose peak resident memory is that of the study alone. The KPI
table, 8 bytes a number, is all that grows with replications.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HALL = Path(__file__).with_name("hall.yaml")
REPLICATIONS = (100, 1_000, 10_000, 100_000)
LOT_SCALES = (8, 4, 2, 1)

STUDY = """
import json, resource, sys, time
import sim
sim.monte_carlo(sys.argv[1], n=16)  # compiles, or loads what was compiled
began = time.perf_counter()
study = sim.monte_carlo(sys.argv[1], n=int(sys.argv[2]))
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([seconds, peak, study.outcomes.table.nbytes / 2**20]))
"""
RUN = """
import json, sys, time
from sim.compiler import compile_plan
from sim.draws import draw
from sim.engines.batch.engine import BatchEngine
from sim.scenario.loader import load_scenario
plan = compile_plan(load_scenario("as-announced", sets=[f"lot_scale={sys.argv[1]}"]))
BatchEngine(draw(plan, 0)).run()
began = time.perf_counter()
lots = sum(int(BatchEngine(draw(plan, seed)).run().site["lots"].sum()) for seed in range(1, 6))
print(json.dumps([lots / 5, (time.perf_counter() - began) / 5]))
"""


def measured(program: str, *arguments: object) -> list[float]:
    """What a program prints in a process of its own."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return list(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def main() -> None:
    """Print both tables."""
    print(f"{'replications':>12}  {'seconds':>9}  {'ms each':>8}  {'peak MB':>8}  {'of it KPIs':>10}")
    for n in REPLICATIONS:
        seconds, peak, table = measured(STUDY, HALL, n)
        print(f"{n:>12,}  {seconds:>9.2f}  {seconds / n * 1e3:>8.3f}  {peak:>8.0f}  {table:>10.1f}", flush=True)
    print(f"\n{'lots a run':>12}  {'ms a run':>9}  {'us a lot':>8}")
    for scale in LOT_SCALES:
        lots, seconds = measured(RUN, scale)
        print(f"{lots:>12,.0f}  {seconds * 1e3:>9.1f}  {seconds / lots * 1e6:>8.2f}", flush=True)


if __name__ == "__main__":
    main()
