"""What planners know of processes: the levels that have come, and what is expected from there on."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.compiler import compile_plan
from sim.draws import draw
from sim.draws.changeovers import Outlook
from sim.draws.foreseen import outlooks
from sim.draws.processes import expected_levels
from tests.conftest import Build
from tests.draws.chargers import CHARGER, GEOMETRIC, JUMPS, REVERTING, moved


@pytest.mark.parametrize("process", [GEOMETRIC, REVERTING, GEOMETRIC | {"drift": 0.2, "jumps": JUMPS}])
def test_planners_see_the_level_of_today_and_no_later_one(build: Build, process: dict[str, Any]) -> None:
    """At each review they expect what has come, and from there on the conditional mean; a change of later draws is not seen."""
    plan = compile_plan(moved(build, process))
    drawn = draw(plan, 3, 1, [])
    (flow,), (of,) = drawn.flows, plan.processes
    known = expected_levels(plan, of, drawn.vector)
    days = np.array(of.months[:36]) + 5.0
    for review, day in enumerate(plan.calendar.reviews[:-1]):
        month = int(np.searchsorted(of.months, day, side="right")) - 1
        rates = flow.forecast.at(days)[flow.view[review]]
        assert rates == pytest.approx(1500 / 30.4375 * known[month, :36], rel=1e-12)
    actual = flow.actual_rate.at(days)
    assert actual == pytest.approx(1500 / 30.4375 * drawn.vector[of.levels][:36], rel=1e-12)


def test_an_expected_month_is_the_demand_that_comes(build: Build) -> None:
    """Up to the end of the month of a review, planners expect the very units that fall."""
    drawn = draw(compile_plan(moved(build, GEOMETRIC)), 3, 1, [])
    (flow,) = drawn.flows
    came = np.zeros(len(flow.expected_at) + 1)
    np.add.at(came, np.searchsorted(flow.expected_at, flow.times) + 1, flow.units)
    for review, end in enumerate(drawn.reviews[1:]):
        within = int(np.searchsorted(flow.expected_at, end))
        assert np.array_equal(flow.expected[flow.view[review]][: within + 1], np.cumsum(came)[: within + 1])


def test_planners_expect_compute_beyond_the_most_that_was_asked_for(build: Build) -> None:
    """Of a need in compute they expect the growth beyond the highest level so far, as the conditional mean has it."""
    data = copy.deepcopy(CHARGER)
    data["items"]["charger"]["h100e"] = 1
    points = [{"at": dt.date(2026, 1, 1), "value": 10_000}, {"at": dt.date(2030, 1, 1), "value": 90_000}]
    need = {"points": points, "process": GEOMETRIC | {"volatility": 0.6}}
    data["demand"]["chargers"] = {"item": "charger", "compute": need}
    drawn = draw(compile_plan(build(data)), 3, 1, [])
    (flow,), (of,) = drawn.flows, drawn.plan.processes
    known, edges = expected_levels(drawn.plan, of, drawn.vector), flow.forecast.edges
    months = np.searchsorted(of.months, edges, side="right") - 1
    written = np.interp(edges, [0.0, 1461.0], [10_000.0, 90_000.0])
    for review in (0, 7, 20):
        highest = np.maximum.accumulate(written * known[review][months])
        assert flow.forecast.values[flow.view[review]] * np.diff(edges) == pytest.approx(np.diff(highest))


def test_without_a_process_planners_know_one_outlook_at_all_reviews(build: Build) -> None:
    plan = compile_plan(build(CHARGER))
    outlook = Outlook(plan.vector(), {})
    (known,), month = outlooks(plan, 0, outlook)
    assert known is outlook.vector
    assert month.tolist() == [0] * (len(plan.calendar.reviews) - 1)


def test_a_process_on_a_price_tells_nothing_of_demand(build: Build) -> None:
    plan = compile_plan(moved(build, None, GEOMETRIC))
    assert len(outlooks(plan, 0, Outlook(plan.vector(), {}))[0]) == 1


def test_at_each_review_the_levels_up_to_its_month_are_known(build: Build) -> None:
    plan = compile_plan(moved(build, GEOMETRIC))
    vector = plan.vector()
    (process,) = plan.processes
    levels = np.exp(np.random.default_rng(1).normal(size=len(process.months)))
    vector[process.levels] = levels
    known, month = outlooks(plan, 0, Outlook(vector, {}))
    for review, m in enumerate(month):
        assert process.months[m] <= plan.calendar.reviews[review]
        found = known[m][process.levels]
        assert found[: m + 1].tolist() == levels[: m + 1].tolist()
        # Of a geometric process without drift the last level that is known is expected from there on.
        assert found[m + 1 :] == pytest.approx(np.full(len(levels) - m - 1, levels[m]))
