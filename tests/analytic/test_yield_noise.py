"""Noise on yields: mean and variance of lots against theory, by their own standard errors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.api import load_scenario, run
from sim.dies import gross_dies_per_wafer

Fixture = Callable[..., Any]


def lots(n: int, size: int, recipe: dict[str, Any], noise: str) -> dict[str, Any]:
    """`n` lots made to stock, one a day."""
    return {
        "horizon": {"length": n, "time_unit": "day"},
        "yield_noise": noise,
        "items": {
            "chip": {
                "stage": "wafer",
                "die_area": {"n3": 300},
                "policy": {"type": "periodic", "quantity": size, "review": 1},
            }
        },
        "nodes": {"n3": {"reticle": 858, "wafer_diameter": 300, "edge_exclusion": 3, "scribe": 0.1}},
        "sites": {"fab": {"in_house": True, "capacity": "unlimited"}},
        "recipes": {"make": {"item": "chip", "site": "fab", "lot_size": size, **recipe}},
        "demand": {"d": {"item": "chip", "pattern": "series", "every": 1, "values": [1]}},
    }


def check(sample: NDArray[np.float64], mean: float, variance: float) -> None:
    """Mean and variance within 4 standard errors, the error of the variance from the fourth moment."""
    n = len(sample)
    spread = sample - sample.mean()
    error = math.sqrt(variance / n)
    assert abs(sample.mean() - mean) < 4 * error
    error = math.sqrt(max(float((spread**4).mean()) - variance**2, 0) / n)
    assert error < 0.1 * variance
    assert abs(float(spread.var(ddof=1)) - variance) < 4 * error


@pytest.mark.parametrize(("size", "share"), [(100, 0.8), (20, 0.1), (2000, 0.3)])
def test_binomial(build: Fixture, size: int, share: float) -> None:
    """Exact below 400 units, by the normal approximation above."""
    data = lots(1500, size, {"yield": {"assembly": share}}, "binomial")
    # Orders are in good units: as many as a lot is expected to give.
    data["items"]["chip"]["policy"]["quantity"] = size * share
    frame = run(build(data), trace=True).frames["lots"]
    assert set(frame["starts"]) == {size}
    check(frame["good"].to_numpy(dtype=float), size * share, size * share * (1 - share))


@pytest.mark.parametrize("density", [0.1, 0.65])
@pytest.mark.parametrize("lot_cv", [3**-0.5, 0.25])
@pytest.mark.parametrize(
    ("model", "share"),
    [
        ({"alpha": 3.0}, lambda u: (1 + u / 3.0) ** -3.0),
        ({"model": "poisson"}, lambda u: math.exp(-u)),
        ({"model": "seeds"}, lambda u: 1 / (1 + u)),
    ],
)
def test_lots_differ_by_their_own_measure_about_the_mean_of_the_model(
    build: Fixture, model: dict[str, Any], share: Callable[[float], float], lot_cv: float, density: float
) -> None:
    """Whatever the model says of the mean, u = area x density, lots vary about it as exp(-v G) does for a gamma G of
    this coefficient of variation c: moments k are (1 + k v c^2)^(-1 / c^2), the first of which is the mean. At alpha
    = 1 / c^2 that is the negative binomial of Stapper, laid wholly on lots."""
    size = 25
    data = lots(2000, size, {"node": "n3", "yield": {"defects": density, "lot_cv": lot_cv, **model}}, "gamma")
    mean, c2 = share(3.0 * density), lot_cv**2
    v = (mean**-c2 - 1) / c2
    gross = size * gross_dies_per_wafer(300, 300, 3, 0.1)
    # What 25 wafers are planned to give; lots of 25 and 26 starts would blur the variance.
    frame = run(build(data), trace=True).frames["lots"]
    scale = frame["starts"].to_numpy(dtype=float) / size
    # A carried fraction of a unit is the difference of two remainders: it adds less than a unit.
    sample = frame["good"].to_numpy(dtype=float) / scale
    check(sample, gross * mean, gross**2 * ((1 + 2 * v * c2) ** (-1 / c2) - mean**2))


def test_lots_are_alike_where_all_clustering_is_within_wafers(build: Fixture) -> None:
    """alpha says how many dies survive on the mean: with a lot_cv of 0 every lot has it, to the unit carried over."""
    recipe = {"node": "n3", "yield": {"defects": 0.65, "alpha": 3.0, "lot_cv": 0.0}}
    good = run(build(lots(200, 25, recipe, "gamma")), trace=True).frames["lots"]
    exact = good["starts"] * gross_dies_per_wafer(300, 300, 3, 0.1) * (1 + 0.65) ** -3.0
    assert ((good["good"] - exact).abs() < 1.0).all()


def test_mature_lots_of_the_story_vary_by_5_to_20_per_cent() -> None:
    """25 wafers at a time at a mature foundry, which is what fabs see."""
    frame = run(load_scenario("foundry-only"), engine="batch", trace=True).frames["lots"]
    for recipe in ("ai4_samsung", "ai5_tsmc"):
        whole = frame[(frame["recipe"] == recipe) & (frame["starts"] >= 25)]
        share = whole["good"] / whole["starts"]
        assert 0.05 < share.std() / share.mean() < 0.20


def test_orders_count_on_the_mean_over_clustered_lots(build: Fixture) -> None:
    """At six defects a die, one in (1 + 6 / 3)^3 = 27 is good on average; at the mean density, one in 400."""
    wanted, per_wafer = 500, gross_dies_per_wafer(300, 300, 3, 0.1) / 27
    data = lots(2000, wanted, {"node": "n3", "yield": {"defects": 2.0, "alpha": 3.0, "lot_cv": 3**-0.5}}, "gamma")
    frame = run(build(data), trace=True).frames["lots"]
    starts = math.ceil(wanted / per_wafer)
    assert set(frame["starts"]) == {starts}
    good = frame["good"].to_numpy(dtype=float)
    assert abs(good.mean() - starts * per_wafer) < 4 * good.std(ddof=1) / math.sqrt(len(good))
