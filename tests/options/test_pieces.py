"""The pieces: trees, ridge, words, tails, control variates, messages, and the documented example."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

import sim
from sim.errors import InputError
from sim.options import Choice, Decisions, Node, RealProbabilities, Shock, cvar, value
from sim.options.estimates import Controls, Paths, measured
from sim.options.fitting import ridge, tree
from sim.options.rules import Always, Split
from tests.options.conftest import sampled

PAGE = Path(__file__).resolve().parents[2] / "docs" / "method" / "real-option.md"


def test_tree_earns_as_much_as_the_best_of_all_trees() -> None:
    generator = np.random.default_rng(1)
    ones = np.ones(30)
    for _ in range(5):
        features = generator.integers(0, 4, (30, 2)).astype(np.float64)
        gains = np.column_stack([np.zeros(30), generator.standard_normal((30, 2))])
        best, splits = gains.sum(axis=0).max(), [(f, t) for f in range(2) for t in (0.5, 1.5, 2.5)]
        sides = [features[:, f] < t for f, t in splits]
        for root, left, right in product(range(6), repeat=3):
            leaves = [
                sides[root] & sides[left], sides[root] & ~sides[left], ~sides[root] & sides[right], ~sides[root] & ~sides[right]
            ]  # fmt: skip
            # An empty leaf is a side that is not split; others hold at least five paths.
            if all(leaf.sum() >= 5 or not leaf.any() for leaf in leaves):
                best = max(best, sum(gains[leaf].sum(axis=0).max() for leaf in leaves))
        rule = tree(features, gains, ones, 0)
        assert gains[np.arange(30), rule.choose(features)].sum() == pytest.approx(best, abs=1e-9)


def test_ridge_solves_its_normal_equations() -> None:
    generator = np.random.default_rng(2)
    features, weights = generator.standard_normal((50, 3)), generator.random(50)
    gains = np.column_stack([np.zeros(50), generator.standard_normal(50)])
    shares = weights / weights.sum()
    centred = features - shares @ features
    scaled = centred / np.sqrt(shares @ centred**2)
    for penalty, rule in zip((0.0, 0.1), ridge(features, gains, weights, 0, (0.0, 0.1)), strict=True):
        normal = scaled.T @ (scaled * shares[:, None]) + penalty * np.eye(3)
        slopes = np.linalg.solve(normal, scaled.T @ (shares * gains[:, 1]))
        np.testing.assert_allclose(rule.predicted(features)[:, 1], shares @ gains[:, 1] + scaled @ slopes, atol=1e-10)
        assert not rule.predicted(features)[:, 0].any()


def test_a_tree_in_words() -> None:
    rule = Split(0, 0.5, Always(1), Split(1, 1234.4, Always(0), Always(2)))
    said = rule.words(("hold", "expand", "drop"), ("packaging utilisation", "demand"))
    assert said == "packaging utilisation below 0.5 -> expand; demand below 1,234 -> hold; else drop"


def test_mean_of_the_worst_of_a_normal() -> None:
    """The mean of the worst 5 % of a standard normal is -phi(1.645) / 0.05 = -2.06271."""
    quantiles = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    assert cvar(quantiles) == pytest.approx(-2.06271, abs=2e-4)
    assert cvar(np.array([-3.0, 1.0, 2.0]), np.array([0.02, 0.48, 0.5])) == pytest.approx(
        (-3.0 * 0.02 + 1.0 * 0.03) / 0.05
    )


def test_control_variates_cut_the_error_and_leave_no_bias() -> None:
    """y = 3 x + noise with the mean of x known; with weights of one sample estimates of others stay right."""
    ts, ratios = [], []
    for seed in range(100):
        x, noise = np.random.default_rng(seed).standard_normal((2, 400))
        y = 3.0 * x + 0.3 * noise + 1.0
        paths = Paths(np.ones(400), None, np.arange(400) < 200)
        found = measured(y, paths, Controls(x[:, None], np.zeros(1))).estimate
        plain = measured(y, paths, Controls(np.empty((400, 0)), np.empty(0))).estimate
        halved = measured(y, paths, Controls(x[:, None], np.full(1, np.nan))).estimate
        ts.append((found.mean - 1.0) / found.error)
        ratios.append((plain.error / found.error, plain.error / halved.error))
        assert abs(halved.mean - y.mean()) < abs(plain.mean - y.mean()) + 0.1
    assert np.mean(ratios, axis=0) == pytest.approx((10.0, np.sqrt(2)), rel=0.1)
    assert abs(np.mean(ts)) < 0.35
    assert 0.8 < np.std(ts) < 1.25


def test_everything_that_is_wrong_is_said_at_once() -> None:
    nodes = {
        "first": Node(
            {"go": Choice(np.zeros(5), "secnd"), "back": Choice(np.zeros(4))}, 1.0, {"x": np.full(5, np.nan)}, ["y"]
        ),
        "second": Node({"stop": Choice(np.zeros(5))}),
        "none": Node({}),
    }
    with pytest.raises(InputError) as raised:
        value(Decisions("first", nodes, RealProbabilities(-2.0)))
    said = str(raised.value)
    for part in (
        "discounting: no discount rate; found -2.0; allowed: a finite number above -1",
        "nodes.first.choices.go.to: no such node; found secnd; did you mean 'second'?",
        "nodes.first.choices.back.cash: shape does not fit; found (4,); allowed: a number or (5,)",
        "nodes.first.relevant: no such feature; found y",
        "nodes.second: no choice leads to this node",
    ):
        assert part in said
    circle = {"a": Node({"b": Choice(np.zeros(40), "b")}), "b": Node({"a": Choice(0, "a")})}
    early = {"a": Node({"b": Choice(np.zeros(40), "b")}, 2.0), "b": Node({"c": Choice(0)}, 1.0)}
    few = {"a": Node({"b": Choice(np.zeros(30))})}
    for bad, part in (
        (circle, "lead in a circle"),
        (early, "leads to an earlier date; found 1.0"),
        (few, "too few paths"),
    ):
        with pytest.raises(InputError, match=part):
            value(Decisions("a", bad, RealProbabilities(0.1)))
    with pytest.raises(InputError, match="no such choice; found expnd; did you mean 'expand'"):
        value(sampled(100, 1), options={"growth": ["expnd"]})
    outside = {"u": Shock(np.full(40, 2.0), 0.0, "uniform")}
    with pytest.raises(InputError, match="not uniform on"):
        value(Decisions("a", {"a": Node({"b": Choice(np.zeros(40))})}, RealProbabilities(0.1), outside))


def test_the_room_is_reached_from_the_package() -> None:
    assert sim.__getattr__("options").value is value
    assert "options" in sim.__all__


def test_payments_are_discounted_at_their_dates() -> None:
    cash = np.column_stack([np.full(40, -10.0), np.full(40, 24.2)])
    node = Node({"pay": Choice(cash, at=(0.0, 2.0)), "once": Choice(11.0, at=1.0)})
    found = value(Decisions("a", {"a": node}, RealProbabilities(0.1), weights=np.ones(40)))
    assert found.fixed.mean == pytest.approx(10.0, abs=1e-12)


def test_the_documented_example_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    found = re.search(r"<!-- example:option -->\n```python\n(.*?)```.*?```text\n(.*?)```", page, re.DOTALL)
    assert found is not None
    exec(compile(found[1], str(PAGE), "exec"), {})
    printed = capsys.readouterr().out

    def words(text: str) -> list[str]:
        return re.sub(r"[-\d.]+", "#", text).split("\n")

    def numbers(text: str) -> list[float]:
        return [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]

    assert words(printed) == words(found[2])
    assert numbers(printed) == pytest.approx(numbers(found[2]), rel=0.01, abs=0.011)
