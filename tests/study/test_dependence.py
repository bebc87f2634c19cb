"""A KPI depends on the figures that move it, and on no others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.scenario.override import Asked
from sim.study.dependence import Dependences, dependences, trials
from sim.study.knobs import knobs

Fixture = Callable[..., Any]


def figure(value: object, unit: str, **more: Any) -> dict[str, Any]:
    return {"statement": "made up", "value": value, "unit": unit, "kind": "assumed", "source": "a test"} | more


def plant() -> dict[str, Any]:
    """Capacity bought at 1,000 dollars for each of 100 a month; its shipping time plays no part in money."""
    readings = {
        "short": {"value": 30, "kind": "assumed", "source": "one"},
        "long": {"value": 60, "kind": "assumed", "source": "another"},
        "later": {"value": 90, "kind": "later_report", "source": "later"},
    }
    building = {"statement": "made up", "unit": "day", "readings": readings, "default": "short"}
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "figures": {
            "outlay": figure(1000, "USD*month", low=500, high=3000),
            "size": figure(100, "1/month"),
            "twice": {"statement": "made up", "unit": "1/month", "formula": "2 * size"},
            "decided": figure(dt.date(2026, 6, 1), "date"),
            "building": building,
            "shipping": figure(5, "day", low=1, high=9),
        },
        "items": {"part": {"stage": "board"}},
        "sites": {
            "shop": {
                "in_house": True,
                "construction": {
                    "decision": {"figure": "decided"},
                    "stages": [{"name": "shell", "duration": {"figure": "building"}}],
                },
                "ramp": {"initial": {"figure": "size"}, "target": {"figure": "twice"}, "months": 1},
                "capex": {"per_capacity": {"figure": "outlay"}, "equipment_share": 0.5, "life": 5},
            }
        },
        "recipes": {
            "part": {
                "item": "part",
                "site": "shop",
                "lot_size": 10,
                "shipping_time": {"figure": "shipping"},
                "cycle_time": 3,
            }
        },
        "demand": {"d": {"item": "part", "rate": 50}},
        "milestones": {"first": {"rule": "first_output", "items": ["part"]}},
    }


@pytest.fixture(scope="module")
def built(build: Fixture) -> Any:
    return build(plant(), "dependence")


def found(built: Any, kpi: str) -> Dependences:
    return dependences(Asked(str(built.file)), built, kpi, jobs=1)


def test_the_ends_of_a_range_a_step_where_there_is_none_and_other_readings(built: Any) -> None:
    tried = {knob.name: [(t.label, t.value) for t in trials(built, knob)] for knob in knobs(built)}
    assert tried["outlay"] == [("low", 500), ("high", 3000)]
    assert [label for label, _ in tried["size"]] == ["-10 %", "+10 %"]
    assert [value for _, value in tried["size"]] == pytest.approx([90, 110])
    assert tried["decided"] == [("-91 days", dt.date(2026, 3, 2)), ("+91 days", dt.date(2026, 8, 31))]
    # A later report is no reading to try by itself.
    assert tried["building"][0] == ("long", 60)
    assert "later" not in dict(tried["building"])


def test_capex_rests_on_its_price_and_size_and_not_on_shipping(built: Any) -> None:
    d = found(built, "capex_usd")
    assert d.base == pytest.approx(200_000)
    assert [x.knob.name for x in d.found[:2]] == ["outlay", "size"]
    outlay, size = d.found[:2]
    assert {t.label: t.kpi for t in outlay.trials} == pytest.approx({"low": 100_000, "high": 600_000})
    # The target is derived from the size: it moves with it.
    assert {t.label: t.kpi for t in size.trials} == pytest.approx({"-10 %": 180_000, "+10 %": 220_000})
    assert outlay.swing == pytest.approx(500_000)
    assert outlay.knob.paths == ("sites.shop.capex.per_capacity",)
    assert {x.knob.name for x in d.found} == {"outlay", "size"}
    assert {"decided", "building", "shipping", "recipes.part.cycle_time", "sites.shop.ramp.months"} <= set(d.unmoved)


def test_a_milestone_moves_with_the_decision_and_the_building(built: Any) -> None:
    whole = found(built, "first")
    d = {x.knob.name: x for x in whole.found}
    # Thirty days more of building, to the next bucket of a week in which starts fall.
    assert d["building"].trials[0].kpi == pytest.approx((whole.base or 0) + 30, abs=7)
    assert {"decided", "building"} <= set(d)
    assert "outlay" not in d


def test_numbers_in_place_are_turned_too(built: Any) -> None:
    d = {x.knob.name: x for x in found(built, "first").found}
    cycle = d["recipes.part.cycle_time"]
    assert not cycle.knob.figure
    assert cycle.knob.origin == "bare (made up for a test)"
    assert [(t.label, t.value) for t in cycle.trials] == [("-10 %", 2.7), ("+10 %", 3.3)]
    assert [t.kpi for t in cycle.trials] == pytest.approx([(found(built, "first").base or 0) + s for s in (-0.3, 0.3)])


def test_the_kpi_without_an_article(built: Any, build: Fixture) -> None:
    """A stated price gives way to its fallback; a scenario without articles has none to leave out."""
    assert found(built, "capex_usd").without == ()
    data = plant()
    data["figures"]["outlay"] = {
        "statement": "made up", "value": 1000, "unit": "USD*month", "kind": "stated", "article": "000_9bd13368fc6f7220.txt",
        "fallback": {"value": 700, "source": "a test"},
    }  # fmt: skip
    stated = build(data, "stated")
    assert dict(found(stated, "capex_usd").without) == pytest.approx({"000_9bd13368fc6f7220.txt": 140_000})
