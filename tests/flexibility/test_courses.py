"""Commit, defer, expand, stop and return, each worked out by hand to the cent, in both engines."""

from __future__ import annotations

import copy
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.compiler import compile_plan
from sim.flexibility.option import option
from sim.report.payments_table import payments
from sim.results.result import Result
from sim.scenario.loader import load_scenario
from tests.conftest import Build
from tests.docs.examples import example
from tests.property.test_choices import CHARGER

RATE = 0.1
YEARS = 6
PLANT: dict[str, Any] = {
    "horizon": {"length": YEARS, "time_unit": "year"},
    "report_every": 1,
    "review_every": 1,
    "money": {"discount_rate": RATE},
    "items": {"part": {"stage": "part"}},
    "sites": {
        # 4,000 dollars on the first day, 400 a year.
        "plant": {
            "in_house": True, "capacity": 400, "fixed_cost": 1,
            "capex": {"per_capacity": 10, "life": 10, "sunk": False, "salvage": 0.5, "paid_ahead": {"days": 1, "share": 0.25}},
        },
        # 1,500 dollars: 900 over two years of construction, 600 when it opens; 100 a year from then on.
        "fab": {
            "in_house": True, "fixed_cost": 2,
            "construction": {"stages": [{"name": "shell", "duration": 1.5}, {"name": "tools", "duration": 0.5}]},
            "ramp": {"initial": 50, "target": 50, "months": 0},
            "capex": {"per_capacity": 30, "equipment_share": 0.4, "life": 10, "salvage": 0.5},
        },
        "foundry": {"in_house": False, "capacity": 1000, "contract": {"allocation": 0}},
    },
    "recipes": {
        "own": {"item": "part", "site": "plant", "variable_cost": 3},
        "built": {"item": "part", "site": "fab", "variable_cost": 3},
        "bought": {"item": "part", "site": "foundry", "price": 8},
    },
    "sourcing": {"part": {"sources": ["own", "built", "bought"], "policy": "in_house_first"}},
    "demand": {
        "customers": {
            "item": "part", "pattern": "series", "every": 1, "begins": 0.9, "values": [100] * YEARS, "value": 10,
        },
    },
    "decisions": {
        "course": {
            "at": 2,
            "choices": {
                "defer": {},
                "commit": {"begins": {"fab": 0}},
                "expand": {"later": [{"after": 1.5, "values": {"sites.plant.capacity": 800}}]},
                "stop": {"closes": {"plant": 1}, "payments": [{"title": "Settlement", "after": 0.5, "amount": 100}]},
                "return": {
                    "closes": {"plant": 1},
                    "later": [{"after": 1, "values": {"sites.foundry.contract.allocation": 100}}],
                    "payments": [{"title": "Re-entry fee", "amount": 60}, {"title": "Grant", "after": 2, "amount": -10}],
                },
            },
        },
    },
}  # fmt: skip
MADE = [300.0] * YEARS
"""Value delivered less variable and fixed cost, a year."""
BASE = [MADE[0] - 4000.0, *MADE[1:]]
SOLD = 0.5 * 4000 * (1 - (3 - 0.5) / 10)
"""Outlay of the first year, on average half a year old at its end, is written off over ten."""
BY_HAND = {
    "defer": BASE,
    # Built from 2 to 4.
    "commit": [*BASE[:2], 300.0 - 450, 300.0 - 450, 300.0 - 600 - 100, 300.0 - 100],
    # A quarter of 4,000 a year ahead of 3.5, the rest then.
    "expand": [*BASE[:2], 300.0 - 1000, 300.0 - 3000 - 200, 300.0 - 400, 300.0 - 400],
    "stop": [*BASE[:2], 300.0 - 100, SOLD, 0.0, 0.0],
    "return": [*BASE[:2], 300.0 - 60, SOLD + 200, 200.0 + 10, 200.0],
}  # fmt: skip


def played(build: Build, choice: str, engine: str = "events", data: dict[str, Any] = PLANT) -> Result:
    return sim.run(build(data | {"plan": {"course": choice}}, "course"), engine=engine)


