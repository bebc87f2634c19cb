"""Lots at the bottleneck, in process and on the way, each followed by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.api import Result, run

Fixture = Callable[..., Any]
BASE = {"type": "base_stock", "level": 0}


def line(recipe: dict[str, Any], site: dict[str, Any], values: list[float], **changes: Any) -> dict[str, Any]:
    """One item made to order at one site."""
    data = {
        "horizon": {"length": 40, "time_unit": "day"},
        "items": {"part": {"stage": "part", "policy": BASE}},
        "sites": {"plant": {"in_house": True, **site}},
        "recipes": {"make": {"item": "part", "site": "plant", **recipe}},
        "demand": {"d": {"item": "part", "pattern": "series", "every": 1, "values": values}},
    }
    return data | changes


@pytest.fixture
def go(build: Fixture) -> Callable[..., Result]:
    def played(data: dict[str, Any]) -> Result:
        return run(build(data), trace=True)

    return played


def steps(*points: tuple[float, float]) -> dict[str, Any]:
    return {"interpolate": "step", "points": [{"at": at, "value": value} for at, value in points]}


def test_a_lot_is_done_when_the_capacity_adds_up_to_its_load(go: Fixture) -> None:
    """2 a day until 3, none until 5, then 4: load 10 is 6 + 0 + 4, done at 6; the next 10 at 8.5."""
    lots = go(line({"lot_size": 10}, {"capacity": steps((0, 2), (3, 0), (5, 4))}, [20])).frames["lots"]
    assert list(lots["begin"]) == [0, 6]
    assert list(lots["leave"]) == [6, 8.5]


def test_a_lot_whose_capacity_never_comes_stays_in_process(go: Fixture, measured: Fixture) -> None:
    result = go(line({"lot_size": 10}, {"capacity": steps((0, 2), (3, 0))}, [20]))
    assert measured(result, "recipe", "make", "in_process") == [20]
    assert result.kpis["backlog_end"] == 20


def test_parallel_lines_share_the_capacity(go: Fixture) -> None:
    """Two lines of 1 a day: loads of 4 at once leave at 4, the third follows on."""
    lots = go(line({"lot_size": 4}, {"capacity": 2, "lines": 2}, [12])).frames["lots"]
    assert list(lots["leave"]) == [4, 4, 8]


def test_availability_and_rivals_and_disruptions_cut_capacity(go: Fixture, measured: Fixture) -> None:
    """10 x 0.8 x 0.5 - 1 = 3 from day 10 to 20, else 10 x 0.8 - 1 = 7."""
    strike = {"kind": "scheduled", "begins": 10, "duration": 10, "sites": ["plant"], "effects": {"capacity": 0.5}}
    site = {"in_house": False, "capacity": 10, "availability": 0.8, "rivals": 1}
    result = go(line({}, site, [1], disruptions={"strike": strike}, report_every=10))
    assert measured(result, "site", "plant", "capacity") == pytest.approx([70, 30, 70, 70])


@pytest.mark.parametrize(("shape", "share"), [("linear", 0.5), ("logistic", 0.5), ("steps", 0.375)])
def test_ramp(go: Fixture, measured: Fixture, shape: str, share: float) -> None:
    """From 0 to 10 a day over 20 days from day 5: the ramp's own share of 200, then 10 a day."""
    ramp = {"start": 5, "initial": 0, "target": 10, "months": 20, "shape": shape}
    result = go(line({}, {"ramp": ramp}, [1]))
    assert measured(result, "site", "plant", "capacity") == pytest.approx([200 * share + 150])


def test_construction_then_ramp_then_expansion(go: Fixture, measured: Fixture) -> None:
    """Decided on day 2, built in 3 + 5 days; 10 a day at once; from day 20 20 a day at once."""
    site = {
        "construction": {"decision": 2, "stages": [{"name": "shell", "duration": 3}, {"name": "tools", "duration": 5}]},
        "ramp": {"initial": 0, "target": 10, "months": 0},
        "expansions": [{"after": 10, "target": 20, "months": 0}],
    }
    result = go(line({}, site, [1], report_every=10))
    assert measured(result, "site", "plant", "capacity") == [0, 100, 200, 200]


