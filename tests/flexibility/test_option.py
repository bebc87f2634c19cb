"""The freedom to choose at gates: nothing is seen too early, and the value is what can be worked out by hand."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.cli.main import main
from sim.errors import InputError, ModelError
from sim.flexibility.option import Flexibility, option
from sim.flexibility.sequences import MOST_SEQUENCES, Tree
from sim.scenario.loader import Scenario
from sim.study.runs import workers
from tests.conftest import Build
from tests.docs.examples import example
from tests.property.test_choices import CHARGER, DECISIONS

PATHS = 96


def uncertain(low: float = 300.0, high: float = 2300.0) -> dict[str, Any]:
    """Chargers whose demand is drawn once and shows from the first month on."""
    data = copy.deepcopy(CHARGER)
    data["horizon"] = {"start": dt.date(2026, 1, 1), "end": dt.date(2030, 1, 1)}
    data["money"] = {"discount_rate": 0.08}
    rate = {"assumed": (low + high) / 2, "low": low, "high": high, "draw": "uniform", "source": "a test"}
    data["demand"]["chargers"]["rate"] = rate
    data["sites"]["maker"]["contract"]["allocation"] = 500
    return {**data, "decisions": copy.deepcopy(DECISIONS), "plan": {"contract": "keep", "second": "wait"}}


@pytest.fixture(scope="module")
def found(build: Build) -> Flexibility:
    """The value of two gates."""
    return option(build(uncertain(), "gates"), PATHS, jobs=1)


def test_policy_lies_between_the_best_fixed_plan_and_the_bound(found: Flexibility) -> None:
    v = found.valuation
    assert v.ordered
    means = found.npv.mean(axis=0)
    best = tuple(v.plan.values())
    assert means[found.sequences.index(best)] == means.max()
    assert v.upper.value is not None
    assert v.fixed.mean <= v.policy.mean <= v.upper.value.mean + 1e-9


def test_a_choice_that_demand_decides_is_made_by_demand(build: Build) -> None:
    """Demand is known at the gate, so that nearly all that perfect information would earn is earned."""
    data = uncertain()
    del data["decisions"]["contract"], data["plan"]["contract"]
    found = option(build(data, "one_gate"), PATHS, jobs=1)
    wait, build_it = (found.npv[:, found.sequences.index((c,))] for c in ("wait", "build"))
    better = build_it > wait
    assert 0.1 < better.mean() < 0.9
    perfect = np.maximum(wait, build_it).mean() - max(wait.mean(), build_it.mean())
    assert perfect > 0.0
    assert 0.8 * perfect <= found.valuation.gain.mean <= 1.2 * perfect
    [rule] = [rule for rule in found.valuation.rules if rule.reached]
    assert "->" in rule.words


def test_without_uncertainty_it_is_worth_nothing(build: Build) -> None:
    data = uncertain()
    data["demand"]["chargers"]["rate"] = 1500
    found = option(build(data, "certain"), 64, jobs=1)
    assert np.ptp(found.npv, axis=0).max() == 0.0
    assert found.valuation.gain.mean == 0.0


@pytest.mark.parametrize("long", [0.0, 1e9])
def test_neither_jobs_nor_processes_change_anything(
    build: Build, found: Flexibility, long: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LONG", long)
    again = option(build(uncertain(), "gates"), PATHS, jobs=2)
    assert again.npv.tolist() == found.npv.tolist()
    assert str(again.valuation) == str(found.valuation)


def test_a_leak_is_named(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planners who know what will be chosen order for it before the gate."""
    monkeypatch.setattr(Tree, "foreseen", lambda *_: [])
    data = uncertain()
    data["decisions"]["second"]["choices"]["build"]["from_gate"] = {"demand.chargers.rate": 9000}
    with pytest.raises(ModelError, match=r"decisions\.second\.choices\.build changes what happens before its gate"):
        option(build(data, "leaky"), 64, jobs=1)


