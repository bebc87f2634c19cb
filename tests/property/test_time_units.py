"""An abstract model says the same in years, weeks, days and hours, also about what moves within one of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.api import Result, run
from sim.compiler.calendar import UNIT_DAYS

Build = Callable[..., Any]
MANY = settings(
    max_examples=25, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
DAYS = 200.0
"""Horizon of every model."""
TIMES = st.integers(0, 150).map(float)
LENGTHS = st.floats(0.1, 120)
RATES = st.floats(0.1, 8)


class Unit:
    """Times in days and rates a day, written in another unit."""

    def __init__(self, name: str) -> None:
        self.name, self._days = name, UNIT_DAYS[name]

    def time(self, days: float) -> float:
        return days / self._days

    def rate(self, a_day: float) -> float:
        return a_day * self._days

    def path(self, points: list[tuple[float, float]], interpolate: str) -> dict[str, Any]:
        listed = [{"at": self.time(at), "value": self.rate(value)} for at, value in points]
        return {"interpolate": interpolate, "points": listed}


@st.composite
def paths(draw: st.DrawFn) -> tuple[list[tuple[float, float]], str]:
    """A rate over time: points some time apart, and what lies between them."""
    at, points = 0.0, []
    for _ in range(draw(st.integers(1, 4))):
        points.append((at, draw(RATES)))
        at += draw(LENGTHS)
    return points, draw(st.sampled_from(["linear", "step", "exponential"]))


@st.composite
def sites(draw: st.DrawFn) -> Callable[[Unit], dict[str, Any]]:
    """A site with a capacity of its own, a path or a ramp."""
    if draw(st.booleans()):
        points, between = draw(paths())
        return lambda unit: {"in_house": True, "capacity": unit.path(points, between)}
    start, initial, target, length = draw(TIMES), draw(RATES), draw(RATES), draw(st.just(0.0) | LENGTHS)
    shape = draw(st.sampled_from(["linear", "logistic", "steps"]))
    return lambda unit: {
        "in_house": True,
        "ramp": {"start": unit.time(start), "initial": unit.rate(initial), "target": unit.rate(target),
                 "months": unit.time(length), "shape": shape},
    }  # fmt: skip


@st.composite
def disruptions(draw: st.DrawFn) -> Callable[[Unit], dict[str, Any]]:
    """An interruption of the site on a date, and its recovery."""
    begins, lasts, recovery, factor = draw(TIMES), draw(LENGTHS), draw(LENGTHS), draw(st.sampled_from([0.0, 0.3]))
    return lambda unit: {
        "kind": "scheduled", "begins": unit.time(begins), "duration": unit.time(lasts), "sites": ["plant"],
        "recovery": unit.time(recovery), "effects": {"capacity": factor},
    }  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> Callable[[Unit], dict[str, Any]]:
    """Demand at a rate over time, at random or evenly."""
    (points, between), begins = draw(paths()), draw(st.sampled_from([0.0, 30.5]))
    pattern = draw(st.sampled_from(["poisson", "even"]))
    return lambda unit: {
        "item": "part", "pattern": pattern, "rate": unit.path(points, between), "begins": unit.time(begins),
    }  # fmt: skip


def model(unit: Unit, site: Any, line: Any, disruption: Any) -> dict[str, Any]:
    """One product made to order by one site, written in a time unit."""
    return {
        "horizon": {"length": unit.time(DAYS), "time_unit": unit.name},
        "items": {"part": {"stage": "part", "policy": {"type": "base_stock", "level": 5}, "initial_stock": 5}},
        "sites": {"plant": site(unit)},
        "recipes": {"make": {"item": "part", "site": "plant", "lot_size": 1, "cycle_time": unit.time(2)}},
        "demand": {"d": line(unit)},
        "disruptions": {"x": disruption(unit)},
    }


@given(sites(), lines(), disruptions(), st.sampled_from(["year", "week", "month", "hour"]), st.integers(0, 3))
@MANY
def test_no_result_depends_on_the_time_unit(
    build: Build, site: Any, line: Any, disruption: Any, other: str, seed: int
) -> None:
    """To a unit or two, which may fall on either side of the end by the rounding of instants."""
    found: list[Result] = [
        run(build(model(Unit(name), site, line, disruption)), seed=seed, engine=engine)
        for name, engine in (("day", "events"), (other, "batch"))
    ]
    for kpi, within in (("demanded", 1), ("served", 2), ("stock_end.part", 2)):
        assert found[1].kpis[kpi] == pytest.approx(found[0].kpis[kpi], abs=within)


@given(sites(), disruptions())
@MANY
def test_a_busy_site_does_the_integral_of_its_rate(build: Build, site: Any, disruption: Any) -> None:
    """All that its installed capacity, times what the interruption leaves of it, adds up to; worked out in fine steps."""
    unit = Unit("year")
    endless = {"item": "part", "pattern": "series", "every": 1, "values": [10_000]}
    data = model(unit, site, lambda _: endless, disruption)
    data["recipes"]["make"]["cycle_time"] = 0
    result = run(build(data), engine="batch")
    made = integral(data["sites"]["plant"], data["disruptions"]["x"], unit.time(DAYS))
    assert result.kpis["served"] - 5 == pytest.approx(made, abs=2)


def integral(site: dict[str, Any], x: dict[str, Any], until: float) -> float:
    """Capacity times what a disruption leaves of it, added up by the middles of very many steps."""
    steps = 20_000
    middle = [(i + 0.5) * until / steps for i in range(steps)]
    return sum(capacity(site, t) * left(x, t) for t in middle) * until / steps


def left(x: dict[str, Any], t: float) -> float:
    since, factor = t - x["begins"], x["effects"]["capacity"]
    if since < 0:
        return 1.0
    back = max(since - x["duration"], 0.0) / x["recovery"]
    return float(factor + (1 - factor) * min(back, 1.0))


def capacity(site: dict[str, Any], t: float) -> float:
    """Capacity at an instant, by its definition."""
    if "ramp" in site:
        return ramped(site["ramp"], t)
    points = [(p["at"], p["value"]) for p in site["capacity"]["points"]]
    for (at, low), (after, high) in pairwise(points):
        if t < after:
            part = (t - at) / (after - at)
            between = {"linear": low + (high - low) * part, "step": low, "exponential": low ** (1 - part) * high**part}
            return float(between[site["capacity"]["interpolate"]])
    return float(points[-1][1])


def ramped(ramp: dict[str, Any], t: float) -> float:
    since = t - ramp["start"]
    if since < 0:
        return 0.0
    part = min(since / ramp["months"], 1.0) if ramp["months"] else 1.0
    if ramp["shape"] == "steps":
        part = int(part * 4) / 4
    elif ramp["shape"] == "logistic" and part < 1.0:
        ends = 1 / (1 + 2.718281828459045 ** (9.19 / 2))
        part = (1 / (1 + 2.718281828459045 ** (-9.19 * (part - 0.5))) - ends) / (1 - 2 * ends)
    return float(ramp["initial"] + (ramp["target"] - ramp["initial"]) * part)
