"""A credit gives back a share of the outlay that begins in time; an import duty is a share of what suppliers charge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.api import Result, run
from sim.errors import InputError
from sim.report.cost_tables import money
from sim.report.headline import sentences
from sim.scenario.loader import Scenario

Build = Callable[..., Scenario]
DAY = dt.date


def plant(**credit: Any) -> dict[str, Any]:
    """A plant of 100 a month for 1,000 dollars each, begun in April 2026, and 200 more from January 2027 on."""
    site = {
        "in_house": True,
        "construction": {"decision": DAY(2026, 4, 1), "stages": [{"name": "all", "duration": 122}]},
        "ramp": {"initial": 100, "target": 100, "months": 6},
        "expansions": [{"after": 0, "target": 300, "months": 0}],
        "capex": {"per_capacity": 1000, "equipment_share": 0.5, "life": 10, **({"credit": credit} if credit else {})},
    }
    return scenario({"own": site}, {"make": {"item": "part", "site": "own", "cycle_time": 1}})


def scenario(sites: dict[str, Any], recipes: dict[str, Any], **over: Any) -> dict[str, Any]:
    return {
        "horizon": {"start": DAY(2026, 1, 1), "end": DAY(2028, 1, 1)},
        "items": {"part": {"stage": "part"}},
        "sites": sites,
        "recipes": recipes,
        "demand": {"d": {"item": "part", "rate": 50}},
    } | over


@pytest.mark.parametrize("engine", ["events", "batch"])
@pytest.mark.parametrize(("by", "given"), [(None, 300), (DAY(2026, 12, 31), 100), (DAY(2026, 3, 1), 0)])
def test_growth_that_begins_in_time_has_the_credit(build: Build, engine: str, by: dt.date | None, given: float) -> None:
    credit = {"share": 0.35} | ({} if by is None else {"begun_by": by})
    without, found = (run(build(plant(**c)), engine=engine).kpis for c in ({}, credit))
    assert found["capex_usd"] == without["capex_usd"] == pytest.approx(300_000)
    assert found["investment_credit_usd"] == pytest.approx(0.35 * given * 1000)
    assert without["investment_credit_usd"] == 0
    gained = (found["npv_usd"] or 0.0) - (without["npv_usd"] or 0.0)
    assert gained == pytest.approx(0.35 * given * 1000, rel=0.15)
    assert (gained > 0) == (given > 0)


def test_a_credit_lowers_depreciation_by_its_share(build: Build) -> None:
    """Nothing but depreciation is in the cost of a unit here, and all growth has the credit."""
    costs = [run(build(plant(**c))).kpis["unit_cost.make"] or 0.0 for c in ({}, {"share": 0.35})]
    assert costs[0] > 0
    assert costs[1] == pytest.approx(0.65 * costs[0])


def bought(tariff: Any, **over: Any) -> dict[str, Any]:
    site = {"in_house": False, "capacity": 1000} | ({} if tariff is None else {"tariff": tariff})
    return scenario({"far": site}, {"buy": {"item": "part", "site": "far", "price": 8}}, **over)


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_a_duty_is_its_share_of_what_is_paid(build: Build, engine: str) -> None:
    free, dear = (run(build(bought(t)), engine=engine) for t in (None, 0.25))
    paid = free.kpis["spend_outside_usd"] or 0.0
    assert dear.kpis["tariff_usd"] == pytest.approx(0.25 * paid)
    assert dear.kpis["spend_outside_usd"] == pytest.approx(1.25 * paid)
    assert dear.kpis["unit_cost.buy"] == pytest.approx(10)
    assert free.kpis["tariff_usd"] == 0


def test_a_duty_holds_from_its_date(build: Build) -> None:
    step = {"interpolate": "step", "points": [{"at": DAY(2027, 1, 1), "value": 1}]}
    result = run(build(bought(step)))
    cash = result.frames["cash"]
    duty = cash[cash["category"] == "tariff"]
    assert set(duty[duty["usd"] != 0]["period_start"].dt.year) == {2027}
    assert result.kpis["tariff_usd"] == pytest.approx((result.kpis["spend_outside_usd"] or 0.0) / 3, rel=0.02)


def test_the_cheapest_source_is_that_with_its_duty(build: Build) -> None:
    """Near, 9 dollars; far, 8, or 10 with duty."""
    sites = {"far": {"in_house": False, "capacity": 1000}, "near": {"in_house": False, "capacity": 1000}}
    recipes = {
        "buy_far": {"item": "part", "site": "far", "price": 8},
        "buy_near": {"item": "part", "site": "near", "price": 9},
    }
    sourcing = {"part": {"sources": ["buy_far", "buy_near"], "policy": "least_cost"}}

    def starts(tariff: float) -> Result:
        taxed = {**sites, "far": {**sites["far"], "tariff": tariff}}
        return run(build(scenario(taxed, recipes, sourcing=sourcing)))

    free, taxed = starts(0.0).kpis, starts(0.25).kpis
    assert free["starts.buy_near"] == taxed["starts.buy_far"] == 0
    assert (taxed["starts.buy_near"] or 0.0) > 0


def test_no_duty_is_due_on_what_was_promised_and_not_ordered(build: Build) -> None:
    contract = {"commitment": 100, "notice": 0, "take_or_pay": 0.5}
    owed = []
    for tariff in (0.0, 1.0):
        data = bought(tariff)
        data["sites"]["far"]["contract"] = {**contract, "notice": 90}
        owed.append(run(build(data)).kpis["take_or_pay_usd"])
    assert owed[0] == owed[1]


def test_the_screen_says_what_the_state_gives_and_takes(build: Build) -> None:
    given = run(build(plant(share=0.35)))
    assert "A credit gives back $105.0k of what building costs." in sentences(given)
    taken = run(build(bought(0.25)))
    assert any(sentence.startswith("Import duty costs ") for sentence in sentences(taken))
    titles = [row[0] for result in (given, taken) if (table := money(result)) for row in table.rows]
    assert {"credit for building", "import duty"} <= set(titles)


def test_what_has_no_effect_is_refused(build: Build) -> None:
    ours = plant()
    ours["sites"]["own"]["tariff"] = 0.1
    with pytest.raises(InputError, match=r"sites\.own\.tariff: tariff belongs to an outside supplier"):
        build(ours)
    stands = plant(share=0.35)
    site = stands["sites"]["own"]
    del site["construction"], site["ramp"], site["expansions"], site["capex"]["equipment_share"]
    site["capacity"] = 100
    with pytest.raises(InputError, match=r"capex\.credit: has no effect: the capacity stands already"):
        build(stands)
    with pytest.raises(InputError, match=r"credit\.share: must be at least 0 and at most 1"):
        build(plant(share=35))
