"""Figures, page, workbook and files of an option hold what it found; what is kept is shown again and nothing run."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

import sim
from sim.cli.main import main
from sim.errors import InputError
from sim.flexibility.option import Flexibility
from sim.report.book.of_option import option_book
from sim.report.figures.catalogue import NAMES, all_figures
from sim.report.figures.figure import Chart
from sim.report.formats import dollars
from sim.report.page.option_page import option_page
from sim.scenario.loader import Scenario
from tests.flexibility.conftest import UNDER_READINGS
from tests.flexibility.test_option import PATHS

COMMAND = ["option", "priced", "--html", "a.html"]


@pytest.fixture(scope="module")
def figures(found: Flexibility) -> dict[str, Chart]:
    return {figure.name: figure for figure in all_figures(found)}


def test_it_has_all_figures(figures: dict[str, Chart]) -> None:
    assert tuple(figures) == NAMES["option"] == ("npv", "choices", "options", "readings")
    for figure in figures.values():
        ElementTree.fromstring(figure.svg())
        assert figure.source.startswith("Source: fabshift")


def test_titles_say_what_was_found(figures: dict[str, Chart], found: Flexibility) -> None:
    v = found.valuation
    assert figures["npv"].title.startswith(f"The rule adds {dollars(v.policy.mean - v.fixed.mean)} to the mean NPV")
    assert dollars(v.cvar_policy) in figures["npv"].title
    assert "wait" in figures["choices"].title
    top = max(v.parts, key=lambda part: part.alone.mean)
    assert figures["options"].title.startswith(f"Alone, {top.option} adds most: {dollars(top.alone.mean)}")
    regret = found.readings[1].regret
    assert regret is not None
    assert figures["readings"].title.endswith(f"the greatest regret is {dollars(regret.mean)}, with our.price=doubt")


def test_the_classes_hold_every_path(figures: dict[str, Chart], found: Flexibility) -> None:
    classes = figures["npv"].table
    assert classes[["fixed", "with_rule"]].sum().tolist() == pytest.approx([1.0, 1.0])
    values = found.valuation.policy_values
    inside = (values >= classes["low"].iloc[-1]).mean()
    assert classes["with_rule"].iloc[-1] == pytest.approx(inside)


def test_a_wrong_name_lists_the_figures(found: Flexibility) -> None:
    assert sim.plot(found).name == "npv"
    with pytest.raises(InputError, match="no such figure; found 'choice'; allowed: npv, choices, options, readings"):
        found.plot("choice")


def test_the_page_has_figures_with_their_numbers(found: Flexibility, figures: dict[str, Chart]) -> None:
    page = option_page(found, COMMAND)
    for figure in figures.values():
        assert f'id="{figure.name}-heading"' in page
        assert f'download="priced-{figure.name}.csv"' in page
    for told in ("Freedom to change course", "What it depends on"):
        assert told not in page
    for told in ("The freedom to change course is worth", "States after each gate", "other reading", "our.price"):
        assert told in page
    assert option_page(found, COMMAND) == page
    assert not re.search(r'(src|href)="https?:', page)


def test_the_workbook_has_the_options(found: Flexibility) -> None:
    book = openpyxl.load_workbook(BytesIO(option_book(found, COMMAND)))
    for name in ("Answer", "Charts", "Inputs", "Options", "Choices", "States", "Fixed plans", "Readings", "Paths"):
        assert name in book.sheetnames
    rows = list(book["Options"].values)
    told = {row[0]: row[1] for row in rows[1:]}
    assert told == pytest.approx({part.option: part.alone.mean for part in found.valuation.parts})
    assert book["Paths"].max_row == found.valuation.fresh + 1


def test_the_command_writes_all_of_it(
    found: Flexibility, scenario: Scenario, kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the paths that are kept, so that nothing is run."""
    page, book, picture = tmp_path / "a.html", tmp_path / "a.xlsx", tmp_path / "a.svg"
    asked = ["option", str(scenario.file), "-n", str(PATHS), "--out", str(kept)]
    more = ["--contested", str(UNDER_READINGS), "--sooner", "30"]
    written = ["--html", str(page), "--excel", str(book), "--plot", str(picture), "--figure", "choices"]
    assert main([*asked, *more, *written]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Freedom to change course: ")
    assert "\x1b" not in out
    for told in (
        f"kept in {kept}",
        f"page written to {page}",
        f"workbook written to {book}",
        "figure choices written to",
    ):
        assert told in out
    again = tmp_path / "again.html"
    assert main(["report", str(kept), "--html", str(again)]) == 0
    assert _without_command(again) == _without_command(page)
    assert found.plot("choices").svg() == picture.read_text(encoding="utf-8")


def _without_command(page: Path) -> str:
    return re.sub(r"<p>Made by .*?</p>", "", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--html", "a.pdf"], "--html: the file has another ending"),
        (["--excel", "a.csv"], "--excel: the file has another ending"),
        (["--figure", "npv"], "--figure: can only be used with --plot FILE"),
        (["--plot", "a.svg", "--figure", "nvp"], "did you mean 'npv'"),
        (["--feature", "demands"], "did you mean 'demand'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_run(
    scenario: Scenario,
    options: list[str],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a path is run")

    monkeypatch.setattr("sim.flexibility.option.play", refuse)
    assert main(["option", str(scenario.file), "-n", "64", *options]) == 2
    assert told in capsys.readouterr().err
