"""Runs every sequence of choices on many paths, block by block: on cores or a cluster, kept in a directory if asked to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.flexibility.played import Played, as_table, from_table
from sim.flexibility.sequences import Tree
from sim.scenario.override import Asked
from sim.study.runs.cluster import on_cluster, shipped, unpacked
from sim.study.runs.design import Row, based
from sim.study.runs.provenance import fingerprint, told
from sim.study.runs.store import Store
from sim.study.runs.workers import Task, in_order

BLOCK = 16
"""Paths that are run by one task."""
MANY = 2000
"""Runs from which on processes of their own pay: what is compiled takes the smaller part of a run, and in threads the rest is
done in turn."""
ENGINE = "batch"
Play = Callable[[Tree, range, int], list[Played]]
"""(tree, replications, seed) -> these paths."""


@dataclass(frozen=True)
class PathDesign:
    """Replications 0 to n - 1 of a scenario with each of its sequences, in blocks, as `Store` wants them."""

    tree: Tree
    n: int
    seed: int

    @property
    def base(self) -> Asked:
        """The scenario as it was asked for."""
        return based(self.tree.scenario)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.n // BLOCK)

    def replications(self, index: int) -> range:
        """The replications of one block."""
        return range(index * BLOCK, min((index + 1) * BLOCK, self.n))

    def block(self, index: int) -> Sequence[Row]:
        """The rows of one block, a path each."""
        return [Row(seed=self.seed, replication=k) for k in self.replications(index)]

    def identity(self) -> dict[str, Any]:
        """What the paths depend on, as plain data; how many there are is no part of it."""
        sequences = [list(sequence) for sequence in self.tree.sequences]
        scenarios = {"scenario": fingerprint(self.tree.scenario)}
        return {"study": "option", "seed": self.seed, "scenarios": scenarios, "sequences": sequences}

    def resolved(self) -> dict[str, Any]:
        """The scenario in full."""
        return {"scenario": told(self.tree.scenario)}


def run_paths(
    tree: Tree, n: int, seed: int, play: Play, *, jobs: int = 0, out: Path | None = None, cluster: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Played]:  # fmt: skip
    """Run every sequence of a tree on paths 0 to n - 1, `jobs` blocks at a time (0: one for each core).

    The paths are the same to the bit whatever `jobs` is. With `out` finished blocks are kept in that directory, and those
    found there are not run again. `cluster` is the address of a Dask scheduler, whose workers run the blocks instead.

    Raises:
        InputError: `out` holds another study, or the cluster cannot be used.
        LostError: the cluster was lost on the way.
        ModelError: a run before a gate depends on what is chosen there.
    """
    design = PathDesign(tree, n, seed)
    store = Store(out, design, ENGINE) if out is not None else None
    found: dict[int, list[Played]] = {}
    for index in range(design.blocks) if store is not None else ():
        kept = store.read(index, design.block(index)) if store is not None else None
        if kept is not None:
            found[index] = from_table(kept)
    missing = [index for index in range(design.blocks) if index not in found]
    _tell(progress, found, n)
    if missing:
        for sequence in tree.sequences:
            tree.plan(sequence)  # before threads ask for it
            tree.foreseen(sequence)
    for index, paths in zip(missing, _each(design, play, missing, jobs, cluster), strict=True):
        found[index] = paths
        if store is not None:
            store.write(index, design.block(index), as_table(paths))
        _tell(progress, found, n)
    return [path for index in range(design.blocks) for path in found[index]]


def _each(
    design: PathDesign, play: Play, which: Sequence[int], jobs: int, cluster: str | None
) -> Iterator[list[Played]]:
    """The paths of these blocks, in their order."""
    if not which:
        return iter(())
    tree, seed = design.tree, design.seed
    if cluster is not None:
        return on_cluster(cluster, _shipped(design, play, which))
    if len(which) * BLOCK * len(tree.sequences) < MANY:
        here: Iterator[Task[list[Played]]] = ((play, (tree, design.replications(index), seed)) for index in which)
        return in_order(here, jobs=jobs, threads=True)
    # The first block is played here, so that what must be compiled is compiled once.
    first = play(tree, design.replications(which[0]), seed)
    rest = in_order(_shipped(design, play, which[1:]), jobs=jobs, threads=False)
    return itertools.chain([first], rest)


def _shipped(design: PathDesign, play: Play, which: Sequence[int]) -> Iterator[Task[list[Played]]]:
    """Blocks as tasks for other processes."""
    packed = shipped(design.tree)
    return ((_there, (play, packed, design.replications(index), design.seed)) for index in which)


def _there(play: Play, packed: bytes, block: range, seed: int) -> list[Played]:
    """The same in another process, on a machine that may have none of the files: the plans come with the task."""
    return play(unpacked(packed), block, seed)


def _tell(progress: Callable[[float], None] | None, found: dict[int, list[Played]], n: int) -> None:
    if progress is not None:
        progress(sum(map(len, found.values())) / n)
