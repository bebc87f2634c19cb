"""Values printed in the literature, or known exactly."""

from __future__ import annotations

import numpy as np
import pytest

from sim.options import (
    Choice,
    Decisions,
    Node,
    RealProbabilities,
    RiskNeutral,
    enumerate_states,
    longstaff_schwartz,
    value,
)
from tests.options.conftest import bermudan_put, capacity, european_put, up_probability

PRICES = np.array([
    [1.09, 1.08, 1.34], [1.16, 1.26, 1.54], [1.22, 1.07, 1.03], [0.93, 0.97, 0.92],
    [1.11, 1.56, 1.52], [0.76, 0.77, 0.90], [0.92, 0.84, 1.01], [0.88, 1.22, 1.34],
])  # fmt: skip
"""Longstaff & Schwartz (2001), section 1: eight paths of the price at times 1, 2 and 3."""


def eight_paths() -> Decisions:
    nodes = {}
    for k, price in enumerate(PRICES.T):
        # In the money alone is regressed on: elsewhere these features are 0.
        inside = (price < 1.10) * 1.0
        choices = {
            "hold": Choice(0, str(k + 1) if k < 2 else None),
            "exercise": Choice(np.maximum(1.1 - price, 0), at=k + 1),
        }
        nodes[str(k)] = Node(choices, k + 1.0, {"in": inside, "price": inside * price, "square": inside * price**2})
    return Decisions("0", nodes, RiskNeutral(float(np.expm1(0.06))))


def test_put_on_eight_paths_of_longstaff_and_schwartz() -> None:
    assert f"{longstaff_schwartz(eight_paths()):.4f}" == "0.1144"
    assert longstaff_schwartz(eight_paths()) == pytest.approx(0.11443, abs=5e-6)
    at_end = Decisions(
        "0", {"0": Node({"exercise": Choice(np.maximum(1.1 - PRICES[:, 2], 0), at=3)})}, RiskNeutral(np.expm1(0.06))
    )
    assert longstaff_schwartz(at_end) == pytest.approx(0.05638, abs=5e-6)


@pytest.mark.parametrize(("start", "sigma", "exact"), [(36.0, 0.2, 4.4779), (40.0, 0.4, 5.3118)])
def test_bermudan_puts_are_bracketed_within_a_percent(start: float, sigma: float, exact: float) -> None:
    """50 dates of exercise; the exact values are those of a Bermudan tree (Longstaff & Schwartz print 4.478 and 5.312)."""
    found = value(bermudan_put(start, sigma, 3000, seed=1), options={})
    assert found.upper.value is not None
    assert found.used
    assert found.ordered
    assert abs(found.policy.mean - exact) < 3 * found.policy.error
    assert found.policy.mean - 3 * found.policy.error < exact < found.upper.value.mean + 3 * found.upper.value.error
    assert found.policy.error < 0.004 * exact
    assert -3 * found.room.error < found.room.mean < 0.01 * exact
    # The best fixed plan is the European put of the best date, whose value is known.
    assert found.fixed.mean == pytest.approx(
        max(float(european_put(start, sigma, k / 50)) for k in range(1, 51)), abs=1e-9
    )


def test_trigeorgis_defer() -> None:
    """Trigeorgis, Real Options (1996): gross value 180 or 60, p 0.4, 8 %; 28.20 discounts at the hurdle rate."""
    gross = np.array([180.0, 60.0])
    node = Node({"lapse": Choice(0.0), "invest": Choice(gross - 112.32, at=1.0)}, 1.0, {"value": gross})
    found = enumerate_states(Decisions("next year", {"next year": node}, RiskNeutral(0.08), weights=[0.4, 0.6]))
    assert found.policy == pytest.approx(25.067, abs=5e-4)


def test_widget_of_dixit_and_pindyck() -> None:
    """Investment under Uncertainty (1994), ch. 2: 1600 for a widget a year for ever; 200 now, then 300 or 100; 10 %."""
    price = np.array([300.0, 100.0])
    now = {"invest": Choice(np.full(2, -1600.0 + 200.0) + price / 0.1), "wait": Choice(0.0, "next year")}
    later = {"invest": Choice((price - 1600.0) + price / 0.1, at=1.0), "lapse": Choice(0.0)}
    nodes = {"now": Node(now), "next year": Node(later, 1.0, {"price": price})}
    found = enumerate_states(Decisions("now", nodes, RealProbabilities(0.1)))
    assert (found.fixed, found.plan) == (pytest.approx(600.0), {"now": "invest"})
    assert found.policy == pytest.approx(772.727, abs=5e-4)


@pytest.mark.parametrize(
    ("beta", "commit", "never", "wait", "gain"),
    [(1.0, 53.571, 421.627, 502.976, 81.349), (0.0, 95.238, 428.571, 523.810, 95.238)],
)
def test_one_step_of_fab_capacity(beta: float, commit: float, never: float, wait: float, gain: float) -> None:
    weights = np.array([up_probability(beta), 1 - up_probability(beta)])
    up = np.array([True, False])
    whole = capacity(up, beta, weights)
    found = enumerate_states(whole)
    alone = {
        choice: Decisions(
            "now", {"now": Node({choice: whole.nodes["now"].choices[choice]})}, whole.discounting, weights=weights
        )
        for choice in ("commit", "never")
    }
    assert enumerate_states(alone["commit"]).policy == pytest.approx(commit, abs=5e-4)
    assert enumerate_states(alone["never"]).policy == pytest.approx(never, abs=5e-4)
    assert (found.policy, found.fixed, found.gain) == pytest.approx((wait, never, gain), abs=5e-4)
    drawn = np.random.default_rng(3).random(1000) < weights[0]
    # The law of the only shock is known, so that nothing of its noise is left.
    valued = value(capacity(drawn, beta, shocks=True), options={})
    assert valued.upper.value is not None
    assert (valued.policy.mean, valued.gain.mean, valued.upper.value.mean) == pytest.approx(
        (wait, gain, wait), abs=5e-4
    )
    without = value(capacity(drawn, beta), options={})
    assert abs(without.policy.mean - wait) < 3 * without.policy.error
    assert abs(without.gain.mean - gain) < 3 * without.gain.error
