"""What the own side's readings are made of: process source, node, roles of plants, designs and masks, AI7."""

from __future__ import annotations

from functools import cache

import pytest

from sim.api import Result, run
from sim.ledger import load_ledger
from sim.scenario.loader import load_scenario

LARGER_LOTS = "lot_scale=20"


@cache
def played(name: str = "as-announced", *readings: str) -> Result:
    return run(load_scenario(name, sets=[LARGER_LOTS], readings=list(readings)), engine="batch")


def good_per_start(result: Result) -> float:
    return (result.kpis["good.ai5_own"] or 0.0) / (result.kpis["starts.ai5_own"] or 1.0)


def test_a_process_that_runs_elsewhere_yields_more_from_the_beginning() -> None:
    own, licence, partner = (
        good_per_start(played("as-announced", f"process.source={s}")) for s in ("own", "licence", "partner")
    )
    assert own < licence < partner


@pytest.mark.parametrize(("source", "once", "yearly"), [("own", 1, 2), ("licence", 1, 0.5), ("partner", 0.5, 1.5)])
def test_the_process_is_paid_once_and_in_each_of_three_years(source: str, once: float, yearly: float) -> None:
    cash = played("as-announced", f"process.source={source}").frames["cash"]
    paid = cash[cash["name"].isin(["process", "process_yearly"])].groupby("name")["usd"].sum() / -1e9
    assert paid.to_dict() == pytest.approx({"process": once, "process_yearly": 3 * yearly})


def test_designs_and_masks_as_announced_by_hand() -> None:
    """Millions: variants of AI5 0.15 x design + two sets of masks, a third for the own fab; AI6 and X1 whole designs."""
    cash = played().frames["cash"]
    paid = cash[cash["scope"] == "payment"].groupby("name")["usd"].sum() / -1e6
    masks = 2 * 40
    expected = {
        "ai5_tsmc": 0.15 * 329 + masks, "ai5_samsung": 0.15 * 411 + masks, "ai5_own": 0.15 * 411 + masks,
        "ai6": 411 + masks, "ai6_own": 0.15 * 411 + masks, "x1": 329 + masks,
    }  # fmt: skip
    assert paid.drop(["process", "process_yearly"]).to_dict() == pytest.approx(expected)


def test_each_generation_of_nine_months_pays_for_a_design() -> None:
    kpis = played("nine-month-cadence").kpis
    for chip in ("ai7", "ai8", "ai9"):
        assert kpis[f"one_off_cost.{chip}_own"] == pytest.approx((411 + 80) * 1e6 / (kpis[f"good.{chip}_own"] or 1))


def test_on_which_process_the_dies_fit_the_exposure_field() -> None:
    ledger = load_ledger()
    area = {name: float(ledger.resolve(f"die.{name}").value) for name in ("ai5.n14", "ai5.n7", "ai5.n5", "ai6.n5")}  # type: ignore[arg-type]
    field = float(ledger.resolve("ref.reticle").value)  # type: ignore[arg-type]
    # 2000 x 350 / 700 at 7 nm; the geometric mean of that and 430 at 5 nm.
    assert (area["ai5.n7"], area["ai5.n5"]) == pytest.approx((1000, (1000 * 430) ** 0.5))
    assert area["ai5.n5"] < field < min(area["ai5.n14"], area["ai5.n7"], area["ai6.n5"])


@pytest.mark.parametrize(
    ("node", "made"),
    [("2nm", {"ai5_own", "ai6_own"}), ("5nm", {"ai5_own"}), ("7nm", {"ai4_own"}), ("14nm", {"ai4_own", "rf_own_fab"})],
)
def test_a_fab_makes_what_fits_its_process(node: str, made: set[str]) -> None:
    recipes = load_scenario("as-announced", readings=[f"fab.node={node}"]).document.recipes
    assert {name for name, recipe in recipes.items() if recipe.site == "terafab"} == made


def test_a_cheaper_process_costs_less_to_build() -> None:
    outlay = [played("as-announced", f"fab.node={node}").kpis["capex_usd"] or 0.0 for node in ("14nm", "7nm", "5nm", "2nm")]  # fmt: skip
    assert outlay == sorted(outlay)
    assert len(set(outlay)) == 4


def test_parts_that_are_only_packaged_are_all_bought() -> None:
    packaged = played("as-announced", "rf.role=packaging").kpis
    assert packaged["in_house_share.component"] == 0
    assert (packaged["in_house_share.package_rf_power"] or 0) > 0.3
    # Without the line for the chips: 120 M parts a month at 3 dollars.
    assert (played().kpis["capex_usd"] or 0) - (packaged["capex_usd"] or 0) == pytest.approx(360e6, rel=0.05)


def test_a_centre_for_terminals_makes_no_computers() -> None:
    kpis = played("as-announced", "pcb.role=terminals").kpis
    assert kpis["in_house_share.board"] == 0
    assert kpis["in_house_share.board_terminal"] == pytest.approx(1, abs=0.01)


def test_ai7_for_space_goes_into_satellites_alone() -> None:
    space = load_scenario("nine-month-cadence").document.demand
    assert [g.item for g in space["cars"].generations] == ["ai4_board", "ai5_board", "ai6_board", "ai8_board", "ai9_board"]  # fmt: skip
    assert space["satellites"].generations[0].item == "ai7_board"
    everywhere = load_scenario("nine-month-cadence", readings=["ai7.use=all"]).document.demand
    assert [g.item for g in everywhere["cars"].generations][3] == "ai7_board"
