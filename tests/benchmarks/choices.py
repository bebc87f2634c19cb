"""Time of the sequences of choices on one path: drawn once for all of them, against each drawn alone.

`python -m tests.benchmarks.choices [SCENARIO] [PATHS]` prints milliseconds of processor time for a run, and their ratio, measured in turn
in one process.
"""

from __future__ import annotations

import sys
import time

from sim.api import play
from sim.draws.kept import Kept
from sim.draws.points import point
from sim.flexibility.sequences import Tree, tree_of
from sim.scenario.loader import load_scenario


def main(name: str = "charger-option", paths: str = "20") -> None:
    """Print the time of a run either way."""
    tree = tree_of(load_scenario(name))
    seconds = {True: 0.0, False: 0.0}
    _played(tree, 0, together=True)  # compiles
    for replication in range(int(paths)):
        for together in seconds:
            began = time.process_time()
            _played(tree, replication, together=together)
            seconds[together] += time.process_time() - began
    runs = int(paths) * len(tree.sequences)
    once, alone = (1000 * seconds[together] / runs for together in (True, False))
    print(f"{name}: {len(tree.sequences)} sequences on {paths} paths")
    print(f"drawn once {once:.1f} ms a run, each alone {alone:.1f} ms: {once / alone:.2f}")


def _played(tree: Tree, replication: int, *, together: bool) -> None:
    at, kept = point(tree.plan(tree.planned).dimensions, 0, replication), Kept()
    for sequence in tree.sequences:
        play(
            tree.scenario, tree.plan(sequence), replication=replication, point=at, engine="batch",
            foreseen=tree.foreseen(sequence), kept=kept if together else None,
        )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
