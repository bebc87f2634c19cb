"""Planned networks in motion: they settle, step without ringing, and do not care about lot sizes."""

from __future__ import annotations

import calendar
import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim import api
from sim.api import Result
from sim.scenario.loader import Scenario

Fixture = Callable[..., Any]
START = dt.date(2026, 1, 1)
HALVINGS = settings(
    max_examples=25, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


def run(scenario: Scenario) -> Result:
    """A run in the batch engine: it takes a tenth of the time, and `tests/engines_agree` compares both."""
    return api.run(scenario, engine="batch")


def chain(**changes: Any) -> dict[str, Any]:
    """Wafers, 20 chips of each, boards of two chips; two and a half years at 3000 boards a month."""
    data = {
        "horizon": {"start": START, "end": dt.date(2028, 7, 1)},
        "initial": "pipeline",
        "items": {"wafer": {"stage": "wafer"}, "chip": {"stage": "chip", "safety_stock": 10}, "board": {"stage": "board"}},
        "sites": {
            "fab": {"in_house": False, "capacity": 5000},
            "packager": {"in_house": True, "capacity": 50000},
            "shop": {"in_house": True, "capacity": 50000},
        },
        "recipes": {
            "wafers": {"item": "wafer", "site": "fab", "lot_size": 4, "cycle_time": 75},
            "chips": {
                "item": "chip", "site": "packager", "inputs": {"wafer": 0.05}, "units_per_start": 20, "lot_size": 4,
                "cycle_time": 20, "yield": {"assembly": 0.9},
            },
            "boards": {"item": "board", "site": "shop", "inputs": {"chip": 2}, "lot_size": 50, "cycle_time": 5},
        },
        "demand": {"d": {"item": "board", "rate": 3000}},
    }  # fmt: skip
    return data | changes


def monthly(result: Result, recipe: str, measure: str = "starts") -> NDArray[np.float64]:
    """A measure of a recipe by month."""
    frame = result.frames["monthly"]
    rows = frame[(frame["name"] == recipe) & (frame["measure"] == measure)].sort_values("period")
    return rows["value"].to_numpy(dtype=float)


def days(n: int) -> NDArray[np.float64]:
    """Days of the first `n` months of the horizon."""
    return np.array([calendar.monthrange(2026 + k // 12, k % 12 + 1)[1] for k in range(n)], dtype=float)


def per_day(result: Result, recipe: str, measure: str = "starts") -> NDArray[np.float64]:
    values = monthly(result, recipe, measure)
    return np.asarray(values / days(len(values)))


def strays(starts: NDArray[np.float64]) -> float:
    """Days of mean starts by which starts run ahead of an even flow, or behind it, at any month's end."""
    length = days(len(starts))
    level = starts.sum() / length.sum()
    return float(np.abs(np.cumsum(starts - level * length)).max() / level)


def test_constant_demand_settles_to_constant_starts(build: Fixture) -> None:
    """A year in, starts never run ahead of an even flow, or behind it, by more than a bucket of a week."""
    result = run(build(chain()))
    for recipe in ("wafers", "chips", "boards"):
        assert strays(monthly(result, recipe)[12:]) < 7, recipe
    assert result.kpis["backlog_end"] <= 3000 / 30 * 2


def test_a_pipeline_start_needs_no_settling(build: Fixture) -> None:
    """Begun with its pipeline full, starts are level from the first month, to within a bucket of a week, and nobody waits."""
    result = run(build(chain()))
    for recipe in ("wafers", "chips", "boards"):
        assert strays(monthly(result, recipe)) < 7, recipe
    assert result.kpis["fill_rate"] is not None
    assert result.kpis["fill_rate"] == 1.0


def step_up() -> dict[str, Any]:
    data = chain()
    points = [{"at": START, "value": 3000}, {"at": dt.date(2027, 1, 1), "value": 4500}]
    data["demand"]["d"]["rate"] = {"interpolate": "step", "points": points}
    return data


def swings(rate: NDArray[np.float64], least: float) -> int:
    """Turns from up to down or back that are larger than `least`."""
    turns, last, way = 0, rate[0], 0
    for value in rate[1:]:
        if abs(value - last) < least:
            continue
        now = 1 if value > last else -1
        turns += int(way not in (0, now))
        way, last = now, value
    return turns


def test_a_step_in_demand_does_not_ring(build: Fixture) -> None:
    """Up for the longer pipeline by a few days of starts, then level at the new rate to within a bucket of a week."""
    result = run(build(step_up()))
    for recipe in ("wafers", "chips", "boards"):
        rate = per_day(result, recipe)
        old, new = rate[3:7].mean(), rate[-4:].mean()
        assert new == pytest.approx(1.5 * old, rel=0.03), (recipe, rate)
        assert rate.max() < 1.25 * new, (recipe, rate)
        assert strays(monthly(result, recipe)[-14:]) < 7, recipe


@pytest.mark.parametrize("noticed", [True, False])
def test_a_surprise_does_not_ring(build: Fixture, noticed: bool) -> None:
    """A step that the forecast does not have: learned at reviews, or for ever a backlog."""
    data = step_up()
    data["demand"]["d"]["forecast"] = {"rate": 3000, **({"revision": 0.5} if noticed else {})}
    result = run(build(data))
    if noticed:
        rate = per_day(result, "boards")
        assert swings(rate[2:], 0.1 * (rate[-4:].mean() - rate[3:7].mean())) <= 5, rate
        assert rate[-4:].mean() == pytest.approx(4500 / 30.4375, rel=0.03)
    else:
        assert result.kpis["backlog_end"] > 1500


def test_in_house_first_takes_over_without_ringing(build: Fixture) -> None:
    """Our fab ramps up over a year beside the supplier: outside starts only fall, their sum stays level."""
    data = chain()
    ramp = {"start": dt.date(2026, 7, 1), "initial": 0, "target": 400, "months": 12}
    data["sites"]["own_fab"] = {"in_house": True, "ramp": ramp}
    data["recipes"]["own_wafers"] = data["recipes"]["wafers"] | {"site": "own_fab"}
    data["sourcing"] = {"wafer": {"sources": ["own_wafers", "wafers"], "policy": "in_house_first"}}
    result = run(build(data))
    own, outside = per_day(result, "own_wafers"), per_day(result, "wafers")
    level = outside[1:6].mean()
    # Less than a fifth is a bucket that falls into one month or the next.
    assert swings(outside[1:], 0.2 * level) == 0, outside
    assert swings(own[1:], 0.2 * level) == 0, own
    assert np.all(np.abs((own + outside)[8:] / level - 1) < 0.2), own + outside
    assert outside[-6:].max() < 0.05 * level
    assert result.kpis["fill_rate"] is not None
    assert result.kpis["fill_rate"] > 0.9


@st.composite
def unhurried(draw: st.DrawFn) -> dict[str, Any]:
    """The chain with any rate, bill of materials, yields, cycle times and lots: one line a site, free now and then,
    and inputs in stock for a lot."""
    data, share = chain(), st.floats(0.6, 1).map(lambda y: round(y, 3))
    recipes, rate = data["recipes"], draw(st.integers(1500, 9000))
    units, take = draw(st.integers(5, 40)), draw(st.integers(1, 3))
    recipes["chips"] |= {"units_per_start": units, "inputs": {"wafer": 1 / units}, "yield": {"assembly": draw(share)}}
    recipes["boards"] |= {"inputs": {"chip": take}, "yield": {"assembly": draw(share)}}
    boards = rate / recipes["boards"]["yield"]["assembly"]
    wafers = boards * take / units / recipes["chips"]["yield"]["assembly"]
    for recipe, starts in zip(recipes.values(), (wafers, wafers, boards), strict=True):
        recipe["lot_size"] = 2 * max(int(starts / draw(st.floats(50, 200)) / 2), 1)
        recipe["cycle_time"] = draw(st.floats(0, 75).map(lambda days: round(days, 1)))
        data["sites"][recipe["site"]]["capacity"] = starts / draw(st.floats(0.05, 0.95))
        data["items"][recipe["item"]]["safety_stock"] = 5
    data["demand"]["d"]["rate"] = rate
    return data | {"horizon": {"start": START, "end": dt.date(2027, 4, 1)}}


def parted(before: Result, after: Result, recipe: str, measure: str) -> float:
    """The most by which two runs differ in what they have of a measure up to any month's end."""
    return float(np.abs(np.cumsum(monthly(before, recipe, measure) - monthly(after, recipe, measure))).max())


def week(result: Result, recipe: str, measure: str) -> float:
    """A week of a measure on average, and two units."""
    values = monthly(result, recipe, measure)
    return float(7 * values.sum() / days(len(values)).sum()) + 2


LEVEL = {"boards": 1, "chips": 2, "wafers": 3}
"""Levels of the chain down to each recipe."""


@HALVINGS
@given(unhurried())
def test_halving_lots_moves_starts_and_output_by_a_lot_at_either_end(build: Fixture, data: dict[str, Any]) -> None:
    """At each month's end, starts and output so far differ by the lots that make it or just not, some filled up, some on
    their way, and by a bucket of a week a level: a lot's own time at its bottleneck may decide into which one a need falls.

    It can differ by more where lots wait for inputs or for a line, as then it is the lots that set the pace.
    """
    fine = copy.deepcopy(data)
    for recipe in fine["recipes"].values():
        recipe["lot_size"] //= 2
    before, after = (run(build(d)) for d in (data, fine))
    for name, recipe in data["recipes"].items():
        per_start = recipe.get("units_per_start", 1) * recipe.get("yield", {}).get("assembly", 1)
        for measure, units in (("starts", 1), ("good", per_start)):
            gap = parted(before, after, name, measure)
            buckets = LEVEL[name] * week(after, name, measure)
            assert gap <= 4 * recipe["lot_size"] * units + buckets, (name, measure)


@pytest.mark.parametrize("rate", [3000, 4321, 6500])
@pytest.mark.parametrize("load", [0.05, 0.6, 0.9])
def test_halving_lots_moves_no_months_output(build: Fixture, rate: int, load: float) -> None:
    """By a few lots or a bucket of a week at any month's end; over two years by next to nothing."""
    large = chain()
    large["demand"]["d"]["rate"] = rate
    large["sites"]["fab"]["capacity"] = large["sites"]["packager"]["capacity"] = rate / 9 / load
    large["sites"]["shop"]["capacity"] = rate / load
    for item in large["items"].values():
        item["safety_stock"] = 5
    fine = copy.deepcopy(large)
    for recipe in fine["recipes"].values():
        recipe["lot_size"] //= 2
    before, after = run(build(large)), run(build(fine))
    for recipe in ("wafers", "chips", "boards"):
        lot = large["recipes"][recipe]["lot_size"] * {"chips": 18}.get(recipe, 1)
        assert parted(before, after, recipe, "good") <= 4 * lot + week(after, recipe, "good"), recipe
        a, b = monthly(before, recipe, "good")[6:], monthly(after, recipe, "good")[6:]
        assert abs(b.sum() / a.sum() - 1) < 0.005


@pytest.mark.parametrize(("bias", "surplus"), [(1.25, True), (0.8, False)])
def test_a_wrong_forecast_ends_in_surplus_or_backlog(build: Fixture, bias: float, surplus: bool) -> None:
    data = chain()
    data["demand"]["d"]["forecast"] = {"bias": bias}
    kpis, plain = run(build(data)).kpis, run(build(chain())).kpis
    assert (kpis["stock_end.board"], kpis["backlog_end"]) != (None, None)
    if surplus:
        assert kpis["stock_end.board"] > plain["stock_end.board"] + 500
        assert kpis["backlog_end"] == 0
    else:
        # The planner learns of each shortage at the next review alone.
        assert kpis["fill_rate"] < 0.6 < plain["fill_rate"]
