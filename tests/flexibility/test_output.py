"""What an option says beside its value: choices by date, states, readings, lead times, features, when a plan is best."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.api import play, run
from sim.cli.main import main
from sim.compiler import compile_plan
from sim.errors import InputError
from sim.flexibility.frames import BETWEEN
from sim.flexibility.named import refuse_unknown
from sim.flexibility.observe import features
from sim.flexibility.option import Flexibility, _played, option
from sim.flexibility.running import run_paths
from sim.flexibility.sequences import tree_of
from sim.report.option_report import option_report, option_screen
from sim.report.render import as_text
from sim.scenario.loader import Scenario, load_scenario
from sim.scenario.seen import seen_at_gates
from tests.conftest import Build
from tests.flexibility.test_option import PATHS, uncertain


def test_the_shares_of_choices_and_states_are_those_of_the_paths(build: Build) -> None:
    """With one gate the value of a path says which choice was made on it."""
    data = uncertain()
    del data["decisions"]["contract"], data["plan"]["contract"]
    one = option(build(data, "one_gate"), PATHS, jobs=1)
    fresh = one.npv[np.arange(PATHS) % 16 >= 8]
    made = one.frames["choices"].set_index("choice")["probability"]
    for j, (choice,) in enumerate(one.sequences):
        same = (one.valuation.policy_values == fresh[:, j]) & (fresh[:, j] != fresh[:, 1 - j])
        assert made[choice] == pytest.approx(same.mean())
    assert made.min() > 0.0
    assert one.frames["states"].set_index("state")["share"].to_dict() == pytest.approx(made.to_dict())


def test_states_lead_from_gate_to_gate(found: Flexibility) -> None:
    choices, states = found.frames["choices"], found.frames["states"]
    assert choices.groupby("gate")["probability"].sum().tolist() == pytest.approx([1.0, 1.0])
    assert states.groupby("gate")["share"].sum().tolist() == pytest.approx([1.0, 1.0])
    last = states[states["gate"] == found.gates[-1].name]
    before = last["share"].groupby(last["state"].str.split(BETWEEN).str[0]).sum()
    first = states[states["gate"] == found.gates[0].name].set_index("state")["share"]
    assert before.to_dict() == pytest.approx(first.to_dict())
    planned = choices[choices["in_fixed_plan"]]
    assert tuple(planned["choice"]) == found.plan


def test_readings_are_those_of_the_scenario_loaded_under_them(found: Flexibility, scenario: Scenario) -> None:
    own, other = found.readings
    assert (other.figure, other.reading) == ("our.price", "doubt")
    assert (own.best, other.best) == (found.plan, ("drop", "wait"))
    assert own.regret is not None
    assert own.regret.mean == 0.0
    loaded = option(load_scenario(str(scenario.file), readings=["our.price=doubt"]), 64, jobs=1)
    means = loaded.npv.mean(axis=0)
    place = loaded.sequences.index(found.plan)
    assert other.fixed is not None
    assert other.regret is not None
    assert other.fixed.mean == pytest.approx(means[place], rel=1e-12)
    assert other.regret.mean == pytest.approx(means.max() - means[place], rel=1e-12)
    assert other.regret.mean > 3 * other.regret.error > 0.0


def test_sooner_is_the_scenario_that_says_so(build: Build) -> None:
    """30 days off a lead time of 120 are a lead time of 90: the same NPV on every path."""
    shorter = uncertain()
    shorter["decisions"]["second"]["choices"]["build"]["later"][0]["after"] = 90
    after = option(build(shorter, "short"), 64, jobs=1)
    found = option(build(uncertain(), "long"), 64, jobs=1, sooner=30.0)
    assert found.sooner is not None
    assert found.sooner.valuation.fixed == after.valuation.fixed
    assert found.sooner.valuation.gain == after.valuation.gain
    gained = after.valuation.policy_values - found.valuation.policy_values
    assert found.sooner.policy.mean == pytest.approx(gained.mean())
    assert found.sooner.policy.mean > 0.0


def test_nothing_comes_before_its_gate(build: Build) -> None:
    """More days than the lead time has leave none of it: what a choice brings is there on the day of the gate."""
    data = uncertain()
    data["decisions"]["second"]["choices"]["build"] = {"from_gate": {"sites.module.capacity": 600}}
    at_once, late = build(data, "at_once"), build(uncertain(), "long")
    chosen = {"contract": "keep", "second": "build"}
    plans = compile_plan(at_once, chosen), compile_plan(late, chosen, sooner=500.0)
    worth = [play(s, p, engine="batch").kpis["npv_usd"] for s, p in zip((at_once, late), plans, strict=True)]
    assert worth[0] == worth[1]
    assert worth[0] != play(late, compile_plan(late, chosen), engine="batch").kpis["npv_usd"]


def test_a_plan_is_best_where_its_limits_say(found: Flexibility) -> None:
    best = found.npv.argmax(axis=1)
    for one in found.best:
        assert one.share.estimate == (best == found.sequences.index(one.sequence)).mean()
    build_it = next(one for one in found.best if one.sequence == ("keep", "build"))
    [limit] = build_it.limits
    assert limit.input == "demand.chargers.rate"
    assert limit.high is None
    assert build_it.density > 0.9


def test_rules_go_by_what_is_named_alone(build: Build, tmp_path: Path) -> None:
    scenario = build(uncertain(), "gates")
    seeing = option(scenario, 64, jobs=1, features=["demand"], out=tmp_path / "kept")
    words = " ".join(rule.words for rule in seeing.valuation.rules)
    assert "demand of chargers" in words
    assert not re.search(r"(use|output|backlog|yield) of", words)
    assert seeing.valuation.gain.mean > 0.0
    # The same paths valued again.
    blind = option(scenario, 64, jobs=1, features=["capacity", "price of bought"], out=tmp_path / "kept")
    assert blind.npv.tobytes() == seeing.npv.tobytes()
    assert blind.valuation.gain.mean == 0.0


def test_a_scenario_says_what_rules_go_by(build: Build, tmp_path: Path) -> None:
    data = uncertain()
    for decision in data["decisions"].values():
        decision["features"] = ["capacity"]
    scenario = build(data, "named")
    assert option(scenario, 64, jobs=1, out=tmp_path / "kept").valuation.gain.mean == 0.0
    told = option(scenario, 64, jobs=1, features=["demand"], out=tmp_path / "kept")
    assert told.valuation.gain.mean > 0.0


def test_a_feature_that_is_not_seen_is_refused(scenario: Scenario) -> None:
    with pytest.raises(
        InputError,
        match=r"nothing that is seen at a gate; found 'demand of charger'.*did you mean 'demand of chargers'",
    ):
        option(scenario, PATHS, features=["demand of charger"])


def test_what_is_seen_has_the_names_that_can_be_written(scenario: Scenario) -> None:
    seen = features(run(scenario), 400.0)
    assert set(seen) <= set(seen_at_gates(scenario.document, scenario.inputs))
    assert {name.partition(" of ")[0] for name in seen} == {
        "capacity", "use", "yield", "price", "output", "demand", "backlog",
    }  # fmt: skip


def test_what_only_some_scenarios_show_can_be_named_too(build: Build) -> None:
    """The day of a gate on a milestone, and an input known from the start."""
    data = uncertain(700, 3300)
    rule = {"rule": "output_rate", "items": ["charger"], "sites": ["hall"], "level": 0.5, "months": 2}
    data["milestones"] = {"half": rule}
    data["decisions"] = {"second": data["decisions"]["second"] | {"at": {"milestone": "half", "lag": 30}}}
    data["plan"] = {"second": "wait"}
    data["demand"]["chargers"]["rate"] |= {"known": "start"}
    scenario = build(data, "all_seen")
    named = set(seen_at_gates(scenario.document, scenario.inputs))
    seen = {
        name
        for path in run_paths(tree_of(scenario), 16, 0, _played, jobs=1)
        for found in path.seen.values()
        for name in found
    }
    assert {"day of second", "demand.chargers.rate"} <= seen <= named
    refuse_unknown(scenario, sorted(seen))


def test_it_fits_on_a_screen(found: Flexibility) -> None:
    text = "\n\n".join(as_text(block, 120) for block in option_screen(found))
    lines = text.splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 120
    for told in ("worst 5 %", "Choices by date", "With hindsight", "regret", "30 days shorter", "perfect information"):
        assert told in text
    assert "--full" in text
    assert "--contested" not in text
    whole = "\n\n".join(as_text(block, 120) for block in option_report(found))
    assert "States after each gate" in whole
    assert "Fixed plans, over all paths" in whole


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_every_width_holds_it(found: Flexibility, width: int) -> None:
    for block in option_report(found):
        for line in as_text(block, width).splitlines():
            assert len(line) <= width, line


def test_the_document_has_all_of_it(found: Flexibility) -> None:
    told = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert sum(one["probability"] for one in told["choices"]) == pytest.approx(len(found.gates))
    assert {tuple(one["choices"]) for one in told["states"] if one["after"] == "contract"} <= {("keep",), ("drop",)}
    assert told["readings"][1]["best"] == ["drop", "wait"]
    assert told["sooner"]["policy_difference"]["mean"] == found.sooner.policy.mean  # type: ignore[union-attr]
    assert told["hindsight"][0]["share"] == found.best[0].share.estimate


def test_larger_lots_are_told(scenario: Scenario) -> None:
    coarse = option(scenario, 64, jobs=1, lot_scale=2)
    assert coarse.lot_scale == 2
    assert coarse.scenario.document.lot_scale == 2
    assert coarse.bias is not None
    assert coarse.bias.difference["npv_usd"].estimate != 0.0
    assert "Effect of lots 2 times as large on the scenario's plan" in as_text(option_screen(coarse)[-2])


def test_an_unknown_size_of_lots_is_refused(scenario: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["option", str(scenario.file), "-n", "64", "--lot-scale", "half"]) == 2
    assert "--lot-scale: no such size of lots" in capsys.readouterr().err


def test_warnings_say_amounts_in_dollars(found: Flexibility) -> None:
    warned = "the bracket is wide: 1.253e+07 between policy and bound, the option value is 0"
    other = replace(found, valuation=replace(found.valuation, warnings=(warned,)))
    told = "Warning: the bracket is wide: $12.5M between policy and bound, the option value is $0."
    assert told in as_text(option_screen(other)[-1], 120)
