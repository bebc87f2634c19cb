"""The batch engine as plain Python: the same lots as SimPy's, and a debugger can step through it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.api import run
from sim.draws import Draws
from sim.engines.batch import engine
from sim.engines.batch.compiling import calling
from sim.engines.batch.program import PROGRAM
from sim.engines.shared.tables import Tables, tables
from sim.errors import ModelError
from sim.scenario.loader import load_scenario

CASES = Path(__file__).resolve().parents[1] / "planning" / "cases"


@pytest.mark.parametrize("case", ["new-plant-new-input", "priority", "two-levels"])
def test_uncompiled_batch_plays_like_events(
    between: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert calling.compiled(PROGRAM).func is calling.uncompiled
    assert between(load_scenario(CASES / f"{case}.yaml")) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_error_in_a_review_reaches_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled code can only give up a review that fails; the engine says where, and what went wrong."""
    scenario = load_scenario(CASES / "two-levels.yaml")

    def broken(draws: Draws) -> Tables:
        whole = tables(draws)
        return whole._replace(takes=np.zeros_like(whole.takes))

    monkeypatch.setattr(engine, "tables", broken)
    with pytest.raises(ModelError, match="the planner failed at tick 0: FloatingPointError"):
        run(scenario, engine="batch")
