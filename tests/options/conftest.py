"""Models of the options literature as decisions over arrays."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from sim.options import Choice, Decisions, Node, RealProbabilities, RiskNeutral, Shock
from sim.options.arrays import BoolArray, FloatArray

STRIKE, RATE = 40.0, 0.06


def european_put(price: FloatArray | float, sigma: float, years: float) -> FloatArray:
    """Black & Scholes (1973), strike 40, 6 % compounded continuously."""
    price = np.asarray(price, dtype=np.float64)
    if years < 1e-9:
        return np.maximum(STRIKE - price, 0.0)
    spread = sigma * np.sqrt(years)
    d1 = (np.log(price / STRIKE) + (RATE + sigma**2 / 2) * years) / spread
    return STRIKE * np.exp(-RATE * years) * norm.cdf(spread - d1) - price * norm.cdf(-d1)


def bermudan_put(
    start: float, sigma: float, paths: int, seed: int, *, shocks: bool = True, dates: int = 50
) -> Decisions:
    """A put on a geometric Brownian motion over one year. The shocks are the increments of the European put's value."""
    step = 1.0 / dates
    normal = np.random.default_rng(seed).standard_normal((paths, dates))
    price = start * np.exp(np.cumsum((RATE - sigma**2 / 2) * step + sigma * np.sqrt(step) * normal, axis=1))
    nodes, later, before = {}, {}, np.full(paths, european_put(start, sigma, 1.0))
    for k in range(dates):
        at, now = (k + 1) * step, price[:, k]
        european, payoff = european_put(now, sigma, 1.0 - at), np.maximum(STRIKE - now, 0.0)
        value = np.exp(-RATE * at) * european
        later[f"european {k}"] = Shock(value - before, at - step)
        before = value
        nodes[str(k)] = Node(
            {
                "hold": Choice(0.0, str(k + 1) if k + 1 < dates else None, mean=0.0),
                "exercise": Choice(payoff, at=at, mean=float(european_put(start, sigma, at))),
            },
            at,
            {"price": now, "payoff": payoff, "european": european},
        )
    return Decisions("0", nodes, RiskNeutral(float(np.expm1(RATE))), later if shocks else {})


def capacity(up: BoolArray, beta: float, weights: FloatArray | None = None, *, shocks: bool = False) -> Decisions:
    """The one-step fab-capacity tree of Metrick & Yasuda, Venture Capital and the Finance of Innovation, 2nd ed.

    $M: added capacity is worth 1,600 or 400 in a year and costs 600 paid then; the firm is worth 600 or 400 without.
    """
    added, firm = np.where(up, 1600.0, 400.0) - 600.0, np.where(up, 600.0, 400.0)
    now = Node({"never": Choice(firm, at=1), "commit": Choice(added, at=1), "wait": Choice(0, "later")})
    later = Node({"never": Choice(firm, at=1), "expand": Choice(added, at=1)}, 1.0, {"up": up * 1.0})
    news = {"news": Shock(up - up_probability(beta), 0.0)} if shocks else {}
    return Decisions("now", {"now": now, "later": later}, RiskNeutral(0.05), news, weights)


def up_probability(beta: float) -> float:
    """The risk-neutral probability of up: what makes 1,600 or 400 worth V0 = 700 / (1.05 + 0.07 beta) at 5 %."""
    return (1.05 * 700 / (1.05 + 0.07 * beta) - 400) / 1200


def fab(
    demand: FloatArray, later: FloatArray, *, lag: float = 0.0, weights: FloatArray | None = None, **more: object
) -> Decisions:
    """Build a fab or not; once its first year's demand is seen expand, go on or exit; not built, exit or build late.

    `demand` (paths,) is seen after a year, `later` is that of two years more; what is begun late sells from `lag` years on.
    """
    margin, nodes = 20.0, {}
    full = margin * np.minimum(later, 6.0) * (1.5 - lag)
    expanded = margin * (np.minimum(later, 6.0) * lag + np.minimum(later, 12.0) * (2.0 - lag))
    nodes["start"] = Node({"build": Choice(-100.0, "built"), "hold": Choice(0.0, "held")})
    nodes["built"] = Node(
        {
            "go on": Choice(margin * np.minimum(later, 6.0) * 2.0, at=3.0),
            "expand": Choice(np.column_stack([np.full(len(later), -60.0), expanded]), at=(1.0, 3.0)),
            "exit": Choice(75.0, at=1.0),
        },
        1.0,
        {"demand": demand},
    )
    nodes["held"] = Node(
        {
            "exit": Choice(0.0),
            "build late": Choice(np.column_stack([np.full(len(later), -130.0), full]), at=(1.0, 3.0)),
        },
        1.0,
        {"demand": demand},
    )
    return Decisions("start", nodes, RealProbabilities(0.1), weights=weights, **more)  # type: ignore[arg-type]


FIRST = np.array([2.0, 5.0, 9.0])
FIRST_PROBABILITY = np.array([0.3, 0.4, 0.3])
THEN = np.array([0.5, 1.5])
"""Demand of the first year, its probabilities, and by what it is multiplied afterwards, at one half each."""


@pytest.fixture
def states() -> Decisions:
    """The six states of the fab with their probabilities."""
    first, then = np.repeat(FIRST, 2), np.tile(THEN, 3)
    return fab(first, first * then, weights=np.repeat(FIRST_PROBABILITY, 2) / 2)


def sampled(paths: int, seed: int, **more: object) -> Decisions:
    """The fab on paths drawn from these states, with the later step as a shock."""
    generator = np.random.default_rng(seed)
    first, then = generator.choice(FIRST, paths, p=FIRST_PROBABILITY), generator.choice(THEN, paths)
    return fab(first, first * then, shocks={"later demand": Shock(then - 1.0, 1.0)}, **more)  # type: ignore[arg-type]
