"""Figures: their numbers are those of the frames, their titles follow from them, their files are whole and always the same."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

import sim
from sim.errors import InputError
from sim.report.figures.axes import apart, tick
from sim.report.figures.catalogue import NAMES, all_figures
from sim.report.figures.figure import Chart, Setting
from sim.report.figures.milestones import milestones
from sim.report.figures.share import shares
from sim.report.figures.style import VARIABLES
from sim.report.figures.words import listed, of_hundred
from sim.results.result import Result
from tests.report.plant import plant

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = pd.date_range("2026-01-01", periods=13, freq="MS")


@pytest.fixture(scope="module")
def result(build: Any) -> Result:
    return sim.run(build(plant(), "plant"))


@pytest.fixture(scope="module")
def figures(result: Result) -> dict[str, Chart]:
    return {figure.name: figure for figure in all_figures(result)}


def test_a_run_has_all_figures_that_it_can_fill(figures: dict[str, Chart]) -> None:
    # No demand line asks for compute.
    assert tuple(figures) == tuple(n for n in NAMES["run"] if n != "compute")


def test_shares_are_those_of_the_frame(result: Result, figures: dict[str, Chart]) -> None:
    frame = result.frames["monthly"]
    table = figures["share"].table
    for measure, column in (("share", "value"), ("in_house", "in_house"), ("total", "total")):
        ours = table.loc[table["name"] == "parts", column].tolist()
        theirs = frame[(frame["scope"] == "share") & (frame["name"] == "parts") & (frame["measure"] == measure)][
            "value"
        ].tolist()
        assert ours == pytest.approx(theirs, nan_ok=True)
    share = result.kpis["in_house_share.parts"]
    assert share is not None
    assert figures["share"].title == f"In-house in the last 12 months: parts {100 * share:.0f} %; none of spares"


def test_capacity_is_what_is_allotted_at_the_rate_of_a_month(result: Result, figures: dict[str, Chart]) -> None:
    table = figures["capacity"].table.set_index(["name", "begin"])
    # 900 a month of 30.4 days, of which 700 are ours; a fifth of 900 during the strike.
    assert table.loc[("maker", MONTHS[1]), "capacity"] == pytest.approx(700)
    assert table.loc[("maker", MONTHS[7]), "capacity"] == pytest.approx(900 * (0.2 * 30 + 1) / 31)
    frame = result.frames["monthly"]
    loads = frame[(frame["scope"] == "site") & (frame["name"] == "shop") & (frame["measure"] == "load")]
    days = [(e - b).days for b, e in pairwise(MONTHS)]
    assert table.loc["shop", "load"].tolist() == pytest.approx(
        [v * 30.4375 / d for v, d in zip(loads["value"], days, strict=True)]
    )


def test_money_is_that_of_the_cash_frame(result: Result, figures: dict[str, Chart]) -> None:
    (year,) = figures["money"].table.to_dict("records")
    cash = result.frames["cash"].groupby("category")["usd"].sum()
    assert year["building"] == pytest.approx(cash["capex"])
    assert year["value delivered"] == pytest.approx(cash["value"])
    assert year["cumulative"] == year["net"] == pytest.approx(cash.drop("salvage", errors="ignore").sum())


def test_demand_is_that_of_the_frame(result: Result, figures: dict[str, Chart]) -> None:
    last = figures["demand"].table.groupby("name").last()
    for line in ("customers", "garages"):
        for measure in ("demanded", "served"):
            assert last.loc[line, f"{measure}_so_far"] == result.kpis[f"{measure}.{line}"]


def test_milestones_are_those_of_the_run(result: Result, figures: dict[str, Chart]) -> None:
    table = figures["milestones"].table.set_index("name")
    for name, reached in result.milestones.items():
        assert (None if pd.isna(table.loc[name, "date"]) else table.loc[name, "date"].date()) == reached
    assert figures["milestones"].title == "2 of 3 milestones are reached by 2027-01-01"


def test_svg_is_well_formed_says_what_it_shows_and_is_always_the_same(
    figures: dict[str, Chart], tmp_path: Path
) -> None:
    for name, figure in figures.items():
        figure.save(tmp_path / f"{name}.svg")
        data = (tmp_path / f"{name}.svg").read_bytes()
        root = ElementTree.fromstring(data)
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert description is not None
        assert title.text == figure.title
        assert figure.source in (description.text or "")
        assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {description.attrib['id']}"
        ids = [node.attrib["id"] for node in root.iter() if "id" in node.attrib]
        assert len(ids) == len(set(ids))
    again = figures["share"].svg().encode()
    assert hash(again) == hash((tmp_path / "share.svg").read_bytes())  # not compared line by line where they differ
    words = "".join(ElementTree.fromstring((tmp_path / "share.svg").read_bytes()).itertext())
    assert "In-house in the last 12" in words  # text, not outlines
    assert "Strike" in words


def test_an_inline_svg_has_variables_for_colours_and_ids_of_its_own(figures: dict[str, Chart]) -> None:
    text = figures["share"].svg(inline=True)
    root = ElementTree.fromstring(text)
    assert all(node.attrib["id"].startswith("share") for node in root.iter() if "id" in node.attrib)
    assert "var(--figure-blue, #0072b2)" in text
    assert not any(f": {colour}" in text for colour in VARIABLES)
    style = next(node.text or "" for node in root.iter(f"{SVG}style"))
    assert style.startswith("#share *{")


def test_png_and_pdf_are_written_alike_each_time(figures: dict[str, Chart], tmp_path: Path) -> None:
    for ending, begins in (("png", b"\x89PNG"), ("pdf", b"%PDF")):
        one, other = tmp_path / f"one.{ending}", tmp_path / f"other.{ending}"
        figures["milestones"].save(one)
        figures["milestones"].save(other)
        assert one.read_bytes().startswith(begins)
        assert one.read_bytes() == other.read_bytes()


def test_a_wrong_ending_is_refused(figures: dict[str, Chart], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the ending of the file decides its format.*\.svg, \.png, \.pdf"):
        figures["share"].save(tmp_path / "share.jpg")
    assert not list(tmp_path.iterdir())


def test_a_notebook_asks_by_name(result: Result) -> None:
    assert result.plot().name == "share"
    assert sim.plot(result, "demand")._repr_svg_().startswith("<?xml")
    with pytest.raises(InputError, match=r"no such figure.*'shares'.*share, capacity.*did you mean 'share'"):
        result.plot("shares")
    with pytest.raises(InputError, match=r"has nothing to show here.*'compute'"):
        result.plot("compute")


def setting() -> Setting:
    return Setting("Source: made up", dt.date(2026, 1, 1), dt.date(2027, 1, 1), "", "in the last 12 months")


def test_the_title_of_milestones_counts_those_that_are_late() -> None:
    dates = pd.to_datetime(["2026-06-01", "2026-09-01", None])
    until = pd.to_datetime(["2026-03-01", "2026-12-31", "2026-12-31"])
    table = pd.DataFrame({"name": list("abc"), "title": ["A", "B", "C"], "date": dates, "since": None, "until": until})
    title = milestones(table, setting()).title
    assert (
        title
        == "2 of 3 milestones are reached by 2027-01-01; of 3 with an announced date 2 are late: C (not reached) and A (3 months)"
    )


def test_the_title_of_shares_names_the_largest_first_and_what_is_never_made() -> None:
    names = ["a", "b", "c"]
    table = pd.DataFrame(
        {"name": names, "title": ["Wafers", "RF parts", "Boards"], "begin": MONTHS[0], "end": MONTHS[1], "value": 0.1}
    )
    assert shares(table, {"a": 0.0, "b": 0.034, "c": 0.74}, setting()).title == (
        "In-house in the last 12 months: boards 74 %, RF parts 3.4 %; none of wafers".replace(", RF", " and RF")
    )
    assert shares(table, dict.fromkeys(names, 0.0), setting()).title == "Nothing is made in-house in the last 12 months"


def test_labels_are_moved_apart_and_keep_their_order() -> None:
    assert apart([0.5, 0.51, 0.1], 0.1) == pytest.approx([0.5, 0.6, 0.1])
    assert apart([0.99, 0.98], 0.1) == pytest.approx([1.0, 0.9])
    assert apart([], 0.1) == []


def test_numbers_on_axes_and_in_titles() -> None:
    assert [tick(v) for v in (0.0, 2.5e6, -4e9, 400.0)] == ["0", "2.5M", "-4bn", "400"]
    assert [of_hundred(v) for v in (0.037, 0.74, 0.0, 1.0, None)] == ["3.7 %", "74 %", "0 %", "100 %", ""]
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert listed(["a"]) == "a"
