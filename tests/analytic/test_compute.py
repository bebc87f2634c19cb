"""Compute in service by hand: its growth beside the growth asked for, the idle fleet, and what fails first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

import sim
from sim.errors import InputError
from sim.scenario.loader import Scenario

Build = Callable[..., Scenario]
YEAR = 365.25


def data(**over: Any) -> dict[str, Any]:
    """Two years in which 100 H100e must become 10,000, and a maker of cards of 2 H100e each."""
    path = [{"at": dt.date(2026, 1, 1), "value": 100}, {"at": dt.date(2028, 1, 1), "value": 10_000}]
    ends = dt.date(2028, 6, 1)
    need = {"item": "card", "compute": {"interpolate": "exponential", "points": path, "ends": ends}}
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2028, 1, 1)},
        "items": {"card": {"stage": "board", "h100e": 2}},
        "sites": {"maker": {"in_house": False, "capacity": 100}},
        "recipes": {"cards": {"item": "card", "site": "maker", "lot_size": 1}},
        "demand": {"centre": need | over},
    }


def test_growth_is_from_what_is_asked_at_the_start_to_what_was_got(build: Build) -> None:
    kpis = sim.run(build(data())).kpis
    years = 730 / YEAR
    assert kpis["h100e_growth_needed_per_year"] == pytest.approx(100 ** (1 / years))
    got = kpis["h100e_delivered"]
    assert got is not None
    assert got < 9_900
    assert kpis["h100e_growth_per_year"] == pytest.approx(((100 + got) / 100) ** (1 / years))


def test_a_part_of_the_need_grows_by_the_same_factor(build: Build) -> None:
    kpis = sim.run(build(data(share=0.1))).kpis
    assert kpis["h100e_growth_needed_per_year"] == pytest.approx(100 ** (YEAR / 730))


def test_idle_compute_adds_up_over_all_that_was_delivered(build: Build) -> None:
    result = sim.run(build(data(idle_share=0.25)))
    frame = result.frames["monthly"]
    series = {m: frame.loc[frame["measure"] == m, "value"].to_numpy() for m in ("delivered", "h100e_idle")}
    assert series["h100e_idle"] == pytest.approx(0.25 * 2 * series["delivered"].cumsum())
    assert result.kpis["h100e_idle_fleet"] == series["h100e_idle"][-1] > 0


def test_nobody_is_told_of_an_idle_fleet_that_nobody_asked_about(build: Build) -> None:
    assert "h100e_idle_fleet" not in sim.run(build(data())).kpis


def fleet(**over: Any) -> dict[str, Any]:
    """A need that grows evenly by 100 H100e a month over 24 months, of which a fleet of 20 cars a month, 2 H100e each, half
    of it idle, meets 20 a month; the maker has room for all."""
    path = [{"at": dt.date(2026, 1, 1), "value": 100}, {"at": dt.date(2028, 1, 1), "value": 100 + 2400}]
    world = data(compute={"points": path, "ends": dt.date(2028, 6, 1)}, idle_of=["cars"])
    world["demand"]["cars"] = {"item": "card", "rate": 20, "idle_share": 0.5} | over
    return world | {"sites": {"maker": {"in_house": False, "capacity": "unlimited"}}}


def test_idle_compute_is_taken_off_the_need_before_anything_is_ordered(build: Build) -> None:
    result = sim.run(build(fleet()))
    idle = 0.5 * 2 * 20 * 730 / (YEAR / 12)
    assert result.kpis["demanded.centre"] == pytest.approx((2400 - idle) / 2, abs=2)
    assert result.kpis["h100e_lent"] == pytest.approx(result.kpis["h100e_idle_fleet"])
    assert result.kpis["h100e_lent"] == pytest.approx(idle, rel=0.02)
    # What is lent counts as in service: with it the need is met but for what is being made.
    assert result.kpis["h100e_growth_per_year"] == pytest.approx(result.kpis["h100e_growth_needed_per_year"], rel=0.02)


def test_the_share_of_a_line_takes_its_part_of_what_is_idle(build: Build) -> None:
    world = fleet()
    world["demand"]["centre"]["share"] = 0.25
    kpis = sim.run(build(world)).kpis
    whole = sim.run(build(fleet())).kpis
    assert kpis["demanded.centre"] == pytest.approx(whole["demanded.centre"] / 4, abs=2)
    assert kpis["h100e_lent"] == pytest.approx(whole["h100e_lent"] / 4)


def test_more_idle_compute_than_is_needed_leaves_nothing_to_order(build: Build) -> None:
    assert sim.run(build(fleet(rate=2000))).kpis["demanded.centre"] == 0


def test_planners_expect_what_is_left_of_the_need(build: Build) -> None:
    """A maker that needs 30 days is asked for no more than falls due: stock at the end is a review's worth."""
    world = fleet()
    world["recipes"]["cards"]["cycle_time"] = 30
    result = sim.run(build(world))
    assert result.kpis["served_by_end.centre"] == pytest.approx(1, abs=0.06)
    assert result.kpis["stock_end.card"] < 40


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cars": {"item": "card", "rate": 1}}, "has no effect: nothing of 'cars' stands idle; give it an idle_share"),
        ({"cars": {"item": "card", "rate": 1, "idle_share": 0.5, "idle_of": ["centre"]}},
         "has no effect: idle compute meets a compute need, and the line has none"),
        ({"centre": {"idle_of": ["car"]}}, "no demand line 'car'"),
        ({"cars": {"item": "card", "compute": 5000, "idle_share": 0.5, "idle_of": ["cars"]}},
         "the compute need of 'cars' is met by idle compute itself"),
    ],
)  # fmt: skip
def test_idle_compute_that_could_serve_nothing_is_refused(build: Build, change: dict[str, Any], told: str) -> None:
    world = fleet()
    for name, line in change.items():
        world["demand"][name] = line if name == "cars" else world["demand"][name] | line
    with pytest.raises(InputError) as found:
        build(world)
    assert told in str(found.value)


def test_an_idle_share_needs_items_with_compute(build: Build) -> None:
    wrong = data() | {
        "items": {"card": {"stage": "board"}},
        "demand": {"cars": {"item": "card", "rate": 1, "idle_share": 0.5}},
    }
    with pytest.raises(InputError, match="an idle share counts H100-equivalents, but card has no h100e"):
        build(wrong)


def test_what_fails_first_is_named_first_with_its_month(build: Build) -> None:
    steps = [
        {"at": dt.date(2026, 1, 1), "value": 50},
        {"at": dt.date(2026, 7, 1), "value": 500},
        {"at": dt.date(2027, 1, 1), "value": 5_000},
    ]
    path = {"interpolate": "step", "points": steps}
    world = data() | {
        "items": {"card": {"stage": "board"}, "part": {"stage": "part"}},
        "sites": {"maker": {"in_house": False, "capacity": 100}, "vendor": {"in_house": False, "capacity": 1_000}},
        "recipes": {
            "parts": {"item": "part", "site": "vendor", "lot_size": 1},
            "cards": {"item": "card", "site": "maker", "inputs": {"part": 1}, "lot_size": 1},
        },
        "demand": {"centre": {"item": "card", "rate": path}},
    }
    found = [(s.pool, s.since) for s in sim.run(build(world)).shortfalls]
    assert found == [("card", dt.date(2026, 7, 1)), ("part", dt.date(2027, 1, 1))]
