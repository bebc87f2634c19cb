"""Pages of studies, comparisons and kept runs: opened again from their directories, nothing run again, no replication in them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ruamel.yaml import YAML

import sim
from sim.cli.main import main
from sim.errors import InputError
from sim.report.page.comparison_page import comparison_page
from sim.report.page.study_page import study_page
from sim.results.result import Result
from sim.scenario.loader import Scenario, load_scenario
from sim.study import montecarlo
from sim.study.compare import Comparison
from sim.study.montecarlo import MonteCarlo
from sim.study.reopen import older, reopen
from tests.report.test_study_figures import HOW, uncertain

COMMAND = ["report", "kept", "--html", "a.html"]


def written(folder: Path, name: str, **more: Any) -> Scenario:
    file = folder / f"{name}.yaml"
    with file.open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump({"title": name, "bare_numbers": "made up for a test", **uncertain(), **more}, stream)
    return load_scenario(file)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def scenario(folder: Path) -> Scenario:
    return written(folder, "plan")


@pytest.fixture(scope="module")
def study(folder: Path, scenario: Scenario) -> MonteCarlo:
    return sim.monte_carlo(scenario, 20, out=folder / "study", **HOW)


def test_a_kept_study_is_the_study(folder: Path, study: MonteCarlo) -> None:
    again = reopen(folder / "study")
    assert isinstance(again, MonteCarlo)
    assert again.to_json() | {"seconds": study.seconds} == study.to_json()
    assert older(folder / "study") == ""


def test_it_runs_nothing_that_is_kept(folder: Path, study: MonteCarlo, monkeypatch: pytest.MonkeyPatch) -> None:
    first = study.over_time
    again = reopen(folder / "study")
    assert isinstance(again, MonteCarlo)
    monkeypatch.setattr(montecarlo, "run_design", None)
    monkeypatch.setattr("sim.study.runs.series.each_block", None)
    assert again.over_time.runs == first.runs == 20
    assert all((again.over_time.values[key] == values).all() for key, values in first.values.items())


def test_a_damaged_series_is_run_again(folder: Path, study: MonteCarlo) -> None:
    first = study.over_time
    (folder / "study" / "series.npz").write_bytes(b"torn")
    again = reopen(folder / "study")
    assert isinstance(again, MonteCarlo)
    assert again.over_time.runs == first.runs


def test_the_page_of_a_study_says_probabilities_and_holds_no_replication(scenario: Scenario, study: MonteCarlo) -> None:
    page = study_page(study, sim.run(scenario), COMMAND)
    tree = ElementTree.fromstring(page.partition("\n")[2])
    assert [node.text for node in tree.iter("h2")] == [
        "The answer", "In-house shares", "From sites to demand", "Sites", "Milestones", "Money", "Demand", "What it depends on", "Tables", "Inputs",
        "How it was made",
    ]  # fmt: skip
    npv = study.runs["npv_usd"]
    above = 100 * (npv > 0).mean()
    (said,) = re.findall(r"it is above zero in ([\d&lt;>.]+) \(", page)
    assert float(said) == pytest.approx(above, abs=0.5)
    assert "20 runs, 2 uncertain inputs drawn" in page
    assert not any(f"{value!r}" in page for value in npv)
    assert "uniform" in page  # how inputs are drawn


def test_more_runs_make_no_larger_page(scenario: Scenario, study: MonteCarlo) -> None:
    typical = sim.run(scenario)
    more = sim.monte_carlo(scenario, 60, **HOW)
    small, large = (len(study_page(found, typical, COMMAND)) for found in (study, more))
    assert large < 1.03 * small


def test_a_kept_comparison_is_the_comparison(folder: Path, scenario: Scenario) -> None:
    found = sim.compare([scenario, written(folder, "spare", notes=["another"])], 4, out=folder / "both", **HOW)
    again = reopen(folder / "both")
    assert isinstance(again, Comparison)
    assert again.to_json() | {"seconds": found.seconds} == found.to_json()
    page = comparison_page(again, COMMAND)
    tree = ElementTree.fromstring(page.partition("\n")[2])
    assert [node.text for node in tree.iter("h2")] == [
        "The answer",
        "Side by side",
        "Tables",
        "Inputs",
        "How it was made",
    ]
    assert "spare: no difference from plan is significant." in page


def test_differences_that_are_certain_are_told(folder: Path, scenario: Scenario) -> None:
    data = uncertain()["recipes"]
    data["own"]["variable_cost"] = 15
    page = comparison_page(sim.compare([scenario, written(folder, "dear", recipes=data)], 4, **HOW), COMMAND)
    assert re.search(r"dear, against plan: NPV \$[\d.]+[kM]? lower \(-\$[\d.]+[kM]? to -\$[\d.]+[kM]?\)", page)
    assert 'id="difference"' in page


def test_a_kept_run_is_run_again(folder: Path, scenario: Scenario) -> None:
    result = sim.run(scenario, seed=3, replication=2)
    result.save(folder / "run")
    again = reopen(folder / "run")
    assert isinstance(again, Result)
    assert again.to_json() == result.to_json()


def test_directory_and_scenario_may_move_together(folder: Path, scenario: Scenario, tmp_path: Path) -> None:
    sim.run(scenario).save(folder / "moving")
    (folder / "moving").replace(tmp_path / "moving")
    (tmp_path / "plan.yaml").write_bytes((folder / "plan.yaml").read_bytes())
    assert isinstance(reopen(tmp_path / "moving"), Result)


def test_a_scenario_that_changed_is_refused_with_what_changed(tmp_path: Path) -> None:
    scenario = written(tmp_path, "moved")
    sim.run(scenario).save(tmp_path / "run")
    sim.monte_carlo(scenario, 2, out=tmp_path / "study", **HOW)
    data = uncertain()["recipes"]
    data["own"]["variable_cost"] = 8
    written(tmp_path, "moved", recipes=data)
    for name in ("run", "study"):
        with pytest.raises(InputError, match=r"its scenario has changed since.*recipes.own.variable_cost: 9.* -> 8"):
            reopen(tmp_path / name)


@pytest.mark.usefixtures("study")
def test_what_made_an_older_study_is_told(folder: Path) -> None:
    file = folder / "study" / "study.json"
    kept = json.loads(file.read_text(encoding="utf-8"))
    kept["made_by"]["fabshift"] = "0.0.1"
    file.write_text(json.dumps(kept), encoding="utf-8")
    assert older(folder / "study").startswith("fabshift 0.0.1, sources ")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds neither manifest.json nor study.json"),
        ({"study.json": "[]"}, "study.json:1:1: is not one of ours, or damaged"),
        ({"study.json": '{"study": "sweep"}'}, "there is a page of runs, studies, comparisons and options alone"),
        ({"study.json": '{"study": "montecarlo"}'}, "its study is not finished"),
        ({"manifest.json": "{}"}, "does not say how its scenario was asked for"),
    ],
)
def test_other_directories_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], message: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(["report", str(tmp_path), "--html", str(tmp_path / "a.html")]) == 2
    assert message in capsys.readouterr().err


def test_a_directory_is_shown_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path), "--html", str(tmp_path / "a.html"), "-n", "5", "--set", "a=1"]) == 2
    told = capsys.readouterr().err
    assert "-n: can only be used with a scenario" in told
    assert "--set: can only be used with a scenario" in told