def test_without_decisions_nothing_can_be_chosen(build: Build) -> None:
    with pytest.raises(InputError, match="nothing can be chosen: the scenario has no decisions"):
        option(build(CHARGER, "none"))


def test_too_many_sequences_are_refused(build: Build) -> None:
    data = uncertain()
    choices: dict[str, Any] = {f"c{i}": {} for i in range(MOST_SEQUENCES + 1)}
    data["decisions"]["second"]["choices"] = choices
    data["plan"]["second"] = "c0"
    with pytest.raises(InputError, match="more sequences of choices than can be run"):
        option(build(data, "many"), 64)


def test_the_command(build: Build, found: Flexibility, capsys: pytest.CaptureFixture[str]) -> None:
    scenario: Scenario = build(uncertain(), "gates")
    assert main(["option", str(scenario.file), "-n", str(PATHS), "--jobs", "1"]) == 0
    screen = capsys.readouterr().out
    assert screen.startswith("Freedom to change course: ")
    assert "Before each gate all sequences" in screen
    assert main(["option", str(scenario.file), "-n", str(PATHS), "--jobs", "1", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["option_value"]["mean"] == found.valuation.gain.mean
    assert [one["mean"] for one in document["sequences"]] == found.npv.mean(axis=0).tolist()


def test_the_example_of_the_how_to_has_a_rule_worth_having(tmp_path: Path) -> None:
    file = tmp_path / "chargers.yaml"
    file.write_text(example("decisions", "yaml"), encoding="utf-8")
    v = option(file, PATHS, jobs=1).valuation
    assert v.ordered
    assert v.used
    assert v.plan == {"contract": "keep", "expansion after keep": "build"}


def test_a_gate_of_the_how_to_waits_for_its_milestone(tmp_path: Path) -> None:
    """Each path has its own day; a sequence that no rule allows is not run, and before each gate all runs are the same."""
    (tmp_path / "chargers.yaml").write_text(example("decisions", "yaml"), encoding="utf-8")
    file = tmp_path / "half.yaml"
    file.write_text(example("milestone_gate", "yaml"), encoding="utf-8")
    run = sim.run(file, engine="batch")
    assert run.milestones["own_half"] == dt.date(2027, 3, 1)
    assert run.gates["expansion"] == dt.date(2027, 8, 1)
    found = option(file, PATHS, jobs=1)
    assert len(found.sequences) == 6
    assert found.valuation.ordered
    assert found.valuation.used
    days = {sim.run(file, replication=k, engine="batch").gates["expansion"] for k in range(16)}
    assert len(days) > 1


def test_a_gate_that_does_not_come_leaves_nothing_to_choose(build: Build) -> None:
    """On paths on which the milestone is not reached all choices are worth the same, to the cent."""
    data = uncertain(700, 3300)
    rule = {"rule": "output_rate", "items": ["charger"], "sites": ["hall"], "level": 0.5, "months": 2}
    data["milestones"] = {"half": rule}
    data["decisions"] = {"second": data["decisions"]["second"] | {"at": {"milestone": "half", "lag": 30}}}
    data["plan"] = {"second": "wait"}
    scenario = build(data, "half")
    found = option(scenario, 64, jobs=1)
    came = np.array([sim.run(scenario, replication=k, engine="batch").gates["second"] is not None for k in range(64)])
    assert 0.2 < came.mean() < 0.8
    wait, build_it = (found.npv[:, found.sequences.index((c,))] for c in ("wait", "build"))
    assert (wait[~came] == build_it[~came]).all()
    assert (wait[came] != build_it[came]).all()


def test_it_shows_itself_in_a_few_lines(found: Flexibility) -> None:
    assert repr(found).startswith("Freedom to choose in gates: 96 paths, 4 sequences")
    assert len(repr(found).splitlines()) <= 10


def test_the_command_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["option", "foundry-only", "-n", "64"]) == 2
    assert "nothing can be chosen: the scenario has no decisions" in capsys.readouterr().err
