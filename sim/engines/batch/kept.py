"""The compiled planner, called from Python: the reference engine plans by it where it lies in the cache."""

from __future__ import annotations

from collections.abc import Callable

from sim.engines.batch.compiling.calling import kept
from sim.engines.batch.compiling.tuples import alike
from sim.engines.batch.program import PROGRAM
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.reviews import DECIDED
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import Worksheet
from sim.errors import ModelError

Decide = Callable[[Position, int], None]


def kept_planner(tables: Tables, position: Position, memory: Memory, sheet: Worksheet) -> Decide | None:
    """Return what decides a review of these tables, for positions like this one; None if nothing is compiled.

    Raises (when called):
        ModelError: the planner failed.
    """
    tables = alike(tables)
    planner = kept(PROGRAM, (tables, alike(position), alike(memory), alike(sheet)))
    if planner is None:
        return None

    def decide(seen: Position, k: int) -> None:
        """Decide review `k` and leave the decision in the worksheet."""
        try:
            decided = planner(tables, alike(seen), memory, sheet, k)
        except Exception as error:
            raise ModelError(f"the planner failed at review {k}: {type(error).__name__}: {error}") from error
        if decided != DECIDED:
            raise ModelError(f"the planner failed at review {k}")

    return decide
