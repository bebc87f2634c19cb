"""The shipped scenarios of decisions: what they say of their choices holds on a few paths."""

from __future__ import annotations

from functools import cache

import pytest

from sim.api import play
from sim.flexibility.option import Flexibility, option
from sim.flexibility.sequences import Sequence, Tree, tree_of
from sim.results.result import Result
from sim.scenario.loader import load_scenario

LOW = {"robots.2030": 5e6, "robots.2035": 5e6}
HIGH = {"robots.2030": 50e6, "robots.2035": 200e6}


@cache
def sequences(robots: str) -> dict[Sequence, float]:
    """The NPV in dollars of each sequence of choices at the own fab, few or many robots apart at typical values."""
    tree = tree_of(load_scenario("terafab-option", values=LOW if robots == "few" else HIGH))
    return {s: npv_of(run_of(tree, s)) for s in tree.sequences}


def run_of(tree: Tree, sequence: Sequence, engine: str = "batch") -> Result:
    return play(tree.scenario, tree.plan(sequence), engine=engine, foreseen=tree.foreseen(sequence))


def npv_of(result: Result) -> float:
    value = result.kpis["npv_usd"]
    assert value is not None
    return value


@pytest.fixture(scope="module")
def chargers() -> Flexibility:
    return option("charger-option", 96)


def test_freedom_to_choose_is_worth_a_good_part_of_the_chargers(chargers: Flexibility) -> None:
    v = chargers.valuation
    assert len(chargers.sequences) == 9
    assert v.ordered
    assert v.gain.mean > max(3 * v.gain.error, 0.05 * v.fixed.mean)


def test_every_choice_of_the_chargers_is_best_on_some_path(chargers: Flexibility) -> None:
    best = {chargers.sequences[j] for j in chargers.npv.argmax(axis=1)}
    assert {contract for contract, _ in best} == {"keep", "halve", "leave"}
    assert {annex for _, annex in best} == {"wait", "half", "whole"}


@pytest.mark.parametrize("robots", ["few", "many"])
def test_a_million_wafers_is_the_best_end_of_no_beginning(robots: str) -> None:
    found = sequences(robots)
    for *before, size in found:
        if size == "million":
            others = (found.get((*before, s)) for s in ("hold", "two", "hundred"))
            assert found[(*before, size)] < max(npv for npv in others if npv is not None)
    assert max(found, key=lambda s: found[s])[-1] != "million"


def test_few_robots_need_no_fab_and_many_the_announced_one() -> None:
    few, many = (max(found, key=lambda s: found[s]) for found in (sequences("few"), sequences("many")))
    assert few[0] == "wait"
    assert many[0] == "announced"


@pytest.mark.parametrize("name", ["charger-option", "terafab-option"])
def test_both_engines_play_its_plan_alike(name: str) -> None:
    tree = tree_of(load_scenario(name, sets=["horizon.end=2032-01-01"]))
    one, other = (run_of(tree, tree.planned, engine) for engine in ("events", "batch"))
    assert one.kpis == other.kpis
