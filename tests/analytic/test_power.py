"""A compute need asks for no more than there is power for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

import sim
from sim.errors import InputError
from sim.report.headline import sentences
from sim.scenario.loader import Scenario

Build = Callable[..., Scenario]


def data(power: dict[str, Any] | None, **over: Any) -> dict[str, Any]:
    """A year in which 1,000 H100e are to become 5,000, and cards of 2 H100e without limit."""
    path = [{"at": dt.date(2026, 1, 1), "value": 1000}, {"at": dt.date(2027, 1, 1), "value": 5000}]
    need = {"item": "card", "compute": {"points": path, "ends": dt.date(2028, 1, 1)}}
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "items": {"card": {"stage": "board", "h100e": 2}},
        "sites": {"maker": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"cards": {"item": "card", "site": "maker"}},
        "demand": {"centre": need | ({"power": power} if power else {}) | over},
    }


def delivered(scenario: Scenario, engine: str = "events") -> float:
    return sim.run(scenario, engine=engine).kpis["delivered.centre"] or 0.0


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_what_there_is_no_power_for_is_not_ordered(build: Build, engine: str) -> None:
    """1.5 MW run 3,000 H100e of 500 W: of the 4,000 to be added 2,000, that is 1,000 cards."""
    assert delivered(build(data(None)), engine) == pytest.approx(2000, abs=1)
    found = sim.run(build(data({"available": 1.5e6, "per_compute": 500})), engine=engine)
    assert found.kpis["delivered.centre"] == pytest.approx(1000, abs=1)
    assert found.kpis["h100e_powered_end.centre"] == pytest.approx(3000)
    assert found.kpis["h100e_wanted_end.centre"] == pytest.approx(5000)
    assert any("power for 3.0k of the 5.0k H100e wanted" in sentence for sentence in sentences(found))


def test_what_waited_is_ordered_when_power_comes(build: Build) -> None:
    """From 1,500 to 2,500 H100e at once in October: 500 cards, and the 250 before."""
    points = [{"at": dt.date(2026, 1, 1), "value": 0.75e6}, {"at": dt.date(2026, 10, 1), "value": 1.25e6}]
    step = {"available": {"interpolate": "step", "points": points}, "per_compute": 500}
    result = sim.run(build(data(step)))
    frame = result.frames["monthly"]
    demanded = frame[(frame["measure"] == "demanded") & (frame["name"] == "centre")]["value"].to_numpy()
    assert demanded.sum() == pytest.approx(750, abs=1)
    # The month before, since what a step adds is there on its day.
    assert demanded[8] == pytest.approx(500, abs=1)
    assert demanded[2:8].sum() == 0


def test_a_line_has_its_share_of_the_power(build: Build) -> None:
    power = {"available": 1.5e6, "per_compute": 500}
    assert delivered(build(data(power, share=0.25))) == pytest.approx(250, abs=1)


def test_enough_power_changes_nothing(build: Build) -> None:
    free, enough = (sim.run(build(data(p))) for p in (None, {"available": 1e9, "per_compute": 500}))
    frames = [result.frames["monthly"] for result in (free, enough)]
    assert frames[0].equals(frames[1])


def test_power_belongs_to_a_compute_need(build: Build) -> None:
    power = {"available": 1, "per_compute": 1}
    with pytest.raises(InputError, match="power limits a compute need, and the line has none"):
        build(data(power, compute=None, rate=5))
    with pytest.raises(InputError, match=r"demand\.centre\.power\.per_compute: must be more than 0"):
        build(data(power | {"per_compute": 0}))
    ends = {"points": [{"at": dt.date(2026, 1, 1), "value": 1}], "ends": dt.date(2027, 1, 1)}
    with pytest.raises(InputError, match=r"demand\.centre\.power\.available\.ends: has no effect"):
        build(data(power | {"available": ends}))
