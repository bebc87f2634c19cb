"""What outside markets grant and what a delivery is worth are contested: each reading moves the run the way it must."""

from __future__ import annotations

from functools import cache

import pytest

import sim
from sim.results.result import Result

PACKAGED = tuple(f"ai{n}_packaged" for n in (4, 5, 6))
BOARDS = {f"ai{n}_board_{how}": n for n in (4, 5, 6) for how in ("own", "bought")}
SECURED = "alloc.memory.share=secured"
"""Memory enough for all, so that packages are what is short."""


@cache
def played(*readings: str) -> Result:
    """A run of the announced shift under other readings, at its own lots."""
    return sim.run(sim.load_scenario("as-announced", readings=list(readings)), seed=0, engine="batch")


def number(result: Result, id: str) -> float:
    """A ledger figure in its own unit, under the readings of a run."""
    return float(result.scenario.ledger.resolve(id).value)


def kpis(name: str, *readings: str, also: tuple[str, ...] = ()) -> list[float]:
    """One KPI in a run for each of these readings of one figure."""
    figure, *names = readings
    return [played(f"{figure}={reading}", *also).kpis[name] or 0.0 for reading in names]


def test_packagers_that_grant_no_more_bound_what_is_served() -> None:
    """In 2028 all that they grant is used, and 98 % of it is good."""
    result = played("packaging.growth.ai=frozen", SECURED)
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
    served = kpis("served_by_end.robots", "packaging.growth.ai", "frozen", "market", "fast", also=(SECURED,))
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


def test_memory_granted_bounds_the_computers_of_2028() -> None:
    """12 % of what phones took in 2024, 20 % more each year: on average of 2028 what 850,000 computers of 144 GB take."""
    result = played()
    frame = result.frames["monthly"]
    year = frame[frame["period"] >= 24].groupby(["name", "measure"])["value"].sum()
    granted = 12 * 0.12 * 1240e6 * 6.3 / 12 * 1.2**2.5
    assert year["memory_lpddr", "capacity"] == pytest.approx(granted, rel=0.01)
    gigabytes = {4: number(result, "memory.board.ai4"), 5: 144.0, 6: 144.0}
    assert gigabytes[4] == 32
    taken = sum(year[name, "starts"] * gigabytes[n] for name, n in BOARDS.items())
    assert taken == pytest.approx(granted, rel=0.03)


def test_more_memory_or_less_of_it_on_a_board_serves_more() -> None:
    served = kpis("h100e_delivered", "alloc.memory.share", "late-buyer", "large-buyer", "secured")
    assert served == sorted(served)
    assert served[0] < 0.7 * served[-1]
    full, half = kpis("h100e_delivered", "memory.board.ai5", "nine-times", "half")
    assert half > full + 1e6


def test_memory_is_paid_at_the_price_of_the_day() -> None:
    """5.80 dollars a GB until the end of 2027, then down to 2.25 within a year; never more where long contracts hold it."""
    cash = played().frames["cash"]
    paid = -cash[(cash["name"] == "lpddr_bought") & (cash["category"] == "purchases")].set_index("period")["usd"]
    frame = played().frames["monthly"]
    came = frame[(frame["name"] == "lpddr_bought") & (frame["measure"] == "received")].set_index("period")["value"]
    each = paid / came
    assert each[6:24].to_numpy() == pytest.approx(5.8)
    assert each[30] == pytest.approx(5.8 - (5.8 - 2.25) * 196 / 366, rel=0.03)
    spent = kpis("spend_outside_usd", "memory.price.lpddr.peak", "as-before", "december-2025", "first-quarter-2026")
    assert spent == sorted(spent)
    assert spent[-1] > spent[0] + 5e9


def test_a_board_counts_its_memory_once_and_a_bought_accelerator_none() -> None:
    """The board's price is that with memory, less 32 GB at 2.25 dollars; its memory is bought apart."""
    recipes = played().scenario.document.recipes
    price = played().scenario.inputs.number("recipes.ai4_board_bought.price")
    assert price == pytest.approx(number(played(), "ref.price.board.computer.with_memory") - 32 * 2.25)
    assert recipes["accelerator_bought"].inputs == {}
    runs = [played(f"memory.price.lpddr.peak={reading}").kpis for reading in ("december-2025", "as-before")]
    dear, cheap = (
        (run["unit_cost_with_materials.ai4_board_bought"] or 0.0, run["unit_cost.lpddr_bought"] or 0.0) for run in runs
    )
    # A material counts at its mean over the run; one board in fifty is lost, and its memory with it.
    more = 32 * (dear[1] - cheap[1]) / number(played(), "ref.yield.board")
    assert more > 50
    assert dear[0] - cheap[0] == pytest.approx(more, rel=0.001)


def test_memory_adds_no_share() -> None:
    assert not [name for name in played().kpis if name.startswith("in_house_share") and "memory" in name]
