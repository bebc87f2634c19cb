"""Independent replications of a case, judged by their own standard error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.api import run
from sim.scenario.loader import load_scenario

HERE = Path(__file__).parent


def replicate(case: str, names: Sequence[str], n: int, sets: Sequence[str] = ()) -> dict[str, np.ndarray]:
    """Indicators of `n` replications with seeds of their own, by name."""
    scenario = load_scenario(HERE / f"{case}.yaml", sets=sets)
    runs = [run(scenario, seed=seed).kpis for seed in range(n)]
    return {name: np.array([kpis[name] for kpis in runs], dtype=float) for name in names}


def judge(sample: np.ndarray, theory: float, *, power: float = 0.03) -> None:
    """The mean lies within 4 standard errors of theory, and the error is small enough to tell."""
    error = float(sample.std(ddof=1)) / np.sqrt(len(sample))
    mean = float(sample.mean())
    assert error < power * abs(theory), f"no power: standard error {error:.4g} on {theory:.6g}"
    assert abs(mean - theory) < 4 * error, f"{mean:.6g} +- {error:.3g}, theory {theory:.6g}"
