"""Small plans whose right answer is worked out by hand, each in both engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.api import Result, run
from sim.scenario.loader import load_scenario

CASES = Path(__file__).parent / "cases"
Play = Callable[..., Result]


@pytest.fixture(params=["events", "batch"])
def play(request: pytest.FixtureRequest) -> Play:
    """Run a case in an engine, with overrides."""

    def played(case: str, *sets: str) -> Result:
        return run(load_scenario(CASES / f"{case}.yaml", sets=list(sets)), engine=request.param)

    return played


def starts(result: Result, recipe: str) -> list[int]:
    """Starts of a recipe by period."""
    frame = result.frames["monthly"]
    rows = frame[(frame["scope"] == "recipe") & (frame["name"] == recipe) & (frame["measure"] == "starts")]
    return [int(value) for value in rows.sort_values("period")["value"]]


def total(result: Result, recipe: str) -> int:
    return sum(starts(result, recipe))


@pytest.mark.parametrize("case", ["one-order-daily-review", "one-order-due-on-a-review"])
def test_an_order_is_bought_once_a_lead_time_before(play: Play, case: str) -> None:
    """100 for 12 May are ordered in April, 100 for 1 July in June, and arrive on their day."""
    result = play(case)
    assert starts(result, "buy") == [0, 0, 0, 100, 0, 0, 0] if "daily" in case else [0, 0, 0, 0, 0, 100, 0]
    assert result.kpis["fill_rate"] == 1.0
    if "daily" in case:
        assert result.kpis["npv_usd"] == -100_000


def test_lot_for_lot(play: Play) -> None:
    """120 on hand cover weeks 1, 2 and 35 of the 84 of week 3; all else is ordered two weeks ahead, week by week."""
    result = play("lot-for-lot", "report_every=1")
    assert starts(result, "buy") == [0, 49, 42, 84, 86, 7, 18, 49, 30, 0, 0]
    assert result.kpis["fill_rate"] == 1.0


def test_a_list_is_planned_day_by_day(play: Play) -> None:
    """What each month lists, 20 days before; only the first value falls within the first lead time, and is late."""
    result = play("growing-list")
    assert starts(result, "make") == [300, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200, 0]
    assert result.kpis["fill_rate"] == pytest.approx(7700 / 7800)
    assert result.kpis["stock_end.part"] == 0


def test_a_list_beyond_the_horizon_counts_as_far_as_lead_times_reach(play: Play) -> None:
    """A hundred a month; the first thousand is due on 10 January after the end, and so ordered on 21 December."""
    assert starts(play("list-beyond-the-horizon"), "b") == [200] + [100] * 10 + [1000]


def test_as_many_as_there_are_inputs_for(play: Play) -> None:
    """Thirty legs make seven chairs at once; the others follow when the saw opens in June."""
    made = starts(play("legs-for-seven-chairs"), "chair")
    assert made[:5] == [7, 0, 0, 0, 0]
    assert sum(made) == pytest.approx(26 * 12, abs=6)


def test_a_lack_of_legs_holds_up_no_table(play: Play) -> None:
    """Two chairs from ten legs; the third, for which legs would come late, is bought; each table on its day."""
    result = play("stuck-lot")
    assert total(result, "make_chair") == 2
    assert total(result, "buy_chair") == 1
    assert result.kpis["fill_rate.tables"] == 1.0
    assert result.kpis["served_by_end.chairs"] == 1.0


@pytest.mark.parametrize(
    ("case", "many", "few"), [("ninety-ten", "from_a", "from_b"), ("second-source-floor", "from_b", "from_a")]
)
def test_shares_hold_to_within_one_unit(play: Play, case: str, many: str, few: str) -> None:
    """179 units in five years, a tenth from the second source: 161 and 18 (and what is on order at the end)."""
    result = play(case)
    assert total(result, few) == pytest.approx(0.1 * 179, abs=1)
    assert total(result, many) == pytest.approx(0.9 * 179, abs=2)


def test_two_levels_serve_certain_demand_from_stock(play: Play) -> None:
    assert play("two-levels").kpis["fill_rate"] == 1.0


def test_frames_come_in_time_for_the_bikes(play: Play) -> None:
    """Ten bikes on 3 March: frames ordered by 17 February, bikes begun by 27 February."""
    result = play("one-order-long-lead")
    assert (starts(result, "frame"), starts(result, "bike")) == ([0, 10, 0, 0, 0], [0, 10, 0, 0, 0])
    assert result.kpis["fill_rate"] == 1.0


def test_blades_in_lots_come_in_time(play: Play) -> None:
    result = play("one-order-lots")
    assert (total(result, "blade"), total(result, "shovel")) == (100, 100)
    assert result.kpis["fill_rate"] == 1.0


def test_a_new_plant_finds_its_parts(play: Play) -> None:
    """The hall runs from July on, as fast as it can until it makes all that is asked for."""
    result = play("new-plant-new-input")
    made = starts(result, "own")
    assert made[:6] == [0] * 6
    assert sum(made[6:9]) == pytest.approx(275 + 425 + 575, rel=0.1)
    # What is asked for: 1,500 a month of average length.
    assert made[-6:] == pytest.approx([1500] * 6, rel=0.08)
    assert sum(made[-6:]) == pytest.approx(6 * 1500, rel=0.02)
    assert sum(starts(result, "part")[3:6]) >= 2 * made[6]


def test_suppliers_in_the_order_listed(play: Play) -> None:
    """`d` is only asked for what `c` cannot make in time, at the very start; swapped, the other way round."""
    first, second = total(play("order-of-suppliers"), "c"), total(play("order-of-suppliers"), "d")
    assert second < 0.05 * first
    swapped = play("order-of-suppliers", "sourcing.charger.sources=[own, d, c]")
    assert (total(swapped, "d"), total(swapped, "c")) == (first, second)


def test_notice_binds_for_its_time(play: Play) -> None:
    """No notice needed costs least, more of it more, and a commitment without notice most."""
    paid = [
        play("notice", f"sites.maker.contract.notice={notice}").kpis["npv_usd"] for notice in ("0", "90", "365", "null")
    ]
    assert sorted(paid, reverse=True) == paid
    assert len(set(paid)) == 4
    assert play("notice", "sites.maker.contract.notice=0").kpis["take_or_pay_usd"] == 0
    endless = starts(play("notice", "sites.maker.contract.notice=null"), "bought")
    assert min(endless) >= 990


def test_the_urgent_item_has_the_machine(play: Play) -> None:
    """`fast` wants all of the 100 a month and has them; `slow` has what is left."""
    result = play("priority")
    assert result.kpis["served_by_end.f"] > 0.99
    assert result.kpis["served_by_end.s"] < 0.01
