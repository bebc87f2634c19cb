"""What a choice changes: nothing before its gate, and from there on what its values say."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.clock import ticks
from sim.compiler import compile_plan
from sim.draws.arrivals import arrivals
from sim.draws.curves import Curve, path_at, path_curve, price_curve
from sim.errors import InputError
from sim.plan import NONE, PathPlan, Ref, SplicePlan
from sim.vocabulary import Interpolate
from tests.conftest import Build

DAYS = 700.0
CHARGER: dict[str, Any] = {
    "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2028, 1, 1)},
    "items": {"charger": {"stage": "assembly"}},
    "sites": {
        "maker": {"in_house": False, "capacity": 3000, "contract": {"allocation": 1500}},
        "hall": {
            "in_house": True,
            "ramp": {"start": dt.date(2026, 7, 1), "initial": 200, "target": 1000, "months": 12},
        },
        "module": {"in_house": True, "capacity": 0, "capex": {"per_capacity": 2000, "life": 10}},
    },
    "recipes": {
        "bought": {"item": "charger", "site": "maker", "lot_size": 100, "cycle_time": 30, "price": 400},
        "own": {"item": "charger", "site": "hall", "lot_size": 100, "cycle_time": 20, "variable_cost": 310},
        "more": {"item": "charger", "site": "module", "lot_size": 100, "cycle_time": 20, "variable_cost": 310},
    },
    "sourcing": {"charger": {"sources": ["own", "more", "bought"], "policy": "in_house_first"}},
    "demand": {"chargers": {"item": "charger", "rate": 1500, "value": 500}},
}
DECISIONS: dict[str, Any] = {
    "contract": {
        "at": dt.date(2026, 10, 1),
        "choices": {"keep": {}, "drop": {"from_gate": {"sites.maker.contract.allocation": 100}}},
    },
    "second": {
        "at": dt.date(2027, 1, 1),
        "choices": {"wait": {}, "build": {"later": [{"after": 120, "values": {"sites.module.capacity": 600}}]}},
    },
}


@st.composite
def spliced(draw: st.DrawFn) -> tuple[PathPlan, np.ndarray[Any, Any], int]:
    """A path of one to four points with one to three splices in the order of their gates, and its inputs."""
    at = sorted(draw(st.lists(st.integers(-50, 690), min_size=1, max_size=4, unique=True)))
    gates = sorted(draw(st.lists(st.integers(1, 690), min_size=1, max_size=3, unique=True)))
    values = draw(st.lists(st.floats(0.5, 9.0), min_size=len(at) + len(gates), max_size=len(at) + len(gates)))
    vector = np.array([*at, *gates, *values], dtype=np.float64)
    n, m = len(at), len(gates)
    splices = tuple(SplicePlan(Ref(n + i), NONE, value=Ref(2 * n + m + i)) for i in range(m))
    places = tuple(Ref(i) for i in range(n)), tuple(Ref(n + m + i) for i in range(n))
    return PathPlan(draw(st.sampled_from(Interpolate)), *places, splices), vector, gates[0]


def cut(curve: Curve, at: int) -> tuple[list[int], list[float]]:
    """The steps of a curve before an instant."""
    before = curve.knots < at
    return curve.knots[before].tolist(), curve.values[before].tolist()


@given(spliced())
def test_a_path_keeps_its_steps_before_the_gate_and_has_the_value_chosen_from_there_on(
    case: tuple[PathPlan, np.ndarray[Any, Any], int],
) -> None:
    path, vector, gate = case
    written = PathPlan(path.interpolate, path.at, path.values)
    for curve in (path_curve, price_curve):
        ours, base = curve(path, vector, 1.0, DAYS), curve(written, vector, 1.0, DAYS)
        assert cut(ours, ticks(gate)) == cut(base, ticks(gate))
        for splice in path.splices:
            day = vector[splice.gate]
            assert ours.at_all(np.array([ticks(day)]))[0] == vector[splice.value]
            assert path_at(path, vector, np.array([day]))[0] == vector[splice.value]
    days = np.arange(float(gate))
    assert path_at(path, vector, days).tolist() == path_at(written, vector, days).tolist()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(30, 600), st.floats(0.1, 9.0), st.floats(0.0, 9.0), st.integers(0, 99))
def test_random_arrivals_before_the_gate_are_the_same_to_the_bit(
    build: Build, gate: int, rate: float, chosen: float, seed: int
) -> None:
    """They are found through the cumulated rate, of which none that comes later may round them otherwise."""
    rng = np.random.default_rng(seed)
    slope = [{"at": int(at), "value": float(rate * rng.uniform(0.5, 2))} for at in (0, 200, 400)]
    for path in (rate, {"points": slope}):
        data = {
            "horizon": {"length": 700, "time_unit": "day"},
            "items": {"kit": {"stage": "kits"}},
            "sites": {"shop": {"in_house": True, "capacity": 50}},
            "recipes": {"kit": {"item": "kit", "site": "shop", "cycle_time": 1}},
            "demand": {"kits": {"item": "kit", "pattern": "poisson", "rate": path}},
            "decisions": {"d": {"at": gate, "choices": {"a": {}, "b": {"from_gate": {"demand.kits.rate": chosen}}}}},
        }
        scenario = build(data, "arrivals")
        plans = [compile_plan(scenario, {"d": choice}) for choice in "ab"]
        one, other = (a.days for p in plans if (a := arrivals(p, p.lines[0], p.vector(), seed, 0)) is not None)
        assert one[one < gate].tolist() == other[other < gate].tolist()
        assert chosen == rate or one.tolist() != other.tolist()


def played(build: Build, data: dict[str, Any], name: str) -> dict[str, Any]:
    """The indicators of a run."""
    return dict(sim.run(build(data, name), engine="events").kpis)


def test_a_choice_that_changes_nothing_plays_the_scenario_without_decisions(build: Build) -> None:
    kept = {"decisions": DECISIONS, "plan": {"contract": "keep", "second": "wait"}}
    assert played(build, CHARGER | kept, "kept") == played(build, CHARGER, "plain")


def test_a_choice_plays_what_would_be_written_as_steps(build: Build) -> None:
    data = copy.deepcopy(CHARGER)
    steps = {
        "interpolate": "step",
        "points": [{"at": dt.date(2026, 1, 1), "value": 1500}, {"at": dt.date(2026, 10, 1), "value": 100}],
    }
    data["sites"]["maker"]["contract"]["allocation"] = steps
    steps = {"interpolate": "step", "points": [{"at": dt.date(2027, 5, 1), "value": 600}]}
    data["sites"]["module"]["capacity"] = steps
    plan = {"contract": "drop", "second": "build"}
    assert played(build, CHARGER | {"decisions": DECISIONS, "plan": plan}, "chosen") == played(build, data, "written")


def test_plans_that_choose_otherwise_have_the_same_inputs_and_dimensions(build: Build) -> None:
    ranged = copy.deepcopy(DECISIONS)
    ranged["contract"]["choices"]["drop"]["from_gate"]["sites.maker.contract.allocation"] = {
        "assumed": 100, "source": "a test", "low": 0, "high": 300, "draw": "uniform",
    }  # fmt: skip
    plans = [
        compile_plan(build(CHARGER | {"decisions": ranged, "plan": plan}, "chosen"))
        for plan in ({"contract": "keep"}, {"contract": "drop"}, {"second": "build"})
    ]
    assert len({plan.inputs for plan in plans}) == len({plan.dimensions for plan in plans}) == 1
    assert [d.name for d in plans[0].dimensions] == [
        "decisions.contract.choices.drop.from_gate.sites.maker.contract.allocation"
    ]


@pytest.mark.parametrize(
    ("day", "allowed"), [(dt.date(2026, 10, 11), "2026-10-01 or 2026-11-01"), (dt.date(2027, 12, 20), "2027-12-01")]
)
def test_a_gate_is_a_review(build: Build, day: dt.date, allowed: str) -> None:
    data = copy.deepcopy(CHARGER | {"decisions": DECISIONS})
    data["decisions"]["second"]["at"] = day
    with pytest.raises(InputError) as error:
        sim.run(build(data, "between"))
    [problem] = error.value.problems
    assert (problem.path, problem.found, problem.expected) == ("decisions.second.at", str(day), allowed)
