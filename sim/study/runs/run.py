"""The function that runs all designs, and its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from sim.errors import InputError
from sim.scenario.override import Asked
from sim.study.runs.compiled import Compiled, compiled, new_study
from sim.study.runs.design import Blocks, Row, anchored
from sim.study.runs.outcomes import Outcomes, joined, measured, tabulated
from sim.study.runs.workers import in_order, soonest

if TYPE_CHECKING:
    from pathlib import Path

    from sim.results.result import Result
    from sim.study.runs.store import Store

T = TypeVar("T")
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Stop:
    """When a study may end early: after any of these numbers of blocks, if the outcomes so far are `enough`."""

    after: tuple[int, ...]
    enough: Callable[[Outcomes], bool]


def run_design(
    design: Blocks, *, engine: str = "batch", jobs: int = 0, out: Path | None = None,
    cluster: str | None = None, progress: Progress | None = None, until: Stop | None = None,
) -> Outcomes:  # fmt: skip
    """Run every row of a design, `jobs` at a time (0: one for each core); with `until` it may stop early.

    The outcomes are the same to the bit for any `jobs`: each run depends on its row alone. With `out` finished blocks
    are kept in that directory, and those found there are not run again. `cluster` is the address of a Dask scheduler,
    whose workers run the blocks instead.

    Raises:
        InputError: the base is wrong, `out` holds another study, or the cluster cannot be used.
        LostError: the cluster was lost on the way.
    """
    from sim.study.runs.store import Store

    store = Store(out, design, engine) if out is not None else None
    found: list[Outcomes] = []
    for last in (*(stop for stop in (until.after if until else ()) if stop < design.blocks), design.blocks):
        done = part_of(progress, len(found) / design.blocks, last / design.blocks)
        found += _run(design, range(len(found), last), store, done, engine=engine, jobs=jobs, cluster=cluster)
        if until is not None and last < design.blocks and until.enough(joined(found)):
            break
    return joined(found)


def _run(design: Blocks, which: range, store: Store | None, progress: Progress | None, **how: Any) -> list[Outcomes]:
    """Return the outcomes of these blocks: kept ones are read, the others are run and kept."""
    found: dict[int, Outcomes] = {}
    if store is not None:
        kept = ((index, store.read(index, design.block(index))) for index in which)
        found = {index: outcomes for index, outcomes in kept if outcomes is not None}
    missing = [index for index in which if index not in found]
    fresh = each_block(design, measured, which=missing, **how) if missing else iter(())
    _tell(progress, len(found) / len(which))
    for index, rows in zip(missing, fresh, strict=True):
        found[index] = tabulated(rows)
        # Each block is written as soon as it is finished, so that a study that is stopped loses little.
        if store is not None:
            store.write(index, design.block(index), found[index])
        _tell(progress, len(found) / len(which))
    return [found[index] for index in which]


def _tell(progress: Progress | None, share: float) -> None:
    """Report the share of the work that is finished."""
    if progress is not None:
        progress(share)


def part_of(progress: Progress | None, first: float, last: float) -> Progress | None:
    """Return the progress of a part of the work, scaled to the range from one share of the work to another."""
    return None if progress is None else lambda done: progress(first + (last - first) * done)


def each_block(
    design: Blocks,
    look: Callable[[Result], T],
    *,
    engine: str,
    jobs: int = 0,
    cluster: str | None = None,
    which: Iterable[int] | None = None,
) -> Iterator[list[T | None]]:
    """Return, block by block, the values of `look` for the results of its rows; by default for all blocks.

    The value is None for a row that makes the scenario invalid, also by the values drawn at its point. `look` must be
    defined at the top of a module, so that other processes can import it.
    """
    blocks = range(design.blocks) if which is None else list(which)
    base, study = replace(design.base, scenario=anchored(design.base.scenario)), new_study()
    rows = (_anchored(design.block(index)) for index in blocks)
    if cluster is None:
        tasks = ((_looked_at, (study, base, block, look, engine)) for block in rows)
        return (
            soonest(tasks, len(blocks), jobs=jobs) if engine == "batch" else in_order(tasks, jobs=jobs, threads=False)
        )
    from sim.study.runs.cluster import on_cluster

    sent = ((_looked_at_there, (_shipped(study, base, block), block, look, engine)) for block in rows)
    return on_cluster(cluster, sent)


def _anchored(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with scenarios as paths that every process finds."""
    return [row if row.scenario is None else replace(row, scenario=anchored(row.scenario)) for row in rows]


def _looked_at(
    study: str, base: Asked, rows: Sequence[Row], look: Callable[[Result], T], engine: str
) -> list[T | None]:
    """Run rows, and return for each what `look` returns, None for an invalid row."""
    return [_seen(compiled(study, base, row.change), row, look, engine) for row in rows]


def _looked_at_there(plans: bytes, rows: Sequence[Row], look: Callable[[Result], T], engine: str) -> list[T | None]:
    """Run rows on a machine that may have none of the files: their plans are sent with them."""
    from sim.study.runs.cluster import unpacked

    return [_seen(unpacked(plans)[row.change], row, look, engine) for row in rows]


@lru_cache(maxsize=4)
def _packed(study: str, base: Asked, changes: tuple[Row, ...]) -> bytes:
    """Return the plans of these changes as bytes; cached, since blocks of the same changes follow one another."""
    from sim.study.runs.cluster import shipped

    return shipped({change: compiled(study, base, change) for change in changes})


def _shipped(study: str, base: Asked, rows: Sequence[Row]) -> bytes:
    """Return the plans of these rows as bytes that are sent with them."""
    return _packed(study, base, tuple(dict.fromkeys(row.change for row in rows)))


def _seen(plan: Compiled | None, row: Row, look: Callable[[Result], T], engine: str) -> T | None:
    """Run one row, and return what `look` returns; None if its scenario is invalid."""
    from sim.api import play
    from sim.engines.batch.compiling.turns import TURN

    if plan is None:
        return None
    # Threads run Python code one at a time, and release the turn while they are in compiled code.
    with TURN:
        try:
            result = play(*plan, seed=row.seed, replication=row.replication, point=row.point, engine=engine)
        except InputError:
            return None
        return look(result)
