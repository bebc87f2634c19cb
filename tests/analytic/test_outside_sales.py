"""Others buy what an own site leaves idle, at most what they would."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.api import run
from sim.errors import InputError
from sim.report.headline import sentences
from sim.scenario.loader import Scenario

Build = Callable[..., Scenario]


def hall(sales: dict[str, Any] | None, *, own: int = 100, **site: Any) -> dict[str, Any]:
    """A hall for 400 parts a month, of which `own` are ours; with whole parts a day it loses some 2 % of its time."""
    place = {"in_house": True, "capacity": 400} | site | ({"outside_sales": sales} if sales else {})
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "initial": "pipeline",
        "items": {"part": {"stage": "part"}},
        "sites": {"hall": place},
        "recipes": {"make": {"item": "part", "site": "hall", "cycle_time": 1}},
        "demand": {"d": {"item": "part", "rate": own}},
    }


@pytest.mark.parametrize("engine", ["events", "batch"])
@pytest.mark.parametrize(("wanted", "own", "sold"), [(50, 100, 50), (500, 100, 300), (500, 600, 8)])
def test_what_is_idle_is_sold_as_far_as_it_is_wanted(
    build: Build, engine: str, wanted: int, own: int, sold: float
) -> None:
    terms = {"demand": wanted, "price": 7, "variable_cost": 3}
    free, found = (run(build(hall(t, own=own)), engine=engine) for t in (None, terms))
    units = sold * 365 / 30.4375
    assert found.kpis["sold_outside.hall"] == pytest.approx(units, rel=0.01, abs=12)
    idle = (1 - (found.kpis["utilisation.hall"] or 0.0)) * 400 * 365 / 30.4375
    assert (found.kpis["sold_outside.hall"] or 0.0) <= idle + 14  # a day's lot, begun on the last day
    assert found.kpis["outside_sales_usd"] == pytest.approx(4 * (found.kpis["sold_outside.hall"] or 0.0), abs=0.1)
    gain = (found.kpis["npv_usd"] or 0.0) - (free.kpis["npv_usd"] or 0.0)
    assert gain == pytest.approx(found.kpis["outside_sales_usd"])
    same = ("starts.make", "served_by_end", "utilisation.hall", "total_cost_usd")
    assert [found.kpis[k] for k in same] == [free.kpis[k] for k in same]
    assert any("Others buy idle capacity" in sentence for sentence in sentences(found)) == (units > 0)


def test_what_costs_more_than_it_brings_is_a_loss(build: Build) -> None:
    kpis = run(build(hall({"demand": 50, "price": 3, "variable_cost": 7}))).kpis
    assert kpis["outside_sales_usd"] == pytest.approx(-4 * 50 * 365 / 30.4375, abs=0.01)


def test_sales_belong_to_an_own_site_with_a_capacity(build: Build) -> None:
    terms = {"demand": 50, "price": 7}
    with pytest.raises(InputError, match="outside_sales belongs to a site of ours, but here in_house is false"):
        build(hall(terms, in_house=False))
    with pytest.raises(InputError, match="outside_sales has no effect on unlimited capacity"):
        build(hall(terms, capacity="unlimited"))
