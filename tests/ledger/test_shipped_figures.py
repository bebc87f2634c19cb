"""The shipped ledger: origins, and the arithmetic of the stated figures."""

import datetime as dt
from pathlib import Path

import pytest

from sim.ledger import Kind, load_ledger
from sim.ledger.load import read_ledger
from sim.shipped import shipped_root

ARTICLES = {
    "000_9bd13368fc6f7220.txt",
    "001_a9e6d48dc95cab93.txt",
    "002_255aa4828f80cbe9.txt",
    "003_d649b6dd3a06dc4f.txt",
}


def files() -> list[Path]:
    return sorted((shipped_root() / "figures").glob("*.yaml"))


def number(figure: str) -> float:
    value = load_ledger().resolve(figure).value
    assert isinstance(value, (int, float))
    return value


def test_every_file_is_right_and_no_id_stands_twice() -> None:
    assert set(read_ledger(files())) == set(load_ledger())


def test_stated_figures_name_one_of_the_articles() -> None:
    for figure in load_ledger().figures.values():
        for origin in (figure.own, *figure.readings.values()):
            if origin.kind is Kind.STATED:
                assert origin.article in ARTICLES, figure.id
            else:
                assert origin.article is None, figure.id
                assert origin.source.strip(), figure.id


def test_later_reports_are_never_a_default() -> None:
    for figure in load_ledger().figures.values():
        in_their_file = figure.mark is not None and figure.mark.file == "later_reports.yaml"
        assert (figure.kind is Kind.LATER_REPORT) == in_their_file, figure.id
        if figure.default is not None:
            assert figure.readings[figure.default].kind is not Kind.LATER_REPORT, figure.id


def test_later_reports_enter_only_checks() -> None:
    ledger = load_ledger()
    for figure in ledger.figures.values():
        if any(ledger.figures[operand].kind is Kind.LATER_REPORT for operand in figure.operands):
            assert figure.id.startswith("check."), figure.id


def test_derived_figures_are_calculated() -> None:
    for figure in load_ledger().figures.values():
        assert (figure.kind is Kind.DERIVED) == (figure.formula is not None), figure.id


CHECKS = [
    # figure of the ledger, printed result, half of its last printed digit
    ("check.c1.per_chip", 10, 0.5),
    ("check.c1.with_blocks", 50, 0.5),
    ("check.c2.two_ai5_tops", 4500, 500),
    ("check.c2.h100_tops_per_watt", 2.8, 0.05),
    ("check.c4.per_gpu", 20, 0.5),
    ("check.c4.h100e", 250, 0.5),
    ("check.c5.price_per_gpu", 25_000, 0.5),
    ("check.c5.sales_per_quarter", 100, 0.5),
    ("check.c5.units_left", 14, 0.5),
    ("check.c5.rate_needed", 2.8, 0.05),
    ("check.c5.rate_achieved", 1.5, 0.05),
    ("check.c6.ratio", 5, 0.5),
    ("check.c6.packages", 2.5, 0.05),
    ("check.c6.price_per_package", 50_000, 0.5),
    ("check.c7.base", 419, 0.5),
    ("dies.ai5.gross", 125, 0.5),
    ("dies.ai5.good", 84, 0.5),
    ("dies.ai5.poor", 43, 0.5),
    ("dies.h100.gross", 60, 0.5),
    ("dies.hw3.gross", 218, 0.5),
    ("check.c8.good", 1.00, 0.005),
    ("check.c8.poor", 0.51, 0.005),
    ("check.c9.good", 100, 0.5),
    ("check.c9.poor", 51, 0.5),
    ("check.c10.wafers_low", 100, 0.5),
    ("check.c10.wafers_high", 199, 0.5),
    ("check.c10.vs_world_low", 9, 0.5),
    ("check.c10.vs_world_high", 18, 0.5),
    ("check.c10.small_low", 15, 0.5),
    ("check.c10.small_high", 31, 0.5),
    ("check.c11.factor", 500, 0.5),
    ("check.c11.per_year", 3.47, 0.005),
    ("check.c11.doubling", 6.7, 0.05),
    ("check.c11.per_year_later", 2.93, 0.005),
    ("check.c12.share", 0.6, 0.05),
    ("check.c12.wafers_half", 3.6, 0.05),
    ("check.c12.wafers_full", 10, 0.5),
    ("check.c13.cars_one", 1.6, 0.05),
    ("check.c13.cars_two", 3.3, 0.05),
    ("check.c13.robots_1m", 1.0, 0.05),
    ("check.c13.robots_10m", 10, 0.5),
    ("check.c14.gap_longest", 18, 0.5),
    ("check.c14.gap_shortest", 12, 0.5),
    ("check.c16.capex_start", 56, 0.5),
    ("check.c16.capex_max", 560, 0.5),
    ("check.c17.parts_per_terminal", 250, 0.5),
    ("check.c17.packages_per_panel", 10_816, 0.5),
    ("check.c17.panels_day", 460, 5),
    ("check.c17.panels_month", 14, 0.5),
    ("check.c18.per_year", 1.95, 0.01),
    ("check.c18.wafers_cheap", 8.2, 0.05),
    ("check.c18.wafers_dear", 5.4, 0.05),
    ("check.c19.gpus_cheap", 430, 5),
    ("check.c19.gpus_dear", 300, 0.5),
    ("ref.depreciation.n14", 2.6, 0.05),
    ("ref.depreciation.n3", 6.7, 0.05),
    ("ref.depreciation.n2", 9.3, 0.05),
    ("cost.ai5.cheap", 239, 0.5),
    ("cost.ai5.mid", 359, 0.5),
    ("cost.ai5.dear", 511, 0.5),
    ("crisis.per_year", 5.6, 0.05),
]


