"""Queues with known means: the model against Hopp & Spearman."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from typing import Any

import numpy as np
import pytest

from sim.report.indicators import headline, possible
from sim.report.run_report import run_report

Fixture = Callable[..., Any]


def erlang_c(lines: int, load: float) -> float:
    """The chance that an arrival waits, at an offered load in lines (Erlang's second formula)."""
    all_busy = load**lines / factorial(lines) * lines / (lines - load)
    return all_busy / (sum(load**k / factorial(k) for k in range(lines)) + all_busy)


@pytest.mark.parametrize("lines", [2, 7])
def test_who_waits_by_the_number_of_lines(replicate: Fixture, judge: Fixture, lines: int) -> None:
    """At 0.7 of capacity, by Erlang C: P(wait), and mean wait P / (capacity - arrivals)."""
    assert erlang_c(4, 2.5) == pytest.approx(0.319857, abs=1e-6)
    sets = [f"sites.machines.lines={lines}", f"sites.machines.capacity={0.25 / 0.7}"]
    sample = replicate("mm4", ["wait_probability.machines", "mean_wait.machines"], 12, sets)
    chance = erlang_c(lines, 0.7 * lines)
    judge(sample["wait_probability.machines"], chance, power=0.03)
    judge(sample["mean_wait.machines"], chance / (0.25 / 0.7 - 0.25), power=0.08)


def test_a_queue_is_on_the_screen(play: Fixture, agreed: Fixture) -> None:
    """P(wait), mean wait and mean queue of the run, from either engine; no KPI of compute is listed."""
    result = agreed(play("mm4").scenario)
    kpis, (shown,) = result.kpis, [b for b in run_report(result) if b is not None and b.title.startswith("Queues")]
    numbers = [
        f"{100 * kpis['wait_probability.machines']:.1f}",
        f"{kpis['mean_wait.machines']:.3g}",
        f"{kpis['mean_queue.machines']:.3g}",
    ]
    assert list(shown.rows[0][1:4]) == numbers
    first = headline(kpis, [result.scenario])
    assert not any(
        name.startswith(("h100e", "megawatts", "capex", "npv")) for name in possible(kpis, [result.scenario])
    )
    assert first[3:] == [f"{name}.machines" for name in ("wait_probability", "mean_wait", "mean_queue", "utilisation")]


def test_mm1(replicate: Fixture, judge: Fixture) -> None:
    names = ["mean_wait.machine", "mean_queue.machine", "utilisation.machine", "wait_probability.machine"]
    sample = replicate("mm1", names, 24)
    judge(sample["wait_probability.machine"], 0.625)
    judge(sample["mean_wait.machine"], 0.208333)
    judge(sample["mean_queue.machine"], 5 * 0.208333, power=0.04)
    judge(sample["utilisation.machine"], 0.625)


def test_mm4(replicate: Fixture, judge: Fixture) -> None:
    """Erlang C. Hopp & Spearman, Factory Physics, ch. 8."""
    names = ["mean_wait.machines", "mean_queue.machines", "utilisation.machines", "wait_probability.machines"]
    sample = replicate("mm4", names, 24)
    judge(sample["wait_probability.machines"], erlang_c(4, 2.5), power=0.02)
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
