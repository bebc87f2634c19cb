"""Independent replications of a case, judged by their own standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.api import Result, run
from sim.scenario.loader import Scenario, load_scenario

HERE = Path(__file__).parent
Sample = NDArray[np.float64]
Play = Callable[..., Result]
Replicate = Callable[..., dict[str, Sample]]
Judge = Callable[..., None]


@pytest.fixture(scope="session")
def play() -> Play:
    """Run a case once."""

    def played(case: str, sets: Sequence[str] = (), **options: object) -> Result:
        return run(load_scenario(HERE / f"{case}.yaml", sets=sets), **options)  # type: ignore[arg-type]

    return played


@pytest.fixture(scope="session")
def replicate() -> Replicate:
    """Indicators of `n` replications of a case with seeds of their own, by name; compiled, which `engines_agree` compares."""

    def replicated(case: str, names: Sequence[str], n: int, sets: Sequence[str] = ()) -> dict[str, Sample]:
        scenario = load_scenario(HERE / f"{case}.yaml", sets=sets)
        runs = [run(scenario, seed=seed, engine="batch").kpis for seed in range(n)]
        return {name: np.array([kpis[name] for kpis in runs], dtype=np.float64) for name in names}

    return replicated


@pytest.fixture(scope="session")
def judge() -> Judge:
    """The mean lies within 4 standard errors of theory, and the error is small enough to tell."""

    def judged(sample: Sample, theory: float, *, power: float = 0.03) -> None:
        error = float(sample.std(ddof=1)) / np.sqrt(len(sample))
        mean = float(sample.mean())
        assert error < power * abs(theory), f"no power: standard error {error:.4g} on {theory:.6g}"
        assert abs(mean - theory) < 4 * error, f"{mean:.6g} +- {error:.3g}, theory {theory:.6g}"

    return judged


@pytest.fixture(scope="session")
def measured() -> Callable[..., list[float]]:
    """A measure of the monthly frame, by period."""

    def values(result: Result, scope: str, name: str, measure: str) -> list[float]:
        frame = result.frames["monthly"]
        rows = frame[(frame["scope"] == scope) & (frame["name"] == name) & (frame["measure"] == measure)]
        return [float(x) for x in rows.sort_values("period")["value"]]

    return values


@pytest.fixture(scope="session")
def agreed() -> Callable[..., Result]:
    """Run a scenario in both engines, which agree on every indicator, and return the result."""

    def played(scenario: Scenario, **options: Any) -> Result:
        events, batch = (run(scenario, engine=engine, **options) for engine in ("events", "batch"))
        assert events.kpis == batch.kpis
        assert events.frames["monthly"].equals(batch.frames["monthly"])
        assert events.frames["cash"].equals(batch.frames["cash"])
        return events

    return played
