"""A row worked out from the loaded scenario is the row loaded again: document, inputs, plan and every KPI."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.api import play
from sim.compiler import compile_plan
from sim.errors import InputError
from sim.plan import Plan
from sim.scenario.loader import Scenario, load_scenario
from sim.scenario.override import Asked
from sim.scenario.revalue import revalued
from sim.study.dependence import trials
from sim.study.knobs import knobs
from sim.study.runs import compiled as module
from sim.study.runs.compiled import Compiled, compiled, new_study
from sim.study.runs.design import Row, loaded
from sim.study.runs.outcomes import measured

Fixture = Callable[..., Any]
SOURCE = {"kind": "assumed", "source": "made up"}


def figure(value: object, unit: str, **more: Any) -> dict[str, Any]:
    return {"statement": "made up", "value": value, "unit": unit, **SOURCE, **more}


def contested(unit: str, default: str, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    readings = {name: {"value": value, **SOURCE} for name, value in values.items()}
    return {"statement": "made up", "unit": unit, "default": default, "readings": readings, **more}


def formula(text: str, unit: str) -> dict[str, Any]:
    return {"statement": "made up", "unit": unit, "formula": text}


FIGURES = {
    "build.days": figure(60, "day", low=30, high=120),
    "build.weeks": formula('in_unit(build.days, "week")', "week"),
    "signed": figure(dt.date(2026, 1, 10), "date"),
    "ramp.months": figure(2, "month", low=1, high=6),
    "full": formula("add_months(signed, ramp.months)", "date"),
    "kits": figure(2, "part", low=1, high=4),
    "plan": contested("text", "both", {"both": "both", "alone": "alone"}),
    "fast.days": contested("day", "quick", {"quick": 5, "slow": 9}),
    "slow.days": contested("day", "quick", {"quick": 6, "slow": 12}, follows="fast.days"),
    "node": contested("text", "old", {"old": "n7", "new": "n3"}),
    "defects": figure(0.1, "1/cm2", low=0.05, high=0.4),
}
WAFER = {"wafer_diameter": 300, "edge_exclusion": 3, "scribe": 0.1, "reticle": 858}


def own(value: float, low: float, high: float, **more: Any) -> dict[str, Any]:
    return {"assumed": value, "low": low, "high": high, "source": "made up", **more}


def sites() -> dict[str, Any]:
    """A plant that is built, a site whose capacity follows dates, one that is always there, and one that is optional."""
    stages = [{"name": "shell", "duration": {"figure": "build.weeks"}}]
    dated = [{"at": dt.date(2026, 1, 1), "value": 600}, {"at": {"figure": "full"}, "value": own(1500, 900, 2000)}]
    return {
        "plant": {
            "in_house": True,
            "construction": {"decision": {"figure": "signed"}, "stages": stages},
            "ramp": {"initial": 300, "target": 900, "months": {"figure": "ramp.months"}},
        },
        "maker": {"in_house": False, "capacity": dated},
        "foundry": {"in_house": False, "capacity": 500, "availability": own(0.9, 0.8, 1.0)},
        "second": {
            "in_house": False,
            "capacity": 400,
            "only_if": {"figure": "plan", "equals": "both"},
        },
    }


def recipes() -> dict[str, Any]:
    """One recipe for each site, and the dies that the parts are made of."""
    noisy = {"shape": "gamma", "mean": {"figure": "slow.days"}, "cv": 0.3}
    return {
        "own": {"item": "part", "site": "plant", "lot_size": 20, "cycle_time": noisy, "inputs": {"die": {"figure": "kits"}}},
        "bought": {"item": "part", "site": "maker", "cycle_time": {"figure": "fast.days"}, "inputs": {"die": 1}},
        "extra": {"item": "part", "site": "second", "cycle_time": 4, "inputs": {"die": 1}},
        "die": {
            "item": "die", "site": "foundry", "cycle_time": own(10, 5, 30), "node": {"figure": "node"},
            "price": own(3, 2, 9), "yield": {"defects": {"figure": "defects"}, "model": "poisson"},
        },
    }  # fmt: skip


def network() -> dict[str, Any]:
    rate = {"constant": own(600, 300, 900), "ends": dt.date(2030, 1, 1)}
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "figures": FIGURES,
        "uncertainty": {"ranges": "triangular", "draw": {"sites.foundry.availability": "pert"}},
        "nodes": {"n7": WAFER, "n3": WAFER},
        "items": {"part": {"stage": "board"}, "die": {"stage": "wafer", "die_area": {"n7": 1.0, "n3": 0.5}}},
        "sites": sites(),
        "recipes": recipes(),
        "sourcing": {"part": {"sources": ["own", "bought", "extra"], "policy": "in_house_first"}},
        "demand": {"sold": {"item": "part", "pattern": "poisson", "rate": rate, "value": 50}},
    }


@pytest.fixture(scope="module")
def scenario(build: Fixture) -> Scenario:
    found: Scenario = build(network(), "network")
    return found


@pytest.fixture
def base(scenario: Scenario) -> Asked:
    return Asked(str(scenario.file))


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """The rows for which the scenario is loaded."""
    rows: list[Row] = []

    def counted(base: Asked, row: Row) -> Scenario:
        rows.append(row)
        return loaded(base, row)

    monkeypatch.setattr(module, "loaded", counted)
    return rows


def again(base: Asked, row: Row) -> Compiled | None:
    """The scenario of a row loaded from its files, and its plan."""
    try:
        scenario = loaded(base, row)
    except InputError:
        return None
    return scenario, compile_plan(scenario)


def differences(a: Plan, b: Plan) -> Iterator[str]:
    for field in fields(Plan):
        one, other = getattr(a, field.name), getattr(b, field.name)
        if not (np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other):
            yield field.name


def assert_same(found: Compiled | None, wanted: Compiled | None) -> None:
    assert (found is None) == (wanted is None)
    if found is None or wanted is None:
        return
    (a, plan), (b, other) = found, wanted
    assert (a.document, a.uncertain, a.fed) == (b.document, b.uncertain, b.fed)
    assert list(a.inputs.items()) == list(b.inputs.items())
    assert list(differences(plan, other)) == []


def every_trial(scenario: Scenario) -> list[Row]:
    return [trial.row for knob in knobs(scenario) for trial in trials(scenario, knob)]


def kpis(made: Compiled | None) -> dict[str, float] | None:
    return None if made is None else measured(play(*made, engine="batch"))


def test_every_number_at_every_other_value_gives_the_run_of_a_reload(scenario: Scenario, base: Asked) -> None:
    study, rows = new_study(), every_trial(scenario)
    assert len(rows) > 60
    for row in rows:
        found, wanted = compiled(study, base, row), again(base, row)
        assert_same(found, wanted)
        np.testing.assert_equal(kpis(found), kpis(wanted))


def test_a_shipped_scenario_at_every_fiftieth_value_is_the_reload() -> None:
    base, study = Asked("as-announced"), new_study()
    for row in every_trial(load_scenario("as-announced"))[::50]:
        assert_same(compiled(study, base, row), again(base, row))


NUMBERS = [
    "recipes.own.cycle_time.cv", "recipes.own.lot_size", "recipes.die.price", "recipes.extra.cycle_time",
    "sites.maker.capacity.points.1.value", "sites.plant.ramp.initial", "sites.foundry.capacity",
    "sites.foundry.availability", "demand.sold.rate",
]  # fmt: skip
number = st.one_of(st.integers(-2, 2000), st.floats(-1, 100, allow_subnormal=False).map(lambda x: round(x, 3)))
reading = st.sampled_from(["plan=alone", "fast.days=slow", "node=new", "fast.days=quick"])
row = st.builds(
    Row,
    readings=st.lists(reading, max_size=2, unique_by=lambda text: text.partition("=")[0]).map(tuple),
    values=st.dictionaries(
        st.sampled_from([n for n in FIGURES if FIGURES[n]["unit"] not in ("text", "date")]), number, max_size=3
    ).map(lambda found: tuple(found.items())),
    numbers=st.dictionaries(st.sampled_from(NUMBERS), number, max_size=3).map(lambda found: tuple(found.items())),
)


@settings(
    max_examples=40, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(row=row)
def test_any_readings_values_and_numbers_are_the_reload_or_refused_like_it(base: Asked, row: Row) -> None:
    assert_same(compiled(new_study(), base, row), again(base, row))


def test_only_what_changes_more_than_numbers_is_loaded(scenario: Scenario, base: Asked, loads: list[Row]) -> None:
    study = new_study()
    for row in every_trial(scenario):
        compiled(study, base, row)
    reached = [{*row.chosen, *dict(row.values), *dict(row.numbers)} for row in loads]
    # The base itself, an entry that is switched, another node, a draw that is named, a demand that ends.
    assert reached[0] == set()
    assert [names for names in reached[1:] if names not in ({"plan"}, {"node"})] == [
        {"sites.foundry.availability"}, {"sites.foundry.availability"},
        {"demand.sold.rate"}, {"demand.sold.rate"},
    ]  # fmt: skip


def test_readings_that_switch_are_loaded_once_for_all_combinations_with_others(base: Asked, loads: list[Row]) -> None:
    study = new_study()
    for days in ("quick", "slow"):
        for plan in ("both", "alone"):
            row = Row(readings=(f"fast.days={days}", f"plan={plan}"))
            assert_same(compiled(study, base, row), again(base, row))
    assert [row.readings for row in loads] == [(), ("plan=alone",)]


def test_a_reading_does_not_bring_back_a_number_that_is_pinned(scenario: Scenario, base: Asked) -> None:
    pinned = load_scenario(scenario.file, values={"fast.days": 7})
    assert revalued(pinned, readings={"slow.days": "slow"}, values={}, numbers={}) is None
    held = Asked(base.scenario, values=(("fast.days", 7),))
    row = Row(readings=("fast.days=slow",))
    assert_same(compiled(new_study(), held, row), again(held, row))


def test_a_number_goes_over_what_the_base_sets(base: Asked) -> None:
    held = Asked(base.scenario, sets=("recipes.die.price=4",))
    row = Row(numbers=(("recipes.die.price", 5),))
    found = compiled(new_study(), held, row)
    assert found is not None
    assert found[0].inputs.number("recipes.die.price") == 5
    assert_same(found, again(held, row))
