"""Runs every sequence of choices on many paths, in blocks, on cores or a cluster; a directory may keep them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.draws.points import points
from sim.flexibility.played import Played, as_table, from_table
from sim.flexibility.sequences import Tree
from sim.plan import FloatArray
from sim.scenario.override import Asked
from sim.study.runs.cluster import on_cluster, shipped, unpacked
from sim.study.runs.design import Row, based
from sim.study.runs.provenance import fingerprint, told
from sim.study.runs.store import Store
from sim.study.runs.workers import Task, soonest

BLOCK = 16
"""Paths that are run by one task."""
ENGINE = "batch"
Play = Callable[[Tree, range, int, FloatArray], list[Played]]
"""(tree, replications, seed, the point of each) -> these paths."""


@dataclass(frozen=True)
class PathDesign:
    """Replications 0 to n - 1 of a scenario with each of its sequences, in blocks that `Store` can keep."""

    tree: Tree
    n: int
    seed: int

    @property
    def base(self) -> Asked:
        """The scenario as it was asked for."""
        return based(self.tree.scenario)

    @property
    def blocks(self) -> int:
        """The number of blocks."""
        return -(-self.n // BLOCK)

    def replications(self, index: int) -> range:
        """Return the replications of one block."""
        return range(index * BLOCK, min((index + 1) * BLOCK, self.n))

    def points(self, index: int) -> FloatArray:
        """Return the points of one block, shape (paths, dimensions)."""
        return points(
            self.tree.plan(self.tree.planned).dimensions, self.seed, index * BLOCK, len(self.replications(index))
        )

    def block(self, index: int) -> Sequence[Row]:
        """Return the rows of one block, one for each path."""
        return [Row(seed=self.seed, replication=k) for k in self.replications(index)]

    def identity(self) -> dict[str, Any]:
        """Return all that the paths depend on as plain data; their number is not part of it, so a study can grow."""
        sequences = [list(sequence) for sequence in self.tree.sequences]
        scenarios = {"scenario": fingerprint(self.tree.scenario)}
        return {"study": "option", "seed": self.seed, "scenarios": scenarios, "sequences": sequences}

    def resolved(self) -> dict[str, Any]:
        """Return the scenario in full."""
        return {"scenario": told(self.tree.scenario)}


def run_paths(
    tree: Tree, n: int, seed: int, play: Play, *, jobs: int = 0, out: Path | None = None, cluster: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Played]:  # fmt: skip
    """Run every sequence of a tree on paths 0 to n - 1, `jobs` blocks at a time (0: one for each core).

    The paths are the same to the bit for any `jobs`. With `out` finished blocks are kept in that directory, and those
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
            # Plans are compiled before threads begin: two threads would compile the same plan twice.
            tree.plan(sequence)
            tree.foreseen(sequence)
    for index, paths in zip(missing, _each(design, play, missing, jobs, cluster), strict=True):
        found[index] = paths
        # Each block is written as soon as it is finished, so that a run that is stopped loses little.
        if store is not None:
            store.write(index, design.block(index), as_table(paths))
        _tell(progress, found, n)
    return [path for index in range(design.blocks) for path in found[index]]


def _each(
    design: PathDesign, play: Play, which: Sequence[int], jobs: int, cluster: str | None
) -> Iterator[list[Played]]:
    """Return the paths of these blocks, in their order."""
    if not which:
        return iter(())
    # Points are found here, once for each block: the library for them takes a second to load in each process.
    tasks: Iterator[Task[list[Played]]] = (
        (play, (design.tree, design.replications(index), design.seed, design.points(index))) for index in which
    )
    if cluster is not None:
        return on_cluster(cluster, _packed(tasks))
    return soonest(tasks, len(which), jobs=jobs, packed=_packed)


def _packed(tasks: Iterator[Task[list[Played]]]) -> Iterator[Task[list[Played]]]:
    """Return tasks for other processes, with the compiled plans of the first, which are those of all."""
    packed = None
    for play, (tree, *which) in tasks:
        packed = packed or shipped(tree)
        yield _there, (play, packed, *which)


def _there(play: Play, packed: bytes, block: range, seed: int, at: FloatArray) -> list[Played]:
    """Run a block in another process, whose machine may have none of the files: the plans come with the task."""
    return play(unpacked(packed), block, seed, at)


def _tell(progress: Callable[[float], None] | None, found: dict[int, list[Played]], n: int) -> None:
    """Report the share of the paths that is finished."""
    if progress is not None:
        progress(sum(map(len, found.values())) / n)