def test_cycle_time_of_lots_started_in_a_disruption(go: Fixture) -> None:
    """Cycle time 5, twice as long for what starts from day 2 to 4."""
    slow = {"kind": "scheduled", "begins": 2, "duration": 2, "sites": ["plant"], "effects": {"cycle_time": 2}}
    data = line({"cycle_time": 5}, {"capacity": "unlimited"}, [1, 1, 1, 1, 1], disruptions={"slow": slow})
    lots = go(data).frames["lots"].sort_values("begin")
    assert list(lots["begin"]) == [0, 1, 2, 3, 4]
    assert list(lots["ready"] - lots["begin"]) == [5, 5, 10, 10, 5]


def test_held_shipments_go_when_the_hold_ends(go: Fixture) -> None:
    held = {"kind": "scheduled", "begins": 3, "duration": 3, "regions": ["here"], "effects": {"shipments_held": True}}
    data = line(
        {"cycle_time": 2, "shipping_time": 1}, {"capacity": "unlimited"}, [1, 1, 1, 1, 1], disruptions={"held": held}
    )
    lots = go(data).frames["lots"].sort_values("begin")
    assert list(lots["ready"]) == [2, 3, 4, 5, 6]
    assert list(lots["arrive"]) == [3, 7, 7, 7, 7]


@pytest.mark.parametrize(("share", "lot"), [(0.9, 1), (0.9, 3), (0.1, 1), (0.7, 7), (1 / 3, 1), (0.55, 20)])
def test_fractions_of_good_units_are_carried(go: Fixture, share: float, lot: int) -> None:
    """After n lots the good units are floor(starts x yield), never one behind."""
    data = line({"lot_size": lot, "yield": {"assembly": share}}, {"capacity": 1000}, [30 * lot * share])
    data["demand"]["d"]["values"] = [math.ceil(30 * lot * share)]
    lots = go(data).frames["lots"].sort_values("lot")
    exact = [math.floor(starts * share + 1e-9) for starts in np.cumsum(lots["starts"])]
    assert list(np.cumsum(lots["good"])) == exact


def test_scrapped_starts(go: Fixture, measured: Fixture) -> None:
    """Line yield counts starts: 0.75 of lots of 2 gives 1, 2, 1, 2 out."""
    data = line({"lot_size": 2, "yield": {"line": 0.75}}, {"capacity": 1}, [6])
    result = go(data)
    lots = result.frames["lots"].sort_values("lot")
    assert list(lots["out"])[:4] == [1, 2, 1, 2]
    assert measured(result, "recipe", "make", "scrapped") == [lots["starts"].sum() - lots["out"].sum()]


def test_yield_of_lots_started_in_a_disruption(go: Fixture) -> None:
    dust = {"kind": "scheduled", "begins": 1, "duration": 2, "sites": ["plant"], "effects": {"yield": 0.5}}
    data = line({"cycle_time": 5}, {"capacity": "unlimited"}, [10, 10, 10, 10], disruptions={"dust": dust})
    lots = go(data).frames["lots"].sort_values("lot")
    first = lots[lots["released"] == lots["released"].astype(int)].groupby("released")["good"].first()
    assert list(first[:4]) == [10, 5, 5, 10]


def test_learning_over_starts(go: Fixture) -> None:
    """A lot knows what has left the bottleneck: 0, 10, 20, ... starts, at a constant of 100."""
    learn = {"start": 0.5, "mature": 0.9, "over": "starts", "starts": 100}
    data = line({"lot_size": 10, "yield": {"assembly_learning": learn}}, {"capacity": 10}, [100])
    lots = go(data).frames["lots"].sort_values("lot").head(20)
    wanted = np.cumsum([10 * (0.9 - 0.4 * math.exp(-k / 10)) for k in range(len(lots))])
    assert np.all(np.abs(np.cumsum(lots["good"]) - np.floor(wanted)) <= 1)
    assert abs(lots["good"].sum() - wanted[-1]) < 1.01


def test_learning_over_time(go: Fixture) -> None:
    """Orders of 1000 good units on days 0, 5, 10, ...: each yields what experience then gives."""
    learn = {"start": 0.2, "mature": 0.8, "over": "time", "days": 5}
    data = line({"yield": {"assembly_learning": learn}}, {"capacity": "unlimited"}, [1])
    data["items"]["part"]["policy"] = {"type": "periodic", "quantity": 1000, "review": 5}
    lots = go(data).frames["lots"].sort_values("lot")
    share = 0.8 - 0.6 * np.exp(-lots["begin"] / 5)
    assert np.all(np.abs(lots["good"] - lots["starts"] * share) < 1.1)
    assert np.all(np.abs(lots["starts"] - 1000 / share) < 1.1)


