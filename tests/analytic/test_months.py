"""Milestones, discounting and the last twelve months go by calendar months, however a run is reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from sim.api import Result, run
from sim.report.render import as_text
from sim.report.run_report import run_report
from sim.results.periods import LEVELS

Fixture = Callable[..., Any]


@pytest.fixture(scope="module")
def reported(build: Fixture) -> Callable[..., Result]:
    """A dated shift: our plant is built over 2026 and ramps up over 2027, a foundry makes the rest."""

    def played(every: str | int, **changes: Any) -> Result:
        plant = {
            "in_house": True, "fixed_cost": 50,
            "construction": {"decision": dt.date(2026, 1, 15), "stages": [{"name": "all", "duration": 334}]},
            "ramp": {"initial": 0, "target": 300, "months": 11},
            "capex": {"per_capacity": 1000, "equipment_share": 0.6, "life": 10, "salvage": 0.5},
        }  # fmt: skip
        data: dict[str, Any] = {
            "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2028, 7, 1)},
            "report_every": every,
            "initial": "pipeline",
            "money": {"discount_rate": 0.1},
            "items": {"part": {"stage": "part", "family": "all"}},
            "sites": {"plant": plant, "foundry": {"in_house": False, "capacity": 1000}},
            "recipes": {
                "own": {"item": "part", "site": "plant", "lot_size": 5, "cycle_time": 10, "variable_cost": 3},
                "buy": {"item": "part", "site": "foundry", "lot_size": 5, "cycle_time": 10, "price": 8},
            },
            "sourcing": {"part": {"sources": ["own", "buy"], "policy": "in_house_first"}},
            "demand": {"d": {"item": "part", "rate": 300, "value": 20, "every": 0.1}},
            "milestones": {
                "volume": {"rule": "output_rate", "items": ["part"], "sites": ["plant"], "level": 0.1},
                "mass": {"rule": "output_rate", "items": ["part"], "sites": ["plant"], "level": 0.5, "months": 3},
                "half": {"rule": "in_house_share", "share": "part", "level": 0.5},
            },
        }
        return run(build(data | changes))

    return played


@pytest.fixture(scope="module")
def monthly(reported: Callable[..., Result]) -> Result:
    return reported("month")


@pytest.mark.parametrize("every", ["day", 7, 45])
def test_dates_and_worth_do_not_depend_on_the_reporting_period(
    reported: Callable[..., Result], monthly: Result, every: str | int
) -> None:
    result = reported(every)
    assert None not in result.milestones.values()
    assert result.milestones == monthly.milestones
    for name in ("npv_usd", "npv_with_salvage_usd", "in_house_share.part", "capex_usd", "take_or_pay_usd"):
        assert result.kpis[name] == monthly.kpis[name]
    assert set(result.kpis) == set(monthly.kpis)


def test_milestones_begin_on_the_first_of_a_month(monthly: Result) -> None:
    """The ramp to 300 a month begins on 15 December 2026 and takes eleven months. Starts follow capacity at
    the first of the month, which was 15 in January, 43 in February, 123 in May and 151 in June; with a cycle of
    ten days, a tenth of demand is made in February, half not yet in June."""
    volume, half, mass = (monthly.milestones[name] for name in ("volume", "half", "mass"))
    assert volume == dt.date(2027, 2, 1)
    assert half == mass == dt.date(2027, 7, 1)


def test_the_frames_keep_to_the_reporting_period(reported: Callable[..., Result], monthly: Result) -> None:
    """Weeks cross the ends of months; amounts add up alike, levels are those at the end."""
    weekly = reported(7).frames["monthly"]
    assert weekly["period"].max() == -(-912 // 7) - 1
    starts = sorted(set(weekly["period_start"]))
    assert {(b - a).days for a, b in pairwise(starts)} == {7}
    for measure in ("good", "starts", "delivered", "capacity", "load", "need"):
        sums = [f.loc[f["measure"] == measure, "value"].sum() for f in (weekly, monthly.frames["monthly"])]
        assert sums[0] == pytest.approx(sums[1])
    for measure in LEVELS:
        ends = [
            f.loc[(f["measure"] == measure) & (f["period"] == f["period"].max()), "value"].tolist()
            for f in (weekly, monthly.frames["monthly"])
        ]
        assert ends[0] == ends[1]
    shares = weekly[weekly["scope"] == "share"].pivot(index="period", columns="measure", values="value").dropna()
    assert shares["share"].tolist() == pytest.approx((shares["in_house"] / shares["total"]).tolist())


def test_cash_by_any_period_is_the_same_money(reported: Callable[..., Result], monthly: Result) -> None:
    for every in ("day", 7):
        cash, wanted = (
            f.groupby(["category", "name"])["usd"].sum()
            for f in (reported(every).frames["cash"], monthly.frames["cash"])
        )
        assert cash.round(2).to_dict() == pytest.approx(wanted.round(2).to_dict())


def test_a_last_period_longer_than_a_year(reported: Callable[..., Result], monthly: Result) -> None:
    result = reported(500)
    assert result.kpis["in_house_share.part"] == monthly.kpis["in_house_share.part"]
    assert result.milestones == monthly.milestones
    text = " ".join("\n".join(as_text(block) for block in run_report(result)).split())
    assert "mean per period of the last period" in text


def test_the_last_twelve_months_of_a_horizon_that_ends_within_a_month(reported: Callable[..., Result]) -> None:
    horizon = {"start": dt.date(2026, 1, 10), "end": dt.date(2028, 3, 20)}
    shares = {every: reported(every, horizon=horizon).kpis["in_house_share.part"] for every in ("day", 7, "month")}
    assert shares["day"] == shares["month"] == shares[7]
    assert shares["day"] is not None


def test_in_an_abstract_model_a_reporting_period_is_the_month(build: Fixture) -> None:
    """Twenty a day from day 25 on: in periods of ten days the one from day 30 is the first at full rate."""
    opened = {"interpolate": "step", "points": [{"at": 0, "value": 0}, {"at": 25, "value": 20}]}
    data = {
        "horizon": {"length": 60, "time_unit": "day"},
        "items": {"part": {"stage": "part", "policy": {"type": "base_stock", "level": 0}}},
        "sites": {"plant": {"in_house": True, "capacity": opened}},
        "recipes": {"own": {"item": "part", "site": "plant", "lot_size": 1}},
        "demand": {"d": {"item": "part", "rate": 20}},
        "milestones": {"full": {"rule": "output_rate", "items": ["part"], "level": 0.9}},
    }
    assert run(build(data | {"report_every": 10})).milestones == {"full": 30.0}
    assert run(build(data | {"report_every": 5})).milestones == {"full": 25.0}
