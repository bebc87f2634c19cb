"""Each shipped scenario tells its story, and the hand checks behind it agree."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.api import Against
from sim.compiler import compile_plan
from sim.dies import die_yield, gross_dies_per_wafer
from sim.engines.batch.compiling.caching import cache_directory
from sim.engines.batch.program import PROGRAM
from sim.report.layout import cells
from sim.report.render import as_text
from sim.report.run_screen import run_screen
from sim.results.result import Result
from sim.scenario.counterfactual import load_counterfactual
from tests.docs.examples import example

SHARES = ("wafer", "package", "package_rf_power", "board", "board_terminal", "component")


@pytest.fixture(scope="module")
def runs() -> dict[str, Result]:
    return {
        name: sim.run(name, seed=0, engine="batch") for name in ("as-announced", "industry-typical", "foundry-only")
    }


def quarter_shares(result: Result, name: str) -> list[float]:
    """In-house share of each quarter, from monthly output."""
    frame = result.frames["monthly"]
    rows = frame[(frame["scope"] == "share") & (frame["name"] == name)]
    table = rows.pivot_table(index="period", columns="measure", values="value", aggfunc="sum")
    by_quarter = table.groupby(table.index // 3)[["in_house", "total"]].sum()
    return (by_quarter["in_house"] / by_quarter["total"]).fillna(0.0).tolist()


def test_every_unit_and_cent_is_accounted_for(runs: dict[str, Result]) -> None:
    for result in runs.values():
        assert result.conservation == {"worst_units": 0.0, "worst_usd": 0.0}


def test_in_the_counterfactual_nothing_is_in_house(runs: dict[str, Result]) -> None:
    for share in SHARES:
        assert runs["foundry-only"].kpis[f"in_house_share.{share}"] == 0.0
    assert runs["foundry-only"].kpis["capex_usd"] == 0.0


def test_typically_boards_and_packages_move_but_hardly_a_wafer(runs: dict[str, Result]) -> None:
    kpis = runs["industry-typical"].kpis
    wafer, package, board = (kpis[f"in_house_share.{s}"] for s in ("wafer", "package_rf_power", "board"))
    assert wafer is not None
    assert package is not None
    assert board is not None
    assert wafer < 0.01
    assert package > 0.15
    assert board > 0.2


def test_as_announced_the_wafer_share_jumps_with_the_fab(runs: dict[str, Result]) -> None:
    shares = quarter_shares(runs["as-announced"], "wafer")
    # 2026 to 2028: nothing before the fab's first wafers, more than half within two years of them.
    assert max(shares[:4]) == 0.0
    assert shares[11] > 0.5
    assert runs["as-announced"].milestones["own_wafer"] is not None


def test_a_later_fab_moves_no_wafer_and_less_money(runs: dict[str, Result]) -> None:
    later = sim.run(sim.load_scenario("as-announced", readings=["terafab.construction=precedent"]), engine="batch")
    assert later.kpis["in_house_share.wafer"] == 0.0
    before, after = runs["as-announced"].kpis["capex_usd"], later.kpis["capex_usd"]
    assert before is not None
    assert after is not None
    assert after < 0.2 * before


def test_announced_dates_are_kept_as_announced(runs: dict[str, Result]) -> None:
    dates = runs["as-announced"].milestones
    samples, mass, ai6 = (dates[k] for k in ("ai5_samples", "ai5_mass_production", "ai6_mass_production"))
    assert isinstance(samples, dt.date)
    assert samples.year == 2026
    assert isinstance(mass, dt.date)
    assert mass.year == 2027
    assert isinstance(ai6, dt.date)
    assert ai6.year == 2028
    own_package, x1 = dates["own_rf_package"], dates["x1_first"]
    assert isinstance(own_package, dt.date)
    assert own_package >= dt.date(2026, 7, 1)
    # Volume production in the third quarter of 2026: the first die shortly before it.
    assert isinstance(x1, dt.date)
    assert dt.date(2026, 5, 15) <= x1 <= dt.date(2026, 7, 31)


def test_a_fourteen_nanometre_fab_makes_no_ai5() -> None:
    scenario = sim.load_scenario("as-announced", readings=["fab.node=14nm"])
    assert "recipes.ai5_own" in scenario.pruned
    result = sim.run(scenario, engine="batch")
    assert "good.ai5_own" not in result.kpis
    parts, chips = result.kpis["good.rf_own_fab"], result.kpis["good.ai4_own"]
    assert parts is not None
    assert chips is not None
    assert min(parts, chips) > 0


@pytest.mark.parametrize(("density", "wafers"), [(0.1, 17_000), (0.8, 112_000), (2.0, 655_000)])
def test_wafers_for_seventeen_million_chips(density: float, wafers: int) -> None:
    """17 million AI5 a month by defect density, the hand check of the plan (430 mm2, alpha 3)."""
    gross = gross_dies_per_wafer(430, 300, 3, 0.1)
    # At 84 good dies a wafer, 17,000 wafers make 1.43 million a month: 17 million a year.
    needed = 17_000_000 / 12 / (gross * die_yield("negative_binomial", 4.3, density, 3))
    assert needed == pytest.approx(wafers, rel=0.01)


def test_good_dies_of_a_wafer_agree_with_a_hand_calculation(runs: dict[str, Result]) -> None:
    kpis = runs["foundry-only"].kpis
    starts, good = kpis["starts.ai4_samsung"], kpis["good.ai4_samsung"]
    assert starts is not None
    assert good is not None
    by_hand = 0.97 * gross_dies_per_wafer(350, 300, 3, 0.1) * die_yield("negative_binomial", 3.5, 0.08, 3)
    # Lots still in process at the end are few beside three years of starts.
    assert good / starts == pytest.approx(by_hand, rel=0.06)


def test_what_the_group_is_allocated_decides_whether_foundries_can_serve() -> None:
    results = [
        sim.run(sim.load_scenario("foundry-only", readings=[f"alloc.tsmc.n3_share={level}"]), engine="batch")
        for level in ("low", "high")
    ]
    low, high = (result.kpis["served_by_end.robots"] for result in results)
    assert low is not None
    assert high is not None
    assert high > low + 0.01


def test_the_readme_shows_a_real_screen(tmp_path: Path) -> None:
    """The screen of somebody who has not asked `explain` yet; compiled code is kept where it always is."""
    command = [sys.executable, "-m", "sim", "run", "as-announced", "--engine", "batch"]
    kept = {"NUMBA_CACHE_DIR": str(cache_directory(PROGRAM.sources).parent), "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **kept})
    shown = done.stdout.splitlines()
    assert example("screen", "text").splitlines() == shown


@pytest.mark.parametrize("name", ["as-announced", "industry-typical"])
def test_a_run_beside_its_counterfactual_fits_one_screen(runs: dict[str, Result], name: str) -> None:
    counterfactual = load_counterfactual(runs[name].scenario)
    assert counterfactual is not None
    blocks = run_screen(runs[name], Against(runs["foundry-only"], counterfactual))
    for width in (60, 80, 100, 120, 140):
        lines = "\n\n".join(as_text(block, width) for block in blocks).splitlines()
        assert max(map(cells, lines)) <= width
        assert width < 120 or len(lines) <= 45


def test_an_impossible_demand_is_called_out_of_reach() -> None:
    demand = "demand.robots.rate={figure: demand.chips_year, reading: two-hundred-billion}"
    result = sim.run(sim.load_scenario("as-announced", sets=[demand]), engine="batch")
    pools = {shortfall.pool: shortfall for shortfall in result.shortfalls}
    assert "ai5_die" in pools
    # 200 billion a year at 84 good dies a wafer is about 200 million wafers a month, AI5 and AI6 together.
    assert pools["ai5_die"].starts + pools["ai6_die"].starts > 1e8


def test_every_number_of_a_shipped_scenario_has_a_source() -> None:
    for name, _ in sim.list_shipped():
        scenario = sim.load_scenario(name)
        assert scenario.document.bare_numbers is None
        written = [i for i in scenario.inputs.values() if i.source != "the schema's default"]
        assert all(i.kind in ("stated", "derived", "assumed") and i.source for i in written)
        assert compile_plan(scenario).inputs
