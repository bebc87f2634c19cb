"""A comparison on one screen: differences in their own units, and the milestones that move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.report.compare_screen import compare_screen
from sim.report.formats import dollars
from sim.report.render import as_text
from sim.scenario.loader import load_scenario
from sim.study.compare import Comparison, compare

PLANT: dict[str, Any] = {
    "horizon": {"length": 60, "time_unit": "day"},
    "items": {"part": {"stage": "part"}},
    "sites": {
        "maker": {"in_house": False, "capacity": "unlimited"},
        "own": {"in_house": True, "capacity": 6},
    },
    "recipes": {
        "bought": {"item": "part", "site": "maker", "price": 4, "cycle_time": 5},
        "made": {"item": "part", "site": "own", "variable_cost": 2, "cycle_time": 2},
    },
    "sourcing": {"part": {"sources": ["made", "bought"], "policy": "in_house_first"}},
    "demand": {"d": {"item": "part", "rate": 10}},
    "milestones": {
        "half": {"title": "Half made", "rule": "in_house_share", "share": "part", "level": 0.5, "months": 1}
    },
}


@pytest.fixture(scope="module")
def found(build: Callable[..., Any]) -> Comparison:
    """Half the capacity in the second, and the price a third higher in the third."""
    plant = build(PLANT)
    changes = (("sites.own.capacity=3",), ("recipes.bought.price=5",))
    scenarios = [plant, *(load_scenario(plant.file, sets=sets) for sets in changes)]
    return compare(scenarios, 2, engine="batch", jobs=1)


def test_differences_are_those_of_the_means_each_in_its_own_unit(found: Comparison) -> None:
    text = "\n".join(as_text(block) for block in compare_screen(found))
    first, second, third = found.found.values()
    gap = 100 * (second.kpis["in_house_share.part"].mean.estimate - first.kpis["in_house_share.part"].mean.estimate)
    (row,) = (line for line in text.splitlines() if line.startswith("in_house_share.part [points]"))
    assert row.split()[2] == f"{gap:.1f}"
    dearer = third.kpis["npv_usd"].mean.estimate - first.kpis["npv_usd"].mean.estimate
    _, differs = (line for line in text.splitlines() if line.startswith("npv_usd"))
    assert dearer < 0
    assert differs.split()[4] == dollars(dearer)
    assert "Difference from built" in text
    assert "Difference from built (2)" not in text


def test_all_pairs_hold_each_against_those_before_it(found: Comparison) -> None:
    text = "\n".join(as_text(block) for block in compare_screen(found, all_pairs=True))
    assert text.count("Difference from built") == 2
    labels = list(found.found)
    there, back = found.against(labels[0], labels[1]), found.against(labels[1], labels[0])
    for name, pair in there.items():
        if pair.pairs:
            assert pair.difference.estimate == pytest.approx(-back[name].difference.estimate)


def test_milestones_that_are_alike_in_all_are_only_counted(found: Comparison) -> None:
    text = "\n".join(as_text(block) for block in compare_screen(found))
    assert "Half made" in text
    assert "0 (0 to 66)" in text
    first = found.found["built"].scenario
    alike = compare([first, first], 2, engine="batch", jobs=1)
    assert "Half made" not in "\n".join(as_text(block) for block in compare_screen(alike))
