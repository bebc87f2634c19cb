"""Whatever is overridden with whatever: it loads or is refused with an InputError; nothing else is raised."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.scenario.loader import load_scenario
from sim.scenario.paths import valid_paths
from sim.scenario.read import read_source
from tests.conftest import INPUTS

BASE = INPUTS / "good" / "base.yaml"
PATHS = sorted(set(valid_paths(read_source(BASE).data)))
STEPS = ["0", "1", "points", "constant", "mean", "at", "value", "months", "kind", "figure", "assumed", "item", "x"]
LEAVES = st.sampled_from(
    ["null", "true", "5", "-1", "1e308", "2026-01-01", "x", "''", "unlimited", "{}", "[]", "die", "in_house"]
)
KEYS = st.sampled_from(
    ["a", "1", "''", "capacity", "in_house", "figure", "assumed", "source", "unit", "low", "at", "value", "points", "mean", "shape", "cv", "kind"]
)  # fmt: skip


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(inner, max_size=2).map(lambda parts: f"[{', '.join(parts)}]")
    mappings = st.dictionaries(KEYS, inner, max_size=3).map(
        lambda entries: "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"
    )
    return lists | mappings


VALUES = st.recursive(LEAVES, _nested, max_leaves=6)
SOME_PATHS = st.sampled_from(PATHS) | st.tuples(st.sampled_from(PATHS), st.sampled_from(STEPS)).map(".".join)


def survives(sets: list[str]) -> None:
    with contextlib.suppress(InputError):
        load_scenario(BASE, sets=sets)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(SOME_PATHS, VALUES).map("=".join), min_size=1, max_size=3))
def test_any_values_at_any_paths(sets: list[str]) -> None:
    survives(sets)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(SOME_PATHS, VALUES, st.sampled_from(STEPS), VALUES)
def test_a_place_and_another_inside_it(path: str, value: str, step: str, inside: str) -> None:
    survives([f"{path}={value}", f"{path}.{step}={inside}"])
    survives([f"{path}.{step}={inside}", f"{path}={value}"])


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        (["sites.plant={in_house: true, capacity: null}"], "sites.plant.capacity: there is no value here"),
        (["sites.plant.ramp=[[]]", "sites.plant.ramp.months=3"], "collides with --set sites.plant.ramp="),
        (["demand=2026-01-01", "demand.cars.item=x"], "collides with --set demand="),
        (["recipes.chip_plant=[]", "recipes.chip_plant.load=3"], "collides with --set recipes.chip_plant="),
        (["horizon=[[{at: 1}]]"], "horizon: a value of the wrong kind"),
        (["recipes.chip_supplier.load.at=x"], "no such path"),
        (["demand.cars.sd.assumed=[null]"], "no such path"),
    ],
)
def test_what_is_said(sets: list[str], said: str) -> None:
    with pytest.raises(InputError) as refusal:
        load_scenario(BASE, sets=sets)
    assert said in str(refusal.value)
