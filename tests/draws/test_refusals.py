"""What is drawn must make a scenario."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sim.compiler import compile_plan
from sim.errors import InputError
from tests.draws.lines import Fixture, compiled, drawn
from tests.draws.test_inputs import SOURCE, at, data


@pytest.mark.parametrize("what", ["a customer's order", "an open order"])
def test_a_date_drawn_before_the_start_is_refused(build: Fixture, what: str) -> None:
    day = {"assumed": 1, "low": -20, "high": 2, "draw": "uniform", "source": "made up"}
    line: dict[str, Any] = {"orders": [{"date": day, "units": 5}]} if what == "a customer's order" else {"rate": 1}
    more = {} if "orders" in line else {"open_orders": [{"recipe": "buy", "quantity": 5, "due": day}]}
    with pytest.raises(InputError, match="lies before the start"):
        drawn(build, line, **more)


def test_dates_drawn_in_the_wrong_order_are_refused(build: Any) -> None:
    """The site grows on 1 March; the day on which it opens is drawn from February to October."""
    points_ = [{"at": {"figure": "opening"}, "value": 5}, {"at": dt.date(2026, 6, 1), "value": 9}]
    sites = {**data()["sites"], "east": {"in_house": True, "capacity": points_}}
    plan = compile_plan(build(data(sites=sites)))
    assert at(plan, {"opens": 0.01})["sites.east.capacity.points.0.at"] < 151
    with pytest.raises(InputError, match=r"capacity.points.1.at: comes no later than the point before it"):
        at(plan, {"opens": 0.9})


RANGE = {"low": 0.1, "high": 0.8, "unit": "1", **SOURCE, "statement": "x", "value": 0.2}


def test_what_a_formula_gives_keeps_to_the_bounds_of_its_field(build: Any) -> None:
    """4.4 x (1 - x) is below 1 at both ends of the range, and 1.1 in its middle."""
    figures = {"x": RANGE, "up": {"statement": "up", "formula": "4.4 * x * (1 - x)", "unit": "1"}}
    site = {"in_house": False, "capacity": 5, "availability": {"figure": "up"}}
    world = {"figures": figures, "uncertainty": {"draw": {"x": "uniform"}}, "sites": {"vendor": site}}
    plan = compiled(build, {"rate": 1}, **world)
    for u, value in ((0.0, 0.1), (1.0, 0.8)):
        assert at(plan, {"x": u})["sites.vendor.availability"] == pytest.approx(4.4 * value * (1 - value), abs=1e-6)
    with pytest.raises(InputError, match=r"sites\.vendor\.availability: must be at least 0 and at most 1; found 1\.1"):
        at(plan, {"x": 0.4 / 0.7})


def test_a_start_takes_whole_units_whatever_is_drawn(build: Any) -> None:
    """Half of what is drawn: of 2 or 4 it is whole."""
    figures = {
        "n": RANGE | {"low": 2, "high": 4, "value": 2, "unit": "unit"},
        "half": {"statement": "half", "formula": "n / 2", "unit": "unit"},
    }
    recipes = {
        "buy": {"item": "part", "site": "vendor", "inputs": {"sheet": {"figure": "half"}}},
        "sheet": {"item": "sheet", "site": "vendor"},
    }
    items = {"part": {"stage": "s"}, "sheet": {"stage": "t"}}
    world = {"figures": figures, "uncertainty": {"draw": {"n": "uniform"}}, "recipes": recipes, "items": items}
    plan = compiled(build, {"rate": 1}, **world)
    assert [at(plan, {"n": u})["recipes.buy.inputs.sheet"] for u in (0.01, 0.99)] == [1, 2]
    with pytest.raises(InputError, match=r"a start must take a whole number of units; found 1\.5"):
        at(plan, {"n": 0.5})


def test_a_generation_begins_after_the_one_before_it(build: Any) -> None:
    day = {"assumed": 5, "low": 2, "high": 22, "draw": "uniform", "source": "made up"}
    items = {k: {"stage": "s"} for k in ("one", "two", "three")}
    recipes = {k: {"item": k, "site": "vendor"} for k in items}
    line = {"generations": [{"item": "one"}, {"item": "two", "begins": day}, {"item": "three", "begins": 12}]}
    plan = compiled(build, {}, items=items, recipes=recipes, demand={"d": line | {"rate": 1}})
    assert at(plan, {"demand.d.generations.1.begins": 0.45})["demand.d.generations.1.begins"] == pytest.approx(11)
    with pytest.raises(InputError, match=r"generations\.2\.begins: begins no later than the generation before it"):
        at(plan, {"demand.d.generations.1.begins": 0.55})


def test_all_that_is_wrong_is_told_at_once_with_the_name_of_the_plan(build: Any) -> None:
    day = {"assumed": 1, "low": -20, "high": 2, "draw": "uniform", "source": "made up"}
    orders = [{"recipe": "buy", "quantity": 5, "due": day}] * 2
    plan = compiled(build, {"rate": 1}, open_orders=orders)
    with pytest.raises(InputError) as refusal:
        at(plan, {d.name: 0.1 for d in plan.dimensions})
    assert [p.path for p in refusal.value.problems] == ["open_orders.0.due", "open_orders.1.due"]
    assert all(p.mark.file.endswith("inputs drawn") for p in refusal.value.problems)
