"""Sequences of choices under rules: those that the rules allow, and decisions only where something can be chosen."""

from __future__ import annotations

import copy
import datetime as dt
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.flexibility.option import option
from sim.flexibility.sequences import tree_of
from tests.conftest import Build
from tests.property.test_choices import CHARGER

MONTHS = [dt.date(2026, month, 1) for month in range(2, 7)]
Rules = dict[str, dict[str, dict[str, dict[str, list[str]]]]]


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Three or four decisions of two or three choices, some of which may only, or may not, follow some earlier choices."""
    names = [f"d{i}" for i in range(draw(st.integers(2, 4)))]
    options = {name: [f"c{i}" for i in range(draw(st.integers(2, 3)))] for name in names}
    found: Rules = {}
    for k, name in enumerate(names):
        found[name] = {}
        for option_ in options[name]:
            rule: dict[str, dict[str, list[str]]] = {}
            for kind in ("after", "unless"):
                for earlier in names[:k]:
                    if draw(st.integers(0, 3)) == 0:
                        some = st.lists(st.sampled_from(options[earlier]), min_size=1, unique=True)
                        rule.setdefault(kind, {})[earlier] = draw(some)
            found[name][option_] = rule
    return found


def allowed(of: Rules, sequence: tuple[str, ...]) -> bool:
    """Whether every choice of a sequence keeps to its rules."""
    chosen = dict(zip(of, sequence, strict=True))
    for name, choice in chosen.items():
        rule = of[name][choice]
        if any(chosen[e] not in choices for e, choices in rule.get("after", {}).items()):
            return False
        if any(chosen[e] in choices for e, choices in rule.get("unless", {}).items()):
            return False
    return True


def data_of(of: Rules, **more: Any) -> dict[str, Any]:
    """The chargers with decisions that change nothing."""
    decisions = {name: {"at": MONTHS[k], "choices": choices} for k, (name, choices) in enumerate(of.items())}
    return {**copy.deepcopy(CHARGER), "decisions": decisions, **more}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules())
def test_sequences_are_all_that_the_rules_allow(build: Build, of: Rules) -> None:
    """Compared with all combinations, sieved. What is refused has a choice or a state that leads nowhere."""
    kept = {s for s in product(*of.values()) if allowed(of, s)}
    try:
        tree = tree_of(build(data_of(of), "rules"))
    except InputError as error:
        said = str(error)
        assert "can never be chosen" in said or "nothing can be chosen here after" in said
        prefixes = [{s[: k + 1] for s in kept} for k in range(len(of))]
        reached = all({s[k] for s in kept} == set(choices) for k, choices in enumerate(of.values()))
        stuck = any(
            allowed_so_far(of, p) and p not in prefixes[len(p) - 1]
            for k in range(1, len(of))
            for p in product(*list(of.values())[:k])
        )
        assert not reached or stuck
        return
    assert set(tree.sequences) == kept
    assert len(tree.sequences) == len(kept)
    for prefix in tree.decisions:
        following = {s[len(prefix)] for s in kept if s[: len(prefix)] == prefix}
        assert set(tree.open_after(prefix)) == following
        assert len(following) > 1
    assert {tree.onward(s[:k]) for s in kept for k in range(len(of))} <= kept


def allowed_so_far(of: Rules, prefix: tuple[str, ...]) -> bool:
    """Whether the first choices keep to their rules."""
    return allowed({name: of[name] for name in list(of)[: len(prefix)]}, prefix)


def test_a_decision_with_one_choice_is_no_decision(build: Build) -> None:
    """Whoever waits has nothing to enlarge: three sequences, and a node for the second gate after one choice alone."""
    data = copy.deepcopy(CHARGER)
    data["horizon"] = {"start": dt.date(2026, 1, 1), "end": dt.date(2029, 1, 1)}
    rate = {"assumed": 1500, "low": 500, "high": 2500, "draw": "uniform", "source": "a test"}
    data["demand"]["chargers"]["rate"] = rate
    data["decisions"] = {
        "first": {
            "at": dt.date(2026, 10, 1),
            "choices": {"wait": {}, "build": {"from_gate": {"sites.module.capacity": 300}}},
        },
        "second": {
            "at": dt.date(2027, 4, 1),
            "choices": {
                "hold": {},
                "enlarge": {"after": {"first": ["build"]}, "from_gate": {"sites.module.capacity": 900}},
            },
        },
    }
    data["plan"] = {"first": "wait"}
    found = option(build(data, "enlarging"), 64, jobs=1)
    assert set(found.sequences) == {("wait", "hold"), ("build", "hold"), ("build", "enlarge")}
    assert {rule.node for rule in found.valuation.rules} == {"first", "second after build"}
    best = found.npv.mean(axis=0).max()
    assert found.valuation.policy.mean <= found.npv.max(axis=1).mean() + 1e-6
    assert found.valuation.fixed.mean <= best + 4 * found.npv.std() / np.sqrt(32)


def test_sequences_are_counted_as_the_rules_allow_them(build: Build) -> None:
    """Ten gates, of which each can only go on with what was chosen at the first: two sequences of a thousand."""
    gates = [dt.date(2026 + (m > 11), m % 12 + 1, 1) for m in range(1, 12)]
    decisions: dict[str, Any] = {"d00": {"at": gates[0], "choices": {"a": {}, "b": {}}}}
    for k, day in enumerate(gates[1:], start=1):
        ways = {c: {"after": {"d00": [c]}} for c in ("a", "b")}
        decisions[f"d{k:02}"] = {"at": day, "choices": ways}
    tree = tree_of(build({**copy.deepcopy(CHARGER), "decisions": decisions}, "two_ways"))
    assert tree.sequences == [("a",) * 11, ("b",) * 11]
    assert tree.decisions == [()]


def test_the_plan_takes_the_first_choice_that_may_follow(build: Build) -> None:
    of: Rules = {"d0": {"a": {}, "b": {}}, "d1": {"a": {"after": {"d0": ["b"]}}, "b": {}}}
    assert build(data_of(of), "default").document.chosen == {"d0": "a", "d1": "b"}
    assert build(data_of(of, plan={"d0": "b"}), "default").document.chosen == {"d0": "b", "d1": "a"}
    with pytest.raises(InputError, match=r"plan\.d1: 'a' cannot be chosen after d0: a; allowed: b"):
        build(data_of(of, plan={"d1": "a"}), "broken")
