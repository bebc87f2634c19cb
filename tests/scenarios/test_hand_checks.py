"""The page of hand checks says what the program prints, and the runs agree with sums on the back of an envelope."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.dies import die_yield, gross_dies_per_wafer
from sim.ledger import load_ledger
from tests.scenarios.page import ANSWERS, NAMES, PAGE, driven, played, renewed, rows, turned

MONTH = 30.4375


def kpi(name: str, number: str) -> float:
    value = played(name).kpis[number]
    assert value is not None, number
    return value


def figure(name: str, id: str) -> float:
    """A ledger figure in its own unit, under the readings of a scenario."""
    value = played(name).scenario.ledger.resolve(id).value
    assert isinstance(value, int | float), id
    return float(value)


def given(name: str, path: str) -> float:
    """An input of a scenario in the schema's unit."""
    return played(name).scenario.inputs.number(path)


def months(name: str, entry: str, measure: str) -> NDArray[np.float64]:
    frame = played(name).frames["monthly"]
    rows = frame[(frame["name"] == entry) & (frame["measure"] == measure)]
    return np.asarray(rows.sort_values("period")["value"], dtype=np.float64)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_what_the_program_prints(name: str) -> None:
    """Every cell of every table but that of drivers; `python -m tests.scenarios.page` writes them again."""
    page = [(head, cells) for head, cells in rows() if cells[0] == f"`{name}`" and head[1] != "moved"]
    assert {head[1] for head, _ in page} == {"answer", "until", "number"}
    assert [cells for _, cells in page] == [renewed(head, cells) for head, cells in page]


def test_each_scenario_has_its_answer_and_what_drives_it() -> None:
    assert set(ANSWERS) == set(NAMES)
    for kind in ("answer", "moved"):
        assert sorted(cells[0].strip("`") for head, cells in rows() if head[1] == kind) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_three_inputs_drive_its_number_in_their_order(name: str) -> None:
    """Each moves it by a fiftieth or more at the end named, and by no more than the one before."""
    (cells,) = (cells for head, cells in rows() if head[1] == "moved" and cells[0] == f"`{name}`")
    number = cells[1].strip("`")
    assert cells[2:] == [driven(name, number, cell) for cell in cells[2:]]
    base = turned(name).kpis[number]
    assert base is not None
    turns = [re.match(r"`(\S+)` (\S+): ", cell) for cell in cells[3:]]
    moves = [abs((turned(name, turn[1], turn[2]).kpis[number] or 0.0) - base) for turn in turns if turn]
    assert len(moves) == 3
    assert len({turn[1] for turn in turns if turn}) == 3
    assert moves == sorted(moves, reverse=True)
    assert moves[-1] >= 0.02 * abs(base)


def test_the_page_names_only_figures_there_are() -> None:
    known = set(load_ledger().figures)
    text = PAGE.read_text(encoding="utf-8")
    numbers = {word.strip("`") for head, cells in rows() for word in (*head, *cells[1:2])}
    named = set(re.findall(r"`([a-z0-9_]+(?:\.[a-z0-9_]+)+)`", text))
    assert named - numbers <= known | {"test_hand_checks.py", "tests.scenarios.page"}


# Dies, queues, packages.


@pytest.mark.parametrize(("recipe", "die", "density"), [
    ("ai4_samsung", "die.hw4", "ref.d0.mature"), ("ai5_tsmc", "die.ai5.n3", "ref.d0.mature"), ("x1_tsmc", "die.x1.n3", "ref.d0.mature"),
])  # fmt: skip
def test_good_dies_of_a_finished_wafer(recipe: str, die: str, density: str) -> None:
    """Line yield x gross dies x negative binomial yield; lots scatter by some 40 %, hundreds of them by 3 %."""
    area, alpha = figure("as-announced", die), figure("as-announced", "ref.alpha")
    share = die_yield("negative_binomial", area / 100, figure("as-announced", density), alpha)
    by_hand = figure("as-announced", "ref.yield.line") * gross_dies_per_wafer(area, 300, 3, 0.1) * share
    good, out, scrapped = (months("as-announced", recipe, m).sum() for m in ("good", "out", "scrapped"))
    assert good / (out + scrapped) == pytest.approx(by_hand, rel=0.05)


@pytest.mark.parametrize(("site", "recipes", "time"), [
    ("nvidia", ("accelerator_bought",), "accelerator.time"),
    ("packager_ai", ("ai4_packaged", "ai5_packaged", "ai6_packaged"), "ref.assembly_time.outside"),
    ("packager_rf", ("rf_packaged",), "ref.assembly_time.outside"),
    ("board_makers", ("ai4_board_bought", "ai5_board_bought", "ai6_board_bought", "terminal_board_bought"), "board.time"),
    ("pcb_texas", ("ai4_board_own", "ai5_board_own", "ai6_board_own", "terminal_board_own"), "board.time"),
    ("foplp_plant", ("rf_panel",), "ref.assembly_time.inhouse"),
    ("rf_line", ("rf_own",), "ref.cycle_time.n28"),
    ("stmicro", ("rf_stmicro",), "ref.cycle_time.n28"),
    ("samsung_n2", ("ai5_samsung", "ai6_samsung"), "ref.cycle_time.n2"),
    ("terafab", ("ai5_own", "ai6_own"), "terafab.cycle_time"),
])  # fmt: skip
def test_littles_law_at_the_main_sites(site: str, recipes: tuple[str, ...], time: str) -> None:
    """Mean in process over two years = rate x (wait + cycle time); the rate is the mean of what goes in and comes
    out, which differ where a site grows or shrinks."""
    held, began, ended = (
        sum((months("as-announced", r, m) for r in recipes for m in measures), np.zeros(36))
        for measures in (("in_process",), ("starts", "sample_starts"), ("out", "scrapped"))
    )
    rate = (began[12:] + ended[12:]).sum() / 2 / 731
    level = (held[12:] + held[11:-1]).mean() / 2
    time_there = figure("as-announced", time) + kpi("as-announced", f"mean_wait.{site}")
    assert level / rate == pytest.approx(time_there, rel=0.07)


