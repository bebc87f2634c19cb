"""Memory that runs use again: whatever a run before left in it, the records are the same, and so for any calendar."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.compiler import compile_plan
from sim.draws import draw
from sim.engines.batch import engine, room
from sim.engines.batch.compiling.native import Lasting, plain
from sim.engines.batch.engine import BatchEngine
from sim.engines.shared.tables import Tables
from sim.scenario.loader import load_scenario

Differences = Callable[..., list[str]]
NAMES = ("as-announced", "charger-option", "exclusive-lines", "starlink-components")


@pytest.mark.parametrize("name", NAMES)
def test_the_planner_reads_nothing_of_a_worksheet_that_no_review_has_written(
    name: str, differ: Differences, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(t: Tables) -> Lasting:
        found = room.sheet(t)
        for array in plain(found):
            array[...] = np.nan if array.dtype == np.float64 else -12345
        return found

    draws = draw(compile_plan(load_scenario(name, sets=["lot_scale=20"])), 0)
    clean = BatchEngine(draws, trace=True).run()
    monkeypatch.setattr(engine, "sheet", spoiled)
    assert differ(BatchEngine(draws, trace=True).run(), clean) == []


@pytest.mark.parametrize("buckets", [1, 64, room.MOST_BUCKETS])
def test_results_do_not_depend_on_the_buckets_of_the_calendar(buckets: int, differ: Differences) -> None:
    plan = compile_plan(load_scenario("as-announced", sets=["lot_scale=20"]))
    draws, learned = draw(plan, 0), engine._learned(plan)
    clean = BatchEngine(draws, trace=True).run()
    # What the run before needed, in place of which any power of two may stand.
    assert learned.buckets < room.MOST_BUCKETS
    learned.buckets = buckets
    assert differ(BatchEngine(draws, trace=True).run(), clean) == []
