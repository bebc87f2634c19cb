"""Planned items: forecasts, changeovers, contracts, qualification, each with a known outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.api import run

Fixture = Callable[..., Any]


def planned(**changes: Any) -> dict[str, Any]:
    """One planned item from a supplier with a lead time of 10 days, 10 a day wanted."""
    data = {
        "horizon": {"length": 200, "time_unit": "day"},
        "report_every": 10,
        "review_every": 10,
        "initial": "pipeline",
        "items": {"part": {"stage": "part"}},
        "sites": {"supplier": {"in_house": False, "capacity": 100}},
        "recipes": {"buy": {"item": "part", "site": "supplier", "lot_size": 5, "cycle_time": 10}},
        "demand": {"d": {"item": "part", "rate": 10}},
    }
    return data | changes


@pytest.mark.parametrize(("bias", "sign"), [(1.3, 1), (0.7, -1), (1.0, 0)])
def test_a_biased_forecast_ends_in_surplus_or_backlog(build: Fixture, bias: float, sign: int) -> None:
    """The planner covers lead time and review, 20 days, at its forecast: off by 20 days x 10 x bias error."""
    data = planned()
    data["demand"]["d"]["forecast"] = {"bias": bias}
    kpis = run(build(data)).kpis
    net = kpis["stock_end.part"] - kpis["backlog_end"]
    if sign == 0:
        assert abs(net) <= 60
    else:
        assert sign * net > 0
        # Releases are spread over the review period, so up to one period's demand is still to come.
        assert sign * net == pytest.approx(60, abs=35)


def test_revision_corrects_a_biased_forecast(build: Fixture) -> None:
    data = planned()
    data["demand"]["d"]["forecast"] = {"bias": 0.5, "revision": 0.5}
    corrected = run(build(data)).kpis["backlog_end"]
    data["demand"]["d"]["forecast"] = {"bias": 0.5}
    assert corrected < 0.3 * run(build(data)).kpis["backlog_end"]


def test_a_forecast_of_its_own_begins_with_the_demand(build: Fixture, measured: Fixture) -> None:
    """10 a day from day 100 on, forecast so for all time: nothing is ordered more than 20 days before."""
    data = planned(initial="empty")
    data["demand"]["d"] |= {"begins": 100, "forecast": {"rate": 10}}
    starts = measured(run(build(data)), "recipe", "buy", "starts")
    assert starts[:8] == [0] * 8
    assert sum(starts[8:10]) > 0


@pytest.mark.parametrize(("days", "ends"), [(100, True), (200, False)])
def test_a_list_of_demands_that_ends_early_ends_the_forecast(
    build: Fixture, measured: Fixture, days: int, ends: bool
) -> None:
    """10 a day, listed: after half of the horizon nothing is ordered; a list for all of it is taken to go on."""
    data = planned(demand={"d": {"item": "part", "pattern": "series", "every": 1, "values": [10] * days}})
    result = run(build(data))
    assert sum(measured(result, "recipe", "buy", "starts")[10:]) == pytest.approx(0 if ends else 1000, abs=20)
    assert result.kpis["stock_end.part"] + result.kpis["backlog_end"] <= 20


def test_changeover_between_generations(build: Fixture) -> None:
    """10 a day for 30 days; the second takes over linearly from day 10 to 20: 150 each."""
    data = {
        "horizon": {"length": 30, "time_unit": "day"},
        "items": {k: {"stage": "s", "initial_stock": 1000} for k in ("one", "two")},
        "sites": {"plant": {"in_house": True, "capacity": 100}},
        "recipes": {f"make_{k}": {"item": k, "site": "plant"} for k in ("one", "two")},
        "demand": {"d": {"generations": [{"item": "one"}, {"item": "two", "begins": 10, "months": 10}], "rate": 10}},
    }
    kpis = run(build(data)).kpis
    assert kpis["served"] == pytest.approx(300, abs=1)
    assert 1000 - kpis["stock_end.one"] == pytest.approx(150, abs=1)
    assert 1000 - kpis["stock_end.two"] == pytest.approx(150, abs=1)
    data["demand"]["d"]["pattern"] = "poisson"
    kpis = run(build(data), seed=4).kpis
    assert 2000 - kpis["stock_end.one"] - kpis["stock_end.two"] == kpis["served"]
    assert abs(1000 - kpis["stock_end.two"] - 150) < 4 * 150**0.5


def test_a_changeover_waits_for_high_volume(build: Fixture) -> None:
    """Wished on day 5; risk production for 12 days and a lead time of 3: it begins on day 15."""
    data = {
        "horizon": {"length": 30, "time_unit": "day"},
        "items": {k: {"stage": "s", "initial_stock": 1000} for k in ("one", "two")},
        "sites": {"plant": {"in_house": True, "capacity": 100}},
        "recipes": {
            "make_one": {"item": "one", "site": "plant"},
            "make_two": {
                "item": "two", "site": "plant", "cycle_time": 3,
                "qualification": {"risk": {"days": 12, "starts": 1}},
            },
        },
        "demand": {
            "d": {"generations": [{"item": "one"}, {"item": "two", "begins": 5, "wait_for": ["make_two"]}], "rate": 10}
        },
    }  # fmt: skip
    kpis = run(build(data)).kpis
    assert 1000 - kpis["stock_end.one"] == 150
    assert 1000 - kpis["stock_end.two"] == 150


def moving(contract: dict[str, Any], qualification: dict[str, Any] | None = None) -> dict[str, Any]:
    """Our own plant opens on day 60 with more than enough; outside has been the only source."""
    data = planned()
    site = {
        "in_house": True,
        "capacity": {"interpolate": "step", "points": [{"at": 0, "value": 0}, {"at": 60, "value": 30}]},
    }
    data["sites"]["plant"] = site
    data["sites"]["supplier"]["contract"] = contract
    own = {"item": "part", "site": "plant", "lot_size": 5, "cycle_time": 10}
    data["recipes"]["own"] = own | ({"qualification": qualification} if qualification else {})
    data["sourcing"] = {"part": {"sources": ["own", "buy"], "policy": "in_house_first"}}
    return data


@pytest.mark.parametrize("notice", [0, 40, 80])
def test_a_commitment_binds_for_its_notice_period(build: Fixture, measured: Fixture, notice: float) -> None:
    """Orders stay at the committed 8 a day until notice has run, then fall to nothing."""
    result = run(build(moving({"commitment": 8, "notice": notice})))
    outside = [units / 10 for units in measured(result, "recipe", "buy", "starts")]
    assert all(rate == pytest.approx(10, abs=1) for rate in outside[1:6])
    falls = next(k for k in range(6, 20) if outside[k] < 7.5)
    last = 6 + int(notice / 10)
    assert falls in (last, last + 1, last + 2)
    assert all(rate >= 7.9 for rate in outside[6:falls])
    assert outside[-1] == 0
    assert result.kpis["backlog_end"] <= 20


def test_what_a_promise_keeps_from_our_own_plant_is_laid_to_contracts(build: Fixture, measured: Fixture) -> None:
    """Of 10 a day, the plant could make all from day 60; while 8 are promised to the supplier, it lacks 8."""
    bound, free = (run(build(moving({"commitment": 8, "notice": notice}))) for notice in (80, 0))
    cut = measured(bound, "recipe", "own", "cut.contract")
    assert cut[8:13] == pytest.approx([80] * 5, abs=1)
    assert cut[-1] == 0
    assert sum(measured(free, "recipe", "own", "cut.contract")) == 0
    assert sum(measured(bound, "pool", "part", "short.contract")) == 0


def test_lots_of_risk_production_on_order_are_no_reason_to_order_less_outside(
    build: Fixture, measured: Fixture
) -> None:
    """Samples from day 60, risk production from 80, first of it received on 90; volume from 120."""
    qualification = {"samples": {"days": 20, "starts": 1}, "risk": {"days": 40, "starts": 4}}
    result = run(build(moving({}, qualification)))
    outside = measured(result, "recipe", "buy", "starts")
    own = measured(result, "recipe", "own", "starts")
    assert sum(measured(result, "recipe", "own", "sample_starts")) == 20
    assert own[:8] == [0] * 8
    assert all(0 < units <= 40 for units in own[8:12])
    assert outside[1:9] == [100] * 8
    assert outside[-4:] == [0] * 4
    assert own[-4:] == [100] * 4
    assert sum(measured(result, "demand", "d", "backlog")) == 0


def test_allocation_limits_outside_starts(build: Fixture, measured: Fixture) -> None:
    data = planned()
    data["sites"]["supplier"]["contract"] = {"allocation": 6}
    result = run(build(data))
    assert max(measured(result, "recipe", "buy", "starts")) <= 60
    assert sum(measured(result, "pool", "part", "short.contract")) > 0


def test_planners_do_not_see_the_future(build: Fixture, measured: Fixture) -> None:
    """A disruption that nobody announced leaves every release before it as it was."""
    strike = {"kind": "scheduled", "begins": 100, "duration": 50, "sites": ["supplier"], "effects": {"capacity": 0}}
    plain = measured(run(build(planned())), "recipe", "buy", "starts")
    struck = measured(run(build(planned(disruptions={"strike": strike}))), "recipe", "buy", "starts")
    assert struck[:10] == plain[:10]
    assert struck[10:] != plain[10:]


def test_what_a_lack_of_inputs_leaves_of_a_site_others_have(build: Fixture) -> None:
    """A shop of 20 a day makes plates, 10 a day wanted, and boxes, 100 a day wanted but with parts for 5:
    with the boxes' claim on most of the shop idle, every plate can be made."""
    data = planned(
        items={k: {"stage": "s"} for k in ("part", "plate", "box")},
        sites={"vendor": {"in_house": False, "capacity": 5}, "shop": {"in_house": True, "capacity": 20}},
        recipes={
            "parts": {"item": "part", "site": "vendor", "cycle_time": 5},
            "plates": {"item": "plate", "site": "shop", "cycle_time": 5},
            "boxes": {"item": "box", "site": "shop", "inputs": {"part": 1}, "cycle_time": 5},
        },
        demand={"plates": {"item": "plate", "rate": 10}, "boxes": {"item": "box", "rate": 100}},
    )
    kpis = run(build(data)).kpis
    assert kpis["served_by_end.plates"] > 0.9
    assert kpis["served_by_end.boxes"] < 0.1


def test_no_more_parts_are_made_than_the_shop_can_take(build: Fixture, measured: Fixture) -> None:
    """20 boxes a day wanted, 5 can be made: parts cover 5 a day over both lead times and a review, 20 days."""
    data = planned(
        items={k: {"stage": "s"} for k in ("part", "box")},
        sites={"vendor": {"in_house": False, "capacity": 100}, "shop": {"in_house": True, "capacity": 5}},
        recipes={
            "parts": {"item": "part", "site": "vendor", "lot_size": 5, "cycle_time": 5},
            "boxes": {"item": "box", "site": "shop", "inputs": {"part": 1}, "lot_size": 5, "cycle_time": 5},
        },
        demand={"boxes": {"item": "box", "rate": 20}},
    )
    bound = run(build(data))
    assert bound.kpis["good.boxes"] == pytest.approx(5 * 195, abs=25)
    assert measured(bound, "recipe", "parts", "starts")[10:] == pytest.approx([50] * 10, abs=10)
    assert max(measured(bound, "item", "part", "stock")[10:]) <= 5 * 20
    # A shop with room enough takes all that is wanted.
    data["sites"]["shop"]["capacity"] = 30
    assert run(build(data)).kpis["served_by_end"] > 0.99
