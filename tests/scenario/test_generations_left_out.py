"""`only_if` of a generation: one that is off drops out of its line, and a line of which none is left is off."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.scenario.loader import load_scenario

FILE = """
title: Two generations of a chip
bare_numbers: made up
horizon: {start: 2026-01-01, end: 2028-01-01}
figures:
  plan.use: {statement: which, unit: text, default: both, readings: {both: {value: both, kind: assumed, source: us}, old: {value: old, kind: assumed, source: us}, new: {value: new, kind: assumed, source: us}, none: {value: none, kind: assumed, source: us}}}
items: {a: {stage: chip}, b: {stage: chip}, other: {stage: chip}}
sites: {fab: {in_house: true, capacity: 900}}
recipes: {a: {item: a, site: fab}, b: {item: b, site: fab}, other: {item: other, site: fab}}
demand:
  cars:
    generations:
      - {item: a, only_if: {figure: plan.use, equals: [both, old]}}
      - {item: b, only_if: {figure: plan.use, equals: [both, new]}, begins: 2027-01-01, months: 3, wait_for: [b]}
    rate: 100
  rest: {generations: [{item: a}, {item: b, begins: 2027-01-01}], rate: 5}
  also: {item: other, rate: 5}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "generations.yaml"
    path.write_text(FILE)
    return path


@pytest.mark.parametrize(("use", "left"), [("both", ["a", "b"]), ("old", ["a"]), ("new", ["b"])])
def test_generations_that_are_off_drop_out(file: Path, use: str, left: list[str]) -> None:
    scenario = load_scenario(file, readings=[f"plan.use={use}"])
    generations = scenario.document.demand["cars"].generations
    assert [generation.item for generation in generations] == left
    # Nothing is left to change over from before the first.
    assert (generations[0].begins, generations[0].wait_for) == (None, [])
    assert scenario.switches == ("plan.use",)
    assert scenario.pruned == {"both": (), "old": ("demand.cars.generations.1",), "new": ("demand.cars.generations.0",)}[use]  # fmt: skip


def test_a_line_of_which_no_generation_is_left_is_off(file: Path) -> None:
    scenario = load_scenario(file, readings=["plan.use=none"])
    assert set(scenario.document.demand) == {"rest", "also"}
    assert "demand.cars" in scenario.pruned


def test_a_value_that_the_figure_never_has_is_refused(file: Path) -> None:
    file.write_text(FILE.replace("equals: [both, new]", "equals: knew"))
    with pytest.raises(InputError, match=r"generations\.1\.only_if\.equals: plan\.use never has the value 'knew'"):
        load_scenario(file)
