"""A plant that is to open: what it needs is ordered in time, and its delay stops nobody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.api import Result, run
from tests.planning.networks import some

Fixture = Callable[..., Any]
Network = dict[str, Any]
START, END = dt.date(2026, 1, 1), dt.date(2027, 1, 1)
SOME = some(8)


@st.composite
def make_or_buy(draw: st.DrawFn) -> Network:
    """A maker beside a plant of ours that is to open within the year, of one or two parts bought for it alone."""
    parts = [f"part{k}" for k in range(draw(st.integers(1, 2)))]
    opens, leads = draw(st.integers(150, 220)), {part: draw(st.integers(5, 120)) for part in parts}
    data: Network = {
        "horizon": {"start": START, "end": END},
        "report_every": 1,
        "review_every": draw(st.sampled_from([7, 10, "month", 91])),
        "items": {"charger": {"stage": "assembly"}} | {part: {"stage": "part"} for part in parts},
        "sites": {
            "maker": {"in_house": False, "capacity": 3000},
            "hall": {"in_house": True, "ramp": {"start": START + dt.timedelta(days=opens), "initial": 3000, "target": 3000, "months": 0}},
            **{f"vendor_{part}": {"in_house": False, "capacity": "unlimited"} for part in parts},
        },
        "recipes": {
            "bought": {"item": "charger", "site": "maker", "lot_size": 10, "cycle_time": draw(st.integers(1, 40))},
            "own": {
                "item": "charger", "site": "hall", "lot_size": 10, "cycle_time": draw(st.integers(1, 40)),
                "inputs": {part: draw(st.integers(1, 3)) for part in parts},
            },
            **{f"buy_{part}": {"item": part, "site": f"vendor_{part}", "cycle_time": leads[part]} for part in parts},
        },
        "sourcing": {"charger": {"sources": ["own", "bought"], "policy": "in_house_first"}},
        "demand": {"d": {"item": "charger", "rate": 1500}},
    }  # fmt: skip
    return data


def starts(result: Result, recipe: str) -> NDArray[np.float64]:
    """Starts of each day."""
    frame = result.frames["monthly"]
    rows = frame[(frame["name"] == recipe) & (frame["measure"] == "starts")].sort_values("period")
    return rows["value"].to_numpy(dtype=float)


def opening(data: Network) -> int:
    """The day on which the hall is to open."""
    return int((data["sites"]["hall"]["ramp"]["start"] - START).days)


def slack(data: Network) -> int:
    """Days of a review period and a bucket, in which starts may be pulled together."""
    review = data["review_every"]
    return (31 if review == "month" else int(review)) + 7


@SOME
@given(make_or_buy())
def test_a_plant_starts_when_it_opens_with_its_inputs_in_stock(build: Fixture, data: Network) -> None:
    """A plant that is planned to open at a date starts within a bucket and a review of it, and none of its lots waits longer than a bucket."""
    result = run(build(data), trace=True)
    first = int(np.argmax(starts(result, "own") > 0))
    assert starts(result, "own").sum() > 0
    assert opening(data) <= first <= opening(data) + slack(data)
    lots = result.frames["lots"]
    own = lots[lots["recipe"] == "own"]
    waited = (own["begin"] - own["released"]).to_numpy(dtype=float)
    assert waited.max() <= 7.0


@SOME
@given(make_or_buy(), st.integers(20, 60))
def test_a_plant_that_opens_late_stops_nobody_and_nothing_is_ordered_for_the_delay_before_it_shows(
    build: Fixture, data: Network, late: int
) -> None:
    """Up to the planned date all orders are those of the plan, and the maker goes on for as long as the hall is missing."""
    decided = START - dt.timedelta(days=30)
    hall = {"in_house": True, "ramp": {"initial": 3000, "target": 3000, "months": 0}}
    days = opening(data) + 30
    duration = {"assumed": days, "low": days, "high": days + late, "draw": "uniform", "source": "made up"}
    on_time, slipped = (
        data | {"sites": data["sites"] | {"hall": hall | {"construction": {
            "decision": decided, "stages": [{"name": "building", "duration": value}]
        }}}} for value in (days, duration)
    )  # fmt: skip
    real, plan = run(build(slipped), seed=1), run(build(on_time), seed=1)
    until = opening(data)
    for recipe in data["recipes"]:
        assert starts(real, recipe)[:until].tolist() == starts(plan, recipe)[:until].tolist(), recipe
    shipped = starts(real, "bought") + starts(real, "own")
    wait = slack(data) + data["recipes"]["bought"]["cycle_time"]
    # Somebody starts chargers in every review period and bucket after that.
    window = 2 * wait
    for begin in range(until, len(shipped) - 2 * window, window):
        assert shipped[begin : begin + window].sum() > 0


@pytest.mark.parametrize("maker", [36, 39, 90])
@pytest.mark.parametrize("leads", [{"part0": 31}, {"part0": 31, "part1": 111}, {"part0": 5, "part1": 31, "part2": 60}])
def test_a_plant_starts_though_the_maker_takes_longer_than_one_of_its_parts(
    build: Fixture, leads: dict[str, int], maker: int
) -> None:
    """The plant takes 3 days, and the maker longer than one of the plant's parts: his chargers are ordered before that part would be,
    and what they cover asks for none. The plant starts when it opens all the same, and makes what it is able to make."""
    hall = {"in_house": True, "ramp": {"start": dt.date(2026, 7, 28), "initial": 3000, "target": 3000, "months": 0}}
    data: Network = {
        "horizon": {"start": START, "end": END},
        "report_every": 1,
        "review_every": 7,
        "items": {"charger": {"stage": "assembly"}} | {part: {"stage": "part"} for part in leads},
        "sites": {"maker": {"in_house": False, "capacity": 3000}, "hall": hall}
        | {f"vendor_{part}": {"in_house": False, "capacity": "unlimited"} for part in leads},
        "recipes": {
            "bought": {"item": "charger", "site": "maker", "lot_size": 10, "cycle_time": maker},
            "own": {"item": "charger", "site": "hall", "lot_size": 10, "cycle_time": 3, "inputs": dict.fromkeys(leads, 2)},
            **{f"buy_{part}": {"item": part, "site": f"vendor_{part}", "cycle_time": days} for part, days in leads.items()},
        },
        "sourcing": {"charger": {"sources": ["own", "bought"], "policy": "in_house_first"}},
        "demand": {"d": {"item": "charger", "rate": 1500}},
    }  # fmt: skip
    begun = starts(run(build(data), engine="batch"), "own")
    assert begun[: opening(data) + 7].sum() > 0
    assert begun[-30:].sum() > 0.9 * 30 * 1500 / 30.4375
