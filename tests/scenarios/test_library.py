"""Each system that the articles name: switching it moves, through units or dollars, what it should move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import sim
from sim.cli.main import main
from sim.dies import die_yield, gross_dies_per_wafer
from sim.ledger import load_ledger
from sim.report.headline import sentences
from sim.report.held_back import scarcest
from sim.results.result import Result

Play = Callable[..., Result]
Kpi = Callable[..., float]
NAMES = tuple(name for name, _ in sim.list_shipped())
OWN_AI = ("ai5_own", "ai6_own", "ai7_own", "ai8_own", "ai9_own")


def series(result: Result, scope: str, name: str, measure: str) -> NDArray[np.float64]:
    """One measure of one entity by month."""
    frame = result.frames["monthly"]
    rows = frame[(frame["scope"] == scope) & (frame["name"] == name) & (frame["measure"] == measure)]
    return np.asarray(rows.sort_values("period")["value"], dtype=np.float64)


def total(kpi: Kpi, measure: str, entries: tuple[str, ...], *run: Any, **over: Any) -> float:
    return sum(kpi(f"{measure}.{entry}", *run, **over) for entry in entries)


@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_asks_a_question_and_runs_to_a_balanced_end(play: Play, name: str) -> None:
    result = play(name)
    document = result.scenario.document
    assert document.question is not None
    assert document.question.endswith("?")
    assert "\n" not in document.title
    assert result.conservation == {"worst_units": 0.0, "worst_usd": 0.0}
    assert result.kpis["served_by_end"] is not None


def test_the_list_shows_every_scenario_by_name_and_title(play: Play, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    shown = capsys.readouterr().out
    wanted = {
        "as-announced", "industry-typical", "foundry-only", "nine-month-cadence", "data-centres-first", "dojo-revived",
        "fifty-million-h100e", "starlink-components", "late-plan", "withdraw-early", "fab-2nm", "fab-14nm",
        "fab-five-years", "foundry-squeeze", "taiwan-blockade", "billion-chips", "idle-fleet", "exclusive-lines",
    }  # fmt: skip
    assert wanted <= set(NAMES)
    for name in NAMES:
        title = play(name).scenario.document.title
        assert any(line.startswith(name) and title in line for line in shown.splitlines()), name


# Chips: variants, successors, readings of their maker and their compute.


def test_a_variant_that_qualifies_later_leaves_its_part_to_the_other_foundry(kpi: Kpi) -> None:
    later = "recipes.ai5_samsung.qualification.begins={assumed: 2027-01-01, source: a year after the other}"
    assert kpi("good.ai5_samsung", "as-announced", later) < 0.2 * kpi("good.ai5_samsung", "as-announced")
    assert kpi("good.ai5_tsmc", "as-announced", later) > 1.2 * kpi("good.ai5_tsmc", "as-announced")


def test_software_waits_for_samples_of_each_variant(play: Play) -> None:
    result = play("as-announced")
    for variant in ("ai5_tsmc", "ai5_samsung"):
        good, samples = (series(result, "recipe", variant, measure) for measure in ("good", "samples"))
        # Samples serve nobody; the first that do come months after the first that are made.
        assert np.flatnonzero(good)[0] > np.flatnonzero(samples)[0]


def test_without_samsung_all_ai5_bought_come_from_tsmc(play: Play, kpi: Kpi) -> None:
    assert "good.ai5_samsung" not in play("as-announced", reading="ai5.foundry=tsmc_only").kpis
    assert kpi("good.ai5_tsmc", "as-announced", reading="ai5.foundry=tsmc_only") > 1.25 * kpi(
        "good.ai5_tsmc", "as-announced"
    )


def test_a_later_ai6_leaves_the_boards_to_ai5(kpi: Kpi) -> None:
    made = ("ai6_board_own", "ai6_board_bought")
    assert total(kpi, "good", made, "as-announced", reading="ai6.date=2028") < 0.1 * total(
        kpi, "good", made, "as-announced"
    )
    assert kpi("good.ai5_board_own", "as-announced", reading="ai6.date=2028") > kpi(
        "good.ai5_board_own", "as-announced"
    )


def test_a_chip_of_fifty_times_needs_a_tenth_of_the_chips_of_one_of_five(kpi: Kpi) -> None:
    line = "demanded.data_centre_own"
    fifty = kpi(line, "as-announced", reading="ai5.vs_hw4=50x")
    assert fifty == pytest.approx(kpi(line, "as-announced") / 10, rel=0.01)
    delivered = kpi("h100e_delivered", "as-announced", reading="ai5.vs_hw4=50x")
    assert delivered > 5 * kpi("h100e_delivered", "as-announced")


def test_a_design_every_nine_months_costs_good_dies_and_gains_compute(play: Play) -> None:
    fast, slow = (play("nine-month-cadence", reading=f"chip.cadence={r}") for r in ("nine-months", "automotive"))

    def dies_per_wafer(result: Result) -> float:
        """Of the own fab in the last two years."""
        made = [r for r in OWN_AI if f"good.{r}" in result.kpis]
        good, finished = (
            sum(float(series(result, "recipe", r, m)[-24:].sum()) for r in made for m in measures)
            for measures in (("good", "samples"), ("out", "scrapped"))
        )
        return good / finished

    assert dies_per_wafer(fast) < 0.95 * dies_per_wafer(slow)
    compute = [result.kpis["h100e_delivered"] for result in (fast, slow)]
    assert compute[0] is not None
    assert compute[1] is not None
    assert compute[0] > compute[1]
    assert "ai7_volume" not in slow.milestones
    ai8, ai9 = fast.milestones["ai8_volume"], fast.milestones["ai9_volume"]
    assert isinstance(ai8, dt.date)
    assert isinstance(ai9, dt.date)
    assert ai8 < ai9
    assert series(fast, "demand", "satellites", "delivered").sum() > 0


def test_one_chip_goes_to_whom_is_served_first(kpi: Kpi) -> None:
    # What data centres lacked is a tenth of their few computers, and a hundredth of the robots'.
    for line, sign, least in (("data_centre_own", 1, 0.05), ("robots", -1, 0.005)):
        moved = kpi(f"served_by_end.{line}", "data-centres-first") - kpi(f"served_by_end.{line}", "as-announced")
        assert sign * moved > least, line
    # The order of service makes no chip.
    assert kpi("good.ai6_own", "data-centres-first") == pytest.approx(kpi("good.ai6_own", "as-announced"), rel=0.02)


def test_the_first_x1_are_three_hundred_thousand_and_take_few_wafers(play: Play, kpi: Kpi) -> None:
    assert kpi("delivered.x1_batch", "as-announced") == pytest.approx(300_000, rel=0.001)
    dies = 0.97 * gross_dies_per_wafer(600, 300, 3, 0.1) * die_yield("negative_binomial", 6.0, 0.08, 3)
    even = play("as-announced", "yield_noise=off")
    good, out, scrapped = (series(even, "recipe", "x1_tsmc", m).sum() for m in ("good", "out", "scrapped"))
    assert good / (out + scrapped) == pytest.approx(dies, rel=0.01)
    # Nothing is under way at the start: wafers for 300,000 cards, of which packaging and boards each lose 2 %.
    assert series(even, "recipe", "x1_tsmc", "seeded").sum() == 0
    assert out + scrapped == pytest.approx(300_000 / 0.98**2 / dies, rel=0.04)


def test_without_its_batch_x1_takes_no_wafers_and_adds_no_compute(kpi: Kpi) -> None:
    none = ("demand.x1_batch.rate={assumed: 0, source: no batch}",)
    assert kpi("starts.x1_tsmc", "as-announced", *none) == 0 < kpi("starts.x1_tsmc", "as-announced")
    less = kpi("h100e_delivered", "as-announced") - kpi("h100e_delivered", "as-announced", *none)
    assert less == pytest.approx(300_000, rel=0.35)


# Compute: the goal, Dojo, idle cars.


def test_five_hundredfold_in_five_years_is_three_and_a_half_a_year(kpi: Kpi, play: Play) -> None:
    run = "fifty-million-h100e"
    assert kpi("h100e_growth_needed_per_year", run) == pytest.approx(500 ** (1 / 5), rel=0.002)
    assert kpi("h100e_growth_per_year", run) < kpi("h100e_growth_needed_per_year", run) - 1
    more = "sites.nvidia.capacity={assumed: 80000, source: twice the allocation}"
    assert kpi("h100e_growth_per_year", run, more) > kpi("h100e_growth_per_year", run) + 0.1
    assert any("would have to grow 3.5-fold" in sentence for sentence in sentences(play(run)))


def test_less_of_the_goal_needs_less_growth(kpi: Kpi) -> None:
    run, tenth = "fifty-million-h100e", "dc.goal_share=tenth"
    assert kpi("h100e_growth_needed_per_year", run, reading=tenth) == pytest.approx(50 ** (1 / 5), rel=0.002)


def test_dojo_takes_own_chips_and_without_it_accelerators_are_shared(kpi: Kpi) -> None:
    dies = ("ai5_tsmc", "ai5_samsung", "ai5_own", "ai6_samsung", "ai6_own")
    stopped = "dojo.status=stopped"
    assert total(kpi, "good", dies, "dojo-revived") > 1.015 * total(kpi, "good", dies, "dojo-revived", reading=stopped)
    assert kpi("demanded.dojo", "dojo-revived") > 0
    bought = "delivered.data_centre_bought"
    assert kpi(bought, "dojo-revived", reading=stopped) < 0.95 * kpi(bought, "dojo-revived")


def test_idle_cars_serve_a_part_of_the_data_centres_need(play: Play, kpi: Kpi) -> None:
    assert "h100e_idle_fleet" not in play("as-announced").kpis
    cars = series(play("idle-fleet"), "demand", "cars", "h100e").sum()
    lent = kpi("h100e_lent", "idle-fleet")
    assert kpi("h100e_idle_fleet", "idle-fleet") == pytest.approx(0.5 * cars)
    # Both lines together take all of it.
    assert lent == pytest.approx(0.5 * cars)
    own = "demanded.data_centre_own"
    assert kpi(own, "idle-fleet") < 0.9 * kpi(own, "as-announced")
    twice = "demand.cars.idle_share={assumed: 1, source: every car}"
    assert kpi("h100e_lent", "idle-fleet", twice) == pytest.approx(2 * lent, rel=0.02)
    assert kpi(own, "idle-fleet", twice) < kpi(own, "idle-fleet")
    assert any("of the compute need by the end" in sentence for sentence in sentences(play("idle-fleet")))


# Components: vendors are left no faster than own output and notice allow.

VENDORS = ("rf_stmicro", "rf_innolux")


def ordered(result: Result) -> NDArray[np.float64]:
    """RF and power chips ordered outside by month."""
    return sum(
        (series(result, "recipe", r, "starts") for r in VENDORS), np.zeros(len(result.plan.calendar.periods) - 1)
    )


def test_vendors_keep_what_is_promised_until_notice_has_run(play: Play) -> None:
    result = play("starlink-components")
    promised = sum(result.scenario.inputs.number(f"sites.{s}.contract.commitment") for s in ("stmicro", "innolux"))
    # The wish to order less begins in 2027, what suppliers are told falls below the promise later in it; notice takes a year.
    assert ordered(result)[12:32].mean() > promised
    # Promises are kept by the day: a February has fewer.
    assert ordered(result)[12:32].min() > 0.85 * promised
    assert ordered(result)[-12:].mean() < 0.75 * promised


def test_without_promises_orders_fall_faster_and_own_chips_take_their_place(kpi: Kpi) -> None:
    free = ("sites.stmicro.contract=null", "sites.innolux.contract=null")
    assert total(kpi, "good", VENDORS, "starlink-components", *free) < 0.95 * total(
        kpi, "good", VENDORS, "starlink-components"
    )
    share = "in_house_share.component"
    assert kpi(share, "starlink-components", *free) > kpi(share, "starlink-components") + 0.05


def test_a_smaller_own_line_keeps_orders_with_the_vendors(kpi: Kpi) -> None:
    smaller = "sites.rf_line.ramp.target={assumed: 50000000, source: less than half}"
    run = "starlink-components"
    assert total(kpi, "good", VENDORS, run, smaller) > 1.1 * total(kpi, "good", VENDORS, run)
    assert kpi("served_by_end.terminals", run, smaller) > 0.99


def test_orders_withdrawn_on_announcements_strand_robots_and_terminals(play: Play, kpi: Kpi) -> None:
    foundries = ("ai5_tsmc", "ai5_samsung")
    assert total(kpi, "starts", foundries, "withdraw-early") < 0.2 * total(kpi, "starts", foundries, "late-plan")
    for line in ("robots", "terminals"):
        assert kpi(f"served_by_end.{line}", "withdraw-early") < kpi(f"served_by_end.{line}", "late-plan") - 0.03, line
    assert kpi("shortage_usd", "withdraw-early") > 2 * kpi("shortage_usd", "late-plan")
    # Both have the same plants at the same time: only the orders differ.
    assert kpi("capex_usd", "withdraw-early") == kpi("capex_usd", "late-plan")
    made = series(play("withdraw-early"), "recipe", "ai5_own", "good")
    assert made[:24].sum() == 0 < made.sum()


# The own fab.


def test_the_fab_grows_to_a_million_wafers_and_its_price(play: Play, kpi: Kpi) -> None:
    nameplate = 0.88 * 1_000_000
    assert series(play("fab-2nm"), "site", "terafab", "capacity")[-1] == pytest.approx(nameplate, rel=0.03)
    # A million wafers a month at 560 million dollars per thousand, and plants that are small beside it.
    assert kpi("capex_usd", "fab-2nm") == pytest.approx(560e9, rel=0.01)


def test_at_fourteen_nanometres_it_makes_no_ai5_and_foundries_make_the_ai6(play: Play, kpi: Kpi) -> None:
    assert not {"good.ai5_own", "good.ai6_own"} & play("fab-14nm").kpis.keys()
    assert kpi("good.rf_own_fab", "fab-14nm") > 0
    assert kpi("good.ai6_samsung", "fab-14nm") > 3 * kpi("good.ai6_samsung", "fab-2nm")
    assert kpi("capex_usd", "fab-14nm") < 0.4 * kpi("capex_usd", "fab-2nm")
    assert kpi("served_by_end.robots", "fab-14nm") < kpi("served_by_end.robots", "fab-2nm") - 0.05


def test_five_years_of_building_leave_the_wafers_to_foundries(play: Play, kpi: Kpi) -> None:
    result = play("fab-five-years")
    first = result.milestones["own_wafer"]
    assert isinstance(first, dt.date)
    assert first.year == 2031
    assert series(result, "recipe", "ai6_own", "good")[:60].sum() == 0
    assert kpi("good.ai6_samsung", "fab-five-years") > 3 * kpi("good.ai6_samsung", "fab-2nm")


def test_own_wafers_pay_only_at_scale(kpi: Kpi) -> None:
    for recipe in ("ai5_own", "ai6_own"):
        idle, used = (
            kpi(f"unit_cost.{recipe}", "as-announced", reading=f"robots.plan={plan}") for plan in ("slow", "announced")
        )
        assert kpi("utilisation.terafab", "as-announced", reading="robots.plan=slow") < kpi(
            "utilisation.terafab", "as-announced"
        )
        assert used > 3 * kpi("unit_cost.ai6_samsung", "as-announced")
        assert idle > 1.15 * used


# Rivals, and what cuts supply off.


def test_rivals_served_first_leave_the_group_too_little_at_three_nanometres(play: Play, kpi: Kpi) -> None:
    ours = "tsmc.rivals_first=group-first"
    assert kpi("good.ai5_tsmc", "foundry-squeeze") < 0.5 * kpi("good.ai5_tsmc", "foundry-squeeze", reading=ours)
    assert (
        kpi("served_by_end.robots", "foundry-squeeze")
        < kpi("served_by_end.robots", "foundry-squeeze", reading=ours) - 0.05
    )
    left = series(play("foundry-squeeze"), "site", "tsmc_n3", "capacity")
    # Spending grows by 24 % a year and capacity does not: what is left shrinks to nothing.
    assert left[12] > left[24] >= left[-1] == 0


def test_two_machines_for_the_state_take_accelerators_in_their_half_year(play: Play) -> None:
    left = series(play("foundry-squeeze"), "site", "nvidia", "capacity")
    assert left[6:].mean() * 6 - left[:6].sum() == pytest.approx(110_000, rel=0.03)


def test_a_blockade_stops_taiwan_alone_and_what_it_costs_is_not_made_up(play: Play, kpi: Kpi) -> None:
    calm, months = "disruptions.blockade=null", "report_every=month"
    result, undisturbed = play("taiwan-blockade", months), play("taiwan-blockade", calm, months)
    # From April 2027 for twelve weeks, then back over ninety days.
    for site, struck in (("nvidia", True), ("packager_ai", True), ("samsung_n2", False)):
        part = series(result, "site", site, "capacity") / series(undisturbed, "site", site, "capacity")
        assert (part[15] == 0) == struck, site
        assert (0 < part[18] < 1) == struck, site
        assert part[22] == pytest.approx(1), site
    assert kpi("served_by_end.robots", "taiwan-blockade") < kpi("served_by_end.robots", "taiwan-blockade", calm) - 0.05
    assert kpi("npv_usd", "taiwan-blockade") < kpi("npv_usd", "taiwan-blockade", calm) - 5e9


def test_further_crises_come_at_the_rate_reckoned_with() -> None:
    often = "disruptions.crisis.rate={assumed: 3, source: far too often}"
    scenario = sim.load_scenario("taiwan-blockade", sets=["lot_scale=200", "disruptions.blockade=null", often])
    stopped = [series(sim.run(scenario, seed=s, engine="batch"), "site", "nvidia", "capacity").sum() for s in range(3)]
    assert len(set(stopped)) == 3
    assert max(stopped) < 0.9 * 40_000 * 36


# A billion chips.


def test_at_a_billion_chips_the_wafers_of_the_own_fab_fail_first(play: Play, kpi: Kpi) -> None:
    """A million wafers a month x 0.88 up x 68 good dies = 0.7 bn a year once it is mature, against a billion and more."""
    result = play("billion-chips")
    assert result.shortfalls == []
    assert scarcest(result).startswith("What lots waited for longest: AI6 dies of any variant, from 2028-")
    assert scarcest(result).endswith(
        ", held back by capacity; full in the last 12 months: Samsung Taylor, 2 nm and Own wafer fab."
    )
    fab = series(result, "site", "terafab", "load")[-12:].sum()
    assert fab == pytest.approx(series(result, "site", "terafab", "capacity")[-12:].sum(), rel=0.03)
    made = series(result, "recipe", "ai6_own", "good")[-12:].sum()
    assert 0.45e9 < made < 0.75e9
    assert kpi("demanded.robots", "billion-chips") > 20e6
    assert kpi("served_by_end.satellites", "billion-chips") == pytest.approx(1, abs=0.01)
    assert kpi("demanded", "billion-chips") > 10 * kpi("demanded", "fab-2nm")


def test_with_the_packaging_assumed_elsewhere_packages_fail_before_wafers(play: Play) -> None:
    result = play("billion-chips", "sites.packager_ai.capacity={figure: alloc.packager.ai}")
    assert [shortfall.pool for shortfall in result.shortfalls] == ["ai6_package"]


def test_at_two_hundred_billion_all_fails(play: Play) -> None:
    result = play("billion-chips", reading="demand.chips_year=two-hundred-billion")
    lacking = {shortfall.pool: shortfall for shortfall in result.shortfalls}
    assert set(lacking) == {"lpddr", "ai6_die", "ai6_package", "ai6_board"}
    # 200 billion dies a year at seventy-odd a wafer are more than 200 million wafers a month.
    assert lacking["ai6_die"].starts > 2e8


def test_statements_without_a_usable_figure_say_so_and_feed_nothing(play: Play) -> None:
    figures = load_ledger().figures
    used = {i.figure for name in NAMES for i in play(name).scenario.inputs.values()}
    for name in ("wimi", "neuralink", "edge.loop", "dojo.value", "ai5.model_size", "robot.value"):
        context = figures[name].context
        assert context is not None
        assert context.startswith("untestable: "), name
        assert name not in used
