"""The reference engine plans by compiled code where that lies in the cache, and leaves the same records."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.api import run
from sim.compiler import compile_plan
from sim.draws import draw
from sim.engines.batch.compiling import kept
from sim.engines.events.engine import EventsEngine
from sim.engines.events.ordering import PlanningDesk
from sim.engines.shared import reviews
from sim.errors import ModelError
from sim.scenario.loader import load_scenario

Differences = Callable[..., list[str]]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch engine was compiled before, and may be used."""
    run(load_scenario("as-announced", sets=["lot_scale=20"]), engine="batch")
    monkeypatch.setattr(PlanningDesk, "by_compiled", True)


@pytest.mark.usefixtures("compiled")
def test_the_records_are_those_of_plain_python(monkeypatch: pytest.MonkeyPatch, differ: Differences) -> None:
    """To the bit, initial pipeline included; and no review was planned in plain Python."""
    plan = compile_plan(load_scenario("as-announced", sets=["lot_scale=20"]))
    with monkeypatch.context() as plain:
        plain.setattr(PlanningDesk, "by_compiled", False)
        expected = EventsEngine(draw(plan, 3), trace=True).run()
    monkeypatch.setattr(reviews, "review", None)
    assert not differ(EventsEngine(draw(plan, 3), trace=True).run(), expected)


def test_without_compiled_code_reviews_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where numba is switched off nothing is looked for."""
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert kept.planner_kept() is None


@pytest.mark.usefixtures("compiled")
def test_a_failed_review_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled code says that it failed by a number."""
    monkeypatch.setattr(kept, "DECIDED", 2)
    with pytest.raises(ModelError, match="the planner failed at review -1"):
        run(load_scenario("as-announced", sets=["lot_scale=20"]), engine="events")
