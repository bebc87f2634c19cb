"""The compiled engine gives every lot, frame and indicator of the reference, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sim.api import run
from sim.cli.main import main
from sim.compiler import compile_plan
from sim.draws import draw
from sim.draws.points import point
from sim.engines.batch.engine import BatchEngine
from sim.engines.shared.records import Lot
from sim.scenario.catalogue import shipped_scenarios
from sim.scenario.loader import Scenario, load_scenario

TESTS = Path(__file__).resolve().parents[1]
ABSTRACT = sorted([*(TESTS / "analytic").glob("*.yaml"), *(TESTS / "benchmarks").glob("*.yaml")])
LARGER_LOTS = ["lot_scale=20"]


def short(name: str, end: str = "2029-01-01") -> Scenario:
    """A shipped scenario over three years, or up to behind its last gate on a date: a review costs the reference engine some
    tenths of a second."""
    last = "2031-01-01" if name == "terafab-option" else end
    return load_scenario(name, sets=[*LARGER_LOTS, f"horizon.end={last}"])


SHIPPED = sorted(shipped_scenarios())


PLAIN = SHIPPED[::6]
"""Those whose every review the reference engine plans in plain Python, which takes most of such a run. Every sixth, with gates
among them: all are planned by the same functions, and generated networks are planned in plain Python too."""


@pytest.mark.parametrize(("name", "seed"), [(name, place % 3) for place, name in enumerate(PLAIN)])
def test_shipped_scenarios(between: Callable[..., list[str]], name: str, seed: int) -> None:
    """Over two years: by then all that a review does has been done, and each more costs as long again."""
    assert between(short(name, "2028-01-01"), seed) == []


@pytest.mark.usefixtures("compiled_reviews")
@pytest.mark.parametrize(("name", "seed"), [(name, place % 3) for place, name in enumerate(SHIPPED)])
def test_shipped_scenarios_planned_by_compiled_reviews(between: Callable[..., list[str]], name: str, seed: int) -> None:
    assert between(short(name), seed) == []


@pytest.mark.usefixtures("compiled_reviews")
@pytest.mark.parametrize("name", SHIPPED[::3])
def test_shipped_scenarios_as_they_are_drawn(between: Callable[..., list[str]], name: str) -> None:
    plan = compile_plan(short(name))
    assert between(plan, 0, 5, point(plan.dimensions, 0, 5)) == []


@pytest.mark.usefixtures("compiled_reviews")
def test_a_plan_in_its_own_lots(between: Callable[..., list[str]]) -> None:
    assert between(load_scenario("as-announced")) == []


@pytest.mark.parametrize("file", ABSTRACT, ids=lambda file: file.stem)
def test_textbook_models(between: Callable[..., list[str]], file: Path) -> None:
    assert between(load_scenario(str(file)), 1) == []


@pytest.mark.usefixtures("compiled_reviews")
def test_results_are_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    scenario = load_scenario("as-announced", sets=LARGER_LOTS)
    events, compiled = (run(scenario, engine=name, trace=True) for name in ("events", "batch"))
    assert events.kpis == compiled.kpis
    assert events.milestones == compiled.milestones
    assert events.conservation == compiled.conservation
    assert len(events.frames["lots"]) > 1000
    for name, frame in events.frames.items():
        pd.testing.assert_frame_equal(frame, compiled.frames[name], check_exact=True)
    texts = []
    for name in ("events", "batch"):
        assert main(["run", "as-announced", "--no-against", "--set", *LARGER_LOTS, "--engine", name]) == 0
        texts.append(capsys.readouterr().out.replace(f"engine {name}", "engine"))
    assert texts[0] == texts[1]


def test_a_run_that_outgrows_its_slots_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load_scenario("as-announced", sets=LARGER_LOTS)
    roomy = BatchEngine(draw(compile_plan(scenario), 3), trace=True).run()
    monkeypatch.setattr(BatchEngine, "slots", 16)
    # What a run has learned is kept with its plan.
    narrow = BatchEngine(draw(compile_plan(scenario), 3), trace=True).run()
    assert roomy.source["good"].tobytes() == narrow.source["good"].tobytes()
    rows, others = (
        [tuple(getattr(lot, n) for n in Lot.__slots__ if n != "seeded") for lot in r.lots] for r in (roomy, narrow)
    )
    assert rows == others


def test_progress_ends_at_the_whole() -> None:
    done: list[float] = []
    run(load_scenario("as-announced", sets=LARGER_LOTS), engine="batch", progress=done.append)
    assert done == sorted(done)
    assert done[-1] == 1.0
