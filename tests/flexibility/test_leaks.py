"""Ways in which a choice could be seen before its gate: none is, on any path, or the choice is refused."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest

from sim.errors import InputError, ModelError
from sim.flexibility.option import _played
from sim.flexibility.running import run_paths
from sim.flexibility.sequences import Tree, tree_of
from tests.conftest import Build
from tests.property.test_choices import CHARGER
from tests.property.test_milestone_gates import SHARE

GATE = dt.date(2027, 1, 1)
DEMAND = "demand.chargers.rate"
ALLOCATION = "sites.maker.contract.allocation"


def data_of(values: dict[str, float], at: Any = GATE, later: dict[str, float] | None = None) -> dict[str, Any]:
    """Chargers whose buyers look far ahead, with one decision."""
    data = copy.deepcopy(CHARGER)
    data["horizon"] = {"start": dt.date(2026, 1, 1), "end": dt.date(2028, 6, 1)}
    data["recipes"]["bought"] |= {"cycle_time": 120, "shipping_time": 40}
    change: dict[str, Any] = {"from_gate": values}
    if later:
        change["later"] = [{"after": 30, "values": later}]
    data["decisions"] = {"second": {"at": at, "choices": {"1_go_on": {}, "2_change": change}}}
    return data


def seen_early(build: Build, data: dict[str, Any], paths: int = 3) -> bool:
    """Whether the model finds that a choice changes what happens before its gate; that it changes what follows is certain."""
    tree = tree_of(build(data, "leaks"))
    for replication in range(paths):
        try:
            (played,) = run_paths(tree, 1, replication, _played, jobs=1)
        except ModelError:
            return True
        assert len(set(played.npv)) == len(played.npv)
    return False


LINEAR = [{"at": dt.date(2026, 1, 1), "value": 400}, {"at": dt.date(2028, 12, 1), "value": 2400}]
STEP_AT_THE_GATE = {"interpolate": "step", "points": [{"at": GATE, "value": 900}]}
STEPS = {"interpolate": "step", "points": [{"at": dt.date(2026, 3, 1), "value": 900}, {"at": GATE, "value": 1200}]}


@pytest.mark.parametrize("path", [1500, LINEAR, STEP_AT_THE_GATE, STEPS], ids=["constant", "linear", "first", "steps"])
@pytest.mark.parametrize("where", [DEMAND, ALLOCATION])
@pytest.mark.parametrize("pattern", ["even", "poisson"])
def test_a_path_of_any_form_keeps_what_it_was_before_the_gate(
    build: Build, path: Any, where: str, pattern: str
) -> None:
    """A step whose first point is the gate, a point more on a slope, a constant: in demand and in what is granted."""
    data = data_of({where: 2600}, later={where: 200})
    data["demand"]["chargers"]["pattern"] = pattern
    if where == DEMAND:
        data["demand"]["chargers"]["rate"] = path if path != LINEAR else {"points": LINEAR, "ends": dt.date(2030, 1, 1)}
    else:
        data["sites"]["maker"]["contract"]["allocation"] = path
    assert not seen_early(build, data)


@pytest.mark.parametrize("need", [9000, {"interpolate": "step", "points": STEPS["points"]}], ids=["constant", "steps"])
@pytest.mark.parametrize("where", ["demand.compute.compute", "demand.compute.power.available"])
def test_a_need_of_compute_is_ordered_from_the_gate_on(build: Build, need: Any, where: str) -> None:
    """What a step written in the scenario adds is ordered on the day before; of a choice nobody knows on that day."""
    data = data_of({where: 20000})
    data["items"]["charger"] |= {"h100e": 2, "watts": 700}
    line = {"item": "charger", "compute": need if where.endswith("compute.compute") else 50000, "value": 500}
    if where.endswith("available"):
        line["power"] = {"available": need, "per_compute": 1}
    data["demand"] = {"compute": line}
    assert not seen_early(build, data)


def test_announced_output_that_a_choice_changes(build: Build) -> None:
    """Orders follow what a new site has announced, by which the contract is given up."""
    data = data_of({"sites.hall.announced": 2500}, later={"sites.hall.announced": 100})
    data["sites"]["hall"]["announced"] = 200
    data["sourcing"]["charger"] = {
        "sources": ["own", "more", "bought"], "policy": "in_house_first", "withdraw_on": "announced",
    }  # fmt: skip
    assert not seen_early(build, data)


def test_prices_commitments_and_rivals_that_a_choice_changes(build: Build) -> None:
    data = data_of({"recipes.bought.price": 100, "sites.maker.contract.commitment": 1400, "sites.maker.capacity": 1600})
    data["sites"]["maker"]["contract"]["commitment"] = 300
    data["sourcing"]["charger"] = {"sources": ["own", "more", "bought"], "policy": "least_cost"}
    assert not seen_early(build, data)


def test_planners_before_a_gate(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """They order for what they know: with the choice known from the start the same model leaks, and the value is named."""
    data = data_of({DEMAND: 9000, ALLOCATION: 1500})
    assert not seen_early(build, data)
    monkeypatch.setattr(Tree, "foreseen", lambda *_: [])
    with pytest.raises(ModelError) as error:
        run_paths(tree_of(build(data, "foreseen")), 1, 0, _played, jobs=1)
    said = str(error.value)
    assert f"What leaks: decisions.second.choices.2_change.from_gate.{DEMAND}" in said
    assert not said.endswith(ALLOCATION)


def test_a_gate_after_a_milestone(build: Build) -> None:
    """On each path the gate has its own day, and nothing before that day depends on what is chosen there."""
    data = data_of({DEMAND: 9000}, at={"milestone": "volume", "lag": 20})
    data["milestones"] = {"volume": SHARE | {"level": 0.3}}
    data["sites"]["hall"]["ramp"]["months"] = {
        "assumed": 12, "low": 6, "high": 24, "draw": "uniform", "source": "a test",
    }  # fmt: skip
    assert not seen_early(build, data, paths=6)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("sites.maker.contract", "is more than one value; a choice names a path over time"),
        ("sourcing.charger.policy", "has no dates: it holds for the whole run"),
        ("sourcing.charger.withdraw_on", "has no dates: it holds for the whole run"),
        ("sites.maker.contract.notice", "has no dates: it holds for the whole run"),
    ],
)
def test_what_has_no_dates_is_refused(build: Build, path: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        build(data_of({path: 0}), "undated")


def test_a_contract_that_is_removed_is_refused(build: Build) -> None:
    data: dict[str, Any] = data_of({"sites.maker.contract": 0})
    data["decisions"]["second"]["choices"]["2_change"]["from_gate"]["sites.maker.contract"] = None
    with pytest.raises(
        InputError, match="a choice removes nothing: write the value that holds from then on, 0 for none"
    ):
        build(data, "removed")
