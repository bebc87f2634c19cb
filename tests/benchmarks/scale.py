"""How time and memory grow with replications (10^2 to 10^5), with lots and with the size of a supply network.

Run by hand: python tests/benchmarks/scale.py [replications] [lots] [networks]

Each row is measured in a process of its own, whose peak resident memory is that of the row alone. The KPI table,
8 bytes a number, is all that grows with replications. Networks are measured in CPU time (see `network_run`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from networks import write_network

HALL = Path(__file__).with_name("hall.yaml")
NETWORK_RUN = Path(__file__).with_name("network_run.py")
REPLICATIONS = (100, 1_000, 10_000, 100_000)
LOT_SCALES = (8, 4, 2, 1)
NETWORKS = (200, 1_000)
ROUNDS = 4
MOST_RUN_RATIO, MOST_REVIEW_RATIO, MOST_PEAK = 7, 6, 700
"""From the smaller network to the larger one, and MB at the larger one."""

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


def measured(*arguments: object) -> list[float]:
    """What Python prints in a process of its own."""
    command = [sys.executable, *map(str, arguments)]
    return list(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def print_replications() -> None:
    """Print how a study grows with replications."""
    print(f"{'replications':>12}  {'seconds':>9}  {'ms each':>8}  {'peak MB':>8}  {'of it KPIs':>10}")
    for n in REPLICATIONS:
        seconds, peak, table = measured("-c", STUDY, HALL, n)
        print(f"{n:>12,}  {seconds:>9.2f}  {seconds / n * 1e3:>8.3f}  {peak:>8.0f}  {table:>10.1f}", flush=True)


def print_lots() -> None:
    """Print how a run grows with lots."""
    print(f"{'lots a run':>12}  {'ms a run':>9}  {'us a lot':>8}")
    for scale in LOT_SCALES:
        lots, seconds = measured("-c", RUN, scale)
        print(f"{lots:>12,.0f}  {seconds * 1e3:>9.1f}  {seconds / lots * 1e6:>8.2f}", flush=True)


def print_networks() -> None:
    """Print how runs and reviews grow with the network, and what growth is acceptable."""
    print(f"{'items':>12}  {'sites':>5}  {'reviews':>7}  {'s a run':>8}  {'ms a review':>11}  {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        files = [write_network(items, Path(folder)) for items in NETWORKS]
        # In turn, so that a slow spell of the machine hits both; the least of each figure is the least disturbed.
        rounds = [[measured(NETWORK_RUN, file) for file in files] for _ in range(ROUNDS)]
    rows: list[tuple[float, float, float]] = []
    for items, runs in zip(NETWORKS, zip(*rounds, strict=True), strict=True):
        sites, reviews, run, review, peak = (min(column) for column in zip(*runs, strict=True))
        rows.append((run, review, peak))
        print(f"{items:>12,}  {sites:>5}  {reviews:>7}  {run:>8.3f}  {review * 1e3:>11.2f}  {peak:>8.0f}", flush=True)
    run, review, peak = (large / small for small, large in zip(*rows, strict=True))
    print(f"{'ratio':>12}  {'':>5}  {'':>7}  {run:>8.2f}  {review:>11.2f}  {peak:>8.2f}")
    most = f"{MOST_RUN_RATIO:>8.2f}  {MOST_REVIEW_RATIO:>11.2f}  {MOST_PEAK:>8} MB at the larger"
    print(f"{'at most':>12}  {'':>5}  {'':>7}  {most}")


TABLES = {"replications": print_replications, "lots": print_lots, "networks": print_networks}


def main(names: list[str]) -> None:
    """Print the tables named, or all."""
    for name in names or TABLES:
        TABLES[name]()
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
