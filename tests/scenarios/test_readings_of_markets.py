"""What outside markets grant and what a delivery is worth are contested: each reading moves the run the way it must."""

from __future__ import annotations

from functools import cache

import pytest

import sim
from sim.results.result import Result

PACKAGED = tuple(f"ai{n}_packaged" for n in (4, 5, 6))


@cache
def played(*readings: str) -> Result:
    """A run of the announced shift under other readings, at its own lots."""
    return sim.run(sim.load_scenario("as-announced", readings=list(readings)), seed=0, engine="batch")


def number(result: Result, id: str) -> float:
    """A ledger figure in its own unit, under the readings of a run."""
    return float(result.scenario.ledger.resolve(id).value)


def kpis(name: str, *readings: str) -> list[float]:
    """One KPI in a run for each of these readings of one figure."""
    figure, *names = readings
    return [played(f"{figure}={reading}").kpis[name] or 0.0 for reading in names]


def test_packagers_that_grant_no_more_bound_what_is_served() -> None:
    """In 2028 all that they grant is used, and 98 % of it is good."""
    result = played("packaging.growth.ai=frozen")
    frame = result.frames["monthly"]
    rows = frame[frame["name"].isin(PACKAGED) & (frame["measure"] == "good") & (frame["period"] >= 24)]
    granted = 12e3 * number(result, "alloc.packager.ai") * number(result, "ref.yield.assembly")
    assert rows["value"].sum() == pytest.approx(granted, rel=0.02)


def test_packagers_grant_more_by_the_rate_of_each_reading() -> None:
    """Capacity of December 2028 over that of January 2026 is the growth of two years and eleven months."""
    for reading, rate in (("frozen", 0.0), ("market", 0.10), ("fast", 0.30)):
        frame = played(f"packaging.growth.ai={reading}").frames["monthly"]
        rows = frame[(frame["name"] == "packager_ai") & (frame["measure"] == "capacity")].sort_values("period")
        first, last = rows["value"].iloc[0] / 31, rows["value"].iloc[-1] / 31
        assert last / first == pytest.approx((1 + rate) ** (35 / 12), rel=0.002)


def test_more_outside_packaging_serves_more_robots() -> None:
    served = kpis("served_by_end.robots", "packaging.growth.ai", "frozen", "market", "fast")
    assert served == sorted(served)
    assert served[-1] - served[0] > 0.01


def test_compute_is_worth_what_it_costs_on_the_day_of_its_delivery() -> None:
    """A bought accelerator keeps its margin over its price, 25,000 x 2.27 / 40,000, while both fall by 1 / 1.37 a year:
    what comes in 2028 counts as in the middle of that year, two and a half years on."""
    year = {}
    for reading in ("constant", "price-performance"):
        cash = played(f"value.compute.follows={reading}").frames["cash"]
        cash = cash[cash["period"] >= 24].groupby(["name", "category"])["usd"].sum()
        year[reading] = (cash["data_centre_bought", "value"], -cash["accelerator_bought", "purchases"])
        assert year[reading][0] / year[reading][1] == pytest.approx(25 * 4500 / 1979 / 40, rel=0.01)
    for fell, stayed in zip(year["price-performance"], year["constant"], strict=True):
        assert fell / stayed == pytest.approx(1.37**-2.5, rel=0.02)


def test_the_slower_values_fall_the_better_the_plan() -> None:
    npv = kpis("npv_usd", "value.compute.follows", "price-performance", "half", "constant")
    assert npv == sorted(npv)
    assert npv[-1] - npv[0] > 10e9
    assert kpis("npv_usd", "value.robot_board.follows", "per-board", "price-performance")[1] < npv[0] - 5e9


def test_more_large_interposers_bring_the_first_x1_cards_in_time() -> None:
    from_stock = kpis("fill_rate.x1_batch", "packaging.growth.cowos", "frozen", "as-built")
    assert from_stock[1] > from_stock[0] + 0.05
