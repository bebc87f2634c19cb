"""What must hold whatever the model: nothing is worth something by chance, by name, or by knowing the future."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sim.errors import InputError
from sim.options import Choice, Decisions, Estimate, Node, RealProbabilities, RiskNeutral, Shock, value
from sim.options.arrays import FloatArray
from sim.options.estimates import Paths
from sim.options.fitting import kinds
from sim.options.policy import fitted
from sim.options.tabulate import tabulate
from tests.options.conftest import bermudan_put, sampled

BASIS = RealProbabilities(0.1)


def problems(decisions: Decisions) -> str:
    with pytest.raises(InputError) as raised:
        value(decisions)
    return str(raised.value)


def noisy(paths: int, seed: int, regressors: int, signal: float = 0.0) -> Decisions:
    """Two choices whose difference is noise but for `signal` times the first feature."""
    generator = np.random.default_rng(seed)
    seen = generator.standard_normal((paths, regressors))
    cash = signal * seen[:, 0] + generator.standard_normal(paths)
    features: dict[str, FloatArray] = {f"x{k}": column for k, column in enumerate(seen.T)}
    return Decisions("gate", {"gate": Node({"keep": Choice(0.0), "drop": Choice(cash)}, 0.0, features)}, BASIS)


def test_sixty_paths_with_forty_noise_regressors_report_no_value() -> None:
    found = [value(noisy(60, seed, 40), options={}) for seed in range(30)]
    assert all(v.gain.mean == 0.0 or v.gain.mean > 2 * v.gain.error for v in found)
    # Either choice is worth 0: one rule in forty, if any is found, beats a fixed plan by two standard errors by chance.
    assert sum(v.gain.mean > 0.0 for v in found) <= 2
    assert all(v.gain.mean - 3 * v.gain.error <= 0.0 for v in found)


def test_a_signal_among_noise_is_found() -> None:
    found = value(noisy(2000, 1, 40, signal=2.0), options={})
    # E max(2 x, 0) = 2 / sqrt(2 pi)
    assert found.used
    assert abs(found.gain.mean - 2 / np.sqrt(2 * np.pi)) < 0.1 * found.gain.mean + 3 * found.gain.error


def test_one_policy_under_two_names_differs_by_exactly_nothing() -> None:
    drawn = sampled(1000, 1)
    built = drawn.nodes["built"]
    twice = replace(built, choices={**built.choices, "grow": built.choices["expand"], "stay": built.choices["go on"]})
    named = replace(drawn, nodes={**drawn.nodes, "built": twice})
    one, two = value(drawn, options={}), value(named, options={})
    assert two.policy.mean == pytest.approx(one.policy.mean, rel=1e-12)
    np.testing.assert_array_equal(one.policy_values, two.policy_values)
    cash = np.random.default_rng(2).standard_normal(400)
    features = {"x": np.random.default_rng(3).standard_normal(400)}
    same = value(Decisions("gate", {"gate": Node({"a": Choice(cash), "b": Choice(cash)}, 0.0, features)}, BASIS))
    assert (same.gain.mean, same.gain.error, same.room.mean, same.better, same.worse) == (0.0, 0.0, 0.0, 0.0, 0.0)
    assert same.fitted.mean == 0.0


def test_no_uncertainty_gives_nothing() -> None:
    drawn = sampled(100, 1)
    one = {
        name: replace(
            node,
            choices={c: replace(x, cash=np.broadcast_to(np.asarray(x.cash)[:1], np.shape(x.cash))) for c, x in node.choices.items()
                     if np.ndim(x.cash)} | {c: x for c, x in node.choices.items() if not np.ndim(x.cash)},
        )
        for name, node in drawn.nodes.items()
    }  # fmt: skip
    found = value(Decisions("start", one, BASIS))
    assert (found.gain.mean, found.room.mean, found.fixed.error) == (0.0, 0.0, 0.0)
    assert found.warnings == ()
    assert found.cvar_fixed == pytest.approx(found.fixed.mean)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_more_choices_and_more_gates_never_lower_the_value(seed: int) -> None:
    drawn = sampled(2000, seed)
    built = drawn.nodes["built"]
    fewer = replace(built, choices={c: x for c, x in built.choices.items() if c != "expand"})
    without = value(replace(drawn, nodes={**drawn.nodes, "built": fewer}), options={})
    whole = value(drawn, options={})
    assert whole.policy.mean > without.policy.mean - 3 * np.hypot(whole.policy.error, without.policy.error)
    puts = [value(bermudan_put(36.0, 0.2, 1000, seed, dates=dates), options={}).policy for dates in (1, 2, 4, 8)]
    for few, many in pairwise(puts):
        assert many.mean > few.mean - 3 * np.hypot(few.error, many.error)
    assert puts[-1].mean > puts[0].mean


def test_a_feature_that_knows_a_later_shock_is_refused_by_name() -> None:
    drawn = sampled(1000, 1)
    later = np.asarray(drawn.shocks["later demand"].values)
    built = drawn.nodes["built"]
    rumour = later + 3.0 * np.random.default_rng(1).standard_normal(1000)
    leaky = replace(built, features={**built.features, "rumour": rumour})
    said = problems(replace(drawn, nodes={**drawn.nodes, "built": leaky}))
    assert "nodes.built.features.rumour: is correlated with shock 'later demand', drawn later; found |t| = " in said
    assert "features.demand" not in said
    # Not used, it does no harm; drawn before the gate, it is news.
    value(replace(drawn, nodes={**drawn.nodes, "built": replace(leaky, relevant=["demand"])}), options={})
    earlier = Shock(later, 0.5)
    value(replace(drawn, nodes={**drawn.nodes, "built": leaky}, shocks={"earlier demand": earlier}), options={})
    # Through an even function of the shock as well.
    generator = np.random.default_rng(2)
    normal = generator.standard_normal(1000)
    gate = Node({"a": Choice(0.0), "b": Choice(normal)}, 0.0, {"size": normal**2})
    assert "features.size" in problems(Decisions("gate", {"gate": gate}, BASIS, {"z": Shock(normal, 0.0, "normal")}))


def test_few_paths_do_not_hide_a_feature_that_is_the_shock() -> None:
    normal = np.random.default_rng(2).standard_normal(40)
    gate = Node({"a": Choice(0.0), "b": Choice(normal)}, 0.0, {"z": normal})
    assert "nodes.gate.features.z" in problems(Decisions("gate", {"gate": gate}, BASIS, {"z": Shock(normal, 0.0)}))


def test_a_shock_with_a_mean_is_refused() -> None:
    normal = np.random.default_rng(2).standard_normal(1000)
    gate = Node({"a": Choice(0.0), "b": Choice(normal)})
    said = problems(Decisions("gate", {"gate": gate}, BASIS, {"z": Shock(normal + 0.5, 0.0)}))
    assert "shocks.z: its mean is not zero" in said


def test_penalties_have_mean_zero_on_fresh_paths_whatever_was_fitted() -> None:
    """2,000 fresh paths in each of 20 samples: the mean penalty of every choice is within chance of zero."""
    ts = []
    for seed in range(20):
        decisions = bermudan_put(36.0, 0.2, 400, seed, dates=4)
        arrays = tabulate(decisions)
        paths = Paths(arrays.weights, None, np.arange(400) < 200)
        policy = fitted(arrays, paths, lambda x, g, w, b: kinds(x, g, w, b)[0])
        ts += [
            paths.mean(row, paths.fresh) / np.sqrt(paths.variance(row, paths.fresh))
            for p in policy.penalties
            for row in p
            if row.any()
        ]
    assert len(ts) >= 60
    # Penalties of one sample share paths: their mean t has a variance of at most 1 / samples.
    assert abs(np.mean(ts)) < 3.5 / np.sqrt(20)
    assert np.mean(np.abs(ts) > 2.5) < 0.08


def test_discounting_is_never_mixed_and_never_random() -> None:
    drawn = sampled(200, 1)
    said = problems(replace(drawn, drifts={"price": "risk-neutral"}))
    assert "drifts.price: does not go with RealProbabilities" in said
    assert "drifts.price: does not go with RiskNeutral" in problems(
        replace(drawn, discounting=RiskNeutral(0.04), drifts={"price": "real"})
    )
    random = RealProbabilities(np.full(200, 0.1))  # type: ignore[arg-type]
    assert "discounting: a random discount rate" in problems(replace(drawn, discounting=random))
    assert value(drawn, options={}).basis == "real probabilities, discounted at a hurdle rate of 10 % a year"
    named = value(replace(drawn, discounting=RiskNeutral(0.04), drifts={"price": "risk-neutral"}), options={}).basis
    assert named.startswith("priced risks with risk-neutral drift and the rest under real probabilities")
    assert named.endswith("at the risk-free rate of 4 % a year")


def test_bracket_is_stated_and_warned_about_only_where_it_is_wide() -> None:
    found = value(sampled(2000, 1), options={})
    assert found.warnings == ()
    assert found.upper.value is not None
    assert found.upper.value.mean == pytest.approx(found.policy.mean + found.room.mean)
    assert found.policy.mean == pytest.approx(found.fixed.mean + found.gain.mean)
    assert "at most" in str(found)
    # A bound below the policy is said: here one that was put there.
    low = replace(found, room=Estimate(-1.0, 0.1))
    assert found.ordered
    assert not low.ordered


def test_points_drawn_together_widen_the_error_and_are_never_divided() -> None:
    drawn = sampled(1000, 1)
    groups = np.arange(1000) // 2
    copied = {
        name: replace(
            node,
            features={f: np.repeat(np.asarray(x)[::2], 2) for f, x in node.features.items()},
            choices={c: replace(x, cash=np.repeat(np.asarray(x.cash)[::2], 2, axis=0)) if np.ndim(x.cash) else x
                     for c, x in node.choices.items()},
        )
        for name, node in drawn.nodes.items()
    }  # fmt: skip
    one = Decisions("start", copied, BASIS)
    independent, paired = value(one, options={}), value(replace(one, groups=groups), options={})
    assert paired.gain.error == pytest.approx(np.sqrt(2) * independent.gain.error, rel=0.3)
    with pytest.raises(InputError, match="a group has both training and fresh paths"):
        value(replace(one, groups=groups), training=np.arange(1000) % 2 == 0)