def discounted(flows: list[float]) -> float:
    """Each year from its middle."""
    return sum(flow * (1 + RATE) ** -(year + 0.5) for year, flow in enumerate(flows))


def by_year(result: Result) -> list[float]:
    cash = result.frames["cash"]
    cash = cash[cash["category"] != "salvage"].groupby("period")["usd"].sum()
    return [round(float(cash.get(year, 0.0)), 2) for year in range(YEARS)]


@pytest.mark.parametrize("engine", ["events", "batch"])
@pytest.mark.parametrize("choice", BY_HAND)
def test_money_of_each_course_is_what_is_worked_out_by_hand(build: Build, choice: str, engine: str) -> None:
    result = played(build, choice, engine)
    assert by_year(result) == [round(flow, 2) for flow in BY_HAND[choice]]
    npv = result.kpis["npv_usd"]
    assert npv == pytest.approx(discounted(BY_HAND[choice]), abs=0.005)


def test_a_project_that_is_stopped_pays_no_further_and_recovers_a_share_of_what_it_paid(build: Build) -> None:
    """Half a year of the building is paid, 225 dollars, and an average of a quarter of a year is written off."""
    data = copy.deepcopy(PLANT)
    data["sites"]["fab"]["construction"]["decision"] = 2
    del data["sites"]["plant"]["capex"]["paid_ahead"]
    data["decisions"]["course"]["choices"] = {"go_on": {}, "stop": {"closes": {"fab": 0.5}}}
    result = played(build, "stop", data=data)
    assert by_year(result) == [*BASE[:2], 300.0 - 225 + 0.5 * 225 * 1.0, *BASE[3:]]
    assert result.kpis["disposal_usd"] == pytest.approx(112.5)
    assert result.kpis["starts.built"] == 0


def test_a_fab_that_no_choice_begins_is_never_built(build: Build) -> None:
    deferred = played(build, "defer")
    fab = [site.name for site in deferred.draws.plan.sites].index("fab")
    assert deferred.draws.sites[fab].nameplate.values.tolist() == [0.0]
    cash = deferred.frames["cash"]
    assert not (cash["name"] == "fab").any()


def test_a_site_closes_on_a_date_without_any_decision(build: Build) -> None:
    data = copy.deepcopy(PLANT)
    del data["decisions"], data["sites"]["fab"], data["recipes"]["built"], data["sites"]["plant"]["capex"]["paid_ahead"]
    data["sites"]["plant"]["closes"] = 3
    data["sourcing"] = {"part": {"sources": ["own", "bought"], "policy": "in_house_first"}}
    kpis = sim.run(build(data, "dated")).kpis
    assert kpis["npv_usd"] == pytest.approx(discounted([*BASE[:3], SOLD, 0.0, 0.0]), abs=0.005)
    assert kpis["disposal_usd"] == pytest.approx(SOLD)
    assert kpis["npv_with_salvage_usd"] == kpis["npv_usd"]


def test_plans_that_take_other_courses_have_the_same_inputs(build: Build) -> None:
    plans = [compile_plan(build(PLANT, "course"), {"course": choice}) for choice in BY_HAND]
    assert len({plan.inputs for plan in plans}) == 1


def test_payments_of_a_choice_have_names_of_their_own(build: Build) -> None:
    cash = played(build, "return").frames["cash"]
    paid = cash[cash["category"] == "payment"]
    assert dict(zip(paid["name"], paid["usd"], strict=True)) == {"course.return.1": -60.0, "course.return.2": 10.0}
    table = payments(played(build, "return"))
    assert table is not None
    assert [row[0] for row in table.rows] == ["Re-entry fee", "Grant"]