def test_the_next_generation_inherits_part_of_the_learning(go: Fixture) -> None:
    """Half of 2 constants behind the first: the second begins at experience 1, and is planned so."""
    learn = {"start": 0.0, "mature": 0.8, "over": "time", "days": 5}
    data = line({"yield": {"assembly_learning": learn | {"start": 0.1}}}, {"capacity": "unlimited"}, [100])
    data["items"]["next"] = {"stage": "part", "policy": BASE}
    heir = {"assembly_learning": learn | {"inherits": "make", "keep": 0.5}}
    data["recipes"]["make_next"] = {"item": "next", "site": "plant", "yield": heir}
    data["demand"]["e"] = {"item": "next", "pattern": "series", "every": 1, "values": [1000], "begins": 10}
    lots = go(data).frames["lots"]
    first = lots[lots["recipe"] == "make_next"].iloc[0]
    share = 0.8 * (1 - math.exp(-1))
    assert first["good"] == pytest.approx(first["starts"] * share, abs=1.01)
    assert first["starts"] == pytest.approx(1000 / share, abs=2)


def assembly(**changes: Any) -> dict[str, Any]:
    """A product of two x and one y; x comes after 1 day, y after 4."""
    data = {
        "horizon": {"length": 20, "time_unit": "day"},
        "items": {k: {"stage": k, "policy": BASE} for k in ("x", "y", "product")},
        "sites": {"supplier": {"in_house": False, "capacity": "unlimited"}, "plant": {"in_house": True, "capacity": 5}},
        "recipes": {
            "buy_x": {"item": "x", "site": "supplier", "shipping_time": 1},
            "buy_y": {"item": "y", "site": "supplier", "shipping_time": 4},
            "make": {"item": "product", "site": "plant", "inputs": {"x": 2, "y": 1}},
        },
        "demand": {"d": {"item": "product", "pattern": "series", "every": 1, "values": [5]}},
    }
    return data | changes


def test_an_assembly_waits_until_all_is_there(go: Fixture) -> None:
    result = go(assembly())
    lots = result.frames["lots"].set_index("recipe")
    assert (lots.loc["buy_x", "starts"], lots.loc["buy_y", "starts"]) == (10, 5)
    assert lots.loc["make", "released"] == 0
    assert lots.loc["make", "begin"] == 4
    assert lots.loc["make", "leave"] == 5
    assert result.kpis["stock_end.x"] == 0


@pytest.mark.parametrize(("bypass", "large", "small"), [(False, 5, 5.05), (True, 5, 1)])
def test_bypass(go: Fixture, bypass: bool, large: float, small: float) -> None:
    """5 in stock; a lot that wants 10 stands first in the queue, a lot that wants 4 behind it."""
    data = {
        "horizon": {"length": 20, "time_unit": "day"},
        "items": {
            "input": {
                "stage": "input",
                "initial_stock": 5,
                "bypass": bypass,
                "policy": {"type": "base_stock", "level": 5},
            },
            "large": {"stage": "product", "policy": BASE, "partial": False},
            "small": {"stage": "product", "policy": BASE},
        },
        "sites": {
            "supplier": {"in_house": False, "capacity": "unlimited"},
            "plant": {"in_house": True, "capacity": 100},
        },
        "recipes": {
            "buy": {"item": "input", "site": "supplier", "shipping_time": 5},
            "make_large": {"item": "large", "site": "plant", "inputs": {"input": 2}},
            "make_small": {"item": "small", "site": "plant", "inputs": {"input": 1}},
        },
        "demand": {
            "large": {"item": "large", "pattern": "series", "every": 1, "values": [5]},
            "small": {"item": "small", "pattern": "series", "every": 1, "values": [4], "begins": 1},
        },
    }
    lots = go(data).frames["lots"]
    begun = lots.set_index("recipe")["begin"]
    assert begun["make_small"] == pytest.approx(small, abs=1e-5)
    assert begun["make_large"] == pytest.approx(large, abs=1e-5)
