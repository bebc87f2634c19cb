"""What contributors are told: files and names that exist, one version in three places, hooks that run what CI runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.docs.examples import ROOT

PAGE = re.sub(r"```.*?```", "", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), flags=re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
PATH = re.compile(r"[\w.-]+(/[\w.-]+)*(/|\.(py|md|toml|expected|cff)|/run)")
NAME = re.compile(r"_?[A-Za-z]\w*")


def files(text: str) -> list[Path]:
    """The files and folders that a text names."""
    return [ROOT / code for code in CODE.findall(text) if PATH.fullmatch(code)]


def steps() -> list[str]:
    """The numbered steps of where to add what."""
    section = PAGE.partition("## Where to add")[2].partition("\n## ")[0]
    return re.findall(r"^\d\. (.*?)(?=^\d\. |^$)", section, re.MULTILINE | re.DOTALL)


def absent(step: str) -> list[str]:
    """Names in a step that stand in none of the Python files that it names."""
    texts = [file.read_text(encoding="utf-8") for file in files(step) if file.suffix == ".py"]
    names = [code for code in CODE.findall(step) if NAME.fullmatch(code)]
    return [name for name in names if texts and not any(re.search(rf"\b{name}\b", text) for text in texts)]


def read_yaml(name: str) -> Any:
    """A YAML file at the top."""
    return YAML(typ="safe", pure=True).load((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The [project] table of pyproject.toml."""
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def test_files_that_are_named_exist() -> None:
    # A name without a folder stands in the folder that its sentence names.
    named = [file for file in files(PAGE) if file.parent != ROOT or file.suffix in (".md", ".toml", ".cff")]
    assert len(named) > 30
    assert [file for file in named if not file.exists()] == []


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.split("`")[1] if "`" in step else step[:20])
def test_names_in_a_step_stand_in_its_file(step: str) -> None:
    assert absent(step) == []


def test_what_is_not_there_is_seen() -> None:
    assert len([step for step in steps() if files(step)]) >= 15
    assert absent("`sim/cli/commands.py`: its row in `COMMANDS` and in `OTHERS`") == ["OTHERS"]
    assert not files("`sim/cli/commands.pyx`")
    assert not files("`sim/nowhere.py`")[0].exists()


def test_one_version_in_three_places(project: dict[str, Any]) -> None:
    heading = re.search(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert heading is not None
    newest = re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (unreleased|\d{4}-\d\d-\d\d)", heading[1])
    assert newest is not None
    assert read_yaml("CITATION.cff")["version"] == newest[1] == project["version"]


def test_the_citation_is_that_of_the_project(project: dict[str, Any]) -> None:
    """Keys that version 1.2.0 of the format requires, the licence, and nobody who is not known."""
    cited = read_yaml("CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert cited["license"] == project["license"]
    assert cited["keywords"] == project["keywords"]
    assert cited["authors"] == [{"name": "fabshift developers"}]


def test_hooks_run_what_ci_runs() -> None:
    (local,) = read_yaml(".pre-commit-config.yaml")["repos"]
    hooks = {stage: [h["entry"] for h in local["hooks"] if h.get("stages", ["pre-commit"]) == [stage]]
             for stage in ("pre-commit", "pre-push")}  # fmt: skip
    checks = re.findall(r'^ +"\$checks/venv/bin/((?!pip")\w+)"(.*)$', (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert hooks["pre-commit"] == [f".venv/bin/{program}{rest}" for program, rest in checks]
    assert len(checks) == 3
    test = re.search(r"<!-- setup:test -->\n```sh\n(.*)\n```", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert test is not None
    assert hooks["pre-push"] == [test[1].rpartition("&& ")[2]]