def test_an_abandonment_put_is_worth_what_it_is_worth_by_hand(build: Build) -> None:
    """A start gives one part or two, with equal odds, which shows in the first two years; then the plant may be sold.

    With two parts a year earns 500 dollars, with one it loses 100. The plant brings 1,700 dollars after two years: it is kept
    where a start gives two. What is kept to the end is sold for 900 dollars then.
    """
    data = copy.deepcopy(PLANT)
    data["sites"] = {"plant": data["sites"]["plant"]}
    del data["sites"]["plant"]["capex"]["paid_ahead"]
    outcome = {"assumed": 1, "low": 1, "high": 2, "draw": "uniform", "source": "a test"}
    data["recipes"] = {"own": {"item": "part", "site": "plant", "variable_cost": 12, "units_per_start": outcome}}
    data["sourcing"] = {}
    data["demand"]["customers"]["value"] = 15
    data["decisions"]["course"]["choices"] = {"go_on": {}, "stop": {"closes": {"plant": 0}}}
    data["plan"] = {"course": "go_on"}
    found = option(build(data, "put"), 64, jobs=1)
    earned = {1: 1500.0 - 1200 - 400, 2: 1500.0 - 600 - 400}
    sold, kept = (0.5 * 4000 * (1 - (day - 0.5) / 10) for day in (2, YEARS))
    worth = {
        (parts, choice): discounted(
            [year - 4000, year, *([year, year, year, year + kept] if choice == "go_on" else [sold, 0, 0, 0])]
        )
        for parts, year in earned.items()
        for choice in ("go_on", "stop")
    }
    two = found.npv[:, 0] > found.npv[:, 0].mean()
    assert two.sum() == 32
    for column, (choice,) in enumerate(found.sequences):
        by_hand = np.where(two, worth[2, choice], worth[1, choice])
        assert found.npv[:, column] == pytest.approx(by_hand, abs=0.005)
    means = {choice: (worth[1, choice] + worth[2, choice]) / 2 for choice in ("go_on", "stop")}
    best = (max(worth[1, "go_on"], worth[1, "stop"]) + max(worth[2, "go_on"], worth[2, "stop"])) / 2
    assert worth[1, "go_on"] < worth[1, "stop"]
    assert worth[2, "go_on"] > worth[2, "stop"]
    v = found.valuation
    assert v.fixed.mean == pytest.approx(max(means.values()), abs=0.005)
    assert v.gain.mean == pytest.approx(best - max(means.values()), abs=0.005)
    assert v.upper.value is not None
    assert v.upper.value.mean == pytest.approx(best, abs=0.005)


def test_the_courses_of_the_how_to_earn_what_it_says(tmp_path: Path) -> None:
    """Dollars of NPV in millions, as its table shows them."""
    file = tmp_path / "courses.yaml"
    file.write_text(example("courses", "yaml"), encoding="utf-8")
    shown = {"defer": 8.5, "commit": 7.9, "expand": 7.7, "stop": 3.2, "return": 7.0}
    for course, millions in shown.items():
        npv = sim.run(load_scenario(file, sets=[f"plan.course={course}"]), engine="batch").kpis["npv_usd"]
        assert npv is not None
        assert round(npv / 1e6, 1) == millions


@pytest.mark.parametrize(("after", "amount"), [(0, 12_345.67), (30, -800), (31, 1), (250, 99_999.99)])
def test_a_payment_is_discounted_from_the_middle_of_its_month(build: Build, after: float, amount: float) -> None:
    """A gate on 1 March 2027, a rate of 10 % a year."""
    data = copy.deepcopy(CHARGER) | {"money": {"discount_rate": RATE}}
    choices = {"pays": {"payments": [{"after": after, "amount": amount}]}, "does_not": {}}
    data["decisions"] = {"fee": {"at": dt.date(2027, 3, 1), "choices": choices}}
    paid, not_paid = (
        sim.run(build(data | {"plan": {"fee": choice}}, "fee"), engine="batch").kpis["npv_usd"] for choice in choices
    )
    begins = (dt.date(2027, 3, 1) + dt.timedelta(days=after)).replace(day=1)
    ends = (begins + dt.timedelta(days=32)).replace(day=1)
    start = CHARGER["horizon"]["start"]
    middle = ((begins - start).days + (ends - start).days) / 2
    assert paid is not None
    assert not_paid is not None
    assert not_paid - paid == pytest.approx(amount * (1 + RATE) ** (-middle / 365.25), abs=0.005)
