"""Scenarios on common random numbers: what is the same differs by nothing, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import InputError
from sim.results.direction import higher_is_better
from sim.scenario.loader import Scenario
from sim.study.compare import Comparison, compare
from sim.study.methods.intervals import mean_interval
from sim.study.montecarlo import monte_carlo

Data = Callable[[], dict[str, Any]]


@pytest.fixture(scope="module")
def dearer(build: Any, plant_data: Data) -> str:
    """The same plant, whose supplier asks twice as much, and which starts half a year later."""
    data = plant_data()
    data["recipes"]["bought"]["price"] = {"assumed": 24, "low": 16, "high": 40, "source": "made up"}
    data["items"]["spare"] = {"stage": "board"}
    data["recipes"]["spare"] = {"item": "spare", "site": "maker", "lot_size": 20, "cycle_time": 5}
    data["demand"]["spares"] = {
        "item": "spare",
        "pattern": "poisson",
        "rate": {"assumed": 30, "low": 10, "high": 90, "source": "made up"},
    }
    return str(build(data, "dearer").file)


@pytest.fixture(scope="module")
def found(uncertain: Scenario, dearer: str) -> Comparison:
    return compare([uncertain, dearer], 64, jobs=2)


def test_the_same_under_two_names_differs_by_nothing(uncertain: Scenario, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(uncertain.file.read_text())
    same = compare([uncertain, str(other), uncertain], 20, jobs=2)
    assert list(same.found) == ["uncertain", "other", "uncertain (2)"]
    for pairs in same.paired.values():
        for name, pair in pairs.items():
            zero = (0.0, 0.0, 0.0) if not np.isnan(pair.difference.estimate) else pair.difference
            assert (pair.difference.estimate, pair.difference.low, pair.difference.high) == zero or np.isnan(
                pair.difference.estimate
            ), name
            assert (pair.beats.estimate, pair.beaten.estimate) == (0, 0)
    tables = [f.outcomes.table.tobytes() for f in same.found.values()]
    assert tables[0] == tables[1] == tables[2]


def test_each_scenario_has_the_runs_it_has_alone(uncertain: Scenario, dearer: str, found: Comparison) -> None:
    """A new line has random numbers of its own, and moves no other."""
    for label, scenario in (("uncertain", uncertain), ("dearer", dearer)):
        alone = monte_carlo(scenario, 64, jobs=2)
        for name in found.found[label].outcomes.names:
            np.testing.assert_array_equal(found.found[label].outcomes.column(name), alone.outcomes.column(name))


def test_what_they_share_has_the_same_random_numbers(found: Comparison) -> None:
    a, b = found.found["uncertain"].outcomes, found.found["dearer"].outcomes
    np.testing.assert_array_equal(a.column("demanded.customers"), b.column("demanded.customers"))
    np.testing.assert_array_equal(a.column("capex_usd"), b.column("capex_usd"))
    assert "demanded.spares" not in a.names
    assert "demanded.spares" not in found.paired["dearer"]


def test_the_difference_is_that_of_pairs(found: Comparison) -> None:
    a, b = (f.outcomes.column("npv_usd") for f in found.found.values())
    pair = found.paired["dearer"]["npv_usd"]
    assert pair.difference == mean_interval(b - a, scrambled=True)
    assert pair.difference.high < 0
    # Pairs know the difference far better than two separate studies would.
    apart = np.hypot(*(mean_interval(x, scrambled=True).half_width for x in (a, b)))
    assert pair.difference.half_width < apart


def test_how_probably_one_is_better(found: Comparison) -> None:
    a, b = (f.outcomes.column("npv_usd") for f in found.found.values())
    pair = found.paired["dearer"]["npv_usd"]
    assert pair.beats.estimate == np.mean(b > a)
    assert pair.beaten.estimate == np.mean(a > b)
    assert pair.beats.low < pair.beats.high
    cost = found.paired["dearer"]["total_cost_usd"]
    assert cost.higher_is_better is False
    assert cost.beats.estimate == np.mean(
        found.found["dearer"].outcomes.column("total_cost_usd")
        < found.found["uncertain"].outcomes.column("total_cost_usd")
    )


def test_a_milestone_that_is_not_reached_is_later(uncertain: Scenario, build: Any, plant_data: Data) -> None:
    data = plant_data()
    data["sites"]["shop"]["construction"]["stages"][0]["duration"] = {
        "assumed": 300,
        "low": 160,
        "high": 520,
        "source": "made up",
    }
    late = build(data, "late")
    found = compare([uncertain, late], 64, jobs=2)
    a, b = (f.outcomes.column("first") for f in found.found.values())
    pair = found.paired["late"]["first"]
    assert pair.beats.estimate == 0
    # 100 days at every probability, where both are reached; starts are released month by month.
    assert pair.difference.estimate == pytest.approx(100, abs=10)
    assert pair.beaten.estimate == np.mean(~np.isnan(a))
    assert np.isnan(b).sum() > np.isnan(a).sum()


def test_changes_apply_to_all(uncertain: Scenario, dearer: str) -> None:
    found = compare([uncertain, dearer], 2, sets=["sites.maker.capacity=0"], jobs=1)
    assert [f.scenario.inputs["sites.maker.capacity"].value for f in found.found.values()] == [0, 0]


def test_everything_wrong_is_told_at_once(uncertain: Scenario, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(uncertain.file.read_text().replace("policy: in_house_first", "policy: in_hous_first"))
    with pytest.raises(InputError) as error:
        compare([uncertain, str(broken), "no-such"], 2)
    assert "in_hous_first" in str(error.value)
    assert "no-such" in str(error.value)


def test_it_is_kept_and_goes_on(uncertain: Scenario, dearer: str, tmp_path: Path) -> None:
    first = compare([uncertain, dearer], 12, jobs=1, out=tmp_path / "c")
    runs = pd.read_parquet(tmp_path / "c" / "runs.parquet")
    assert runs["scenario"].value_counts().to_dict() == {"uncertain": 12, "dearer": 12}
    more = compare([uncertain, dearer], 20, jobs=2, out=tmp_path / "c")
    straight = compare([uncertain, dearer], 20, jobs=2)
    for label in first.found:
        assert more.found[label].outcomes.table.tobytes() == straight.found[label].outcomes.table.tobytes()
    with pytest.raises(InputError, match="scenarios"):
        compare([uncertain, uncertain], 12, out=tmp_path / "c")


@pytest.mark.parametrize(
    ("kpi", "way"),
    [("fill_rate.cars", True), ("npv_usd", True), ("capex_usd", False), ("mean_wait.x", False), ("demanded", None)],
)
def test_which_way_is_better(kpi: str, way: bool | None) -> None:
    assert higher_is_better(kpi) is way


def test_it_is_part_of_the_package() -> None:
    assert sim.compare is compare


def test_larger_lots_state_what_they_do_to_each(uncertain: Scenario, dearer: str, found: Comparison) -> None:
    larger = compare([uncertain, dearer], 8, lot_scale=5, jobs=2)
    assert list(larger.bias) == ["uncertain", "dearer"]
    for label, bias in larger.bias.items():
        assert larger.found[label].scenario.document.lot_scale == 5
        own = found.found[label].outcomes.column("npv_usd")[:20]
        assert bias.own["npv_usd"] == pytest.approx(own.mean())
        large = larger.found[label].outcomes.column("npv_usd")
        assert (large != own[:8]).any()
    assert found.bias == {}
    # Lots that a scenario is told to have are left alone, and those of the others with them.
    assert compare([uncertain, dearer], 1, lot_scale=5, sets=["lot_scale=2"], jobs=1).lot_scale == 1
