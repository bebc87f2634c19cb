"""Sites that close and that choices begin: what is released, what is finished, and that nothing before a gate depends on it."""

from __future__ import annotations

import copy
import datetime as dt
from itertools import product
from typing import Any

import pytest

import sim
from sim.api import play
from sim.compiler import compile_plan
from sim.flexibility.observe import closed, history
from sim.results.result import Result
from sim.scenario.loader import Scenario
from tests.conftest import Build
from tests.property.test_choices import CHARGER
from tests.property.test_gates import until

START = dt.date(2026, 1, 1)
GATES = {"course": dt.date(2026, 10, 1), "second": dt.date(2027, 1, 1)}
CHOICES = {"course": ("on", "stop", "commit"), "second": ("wait", "build", "close")}
PLANNED = {"course": "on", "second": "wait"}
SEQUENCES = [dict(zip(GATES, c, strict=True)) for c in product(*CHOICES.values())]


def day(gate: str) -> int:
    """Days from the start to a gate."""
    return (GATES[gate] - START).days


def courses(after: float = 45) -> dict[str, Any]:
    """Chargers whose hall may close, whose fab may be begun, and whose module is ordered long before it stands."""
    data = copy.deepcopy(CHARGER)
    sites = data["sites"]
    sites["hall"]["capex"] = {
        "per_capacity": 3000,
        "life": 8,
        "salvage": 0.4,
        "paid_ahead": {"days": 200, "share": 0.3},
    }
    sites["hall"]["fixed_cost"] = 20
    sites["module"]["capex"] |= {"paid_ahead": {"days": 150, "share": 0.4}, "salvage": 0.2}
    steps = [{"at": START, "value": 0}, {"at": dt.date(2027, 3, 1), "value": 200}]
    sites["module"]["capacity"] = {"interpolate": "step", "points": steps}
    sites["fab"] = {
        "in_house": True,
        "construction": {"stages": [{"name": "shell", "duration": 120}, {"name": "tools", "duration": 40}]},
        "ramp": {"initial": 200, "target": 500, "months": 2},
        "capex": {"per_capacity": 900, "equipment_share": 0.5, "life": 10, "paid_ahead": {"days": 90, "share": 0.2}},
    }  # fmt: skip
    # Bought long before a gate for what is made after it.
    data["items"]["chip"] = {"stage": "chip"}
    sites["chip_maker"] = {"in_house": False, "capacity": 9000}
    data["recipes"]["chip"] = {"item": "chip", "site": "chip_maker", "lot_size": 50, "cycle_time": 200, "price": 30}
    for own in ("own", "more"):
        data["recipes"][own]["inputs"] = {"chip": 2}
    data["recipes"]["fab"] = data["recipes"]["own"] | {"site": "fab"}
    data["sourcing"]["charger"]["sources"] = ["own", "more", "fab", "bought"]
    closing = {"closes": {"hall": after}, "payments": [{"amount": 5000}]}
    data["decisions"] = {
        "course": {"at": GATES["course"], "choices": {"on": {}, "stop": closing, "commit": {"begins": {"fab": 10}}}},
        "second": {
            "at": GATES["second"],
            "choices": {
                "wait": {},
                "build": {"later": [{"after": 120, "values": {"sites.module.capacity": 600}}]},
                "close": {"closes": {"module": 0, "hall": 20}, "payments": [{"after": 3, "amount": -700}]},
            },
        },
    }
    data["plan"] = PLANNED
    return data


def followed(scenario: Scenario, sequence: dict[str, str], engine: str) -> Result:
    """A run of a sequence of choices: until each gate planners expect what was chosen before it, and then the plan."""
    foreseen, known = [], dict(PLANNED)
    for gate in GATES:
        foreseen.append(compile_plan(scenario, known))
        known[gate] = sequence[gate]
    return play(scenario, compile_plan(scenario, sequence), engine=engine, trace=True, foreseen=foreseen)


def past(result: Result, gate: str) -> str:
    """All that was counted of a run up to a gate, every lot that began and every cent."""
    end, at = closed(result, day(gate)), day(gate) * 2**20
    booked = ((e.category, e.name, e.cents[:end].tolist()) for e in result.money)
    cents = sorted(entry for entry in booked if any(entry[2]))
    begun = sorted((t.source, t.number, t.starts, t.ordered, t.begin) for t in result.records.lots if t.begin < at)
    return str((history(result, day(gate)), begun, cents))