def test_the_share_of_rf_packages_is_what_the_panels_hold() -> None:
    name = "fab-2nm"
    panels = figure(name, "foplp.capacity.target") * figure(name, "ref.availability")
    own = panels * figure(name, "foplp.packages_per_panel.rf") * figure(name, "ref.yield.foplp.mature")
    need = (
        figure(name, "terminals.per_day") * MONTH * figure(name, "terminal.rf_parts") / figure(name, "ref.yield.board")
    )
    assert kpi(name, "in_house_share.package_rf_power") == pytest.approx(own / need, rel=0.03)


def test_accelerators_are_the_allocation_once_it_binds() -> None:
    """From June 2027 on: what was bought ahead is delivered before."""
    granted = 19 * figure("as-announced", "accelerator.allocation")
    assert months("as-announced", "data_centre_bought", "delivered")[17:].sum() == pytest.approx(granted, rel=0.02)


# Money.


@pytest.mark.parametrize(("name", "site", "recipes"), [
    ("as-announced", "terafab", ("ai5_own", "ai6_own")),
    ("fab-2nm", "terafab", ("ai5_own", "ai6_own")),
    ("fab-14nm", "terafab", ("ai4_own", "rf_own_fab")),
    ("starlink-components", "foplp_plant", ("rf_panel",)),
    ("starlink-components", "pcb_texas", ("terminal_board_own",)),
])  # fmt: skip
def test_good_units_bear_depreciation_fixed_and_variable_cost_at_the_load_run(
    name: str, site: str, recipes: tuple[str, ...]
) -> None:
    """(outlay / life + fixed) x unit-months of nameplate + variable cost of what was started = cost of all good units."""
    nameplate = months(name, site, "capacity").sum() / given(name, f"sites.{site}.availability")
    # Lives are given in years, the outlay for a unit a month.
    depreciation = given(name, f"sites.{site}.capex.per_capacity") / (12 * figure(name, "ref.depreciation_life"))
    starts = {r: (months(name, r, "starts") + months(name, r, "sample_starts")).sum() for r in recipes}
    variable = sum(n * given(name, f"recipes.{r}.variable_cost") for r, n in starts.items())
    by_hand = nameplate * (depreciation + given(name, f"sites.{site}.fixed_cost")) + variable
    assert sum(kpi(name, f"unit_cost.{r}") * kpi(name, f"good.{r}") for r in recipes) == pytest.approx(
        by_hand, rel=0.03
    )


@pytest.mark.parametrize(("name", "wafers"), [
    # 100,000 a month a year after the first start, then 900,000 more in two years, of which 379 days are run.
    ("as-announced", 100_000 + 900_000 * 379 / 730.5), ("fab-2nm", 1e6), ("fab-14nm", 1e6),
])  # fmt: skip
def test_outlay_is_the_nameplate_reached_times_the_outlay_for_it(name: str, wafers: float) -> None:
    reached = {"terafab": wafers} | {
        s: given(name, f"sites.{s}.ramp.target") for s in ("foplp_plant", "pcb_texas", "rf_line")
    }
    by_hand = sum(units * given(name, f"sites.{site}.capex.per_capacity") for site, units in reached.items())
    assert kpi(name, "capex_usd") == pytest.approx(by_hand, rel=0.005)


@pytest.mark.parametrize("name", ["as-announced", "fab-2nm", "foundry-only"])
def test_npv_is_the_net_of_each_year_discounted_from_its_middle(name: str) -> None:
    cash = played(name).frames["cash"]
    net = cash[cash["category"] != "salvage"].groupby("period")["usd"].sum()
    years = net.groupby(net.index // 12).sum()
    by_hand = sum(usd / 1.10 ** (year + 0.5) for year, usd in years.items())
    assert kpi(name, "npv_usd") == pytest.approx(by_hand, rel=0.02)


# Compute.


@pytest.mark.parametrize(("name", "years"), [("as-announced", 5.89), ("fifty-million-h100e", 5.0)])
def test_growth_needed_is_five_hundred_to_the_power_of_one_over_the_years(name: str, years: float) -> None:
    factor = figure(name, "xai.goal") * 1e6 / figure(name, "memphis")
    assert factor == 500
    assert kpi(name, "h100e_growth_needed_per_year") == pytest.approx(factor ** (1 / years), rel=0.002)
