"""`extends`: what merges, what replaces, what null removes, and whose mark a place bears."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError, Problem
from sim.scenario.loader import load_scenario
from sim.scenario.merge import merged
from sim.scenario.written import Written

pytestmark = pytest.mark.usefixtures("in_inputs")


def layered(folder: Path, base: str, over: str, problems: list[Problem] | None = None) -> Written:
    (folder / "base.yaml").write_text(base)
    (folder / "over.yaml").write_text(f"extends: base.yaml\n{over}")
    return merged(folder / "over.yaml", [] if problems is None else problems)


def test_mappings_merge_and_lists_replace(tmp_path: Path) -> None:
    source = layered(tmp_path, "a: {b: 1, c: [1, 2, 3]}\n", "a: {c: [4], d: 5}\n")
    assert source.data["a"] == {"b": 1, "c": [4], "d": 5}


def test_a_quantity_replaces_as_a_whole(tmp_path: Path) -> None:
    base = "a: {assumed: 1, low: 0, high: 2, source: x}\nb: 5\nc: {shape: gamma, mean: 3, cv: 1}\nd: {points: [], ends: 5}\n"
    source = layered(tmp_path, base, "a: {figure: f}\nb: {derived: 2, source: y}\nc: {mean: 4}\nd: {constant: 5}\n")
    assert source.data["a"] == {"figure": "f"}
    assert source.data["b"] == {"derived": 2, "source": "y"}
    assert source.data["c"] == {"mean": 4}
    assert source.data["d"] == {"constant": 5}


def test_null_removes_what_is_inherited(tmp_path: Path) -> None:
    source = layered(tmp_path, "a: {b: 1, c: 2}\n", "a: {b: null}\n")
    assert source.data["a"] == {"c": 2}
    assert ("a", "b") not in source.marks


def test_null_for_nothing_is_a_problem(tmp_path: Path) -> None:
    problems: list[Problem] = []
    layered(tmp_path, "a: {b: 1}\n", "a: {bb: null}\n", problems)
    assert [(p.path, p.nearest, p.mark.line) for p in problems] == [("a.bb", "b", 2)]


def test_marks_follow_the_last_writer(tmp_path: Path) -> None:
    source = layered(tmp_path, "a:\n  b: 1\n  c: [1, 2]\n", "a:\n  c: [3]\n")
    base, over = str(tmp_path / "base.yaml"), str(tmp_path / "over.yaml")
    assert (source.marks["a", "b"].file, source.marks["a", "b"].line) == (base, 2)
    assert (source.marks["a", "c", 0].file, source.marks["a", "c", 0].line) == (over, 3)
    assert ("a", "c", 1) not in source.marks


def test_a_licence_for_bare_numbers_covers_its_own_file_only() -> None:
    assert load_scenario("good/base.yaml").inputs["sites.plant.ramp.target"].source == "numbers made up for this test"
    with pytest.raises(InputError) as refusal:
        load_scenario("bad/bare_numbers.yaml")
    assert {p.mark.file for p in refusal.value.problems} == {"bad/bare_numbers.yaml"}


def test_the_licence_of_the_top_file_does_not_cover_its_base(tmp_path: Path) -> None:
    base = Path("good/base.yaml").read_text().replace("bare_numbers: numbers made up for this test\n", "")
    (tmp_path / "base.yaml").write_text(base)
    (tmp_path / "over.yaml").write_text("title: over\nextends: base.yaml\nbare_numbers: mine\n")
    with pytest.raises(InputError) as refusal:
        load_scenario(tmp_path / "over.yaml")
    assert {p.mark.file for p in refusal.value.problems} == {str(tmp_path / "base.yaml")}
    assert all("a bare value" in p.message for p in refusal.value.problems)


def test_an_extended_file_is_found_beside_the_one_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path("good/layered.yaml").resolve()
    monkeypatch.chdir(tmp_path)
    assert load_scenario(file).document.title.startswith("The same")


def test_a_chain_of_too_many_files(tmp_path: Path) -> None:
    for i in range(30):
        (tmp_path / f"{i}.yaml").write_text(f"title: {i}\nextends: {i + 1}.yaml\n")
    with pytest.raises(InputError, match="more than 20 files extend each other"):
        load_scenario(tmp_path / "0.yaml")
