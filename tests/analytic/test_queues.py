"""Queues with known means: the model against Hopp & Spearman."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Fixture = Callable[..., Any]


def test_mm1(replicate: Fixture, judge: Fixture) -> None:
    sample = replicate("mm1", ["mean_wait.machine", "mean_queue.machine", "utilisation.machine"], 24)
    judge(sample["mean_wait.machine"], 0.208333)
    judge(sample["mean_queue.machine"], 5 * 0.208333, power=0.04)
    judge(sample["utilisation.machine"], 0.625)


def test_mm4(replicate: Fixture, judge: Fixture) -> None:
    names = ["mean_wait.machines", "mean_queue.machines", "utilisation.machines"]
    sample = replicate("mm4", names, 24)
    judge(sample["mean_wait.machines"], 2.13238, power=0.04)
    judge(sample["mean_queue.machines"], 0.533095, power=0.04)
    judge(sample["utilisation.machines"], 0.625)


def test_three_stations_in_series(replicate: Fixture, judge: Fixture) -> None:
    judge(replicate("tandem3", ["time_to_serve"], 12)["time_to_serve"], 15, power=0.04)


@pytest.mark.parametrize(
    ("sets", "cv"),
    [
        ((), 0.0),
        (("recipes.make.load={shape: gamma, mean: 1, cv: 0.5}",), 0.5),
        (("recipes.make.load={shape: lognormal, mean: 1, cv: 1.2}",), 1.2),
    ],
)
def test_pollaczek_khinchine(replicate: Fixture, judge: Fixture, sets: tuple[str, ...], cv: float) -> None:
    rho = 0.5
    theory = rho * (1 + cv**2) / (2 * (1 - rho))
    judge(replicate("mg1", ["mean_wait.machine"], 16, sets)["mean_wait.machine"], theory, power=0.05)


def test_make_to_stock(replicate: Fixture, judge: Fixture) -> None:
    sample = replicate("make_to_stock", ["fill_rate", "shortage_usd"], 24)
    judge(sample["fill_rate"], 1 - 0.6**3, power=0.01)
    # A dollar for each unit waiting for an hour: dollars an hour are the mean backlog.
    judge(sample["shortage_usd"] / 4000, 0.6**4 / 0.4, power=0.06)


@pytest.mark.parametrize(("case", "last"), [("mm1", "make"), ("mm4", "make"), ("tandem3", "third")])
def test_littles_law_is_exact_over_an_emptied_system(play: Fixture, case: str, last: str) -> None:
    """L from the lots' own instants; lambda and W from the indicators."""
    sets = ["horizon.warmup=0", "horizon.drain=true", "horizon.length=300"]
    result = play(case, sets, seed=3, trace=True)
    lots = result.frames["lots"]
    assert result.kpis["backlog_end"] == 0
    lots = lots[lots["recipe"] == last]
    # The number in system is a step function: up at a customer's order, down when the part is there.
    at = np.concatenate([lots["ordered"], lots["arrive"]])
    change = np.repeat([1.0, -1.0], len(lots))
    order = np.argsort(at, kind="stable")
    area = float(np.sum(np.cumsum(change[order])[:-1] * np.diff(at[order])))
    until = float(lots["arrive"].max())
    waits = {"time_to_serve"} | ({"time_in_system.machine"} & result.kpis.keys())
    for name in waits:
        w = result.kpis[name]
        assert w is not None
        assert area / until == pytest.approx(len(lots) / until * w, rel=1e-12)
