"""Changeovers between generations: how demand goes over, and which of them planners know."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.clock import TICKS_PER_DAY
from sim.compiler import compile_plan
from sim.draws import draw
from sim.draws.changeovers import Changeovers, Outlook, changeovers, weights
from sim.draws.demand import Flow
from sim.plan import NONE, GenerationPlan, Ref
from tests.draws.lines import drawn

Fixture = Callable[..., Any]
PLANNED, LEAD = 60, 10
"""Typical end of qualification and lead time: the changeover is planned for day 70."""


def succession(risk: Any, **line: Any) -> dict[str, Any]:
    """Ten a day of a first product; a second takes over within 20 days once it is qualified."""
    return {
        "horizon": {"length": 300, "time_unit": "day"},
        "report_every": 10,
        "review_every": 10,
        "initial": "pipeline",
        "items": {k: {"stage": "s"} for k in ("one", "two")},
        "sites": {"plant": {"in_house": True, "capacity": 1000}},
        "recipes": {
            "make_one": {"item": "one", "site": "plant", "lot_size": 5, "cycle_time": LEAD},
            "make_two": {
                "item": "two", "site": "plant", "lot_size": 5, "cycle_time": LEAD,
                "qualification": {"risk": {"days": risk, "starts": 5}},
            },
        },
        "demand": {"d": {"generations": [{"item": "one"}, {"item": "two", "begins": 0, "months": 20, "wait_for": ["make_two"]}], "rate": 10} | line},
    }  # fmt: skip


DRAWN = {"assumed": PLANNED, "low": 20, "high": 160, "draw": "uniform", "source": "made up"}


def risk_days(scenario: Any, seed: int) -> float:
    plan = compile_plan(scenario)
    place = next(
        i for i, planned in enumerate(plan.inputs) if planned.path == "recipes.make_two.qualification.risk.days"
    )
    return float(draw(plan, seed).vector[place])


def first_wanted(flow: Flow, view: int) -> float:
    """The day from which a view expects demand."""
    return float(flow.forecast.edges[np.flatnonzero(flow.forecast.values[view] > 0)[0]])


def test_a_late_changeover_is_expected_at_the_next_review_and_known_once_begun(build: Fixture) -> None:
    scenario = build(succession(DRAWN))
    plan = compile_plan(scenario)
    seed = next(s for s in range(12) if risk_days(scenario, s) > PLANNED + 15)
    begins = risk_days(scenario, seed) + LEAD
    flow = draw(plan, seed).flows[1]
    expected = [first_wanted(flow, v) for v in flow.view]
    for k, first in enumerate(expected):
        now = plan.calendar.reviews[k]
        wanted = begins if begins <= now else PLANNED + LEAD if now < PLANNED + LEAD else now + 10
        assert first == pytest.approx(wanted, abs=1)


def test_what_follows_a_changeover_by_its_cadence_moves_with_it(build: Fixture) -> None:
    """The third product is planned 50 days after the second: for day 120 until that is late, then for later."""
    data = succession(DRAWN)
    data["items"]["three"] = {"stage": "s"}
    data["recipes"]["make_three"] = {"item": "three", "site": "plant", "cycle_time": LEAD}
    data["demand"]["d"]["generations"].append({"item": "three", "cadence": 50})
    scenario = build(data)
    plan = compile_plan(scenario)
    seed = next(s for s in range(12) if 80 < risk_days(scenario, s) < 150)
    begins = risk_days(scenario, seed) + LEAD
    flow = draw(plan, seed).flows[2]
    for k, v in enumerate(flow.view):
        now = plan.calendar.reviews[k]
        second = begins if begins <= now else 70 if now < 70 else now + 10
        first = first_wanted(flow, v)
        assert first == pytest.approx(second + 50, abs=1)


def test_without_noise_planners_hold_one_view(build: Fixture) -> None:
    for flow in draw(compile_plan(build(succession(PLANNED))), 0).flows:
        assert len(flow.forecast.values) == 1
        assert not flow.view.any()
        assert flow.forecast.values[0] == pytest.approx(flow.actual_rate.values)


def test_each_view_expects_its_own_changeover(build: Fixture) -> None:
    """Planned for day 12, but later: up to day 12 planners expect the second product from then on, and afterwards from
    the next review on, until it has begun."""
    risk = {"assumed": 2, "low": 2, "high": 22, "draw": "uniform", "source": "made up"}
    recipes = {k: {"item": k, "site": "vendor", "cycle_time": 10} for k in ("one", "two")}
    recipes["two"]["qualification"] = {"risk": {"days": risk, "starts": 1}}
    generations = [{"item": "one"}, {"item": "two", "begins": 0, "wait_for": ["two"]}]
    items = {k: {"stage": "s"} for k in ("one", "two")}
    draws = drawn(build, {}, items=items, recipes=recipes, demand={"d": {"generations": generations, "rate": 1}})
    first, second = draws.flows
    begun = float(second.times[0]) / TICKS_PER_DAY
    assert begun > 14
    for k, day in enumerate(draws.plan.calendar.reviews[:-1]):
        expected = np.flatnonzero(np.diff(second.expected[second.view[k]]))
        since = float(second.expected_at[expected[0]]) / TICKS_PER_DAY
        assert since == (12 if day < 12 else np.ceil(min(day + 1, begun)))
    # A changeover within a day leaves a fraction of a unit to each product.
    total = first.expected[first.view] + second.expected[second.view]
    assert np.all(np.abs(total - total[0]) <= 1)


def test_the_share_of_a_generation_grows_evenly_over_its_changeover() -> None:
    """The second from day 10 to 30, the third at once on day 25, when the second had three quarters."""
    changes = Changeovers((-np.inf, 10.0, 25.0), (0.0, 20.0, 0.0))
    found = np.array(weights(changes, np.array([9.0, 15, 24.9, 25, 40])))
    assert found.T.tolist() == pytest.approx(
        np.array([[1, 0, 0], [0.75, 0.25, 0], [0.255, 0.745, 0], [0.25, 0, 0.75], [0, 0, 1]])
    )


@given(
    st.lists(st.tuples(st.floats(-20, 120), st.integers(0, 80)), max_size=4),
    st.lists(st.floats(0, 100), min_size=1, max_size=8),
)
def test_shares_of_generations_add_up_to_the_line(later: list[tuple[float, float]], days: list[float]) -> None:
    changes = Changeovers((-np.inf, *(b for b, _ in later)), (0.0, *(n for _, n in later)))
    found = np.array(weights(changes, np.array(days)))
    assert np.all((found >= 0) & (found <= 1))
    assert found.sum(axis=0) == pytest.approx(np.ones(len(days)))


def test_a_changeover_that_never_comes_leaves_all_to_the_one_before() -> None:
    assert np.array(weights(Changeovers((-np.inf, np.inf), (0.0, 9.0)), np.array([5.0, 1e6]))).tolist() == [
        [1, 1],
        [0, 0],
    ]


def test_a_changeover_waits_for_the_first_source_and_the_next_by_cadence_with_it() -> None:
    """Dated for day 20, but supplied from day 35 on; 30 days later the next, which waits for nothing."""
    vector = np.array([20.0, 30.0, 5.0])
    generations = (
        GenerationPlan(0, NONE, NONE, NONE, ()),
        GenerationPlan(1, Ref(0), NONE, Ref(2), (7, 8)),
        GenerationPlan(2, NONE, Ref(1), NONE, ()),
    )
    line: Any = SimpleNamespace(generations=generations)
    late, early = (changeovers(line, Outlook(vector, {7: day, 8: 99.0})) for day in (35.0, 4.0))
    assert (late.begins, late.lengths) == ((-np.inf, 35.0, 65.0), (0.0, 5.0, 0.0))
    assert early.begins == (-np.inf, 20.0, 50.0)
