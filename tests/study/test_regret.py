"""Regret of scenarios over shared worlds, against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.study.regret import RegretComparison, regret
from tests.study.two_lines import MONTHS, two_lines, uniform

HOW: dict[str, Any] = {"engine": "batch", "jobs": 1}


def plan(build: Any, name: str, price: float, capacity: float = 100_000) -> str:
    """One line that asks for 1000 to 3000 a month; a unit is worth 20 and costs `price`."""
    data = two_lines(capacity)
    del data["demand"]["second"], data["recipes"]["make_b"], data["items"]["b"], data["sourcing"]["b"]
    data["recipes"]["make_a"]["price"] = price
    data["demand"]["first"] |= {"rate": uniform(1500, 1000, 3000), "value": 20}
    return str(build(data, name).file)


@pytest.fixture(scope="module")
def choice(build: Any) -> RegretComparison:
    """A plan that can serve all, and a cheaper one that can make 2000 a month."""
    names = [plan(build, "wide", 12.0), plan(build, "narrow", 12.0, capacity=2000)]
    return regret(names, "served", n=64, **HOW)


def test_the_regret_of_the_narrow_plan_is_what_it_cannot_serve(choice: RegretComparison) -> None:
    """E max(d - 2000, 0) for d uniform from 1000 to 3000 is 250 a month; at most it is 1000."""
    assert choice.regrets is not None
    wide, narrow = choice.regrets.plans
    assert (wide.most, wide.best) == (0.0, 1.0)
    assert narrow.mean.estimate == pytest.approx(250 * MONTHS, rel=0.1)
    assert narrow.most == pytest.approx(1000 * MONTHS, rel=0.1)
    assert 0.3 < narrow.best < 0.6
    assert choice.regrets.minimax == choice.names[0]


def test_the_same_plan_under_two_names_is_never_regretted(build: Any) -> None:
    names = [plan(build, "one", 12.0), plan(build, "again", 12.0)]
    found = regret(names, "npv_usd", n=16, **HOW)
    np.testing.assert_array_equal(found.values[:, 0], found.values[:, 1])
    assert found.regrets is not None
    assert [p.most for p in found.regrets.plans] == [0.0, 0.0]


def test_less_is_better_of_costs_and_earlier_of_dates(build: Any) -> None:
    names = [plan(build, "cheap", 10.0), plan(build, "dear", 15.0)]
    spent = regret(names, "npv_usd", n=16, **HOW)
    assert spent.regrets is not None
    assert spent.regrets.minimax == names[0]
    backwards = regret(names, "npv_usd", least=True, n=16, **HOW)
    assert backwards.regrets is not None
    assert backwards.regrets.minimax == names[1]
    assert regret(names, "made", n=16, **HOW).least


def test_a_kpi_that_not_all_plans_have_is_refused(build: Any) -> None:
    with pytest.raises(InputError, match=r"--regret.*no such KPI"):
        regret([plan(build, "one", 12.0), str(build(two_lines(), "two").file)], "served.second", n=2, **HOW)


def test_dates_of_plans_that_begin_on_different_days_are_not_compared(build: Any) -> None:
    data = two_lines()
    data["horizon"] = {"start": data["horizon"]["start"].replace(month=2), "end": data["horizon"]["end"]}
    with pytest.raises(InputError, match="begin and end on the same days"):
        regret([plan(build, "one", 12.0), str(build(data, "later").file)], "made", n=2, **HOW)


def test_the_frame_holds_every_world(choice: RegretComparison) -> None:
    assert choice.frame.shape == (64, 2)
    assert (choice.frame[choice.names[0]] >= choice.frame[choice.names[1]] - 1).all()
