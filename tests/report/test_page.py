"""The page of a run: whole, self-contained, the same each time, with the numbers of its figures."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest

import sim
from sim.cli.main import main
from sim.report.figures.catalogue import all_figures
from sim.report.inputs import inputs_csv
from sim.report.page.run_page import run_page
from sim.results.result import Result
from sim.scenario.listing import listed
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
        "The answer", "In-house shares", "From sites to demand", "Sites", "Milestones", "Money", "Demand", "Tables", "Inputs", "How it was made",
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
            assert values == pytest.approx(numbers[name].tolist(), rel=1e-9, nan_ok=True)


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
