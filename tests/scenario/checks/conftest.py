"""A small good scenario, and a change laid over it: refused for one reason at one place, or let in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import InputError, Problem
from sim.scenario.loader import Scenario, load_scenario

SHOP = """
horizon: {start: 2026-01-01, end: 2027-01-01}
items: {part: {stage: part}}
sites:
  maker: {in_house: false, region: coast, owner: maker_co, capacity: 900}
  hall: {in_house: true, region: inland, capacity: 500}
recipes:
  bought: {item: part, site: maker, price: 5, cycle_time: 10}
  own: {item: part, site: hall, variable_cost: 3, cycle_time: 4}
sourcing: {part: {sources: [own, bought], policy: in_house_first}}
demand: {sales: {item: part, rate: 100}}
"""
"""A part that is made in a hall of ours and bought from a maker; 2026 has 365 days."""
HEAD = "title: changed\nextends: good.yaml\nbare_numbers: made up\n"

Refuses = Callable[..., Problem]
Accepts = Callable[..., Scenario]


@pytest.fixture
def accepts(tmp_path: Path) -> Accepts:
    """Load a good scenario with a change laid over it."""

    def loaded(change: str, good: str = SHOP, head: str = HEAD) -> Scenario:
        (tmp_path / "good.yaml").write_text(f"title: good\nbare_numbers: made up\n{good}", encoding="utf-8")
        (tmp_path / "changed.yaml").write_text(f"{head}{change}\n", encoding="utf-8")
        load_scenario(tmp_path / "good.yaml")
        return load_scenario(tmp_path / "changed.yaml")

    return loaded


@pytest.fixture
def refuses(accepts: Accepts) -> Refuses:
    """The one problem of a change: where it stands, on which line of the change, and what its message says."""

    def refused(change: str, path: str, line: int, said: str, good: str = SHOP, head: str = HEAD) -> Problem:
        with pytest.raises(InputError) as refusal:
            accepts(change, good, head)
        (problem,) = refusal.value.problems
        assert Path(problem.mark.file).name == "changed.yaml"
        assert (problem.path, problem.mark.line - head.count("\n")) == (path, line)
        assert said in problem.message
        return problem

    return refused
