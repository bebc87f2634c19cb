"""The reference engine plans by compiled code where that lies in the cache, and leaves the same records."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.api import run
from sim.compiler import compile_plan
from sim.draws import draw
from sim.engines.batch import kept
from sim.engines.events import layout
from sim.engines.events.engine import EventsEngine
from sim.engines.shared.positions import blank_position, memory
from sim.engines.shared.tables import tables
from sim.engines.shared.worksheet import worksheet
from sim.errors import ModelError
from sim.scenario.loader import Scenario, load_scenario

Differences = Callable[..., list[str]]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch engine was compiled before, and may be used."""
    run(announced(), engine="batch")
    monkeypatch.setattr(EventsEngine, "by_compiled", True)


def announced() -> Scenario:
    """The main scenario until its own fab is built, in larger lots."""
    return load_scenario("as-announced", sets=["lot_scale=20", "horizon.end=2027-10-01"])


@pytest.mark.usefixtures("compiled")
def test_the_records_are_those_of_plain_python(monkeypatch: pytest.MonkeyPatch, differ: Differences) -> None:
    """To the bit, initial pipeline included; and no review was planned in plain Python."""
    plan = compile_plan(announced())
    with monkeypatch.context() as plain:
        plain.setattr(EventsEngine, "by_compiled", False)
        expected = EventsEngine(draw(plan, 3), trace=True).run()
    monkeypatch.setattr(layout, "decide", None)
    assert not differ(EventsEngine(draw(plan, 3), trace=True).run(), expected)


def test_without_compiled_code_reviews_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where numba is switched off nothing is looked for."""
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    t = tables(draw(compile_plan(announced()), 0))
    assert kept.kept_planner(t, blank_position(1, 1, 1, 1, 1), memory(t), worksheet(t)) is None


@pytest.mark.usefixtures("compiled")
def test_a_failed_review_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled code says that it failed by a number."""
    monkeypatch.setattr(kept, "DECIDED", 2)
    with pytest.raises(ModelError, match="the planner failed at review -1"):
        run(announced(), engine="events")
