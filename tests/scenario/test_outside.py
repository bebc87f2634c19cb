"""`extends` stays below the current folder, that of the scenario named, and what is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli.main import main
from sim.errors import InputError
from sim.scenario.loader import load_scenario
from sim.study.compare import compare
from tests.conftest import INPUTS

BASE = (INPUTS / "good" / "base.yaml").read_text(encoding="utf-8")


@pytest.fixture
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of plans, with files beside it and below it, and a working folder elsewhere."""
    for place in ("elsewhere", "plans/below", "work"):
        (tmp_path / place).mkdir(parents=True)
    for place in ("elsewhere/base.yaml", "plans/below/base.yaml", "work/base.yaml"):
        (tmp_path / place).write_text(BASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "plans"


def extending(plans: Path, parent: str) -> Path:
    file = plans / "plan.yaml"
    file.write_text(f"title: t\nextends: {parent}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("parent", ["below/base.yaml", "../work/base.yaml", "as-announced"])
def test_what_is_inside_is_read(parent: str, plans: Path) -> None:
    load_scenario(extending(plans, parent))


@pytest.mark.parametrize(
    "parent",
    ["../elsewhere/base.yaml", "/etc/passwd", "../nowhere.yaml", "below/link.yaml", "below/../../elsewhere/base.yaml"],
)
def test_what_is_outside_is_refused_where_it_is_asked_for(parent: str, plans: Path) -> None:
    (plans / "below" / "link.yaml").symlink_to(plans.parent / "elsewhere" / "base.yaml")
    file = extending(plans, parent)
    with pytest.raises(InputError) as refusal:
        load_scenario(file)
    (problem,) = refusal.value.problems
    assert (problem.mark.file, problem.mark.line, problem.path) == (str(file), 2, "extends")
    assert "lies outside the current folder" in str(problem)
    assert "--allow-outside" in str(problem)


def test_a_file_that_is_extended_may_not_lead_outside_either(plans: Path) -> None:
    (plans / "below" / "middle.yaml").write_text("extends: ../../elsewhere/base.yaml\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"below/middle\.yaml:1:1: extends: lies outside"):
        load_scenario(extending(plans, "below/middle.yaml"))


def test_a_csv_file_outside_is_refused_too(plans: Path) -> None:
    (plans.parent / "elsewhere" / "price.csv").write_text("day,usd\n2026-01,5\n", encoding="utf-8")
    file = extending(plans, "below/base.yaml")
    named = "{csv: ../elsewhere/price.csv, date: day, value: usd, kind: assumed, source: x}"
    file.write_text(
        f"{file.read_text(encoding='utf-8')}recipes: {{die_foundry: {{price: {named}}}}}\n", encoding="utf-8"
    )
    for refused in (
        lambda: load_scenario(file),
        lambda: load_scenario("base.yaml", sets=[f"recipes.die_foundry.price={named}"]),
    ):
        with pytest.raises(InputError, match=r"price\.csv: lies outside"):
            refused()
    assert load_scenario(file, allow_outside=True).inputs["recipes.die_foundry.price.points.0.value"].value == 5


def test_outside_is_read_where_it_is_allowed(plans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = extending(plans, "../elsewhere/base.yaml")
    assert load_scenario(file, allow_outside=True).document.items
    for command in (["validate"], ["lint"], ["montecarlo", "-n", "2", "--engine", "events", "--jobs", "1"]):
        assert main([*command, str(file)]) == 2
        assert "lies outside" in capsys.readouterr().err
        assert main([*command, str(file), "--allow-outside"]) in (0, 1)
    loaded = load_scenario(file, allow_outside=True)
    assert compare([loaded, loaded], n=2, engine="events", jobs=1).found
