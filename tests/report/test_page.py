"""The page of a run: whole, self-contained, the same each time, with the numbers of its figures."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import sim
from sim.cli.main import main
from sim.report.figures.catalogue import all_figures
from sim.report.figures.of_studies import trials_of
from sim.report.inputs import inputs_csv
from sim.report.page.dependence import dependence_part
from sim.report.page.markup import download, frame
from sim.report.page.run_page import run_page
from sim.results.result import Result, scenario_hash
from sim.scenario.listing import listed
from sim.study.dependence import dependences
from sim.study.explained import Explained, remember
from sim.study.runs.design import based
from tests.report.plant import plant

COMMAND = ["report", "plant", "--html", "a b.html"]
LINK = "{http://www.w3.org/1999/xlink}href"


@pytest.fixture(scope="module")
def result(build: Any) -> Result:
    return sim.run(build({**plant(), "question": "Whose parts & <spares>?"}, "page_plant"))


@pytest.fixture(scope="module")
def page(result: Result) -> str:
    return run_page(result, None, COMMAND)


@pytest.fixture(scope="module")
def tree(page: str) -> ElementTree.Element:
    """The document, which is XML but for its first line."""
    first, _, rest = page.partition("\n")
    assert first == "<!DOCTYPE html>"
    return ElementTree.fromstring(rest)


def test_it_says_what_the_run_says(page: str, tree: ElementTree.Element) -> None:
    assert tree.attrib["lang"] == "en"
    assert "Whose parts &amp; &lt;spares&gt;?" in page
    assert [node.text for node in tree.iter("h2")] == [
        "The answer", "In-house shares", "From sites to demand", "Sites", "Milestones", "Money", "Demand", "What it depends on", "Tables", "Inputs", "How it was made",
    ]  # fmt: skip
    assert "fabshift report plant --html 'a b.html'" in "".join(tree.itertext())


def test_nothing_in_it_is_fetched_and_every_reference_is_met(tree: ElementTree.Element) -> None:
    ids = [node.attrib["id"] for node in tree.iter() if "id" in node.attrib]
    assert len(ids) == len(set(ids))
    for node in tree.iter():
        target = node.attrib.get("href") or node.attrib.get(LINK)
        if target is not None and not target.startswith("data:"):
            assert target.startswith("#")
            assert target[1:] in ids
        assert "src" not in node.attrib
        for named in node.attrib.get("aria-labelledby", "").split():
            assert named in ids
    assert [node.attrib.get("type") for node in tree.iter("script")] == ["application/json", None]


def test_each_figure_has_its_numbers_as_a_table_and_as_csv(result: Result, tree: ElementTree.Element) -> None:
    shown = {figure.name: figure for figure in all_figures(result)}
    found = [node for node in tree.iter("figure") if node.attrib.get("class") != "flow"]
    assert len(found) == len(shown)
    for figure, node in zip(shown.values(), found, strict=True):
        (link,) = (a for a in node.iter("a") if "download" in a.attrib)
        assert link.attrib["download"] == f"page_plant-{figure.name}.csv"
        head, *rows = csv.reader(io.StringIO(unquote(link.attrib["href"].partition(",")[2])))
        assert head == list(figure.table.columns)
        assert len(rows) == len(figure.table) == len(list(node.iter("tr"))) - 1
        numbers = figure.table.select_dtypes("number")
        for name in numbers:
            written = [row[head.index(name)] for row in rows]
            values = [float(w) if w else np.nan for w in written]
            assert values == pytest.approx(numbers[name].tolist(), rel=1e-6, nan_ok=True)


def test_every_input_is_there_with_its_source_as_a_list_that_can_be_given_back(
    result: Result, tree: ElementTree.Element
) -> None:
    (link,) = (a for a in tree.iter("a") if a.attrib.get("download") == "page_plant-inputs.csv")
    text = unquote(link.attrib["href"].partition(",")[2])
    rows = {row["path"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(result.scenario.inputs) < set(rows)
    assert rows["sites.shop.construction.decision"]["value"] == "2026-01-01"
    assert rows["recipes.bought.price"]["value"] == "12"
    assert all(row["source"] for row in rows.values())
    assert text == inputs_csv(listed(result.scenario))


def test_it_is_the_same_each_time(result: Result, page: str) -> None:
    assert hash(run_page(result, None, COMMAND)) == hash(page)
    assert not re.search(r"\b20\d\d-\d\d-\d\dT", page)


def test_what_is_no_html_file_is_refused_before_anything_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "no-such-scenario", "--html", "page.txt"]) == 2
    assert "--html: is no HTML file; found 'page.txt'; allowed: .html, .htm" in capsys.readouterr().err
    assert main(["report", "no-such-scenario", "--html", "nowhere/page.html"]) == 2
    assert "--html: there is no such directory; found 'nowhere'" in capsys.readouterr().err


def test_what_explain_found_is_drawn_on_the_page(build: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = build({**plant(), "notes": ["kept"]}, "explained_plant")
    found = dependences(based(scenario), scenario, "npv_usd", jobs=1)
    trials = trials_of(found)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert "fabshift explain" in dependence_part(scenario)
    remember(scenario_hash(scenario), "npv_usd", Explained(["told"], trials.to_dict("records"), 0, 1))
    part = dependence_part(scenario)
    assert "fabshift explain" not in part
    assert 'download="explained_plant-tornado-1.csv"' in part
    assert f"NPV is most sensitive to {found.found[0].knob.name}" in part
    assert part.count("<tr>") == 1 + len(trials)


def test_the_page_can_ask_first_what_a_kpi_rests_on(
    build: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = build({**plant(), "notes": ["asked first"]}, "asked_plant")
    sim.run(scenario, engine="batch")  # compiled before the cache is another
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    page = tmp_path / "page.html"
    command = [
        "report",
        str(scenario.file),
        "--html",
        str(page),
        "--claims",
        "0",
        "--explain",
        "npv_usd",
        "--jobs",
        "1",
    ]
    assert main(command) == 0
    assert 'download="asked_plant-tornado-1.csv"' in page.read_text(encoding="utf-8")
    assert main(["report", str(tmp_path), "--html", str(page), "--explain", "npv_usd"]) == 2
    assert "--explain: can only be used with a scenario" in capsys.readouterr().err


def test_a_page_of_abstract_time_and_unlimited_sites() -> None:
    result = sim.run(Path(__file__).parents[1] / "analytic" / "reorder_point.yaml")
    tree = ElementTree.fromstring(run_page(result, None, COMMAND).partition("\n")[2])
    headings = [node.text for node in tree.iter("h2")]
    assert "From sites to demand" in headings
    assert "Sites" not in headings


def test_a_long_file_is_packed_and_a_long_table_thinned() -> None:
    begins = pd.date_range("2026-01-01", periods=1200, freq="W")
    table = pd.concat([pd.DataFrame({"name": n, "begin": begins, "value": np.arange(1200) / 7}) for n in ("a", "b")])
    link = ElementTree.fromstring(download(table, "long.csv")).find("a")
    assert link is not None
    assert link.attrib["download"] == "long.csv.gz"
    told = gzip.decompress(base64.b64decode(link.attrib["href"].partition(",")[2])).decode()
    kept = pd.read_csv(io.StringIO(told), parse_dates=["begin"])
    assert kept["value"].tolist() == pytest.approx(table["value"].tolist(), rel=1e-6)
    shown = frame(table, "Long")
    assert "Long (every 4 periods; all of them are in the CSV file)" in shown
    assert shown.count("<tr>") == 1 + 2 * len(begins[::4])


def test_the_page_of_three_years_by_week_is_below_a_megabyte(build: Any) -> None:
    more = {f"spare_{k}": {"stage": "board", "family": "spare"} for k in range(12)}
    data = plant(report_every=7)
    data["horizon"]["end"] = data["horizon"]["start"].replace(year=2029)
    data["items"] |= more
    for name in more:
        data["sites"][f"maker_{name}"] = {"in_house": False, "capacity": 500}
        data["recipes"][f"made_{name}"] = {
            "item": name,
            "site": f"maker_{name}",
            "lot_size": 10,
            "cycle_time": 5,
            "price": 3,
        }
        data["sourcing"][name] = {"sources": [f"made_{name}"]}
        data["demand"][f"garages_{name}"] = {"item": name, "rate": 100}
    assert len(run_page(sim.run(build(data, "weekly_plant")), None, COMMAND).encode()) < 1_000_000
