"""Money that capacity costs to build, worked out by hand: 10 dollars for a unit of capacity a day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.draws.outlay import Outlay, capex, credit_by_period
from sim.draws.sites import nameplate_curve
from sim.plan import Plan
from tests.draws.lines import Fixture, compiled

PERIODS = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0)
GROWS = {"interpolate": "step", "points": [{"at": 0, "value": 100}, {"at": 21, "value": 150}]}
"""50 units more on day 21."""
BUILT = {
    "construction": {"decision": 6, "stages": [{"name": "shell", "duration": 8}, {"name": "tools", "duration": 2}]},
    "ramp": {"initial": 100, "target": 100, "months": 0},
}
"""Decided on day 6, there on day 16."""


def plan(build: Fixture, site: dict[str, Any], **terms: Any) -> Plan:
    """A part that is made at a site of ours."""
    capex = {"per_capacity": 10, "life": 10, **terms}
    own = {"in_house": True, "capex": capex, **site}
    return compiled(build, {"rate": 1}, sites={"vendor": own})


def paid(plan: Plan) -> list[float]:
    """Dollars by period."""
    site, vector = plan.sites[0], plan.vector()
    return capex(site, vector, nameplate_curve(site, vector, plan.calendar), plan.calendar).by_period(PERIODS).tolist()


def credited(plan: Plan) -> list[float]:
    """What is given back by period."""
    site, vector = plan.sites[0], plan.vector()
    nameplate = nameplate_curve(site, vector, plan.calendar)
    return credit_by_period(site, vector, nameplate, plan.calendar, PERIODS).tolist()


def test_what_is_added_is_paid_on_its_day(build: Fixture) -> None:
    assert paid(plan(build, {"capacity": GROWS})) == [0, 0, 0, 0, 500, 0]


def test_capacity_of_the_first_day_is_paid_where_it_was_not_before(build: Fixture) -> None:
    assert paid(plan(build, {"capacity": GROWS}, sunk=False)) == [1000, 0, 0, 0, 500, 0]


def test_a_share_is_paid_with_the_order(build: Fixture) -> None:
    """40 % of 500, 9 days before day 21."""
    ahead = {"days": 9, "share": 0.4}
    assert paid(plan(build, {"capacity": GROWS}, paid_ahead=ahead)) == pytest.approx([0, 0, 200, 0, 300, 0])


def test_the_building_is_paid_evenly_over_construction(build: Fixture) -> None:
    """Of 1,000 dollars 60 % are equipment, paid on day 16, and 400 are paid from day 6 to day 16."""
    found = paid(plan(build, BUILT, equipment_share=0.6))
    assert found == pytest.approx([0, 160, 200, 40 + 600, 0, 0])


def test_a_credit_is_a_share_of_what_was_begun_in_time(build: Fixture) -> None:
    for by, given in ((None, [0, 40, 50, 160, 0, 0]), (6, [0, 40, 50, 160, 0, 0]), (5.9, [0] * 6)):
        credit = {"share": 0.25} | ({} if by is None else {"begun_by": by})
        assert credited(plan(build, BUILT, equipment_share=0.6, credit=credit)) == pytest.approx(given)


def test_no_credit_gives_nothing_back(build: Fixture) -> None:
    assert credited(plan(build, {"capacity": GROWS})) == [0] * 6


def test_what_lies_outside_all_periods_is_not_booked() -> None:
    day = 2**20
    at, dollars = np.array([-1, 0, 9 * day, 10 * day]), np.array([1.0, 2.0, 4.0, 8.0])
    outlay = Outlay(((at, dollars),), 100.0, -10.0, 10.0, np.inf)
    assert outlay.by_period((0.0, 5.0, 10.0)).tolist() == [2 + 25, 4 + 25]


def test_a_building_is_paid_for_until_the_site_closes() -> None:
    nothing = (np.zeros(0, dtype=np.int64), np.zeros(0))
    outlay = Outlay((nothing,), 100.0, 0.0, 10.0, 7.0)
    assert outlay.by_period((0.0, 5.0, 10.0)) == pytest.approx([50, 20])
