"""What is paid with the order of capacity, before it stands: by hand, and never before the gate that brings it."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

import sim
from tests.conftest import Build

Outlay = Callable[..., dict[str, float]]
AHEAD = {"days": 181, "share": 0.25}
HALL: dict[str, Any] = {
    "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2029, 1, 1)},
    "items": {"part": {"stage": "part"}},
    "sites": {"hall": {"in_house": True, "capex": {"per_capacity": 100, "life": 10, "paid_ahead": AHEAD}}},
    "recipes": {"make": {"item": "part", "site": "hall"}},
    "demand": {"d": {"item": "part", "rate": 10}},
}
GATE = dt.date(2027, 1, 1)


def steps(*points: tuple[dt.date, float]) -> dict[str, Any]:
    return {"interpolate": "step", "points": [{"at": at, "value": value} for at, value in points]}


@pytest.fixture
def outlay(build: Build) -> Outlay:
    """Dollars of each month in which something is paid for the hall, of a choice if it has any."""

    def paid(site: dict[str, Any], choice: dict[str, Any] | None = None) -> dict[str, float]:
        data = copy.deepcopy(HALL)
        data["sites"]["hall"] |= site
        if choice is not None:
            data["decisions"] = {"gate": {"at": GATE, "choices": {"taken": choice, "left": {}}}}
            data["plan"] = {"gate": "taken"}
        cash = sim.run(build(data, "hall")).frames["cash"]
        cash = cash[cash["category"] == "capex"]
        return {f"{at:%Y-%m}": -usd for at, usd in zip(cash["period_start"], cash["usd"], strict=True)}

    return paid


def test_a_share_is_paid_with_the_order_and_the_rest_when_it_stands(outlay: Outlay) -> None:
    assert outlay({"capacity": steps((dt.date(2026, 1, 1), 10), (dt.date(2027, 7, 1), 50))}) == {
        "2027-01": 1000.0,
        "2027-07": 3000.0,
    }


def test_what_was_ordered_before_the_horizon_was_paid_before_it(outlay: Outlay) -> None:
    assert outlay({"capacity": steps((dt.date(2026, 1, 1), 10), (dt.date(2026, 5, 1), 50))}) == {"2026-05": 3000.0}


def test_what_stands_on_the_first_day_and_is_not_sunk_is_paid_on_it(outlay: Outlay) -> None:
    capex = HALL["sites"]["hall"]["capex"] | {"sunk": False}
    grows = steps((dt.date(2026, 1, 1), 40), (dt.date(2028, 1, 1), 60))
    assert outlay({"capacity": grows, "capex": capex}) == {"2026-01": 4000.0, "2027-07": 500.0, "2028-01": 1500.0}


def test_construction_is_decided_before_equipment_is_ordered(outlay: Outlay) -> None:
    """Equipment of 2,400 dollars is ordered on the day of the decision; a building of 1,600 takes the whole of May."""
    construction = {"decision": dt.date(2026, 5, 1), "stages": [{"name": "shell", "duration": 31}]}
    capex = HALL["sites"]["hall"]["capex"] | {"equipment_share": 0.6}
    ramp = {"initial": 40, "target": 40, "months": 0}
    found = outlay({"construction": construction, "ramp": ramp, "capex": capex})
    assert found == {"2026-05": 600.0 + 1600.0, "2026-06": 1800.0}


def test_what_a_choice_brings_is_not_ordered_before_its_gate(outlay: Outlay) -> None:
    """Late for an order 181 days ahead: it is placed at the gate."""
    choice = {"later": [{"after": 90, "values": {"sites.hall.capacity": 50}}]}
    assert outlay({"capacity": 10}, choice) == {"2027-01": 1000.0, "2027-04": 3000.0}
    choice = {"later": [{"after": 243, "values": {"sites.hall.capacity": 50}}]}
    assert outlay({"capacity": 10}, choice) == {"2027-03": 1000.0, "2027-09": 3000.0}


PLANNED = {"capacity": steps((dt.date(2026, 1, 1), 10), (dt.date(2027, 3, 1), 50))}
"""Ordered on 1 September 2026."""


@pytest.mark.parametrize("choice", [{"from_gate": {"sites.hall.capacity": 10}}, {"closes": {"hall": 0}}])
def test_what_was_ordered_before_a_gate_stays_paid_whatever_is_chosen(outlay: Outlay, choice: dict[str, Any]) -> None:
    assert outlay(PLANNED, {}) == {"2026-09": 1000.0, "2027-03": 3000.0}
    assert outlay(PLANNED, choice) == {"2026-09": 1000.0}


def test_what_was_ordered_before_a_gate_serves_what_is_chosen(outlay: Outlay) -> None:
    """Of 60 more, 40 are on order; the rest is ordered for the later day."""
    choice = {
        "from_gate": {"sites.hall.capacity": 10},
        "later": [{"after": 243, "values": {"sites.hall.capacity": 70}}],
    }
    assert outlay(PLANNED, choice) == {"2026-09": 1000.0, "2027-03": 500.0, "2027-09": 4500.0}


def test_a_site_that_closes_orders_nothing_for_afterwards(outlay: Outlay) -> None:
    assert outlay(PLANNED | {"closes": dt.date(2027, 2, 1)}) == {}


def test_a_credit_follows_what_is_paid(build: Build) -> None:
    data = copy.deepcopy(HALL)
    data["sites"]["hall"] |= PLANNED
    data["sites"]["hall"]["capex"] |= {"credit": {"share": 0.3}, "sunk": False}
    cash = sim.run(build(data, "credit")).frames["cash"]
    paid, given = (cash[cash["category"] == c].set_index("period_start")["usd"] for c in ("capex", "credit"))
    assert given.to_dict() == pytest.approx((-0.3 * paid).to_dict())
    assert len(given) == 3