@pytest.mark.parametrize(("figure", "printed", "rounding"), CHECKS)
def test_consistency_checks_come_out_by_calculation(figure: str, printed: float, rounding: float) -> None:
    found = load_ledger().figures[figure]
    assert found.formula is not None
    assert found.value == pytest.approx(printed, abs=rounding)


@pytest.mark.parametrize(
    ("figure", "low", "high", "rounding"),
    [
        ("check.c2.ai5_h100e", 1.0, 1.26, 0.011),
        ("check.c2.two_ai5_tops", 4000, 5000, 0.5),
        ("check.c2.tops_per_watt", 8, 10, 0.5),
        ("check.c3.hw4_by_5x", 400, 500, 0.5),
        ("check.c3.hw4_by_50x", 40, 50, 0.5),
        ("fab.euv.start", 25, 30, 0.6),
        ("fab.euv.max", 250, 300, 6),
    ],
)
def test_ranges_of_checks(figure: str, low: float, high: float, rounding: float) -> None:
    found = load_ledger().figures[figure]
    assert found.low == pytest.approx(low, abs=rounding)
    assert found.high == pytest.approx(high, abs=rounding)


def test_checks_on_shares_stay_below_their_bounds() -> None:
    ledger = load_ledger()
    share = ledger.resolve("check.c12.share_n3").high
    assert share is not None
    assert share <= 3
    assert number("check.c13.cars_share") < 2


@pytest.mark.parametrize(
    ("figure", "month"),
    [("check.c14.ai6", (2026, 10)), ("check.c14.ai7", (2027, 7)), ("check.c15.first_wafer", (2029, 3))],
)
def test_dates_of_checks(figure: str, month: tuple[int, int]) -> None:
    found = load_ledger().resolve(figure).value
    assert isinstance(found, dt.date)
    assert (found.year, found.month) == month


@pytest.mark.parametrize(
    ("reading", "year"), [("announced-phases", 2026), ("precedent", 2029), ("foundry-five-years", 2031)]
)
def test_the_fabs_readings_move_together(reading: str, year: int) -> None:
    ledger = load_ledger().choose({"terafab.construction": reading})
    first = ledger.resolve("terafab.first_wafer").value
    assert isinstance(first, dt.date)
    assert first.year == year
    assert ledger.reading_name("terafab.ramp.initial_months") == reading


def test_announced_phases_reach_the_first_output_within_2027() -> None:
    assert 12 <= number("terafab.construction") + number("terafab.ramp.initial_months") <= 24


def test_contested_figures_have_their_readings() -> None:
    figures = load_ledger().figures
    wanted = {
        "ai5.foundry": {"tsmc_and_samsung", "tsmc_only"},
        "ai5.vs_hw4": {"5x", "50x"},
        "fab.node": {"2nm", "14nm"},
        "dojo.status": {"stopped", "revived"},
        "ai6.date": {"2028", "mid-2028"},
        "ai5.samples.certainty": {"may", "will"},
        "orders.manner": {"gradual", "complete"},
        "demand.chips_year": {"one-billion", "two-hundred-billion", "reported-quote"},
        "robots.2028": {"announced", "slow"},
    }
    for figure, readings in wanted.items():
        assert readings <= figures[figure].readings.keys(), figure
