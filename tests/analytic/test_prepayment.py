"""Money paid ahead is set off against later purchases; promises that outlast the run are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.api import Result, run
from sim.errors import InputError
from sim.report.headline import sentences
from sim.scenario.loader import Scenario, load_scenario

Build = Callable[..., Scenario]
DAY = dt.date


def bought(**contract: Any) -> dict[str, Any]:
    """Some 100 parts a month for 8 dollars each over two years."""
    site = {"in_house": False, "capacity": 1000} | ({"contract": contract} if contract else {})
    return {
        "horizon": {"start": DAY(2026, 1, 1), "end": DAY(2028, 1, 1)},
        "money": {"discount_rate": 0.1},
        "items": {"part": {"stage": "part"}},
        "sites": {"far": site},
        "recipes": {"buy": {"item": "part", "site": "far", "price": 8}},
        "demand": {"d": {"item": "part", "rate": 100}},
    }


def by_month(result: Result, category: str) -> list[float]:
    cash = result.frames["cash"]
    part = cash[cash["category"] == category]
    return [float(part[part["period"] == p]["usd"].sum()) for p in range(24)]


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_it_is_set_off_until_it_is_used_up(build: Build, engine: str) -> None:
    """Of 4,000 dollars paid in March 2026, half of each month's purchases from April on, until nothing is left."""
    ahead = {"amount": 4000, "at": DAY(2026, 3, 15), "set_off": 0.5}
    free, paid = run(build(bought()), engine=engine), run(build(bought(prepayment=ahead)), engine=engine)
    purchases = by_month(free, "purchases")
    assert by_month(paid, "purchases") == purchases
    left, expected = 4000.0, [0.0] * 24
    expected[2] = -4000.0
    for p in range(3, 24):
        expected[p] = min(left, -purchases[p] / 2)
        left -= expected[p]
    assert by_month(paid, "prepayment") == pytest.approx(expected, abs=0.02)
    assert left == paid.kpis["prepaid_end_usd"] == 0
    assert sum(expected) == 0
    assert paid.kpis["spend_outside_usd"] == free.kpis["spend_outside_usd"]
    assert (paid.kpis["npv_usd"] or 0.0) < (free.kpis["npv_usd"] or 0.0)


def test_what_is_left_of_it_is_worth_that_much_at_the_end(build: Build) -> None:
    free, paid = (run(build(bought(**c))) for c in ({}, {"prepayment": {"amount": 50_000, "at": DAY(2026, 6, 1)}}))
    used = -sum(by_month(paid, "purchases")[6:])
    assert paid.kpis["prepaid_end_usd"] == pytest.approx(50_000 - used)
    assert paid.kpis["spend_outside_usd"] == pytest.approx((free.kpis["spend_outside_usd"] or 0.0) + 50_000 - used)
    gap = [(r.kpis["npv_with_continuing_value_usd"] or 0.0) - (r.kpis["npv_usd"] or 0.0) for r in (free, paid)]
    assert gap[1] - gap[0] == pytest.approx((50_000 - used) * 1.1 ** (-730 / 365.25), rel=1e-3)


def test_what_was_paid_before_the_start_is_only_set_off(build: Build) -> None:
    ahead = {"amount": 4000, "at": DAY(2025, 3, 15)}
    free, paid = (run(build(bought(**c))) for c in ({}, {"prepayment": ahead}))
    assert sum(by_month(paid, "prepayment")) == pytest.approx(4000)
    assert (paid.kpis["spend_outside_usd"] or 0.0) == pytest.approx((free.kpis["spend_outside_usd"] or 0.0) - 4000)


@pytest.mark.parametrize(
    ("until", "notice", "months"),
    [(DAY(2030, 1, 1), None, 24.0), (DAY(2030, 1, 1), 182.625, 6.0), (DAY(2027, 12, 1), None, 0.0)],
)
def test_promises_beyond_the_end_are_told(build: Build, until: dt.date, notice: float | None, months: float) -> None:
    terms = {"commitment": 80, "until": until} | ({} if notice is None else {"notice": notice})
    result = run(build(bought(**terms)))
    owed = result.kpis["promised_beyond_end_usd.far"]
    assert owed == pytest.approx(80 * 8 * months, rel=0.01)
    assert any(s.startswith("Committed beyond the end") for s in sentences(result)) == (months > 0)


def test_a_prepayment_that_does_nothing_is_refused(build: Build) -> None:
    with pytest.raises(InputError, match=r"contract\.prepayment\.at: lies after the end of the horizon"):
        build(bought(prepayment={"amount": 1, "at": DAY(2028, 1, 1)}))
    free = bought(prepayment={"amount": 1, "at": DAY(2026, 1, 1)})
    del free["recipes"]["buy"]["price"]
    with pytest.raises(InputError, match=r"contract\.prepayment: has no effect: nothing is set off"):
        build(free)
    with pytest.raises(InputError, match=r"set_off: must be more than 0 and at most 1"):
        build(bought(prepayment={"amount": 1, "at": DAY(2026, 1, 1), "set_off": 0}))


def test_a_contract_that_binds_holds_back_the_shift() -> None:
    """All that the contract pays for is ordered to its end: what is made in-house falls, the years after the end are promised."""
    found = {}
    for reading in ("with_notice", "to_2033"):
        choice = [f"contract.samsung.binds={reading}"]
        scenario = load_scenario("as-announced", sets=["lot_scale=20"], readings=choice)
        found[reading] = run(scenario, engine="batch").kpis
    free, bound = found.values()
    assert (bound["in_house_share.wafer"] or 0.0) < (free["in_house_share.wafer"] or 0.0) - 0.1
    # 16.5 bn over 8.44 years, five of which are left at the end of 2028.
    assert bound["promised_beyond_end_usd.samsung_n2"] == pytest.approx(16.5e9 / 8.435 * 5, rel=0.01)
