"""Planners know a changeover to come by its planned date alone: how late it will be, they learn as time goes by."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim.api import Result, run
from tests.draws.test_changeovers import DRAWN, LEAD, PLANNED, Fixture, risk_days, succession


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
