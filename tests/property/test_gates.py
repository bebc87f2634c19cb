"""Before a gate nobody knows what will be chosen there: two runs that differ only in later choices are the same to the bit
up to the gate."""

from __future__ import annotations

import copy
import datetime as dt
from itertools import product
from typing import Any

import numpy as np
import pytest

from sim.api import play
from sim.compiler import compile_plan
from sim.results.result import Result
from sim.scenario.loader import Scenario
from tests.conftest import Build
from tests.property.test_choices import CHARGER, DECISIONS

GATES = {"contract": dt.date(2026, 10, 1), "second": dt.date(2027, 1, 1)}
PLANNED = {"contract": "keep", "second": "wait"}
SEQUENCES = [dict(zip(GATES, c, strict=True)) for c in product(("keep", "drop"), ("wait", "build"))]


def day(gate: str) -> float:
    """Days from the start to a gate."""
    return float((GATES[gate] - dt.date(2026, 1, 1)).days)


def followed(scenario: Scenario, sequence: dict[str, str], engine: str, seed: int) -> Result:
    """A run of a sequence of choices: until each gate planners expect what was chosen before it, and then the plan."""
    foreseen, known = [], dict(PLANNED)
    for gate in GATES:
        foreseen.append(compile_plan(scenario, known))
        known[gate] = sequence[gate]
    return play(scenario, compile_plan(scenario, sequence), seed=seed, engine=engine, trace=True, foreseen=foreseen)


def until(result: Result, days: float) -> tuple[Any, ...]:
    """Everything of a run up to a day: counters by period, and what happened to each lot by then."""
    r, at = result.records, int(days * 2**20)
    closed = int(np.searchsorted(result.draws.periods, at, side="right")) - 1
    tables = [t[:closed].tolist() for by in (r.source, r.item, r.site, r.flow) for t in by.values()]
    reviews = [a[:closed].tolist() for a in (r.load, r.need, r.cut, r.short, r.starved, r.released)]
    begun = [(lot.source, lot.number, lot.starts, lot.ordered, lot.begin) for lot in r.lots if lot.begin < at]
    return tables, reviews, sorted(begun)


@pytest.fixture
def scenario(build: Build) -> Scenario:
    """A plant whose orders look far ahead: what it buys takes longer than the time between the gates."""
    data: dict[str, Any] = copy.deepcopy(CHARGER)
    data["items"]["chip"] = {"stage": "chip"}
    data["sites"]["chip_maker"] = {
        "in_house": False,
        "capacity": 9000,
        "contract": {"allocation": 4000, "commitment": 900},
    }
    data["recipes"]["chip"] = {
        "item": "chip", "site": "chip_maker", "lot_size": 50, "cycle_time": {"shape": "gamma", "mean": 200, "cv": 0.2},
        "price": 30,
    }  # fmt: skip
    for own in ("own", "more"):
        data["recipes"][own]["inputs"] = {"chip": 2}
    data["decisions"] = copy.deepcopy(DECISIONS)
    data["decisions"]["second"]["choices"]["build"]["from_gate"] = {
        "sites.chip_maker.contract.commitment": 2500, "demand.chargers.rate": 2400,
    }  # fmt: skip
    data["plan"] = PLANNED
    return build(data, "gates")


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_nothing_before_a_gate_depends_on_what_is_chosen_there(scenario: Scenario, engine: str) -> None:
    runs = [followed(scenario, sequence, engine, seed=3) for sequence in SEQUENCES]
    assert len({str(until(run, day("contract"))) for run in runs}) == 1
    # Up to the second gate there are as many histories as choices at the first.
    histories = {(s["contract"], str(until(run, day("second")))) for s, run in zip(SEQUENCES, runs, strict=True)}
    assert len(histories) == 2
    assert len({str(until(run, 700.0)) for run in runs}) == 4


def test_both_engines_know_as_little(scenario: Scenario) -> None:
    for sequence in SEQUENCES:
        one, other = (followed(scenario, sequence, engine, seed=1) for engine in ("events", "batch"))
        assert str(until(one, 730.0)) == str(until(other, 730.0))
        assert one.hash == other.hash


def test_planners_who_know_the_plan_act_on_it_before_the_gate(scenario: Scenario) -> None:
    """Else the test above could not fail."""
    known = [play(scenario, compile_plan(scenario, s), seed=3, engine="batch", trace=True) for s in SEQUENCES]
    assert len({str(until(run, day("second"))) for run in known}) > 2
