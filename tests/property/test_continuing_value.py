"""Harm done to a supplier never pays: its capacity cut, a strike, a lost lot; stock that is not bought is not a gain.

What may rise all the same is the tolerance, and no more than it:

- holding that is saved, since less is held;
- 15 % of the purchases not made: stock counts at its item's mean cost over all sources, so that a unit bought dearer than
  the mean (a cell at 46 dollars, where all cells cost 39) takes less from the value of stock than from the money spent;
- 1 % of the goods left in the base run: all of them count at mean costs over the whole run, which move when sources
  change their parts in it;
- at the scenario's own discount rate, what the money earns that is spent later or never: the rate and the years of the
  run on the largest sum by which the harmed run was ahead at any period end. At a rate of zero there is none of it.

Harm begins after the first year, because an initial pipeline is planned with the capacity of the first day. It pays indeed,
and so is not asserted, where what is scarce goes to a line that is worth more (the last test; and stmicro in
industry-typical, whose strike leaves 7,500 robots the room that terminals do not take meanwhile), and where an own plant with
room makes at 12 cents what was bought at 25 (stmicro in starlink-components).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from sim.api import Result, run
from sim.scenario.loader import Scenario
from sim.shipped import shipped_root

UNBOUGHT = 0.15
REVALUED = 0.01
NPV = "npv_with_continuing_value_usd"
SUPPLIERS = {
    "starter": ("supplier",),
    "foundry-only": ("tsmc_n3", "nvidia"),
    "starlink-components": ("packager_rf", "board_makers"),
    "industry-typical": ("nvidia",),
}
HARM: dict[str, dict[str, Any]] = {
    "quarter": {"duration": 2000, "effects": {"capacity": 0.25}},
    "nothing": {"duration": 2000, "effects": {"capacity": 0}},
    "strike": {"duration": 45, "effects": {"capacity": 0, "shipments_held": True}},
    "lost lot": {"duration": 0, "effects": {"scrap_wip": 1}},
}
BEGINS = (dt.date(2027, 1, 10), dt.date(2028, 11, 10))


Play = Callable[..., Result]


@pytest.fixture(scope="module")
def play(build: Callable[..., Scenario]) -> Play:
    """A scenario with what harms a supplier, at a discount rate of zero or at its own."""

    @cache
    def played(
        name: str, own_rate: bool, supplier: str = "", harm: str = "", begins: dt.date | None = None, *readings: str
    ) -> Result:
        starter = YAML(typ="safe").load(shipped_root() / "_starter.yaml")
        del starter["uncertainty"]  # A number that it names must have a range.
        data: dict[str, Any] = starter if name == "starter" else {"extends": name}
        if readings:
            data["readings"] = dict(reading.split("=") for reading in readings)
        if not own_rate:
            data.setdefault("money", {})["discount_rate"] = 0
        if harm:
            struck = {"kind": "scheduled", "sites": [supplier], "begins": begins, **HARM[harm]}
            data.setdefault("disruptions", {})["harm"] = struck
        return run(build(data), engine="batch")

    return played


def rise(harmed: Result, base: Result, kpi: str) -> float:
    """How much more of a KPI there is with the harm done."""
    return float(harmed.kpis[kpi] or 0.0) - float(base.kpis[kpi] or 0.0)


def cumulated(result: Result) -> pd.Series:
    """Net flow from the start to the end of each period, salvage left out."""
    cash = result.frames["cash"]
    by_period = cash[cash["category"] != "salvage"].groupby("period")["usd"].sum()
    return by_period.reindex(range(int(cash["period"].max()) + 1), fill_value=0.0).cumsum()


def tolerance(harmed: Result, base: Result, rate: float) -> float:
    """What the harm may earn all the same."""
    saved = max(-rise(harmed, base, "holding_usd"), 0.0)
    unbought = max(-rise(harmed, base, "spend_outside_usd"), 0.0)
    goods = sum(float(base.kpis[kpi] or 0.0) for kpi in ("stock_value_end_usd", "under_way_value_end_usd"))
    ahead = max(float((cumulated(harmed) - cumulated(base)).max()), 0.0)
    return saved + UNBOUGHT * unbought + REVALUED * goods + rate * base.plan.calendar.days / 365.25 * ahead


@pytest.mark.parametrize(("begins", "own_rate"), [(BEGINS[0], False), (BEGINS[0], True), (BEGINS[1], False)])
@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize(("name", "supplier"), [(name, s) for name, suppliers in SUPPLIERS.items() for s in suppliers])
def test_harm_to_a_supplier_does_not_pay(
    play: Play, name: str, supplier: str, harm: str, begins: dt.date, own_rate: bool
) -> None:
    base, harmed = play(name, own_rate), play(name, own_rate, supplier, harm, begins)
    assert rise(harmed, base, NPV) <= tolerance(harmed, base, 0.1 if own_rate else 0.0)


def test_stock_worth_nothing_would_make_a_cut_pay(play: Play) -> None:
    """Without the continuing value a lot lost in the last weeks is a gain: it is not paid for, and nobody lacks it yet."""
    base, harmed = play("starter", False), play("starter", False, "supplier", "lost lot", BEGINS[1])
    assert rise(harmed, base, "npv_usd") > 5 * max(rise(harmed, base, NPV), 1e4)


def test_what_is_scarce_may_go_to_a_line_worth_more(play: Play) -> None:
    """Packages are short and compute keeps its value; a foundry is cut to a quarter: dies come at other times, and some
    packages go to data centres, not to robots; it rises by that and holding."""
    short = ("packaging.growth.ai=frozen", "alloc.memory.share=secured", "value.compute.follows=constant")
    harms = (("", "", None), ("samsung_n2", "quarter", dt.date(2027, 1, 10)))
    base, harmed = (play("foundry-only", False, *harm, *short) for harm in harms)
    more = rise(harmed, base, "value_usd")
    assert rise(harmed, base, "delivered.data_centre_own") > 0 > rise(harmed, base, "delivered.robots")
    assert 0 < rise(harmed, base, NPV) <= more + tolerance(harmed, base, 0.0)
