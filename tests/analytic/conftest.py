"""Independent replications of a case, judged by their own standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.api import Result, run
from sim.scenario.loader import load_scenario

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
    """Indicators of `n` replications of a case with seeds of their own, by name."""

    def replicated(case: str, names: Sequence[str], n: int, sets: Sequence[str] = ()) -> dict[str, Sample]:
        scenario = load_scenario(HERE / f"{case}.yaml", sets=sets)
        runs = [run(scenario, seed=seed).kpis for seed in range(n)]
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
