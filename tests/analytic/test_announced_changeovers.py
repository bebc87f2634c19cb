"""Planners know a changeover to come by its planned date alone: how late it will be, they learn as time goes by."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.api import Result, run
from sim.compiler import compile_plan
from sim.draws import draw
from sim.draws.demand import Flow

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


def releases(result: Result, measured: Fixture, until: float) -> list[list[float]]:
    """Starts of both products in each review period that begins before a day."""
    periods = int(np.ceil(until / 10))
    return [measured(result, "recipe", name, "starts")[:periods] for name in ("make_one", "make_two")]


@pytest.fixture(scope="module")
def late(build: Fixture) -> dict[float, Result]:
    """Runs in which qualification took longer than planned, by its days; the shortest first."""
    scenario = build(succession(DRAWN))
    days = {risk_days(scenario, seed): seed for seed in range(12)}
    return {took: run(scenario, seed=days[took]) for took in sorted(days) if took > PLANNED + 15}


def test_orders_do_not_depend_on_a_delay_that_has_not_shown(late: dict[float, Result], measured: Fixture) -> None:
    """Up to the end of the shortest qualification all planners saw the same; the planned date is before it."""
    assert len(late) > 3
    shown = min(late)
    assert shown > PLANNED + LEAD
    first, *others = (releases(result, measured, shown) for result in late.values())
    assert all(other == first for other in others)
    whole = [releases(result, measured, 300) for result in late.values()]
    assert all(a != b for a, b in pairwise(whole))


def test_up_to_the_planned_date_orders_are_those_of_the_plan(
    build: Fixture, late: dict[float, Result], measured: Fixture
) -> None:
    on_time = run(build(succession(PLANNED)))
    for result in late.values():
        assert releases(result, measured, PLANNED) == releases(on_time, measured, PLANNED)


def test_who_counts_on_the_plan_lacks_the_old_product_when_the_new_is_late(
    build: Fixture, late: dict[float, Result], measured: Fixture
) -> None:
    """On day 60 the second product is to take part of the demand from day 70 on, which it does not when it is late;
    told of the delay, the planner would have ordered that of the first, as far ahead as it looks: 25 units of the first
    ten days and 35 of the next five."""
    for took, result in late.items():
        told = run(build(succession(took)))
        short = [sum(measured(r, "recipe", "make_one", "starts")[:7]) for r in (told, result)]
        assert short[0] - short[1] == pytest.approx(60, abs=10)
        least = [min(measured(r, "item", "one", "stock")[6:9]) for r in (told, result)]
        assert least[1] < least[0]


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
