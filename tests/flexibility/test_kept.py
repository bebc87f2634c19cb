"""An option that a directory keeps: it goes on where it was, refuses other inputs, and is opened again with nothing run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sim.cli.main import main
from sim.errors import InputError
from sim.flexibility import option as module
from sim.flexibility.kept import reopened
from sim.flexibility.option import Flexibility, option
from sim.scenario.loader import Scenario, load_scenario
from tests.flexibility.conftest import priced

FIRST, N = 64, 80
HOW: dict[str, Any] = {"jobs": 1, "contested": 32, "sooner": 30.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def scenario(folder: Path) -> Scenario:
    return written(folder / "priced.yaml", priced())


def written(file: Path, data: dict[str, Any]) -> Scenario:
    with file.open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump({"title": "kept", "bare_numbers": "made up for a test", **data}, stream)
    return load_scenario(file)


@pytest.fixture(scope="module")
def found(folder: Path, scenario: Scenario) -> Flexibility:
    """In two steps: first fewer paths and no readings."""
    option(scenario, FIRST, jobs=1, out=folder / "out")
    return option(scenario, N, out=folder / "out", **HOW)


def without_seconds(found: Flexibility) -> dict[str, Any]:
    return {key: value for key, value in found.to_json().items() if key != "seconds"}


def test_in_steps_it_is_the_same_to_the_bit(found: Flexibility, scenario: Scenario) -> None:
    at_once = option(scenario, N, **HOW)
    assert at_once.npv.tobytes() == found.npv.tobytes()
    assert without_seconds(at_once) == without_seconds(found)


def test_what_is_kept_is_not_run_again(
    found: Flexibility, folder: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a path is run again")

    monkeypatch.setattr(module, "play", refuse)
    done: list[float] = []
    again = option(scenario, N, out=folder / "out", progress=done.append, **HOW)
    assert without_seconds(again) == without_seconds(found)
    assert done[-1] == 1.0
    assert without_seconds(reopened(folder / "out")) == without_seconds(found)
    assert json.loads((folder / "out" / "kpis.json").read_text())["option_value"] == found.to_json()["option_value"]


def test_another_scenario_is_refused_with_what_differs(found: Flexibility, folder: Path, tmp_path: Path) -> None:
    assert found.n == N
    data = priced()
    data["recipes"]["bought"]["price"] = 410
    with pytest.raises(InputError, match=r"recipes\.bought\.price: another study is kept here: 400.0 USD -> 410.0 USD"):
        option(written(tmp_path / "other.yaml", data), FIRST, out=folder / "out")


def test_a_damaged_block_is_run_again(
    found: Flexibility, folder: Path, scenario: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    block = folder / "out" / "blocks" / "0000001.npz"
    whole = block.read_bytes()
    block.write_bytes(whole[:100])
    with pytest.raises(InputError, match=r"0000001\.npz:1:1: cannot be read"):
        reopened(folder / "out")
    again = option(scenario, N, out=folder / "out", **HOW)
    assert "not a whole block of this study" in capsys.readouterr().err
    assert without_seconds(again) == without_seconds(found)


def test_the_page_and_the_workbook_of_what_is_kept(
    found: Flexibility, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert found.valuation.used
    page, book = tmp_path / "page.html", tmp_path / "book.xlsx"
    assert main(["report", str(folder / "out"), "--html", str(page), "--excel", str(book)]) == 0
    assert f"page written to {page}" in capsys.readouterr().out
    assert "The rule adds " in page.read_text(encoding="utf-8")
    assert main(["report", str(folder / "out"), "--html", str(page), "--set", "money.discount_rate=0.1"]) == 2
    assert "can only be used with a scenario" in capsys.readouterr().err


def test_one_that_is_not_finished_is_refused(scenario: Scenario, tmp_path: Path) -> None:
    def stop(share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        option(scenario, FIRST, jobs=1, out=tmp_path / "cut", progress=stop)
    assert list((tmp_path / "cut" / "blocks").glob("*.npz"))
    with pytest.raises(InputError, match="not all run yet"):
        reopened(tmp_path / "cut")
