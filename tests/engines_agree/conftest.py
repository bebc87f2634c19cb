"""Both engines on one replication, and what differs between their records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from sim.compiler import compile_plan
from sim.draws import draw
from sim.engines.batch.engine import BatchEngine
from sim.engines.events.engine import EventsEngine
from sim.engines.shared.records import Lot, Records
from sim.plan import Plan
from sim.scenario.loader import Scenario

Differences = Callable[..., list[str]]
LOT = [name for name in Lot.__slots__ if name != "seeded"]


def differences(a: Records, b: Records) -> list[str]:
    """Names of the fields that are not equal to the bit, with the first lot that is not."""
    found = []
    for field in fields(Records):
        one, other = getattr(a, field.name), getattr(b, field.name)
        if field.name == "lots":
            found += _lots(one, other)
        elif isinstance(one, dict):
            assert one.keys() == other.keys()
            found += [f"{field.name}.{name}" for name in one if not _same(one[name], other[name])]
        elif not _same(np.asarray(one), np.asarray(other)):
            found.append(field.name)
    return found


def _same(a: Any, b: Any) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def _lots(a: list[Lot], b: list[Lot]) -> list[str]:
    rows, others = ([tuple(getattr(lot, name) for name in LOT) for lot in lots] for lots in (a, b))
    wrong = [f"lot {one} against {other}" for one, other in zip(rows, others, strict=False) if one != other]
    return wrong[:1] or ([] if len(a) == len(b) else [f"{len(a)} lots against {len(b)}"])


@pytest.fixture(autouse=True)
def _plain_reviews(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference engine plans in plain Python here: else both would run the same compiled review."""
    monkeypatch.setattr(EventsEngine, "by_compiled", False)


@pytest.fixture
def compiled_reviews(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may plan by compiled code: what is compared is all else."""
    monkeypatch.setattr(EventsEngine, "by_compiled", True)


@pytest.fixture(scope="session")
def differ() -> Differences:
    """Names of the fields in which two records differ."""
    return differences


@pytest.fixture(scope="session")
def between() -> Differences:
    """What differs between the engines on a scenario or plan."""

    def compare(
        scenario: Scenario | Plan, seed: int = 0, replication: int = 0, at: tuple[float, ...] | None = None
    ) -> list[str]:
        plan = scenario if isinstance(scenario, Plan) else compile_plan(scenario)
        events = EventsEngine(draw(plan, seed, replication, at), trace=True).run()
        batch = BatchEngine(draw(plan, seed, replication, at), trace=True).run()
        return differences(events, batch)

    return compare
