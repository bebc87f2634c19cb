"""Build, expand and exit over six states: solved by hand, by enumeration, and by regression on drawn paths."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from sim.options import Choice, Decisions, Node, RealProbabilities, enumerate_states, value
from tests.options.conftest import FIRST, FIRST_PROBABILITY, THEN, fab, sampled

GAIN_PATHS = 4000


def by_hand(lag: float = 0.0) -> dict[tuple[str, ...], float]:
    """The value of every policy: what is done at the start, and then at each demand seen. Sums written out."""
    found = {}
    for start, then in (("build", ("go on", "expand", "exit")), ("hold", ("exit", "build late"))):
        for rule in product(then, repeat=3):
            total = -100.0 if start == "build" else 0.0
            for demand, probability, choice in zip(FIRST, FIRST_PROBABILITY, rule, strict=True):
                for step in THEN:
                    six, twelve = min(demand * step, 6.0), min(demand * step, 12.0)
                    total += probability / 2 * {
                        "go on": 40.0 * six / 1.1**3,
                        "expand": -60.0 / 1.1 + 20.0 * (lag * six + (2 - lag) * twelve) / 1.1**3,
                        "exit": 75.0 / 1.1 if start == "build" else 0.0,
                        "build late": -130.0 / 1.1 + 20.0 * (1.5 - lag) * six / 1.1**3,
                    }[choice]  # fmt: skip
            found[(start, *rule)] = total
    return found


def exactly(lag: float) -> Decisions:
    first, then = np.repeat(FIRST, 2), np.tile(THEN, 3)
    return fab(first, first * then, lag=lag, weights=np.repeat(FIRST_PROBABILITY, 2) / 2)


def test_enumeration_is_the_best_of_all_policies(states: Decisions) -> None:
    policies, found = by_hand(), enumerate_states(states)
    fixed = {policy: v for policy, v in policies.items() if len(set(policy[1:])) == 1}
    best = max(policies, key=policies.__getitem__)
    assert best == ("build", "exit", "go on", "expand")
    assert found.policy == pytest.approx(policies[best], abs=1e-9)
    assert found.fixed == pytest.approx(max(fixed.values()), abs=1e-9)
    assert tuple(found.plan.values()) == max(fixed, key=fixed.__getitem__)[:2]
    assert found.fixed < found.policy < found.perfect_information


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_regression_finds_it_within_its_error_and_brackets_it(states: Decisions, seed: int) -> None:
    exact, found = enumerate_states(states), value(sampled(GAIN_PATHS, seed), options={})
    assert found.upper.value is not None
    assert found.upper.known == "later shocks known at a penalty"
    assert found.ordered
    assert found.plan == exact.plan
    for estimate, truth in ((found.policy, exact.policy), (found.fixed, exact.fixed), (found.gain, exact.gain)):
        assert abs(estimate.mean - truth) < 3 * estimate.error
    assert exact.policy < found.upper.value.mean + 3 * found.upper.value.error
    assert -3 * found.room.error <= found.room.mean < 0.02 * exact.gain
    perfect = found.bounds[0].value
    assert perfect is not None
    assert abs(perfect.mean - exact.perfect_information) < 3 * perfect.error
    rules = {rule.node: rule for rule in found.rules}
    assert rules["built"].words == "demand below 3.5 -> exit; demand below 7 -> go on; else expand"
    assert rules["built"].shares == pytest.approx(
        dict(zip(("exit", "go on", "expand"), FIRST_PROBABILITY, strict=True)), abs=0.04
    )
    assert (rules["built"].reached, rules["held"].reached) == (1.0, 0.0)


def test_without_shocks_all_known_after_the_first_gate_is_the_lowest_bound(states: Decisions) -> None:
    drawn = sampled(GAIN_PATHS, 4)
    found = value(Decisions(drawn.root, drawn.nodes, drawn.discounting), options={})
    by_name = {bound.known: bound for bound in found.bounds}
    assert by_name["later shocks known at a penalty"].invalid == "the law of later shocks is not given"
    assert found.upper.known == "all known after the first gate"
    assert found.upper.value is not None
    assert enumerate_states(states).policy < found.upper.value.mean
    assert any("the bracket is wide" in warning for warning in found.warnings)
    # At a first gate where demand has been seen it would be no bound.
    inner = Decisions("built", {"built": drawn.nodes["built"]}, drawn.discounting)
    seen = {bound.known: bound for bound in value(inner, options={}).bounds}["all known after the first gate"]
    assert (seen.value, seen.invalid) == (None, "something has been seen at built")


@pytest.mark.parametrize("seed", [1, 2])
def test_each_option_alone_and_removed_is_the_value_of_its_sub_graph(states: Decisions, seed: int) -> None:
    exact = enumerate_states(states)
    best = {"start": exact.plan["start"], "built": exact.plan["built"], "held": "exit"}

    def of(kept: dict[str, set[str]]) -> float:
        nodes = {
            n: Node({c: x for c, x in s.choices.items() if c in kept[n]}, s.at, s.features)
            for n, s in states.nodes.items()
        }
        reached = {c.to for c in nodes["start"].choices.values()} | {"start"}
        nodes = {n: s for n, s in nodes.items() if n in reached}
        return enumerate_states(Decisions("start", nodes, states.discounting, weights=states.weights)).policy

    every = {n: set(s.choices) for n, s in states.nodes.items()}
    for part in value(sampled(GAIN_PATHS, seed), options={"expand": ["expand"], "exit": ["exit"]}).parts:
        alone = of({n: {best[n]} | (choices & {part.option}) for n, choices in every.items()}) - exact.fixed
        assert abs(part.alone.mean - alone) <= 3 * part.alone.error + 1e-9
        removed = of({n: choices - {part.option} for n, choices in every.items()}) - exact.policy
        assert part.removed is not None
        assert abs(part.removed.mean - removed) <= 3 * part.removed.error + 1e-9
        assert removed < 0.0


def test_a_longer_lag_never_raises_the_value() -> None:
    lags = (0.0, 0.5, 1.0, 1.5)
    exact = [enumerate_states(exactly(lag)).policy for lag in lags]
    assert exact == pytest.approx([max(by_hand(lag).values()) for lag in lags], abs=1e-9)
    assert exact == sorted(exact, reverse=True)
    assert exact[0] > exact[-1]
    found = [value(sampled(GAIN_PATHS, 5, lag=lag), options={}).policy for lag in lags]
    assert all(b.mean < a.mean + 3 * np.hypot(a.error, b.error) for a, b in pairwise(found))


def test_weights_of_paths_count_as_probabilities(states: Decisions) -> None:
    """Drawn with equal probabilities of demand and weighted back to the true ones."""
    generator = np.random.default_rng(6)
    place, then = generator.integers(3, size=GAIN_PATHS), generator.choice(THEN, GAIN_PATHS)
    drawn = fab(FIRST[place], FIRST[place] * then, weights=FIRST_PROBABILITY[place])
    found, exact = value(drawn, options={}), enumerate_states(states)
    assert abs(found.policy.mean - exact.policy) < 3 * found.policy.error
    assert abs(found.gain.mean - exact.gain) < 3 * found.gain.error
    assert found.gain.error < 0.2 * exact.gain


def test_gates_that_come_together_in_one_node_and_nothing_forgotten() -> None:
    """A coin seen at the first gate only is still known at the second, where two ways meet."""
    coin = np.array([1.0, -1.0])
    nodes = {
        "first": Node({"a": Choice(0.0, "second"), "b": Choice(0.1, "second")}, 0.0, {"coin": coin}),
        "second": Node({"up": Choice(coin), "down": Choice(-coin)}, 1.0),
    }
    found = enumerate_states(Decisions("first", nodes, RealProbabilities(0.0)))
    assert (found.policy, found.fixed) == pytest.approx((1.1, 0.1))