@pytest.mark.parametrize("after", [0, 45, 170])
def test_nothing_before_a_gate_depends_on_what_closes_begins_or_is_ordered_there(build: Build, after: float) -> None:
    """Neither a lot nor a cent: what is paid ahead was ordered for what was planned."""
    scenario = build(courses(after), "courses")
    runs = [followed(scenario, sequence, "batch") for sequence in SEQUENCES]
    for gate, histories in (("course", 1), ("second", 3)):
        before = [s["course"] if histories > 1 else "" for s in SEQUENCES]
        assert len(set(zip(before, (past(run, gate) for run in runs), strict=True))) == histories
    assert len({run.kpis["npv_usd"] for run in runs}) == len(SEQUENCES)


def test_when_a_site_closes_after_a_gate_changes_nothing_before_it(build: Build) -> None:
    stop = {"course": "stop", "second": "wait"}
    runs = [followed(build(courses(after), f"after_{after}"), stop, "batch") for after in (0, 20, 170)]
    assert len({past(run, "course") for run in runs}) == 1
    assert len({run.kpis["starts.own"] for run in runs}) == 3


def test_planners_who_know_of_a_closing_act_on_it_before_the_gate(build: Build) -> None:
    """Else the test above could not fail."""
    scenario = build(courses(), "courses")
    plans = (compile_plan(scenario, sequence) for sequence in SEQUENCES)
    known = [play(scenario, plan, engine="batch", trace=True) for plan in plans]
    assert len({past(run, "course") for run in known}) > 2


@pytest.mark.parametrize("sequence", [SEQUENCES[5], SEQUENCES[7]])
def test_both_engines_play_the_same_courses(build: Build, sequence: dict[str, str]) -> None:
    scenario = build(courses(), "courses")
    one, other = (followed(scenario, sequence, engine) for engine in ("events", "batch"))
    assert str(until(one, 730.0)) == str(until(other, 730.0))
    assert [(e.category, e.name, e.cents.tolist()) for e in one.money] == [
        (e.category, e.name, e.cents.tolist()) for e in other.money
    ]


def test_what_was_released_before_a_closing_is_finished_and_nothing_is_released_after_it(build: Build) -> None:
    data = courses()
    data["recipes"]["own"]["cycle_time"] = 60
    data["sites"]["maker"]["contract"]["allocation"] = 3000
    data["plan"] = {"course": "stop", "second": "wait"}
    result = sim.run(build(data, "stopped"), trace=True)
    lots = result.frames["lots"]
    own, closes = lots[lots["recipe"] == "own"], day("course") + 45
    assert own["released"].max() < closes < own["arrive"].max()
    assert int(result.records.source["in_process"][-1, 0]) == int(result.records.source["waiting"][-1, 0]) == 0
    # Planners know of it: the maker's chargers come as ours end.
    demand = result.frames["monthly"]
    assert demand[(demand["measure"] == "backlog") & (demand["period"] > 9)]["value"].max() == 0
    site = demand[(demand["name"] == "hall") & (demand["measure"] == "capacity")].set_index("period")["value"]
    assert site[10] > 0
    assert site[11:].sum() == 0


def test_a_site_of_a_stock_policy_takes_no_order_once_it_is_closed(build: Build) -> None:
    data: dict[str, Any] = {
        "horizon": {"length": 20, "time_unit": "day"},
        "report_every": 1,
        "items": {"part": {"stage": "part", "policy": {"type": "base_stock", "level": 5}, "initial_stock": 5}},
        "sites": {"own": {"in_house": True, "capacity": 5, "closes": 10}},
        "recipes": {"make": {"item": "part", "site": "own"}},
        "demand": {
            "d": {"item": "part", "pattern": "series", "every": 1, "begins": 0.5, "values": [1], "repeats": True}
        },
    }
    for engine in ("events", "batch"):
        kpis = sim.run(build(data, "stock"), engine=engine).kpis
        assert kpis["starts.make"] == 10
        assert kpis["backlog_end.d"] == 5


def test_nothing_is_bought_for_a_stock_policy_whose_site_is_closed(build: Build) -> None:
    """Metal is planned, and comes three days after its order."""
    data: dict[str, Any] = {
        "horizon": {"length": 40, "time_unit": "day"},
        "report_every": 1, "review_every": 1,
        "items": {
            "metal": {"stage": "metal", "initial_stock": 4},
            "part": {"stage": "part", "policy": {"type": "base_stock", "level": 5}, "initial_stock": 5},
        },
        "sites": {"own": {"in_house": True, "capacity": 5, "closes": 10}, "mill": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {
            "make": {"item": "part", "site": "own", "inputs": {"metal": 1}},
            "buy": {"item": "metal", "site": "mill", "shipping_time": 3, "lot_size": 1},
        },
        "demand": {"d": {"item": "part", "pattern": "series", "every": 1, "begins": 0.5, "values": [1], "repeats": True}},
    }  # fmt: skip
    for engine in ("events", "batch"):
        kpis = sim.run(build(data, "metal"), engine=engine).kpis
        assert kpis["starts.make"] == 10
        assert kpis["starts.buy"] == 6
