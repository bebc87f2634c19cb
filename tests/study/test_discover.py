"""Boxes of inputs in a scenario whose outcome is a known function of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.discover import Discovery, discover
from sim.study.methods.boxes import LimitSide
from sim.study.worlds import worlds
from tests.study.two_lines import MONTHS, two_lines, uniform

FIRST, SECOND = "demand.first.rate", "demand.second.rate"
HOW: dict[str, Any] = {"engine": "batch", "jobs": 1}


@pytest.fixture(scope="module")
def much(build: Any) -> Discovery:
    """Where the first line asks for more than 2000 a month, and the second for less than 1500."""
    return discover(
        build(two_lines(), "two_lines"), f"demanded.first > {2000 * MONTHS} and demanded.second < {1500 * MONTHS}",
        n=240, density=0.9, **HOW,
    )  # fmt: skip


def test_the_box_is_stated_in_the_inputs_own_units(much: Discovery) -> None:
    """It happens in a quarter of the space: half of either range."""
    assert much.probability.low < 0.25 < much.probability.high
    assert len(much.boxes) == 1
    limits = {(much.columns[x.column].name, x.side): x.bound for x in much.boxes[0].limits}
    assert set(limits) == {(FIRST, LimitSide.AT_LEAST), (SECOND, LimitSide.AT_MOST)}
    assert limits[FIRST, LimitSide.AT_LEAST] == pytest.approx(2000, abs=100)
    assert limits[SECOND, LimitSide.AT_MOST] == pytest.approx(1500, abs=50)
    assert much.boxes[0].score.density > 0.9
    assert much.boxes[0].score.coverage > 0.9


def test_the_frame_holds_every_run_as_it_was_drawn(much: Discovery) -> None:
    frame = much.frame
    assert len(frame) == 240
    expected = (frame[FIRST] > 2000) & (frame[SECOND] < 1500)
    # Demand is whole units: a run within one of a limit may fall on either side of it.
    near = (frame[FIRST] - 2000).abs().lt(3) | (frame[SECOND] - 1500).abs().lt(3)
    assert (frame["happens"] == expected)[~near].all()


def test_runs_without_a_value_are_counted_and_left_out(build: Any) -> None:
    """A line that may ask for nothing has no fill rate then."""
    data = two_lines()
    data["demand"]["first"] |= {"pattern": "poisson", "rate": uniform(0.5, 0.0, 2.0)}
    data["horizon"]["end"] = data["horizon"]["start"].replace(month=2)
    found = discover(build(data, "seldom"), "served_by_end.first < 0.5", n=64, **HOW)
    assert found.unknown > 0
    assert len(found.happens) + found.unknown + found.refused == 64
    assert len(found.columns[0].values) == len(found.happens)


def test_always_and_never_find_no_box(build: Any) -> None:
    scenario = build(two_lines(), "two_lines")
    for when, share in (("demanded > 0", 1.0), ("demanded < 0", 0.0), ("made not reached", 0.0)):
        found = discover(scenario, when, n=16, **HOW)
        assert (found.probability.estimate, found.boxes) == (share, ())


CONTESTED = {
    "source.rate": {
        "statement": "What the first line asks for.", "unit": "1/month", "default": "modest",
        "readings": {
            "modest": {"value": 1000, "kind": "assumed", "source": "made up"},
            "bold": {"value": 3000, "kind": "assumed", "source": "made up"},
        },
    }
}  # fmt: skip


def disputed(build: Any) -> Scenario:
    data = two_lines(figures=CONTESTED, readings={"source.rate": "modest"})
    data["demand"]["first"]["rate"] = {"figure": "source.rate"}
    found: Scenario = build(data, "disputed")
    return found


def test_readings_are_inputs_too_when_they_are_drawn(build: Any) -> None:
    scenario, when = disputed(build), f"demanded.first > {2000 * MONTHS}"
    assert discover(scenario, when, n=32, **HOW).probability.estimate == 0.0
    found = discover(scenario, when, n=64, over_readings=True, **HOW)
    assert found.probability.estimate == 0.5
    assert found.combinations == 2
    (limit,) = found.boxes[0].limits
    column = found.columns[limit.column]
    assert (column.name, limit.side, column.labels[int(limit.bound)]) == ("source.rate", LimitSide.IS_NOT, "modest")
    assert (found.boxes[0].score.density, found.boxes[0].score.coverage) == (1.0, 1.0)


def test_worlds_share_the_draws_of_inputs_that_plans_share(build: Any) -> None:
    one = build(two_lines(), "plan_one")
    data = two_lines(capacity=2000)
    data["recipes"]["make_b"]["price"] = uniform(10, 8, 12)
    other = build(data, "plan_two")
    shared = worlds(Asked(str(one.file)), [str(one.file), str(other.file)], 32, 0, over_readings=False)
    every = np.ones(32, dtype=bool)
    first = {c.name: c.values for c in shared.columns(0, every)}
    second = {c.name: c.values for c in shared.columns(1, every)}
    np.testing.assert_array_equal(first[FIRST], second[FIRST])
    np.testing.assert_array_equal(first["recipes.make_a.price"], second["recipes.make_a.price"])
    # What only the other plan has is drawn there, and stands still here.
    assert len(np.unique(first["recipes.make_b.price"])) == 1
    assert len(np.unique(second["recipes.make_b.price"])) == 32


def test_a_condition_is_checked_before_anything_is_run(build: Any) -> None:
    with pytest.raises(InputError, match=r"did you mean 'demanded.first'"):
        discover(build(two_lines(), "two_lines"), "demandd.first > 1", **HOW)
