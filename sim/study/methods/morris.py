"""Morris screening: how much an output changes when one input after the other is moved, from many places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.plan import BoolArray, FloatArray
from sim.study.methods.factors import Evaluate, Factor, around, in_order, problem
from sim.study.methods.intervals import Interval

RESAMPLES = 1000
LEVELS = 4
LEAST_TRAJECTORIES = 2


@dataclass(frozen=True, slots=True)
class Effect:
    """Elementary effects of one factor: the output's change over the range, in the output's unit.

    `mu_star` is the mean size, `mu` the mean with its sign, `sigma` the standard deviation: large
    where the effect depends on the others or is not straight. The last two are None for several
    inputs moved together, each its own way.
    """

    mu_star: Interval
    mu: float | None
    sigma: float | None


@dataclass(frozen=True, slots=True)
class Screening:
    """The effects of all factors on one output, in the order of the factors; empty if too few trajectories are whole.

    Of `trajectories`, each one run for each factor and one more, `left_out` were not whole, for the
    `missing` runs in which the output had no value.
    """

    factors: tuple[Factor, ...]
    effects: tuple[Effect, ...]
    trajectories: int
    left_out: int
    missing: int

    def records(self) -> Iterator[dict[str, object]]:
        """One for each input."""
        for factor, effect in zip(self.factors, self.effects, strict=bool(self.effects)):
            size = effect.mu_star
            yield {
                "input": factor.name, "mu_star": size.estimate, "mu_star_low": size.low, "mu_star_high": size.high,
                "mu": effect.mu, "sigma": effect.sigma,
            }  # fmt: skip


def morris(
    evaluate: Evaluate,
    factors: Sequence[Factor],
    trajectories: int,
    *,
    ends: tuple[float, float] = (0.05, 0.95),
    held: int = 0,
    seed: int = 0,
) -> list[Screening]:
    """Elementary effects on each output, from `trajectories` x (factors + 1) evaluations.

    Coordinates move on a grid of four levels between the `ends`, by two thirds of that range (Morris
    1991; groups: Campolongo, Cariboni & Saltelli 2007). `held` further coordinates, behind those of
    the factors, are drawn anew for each trajectory and stay along it.
    """
    from SALib.sample.morris import sample

    described = problem(factors)
    grid = sample(described, trajectories, num_levels=LEVELS, seed=seed)
    low, high = ends
    points = np.hstack([low + (high - low) * grid, _held(trajectories, len(factors) + 1, held, seed)])
    values = evaluate(points)
    return [_screening(grid, values[:, output], factors, described, seed) for output in range(values.shape[1])]


def _held(trajectories: int, length: int, held: int, seed: int) -> FloatArray:
    uniforms = np.random.default_rng((seed, trajectories)).random((trajectories, held))
    return np.repeat(uniforms, length, axis=0)


def _screening(
    grid: FloatArray, values: FloatArray, factors: Sequence[Factor], described: dict[str, Any], seed: int
) -> Screening:
    length = len(factors) + 1
    whole: BoolArray = np.invert(np.isnan(values.reshape(-1, length)).any(axis=1))
    kept = np.repeat(whole, length)
    enough = whole.sum() >= LEAST_TRAJECTORIES
    return Screening(
        factors=tuple(factors),
        effects=_effects(grid[kept], values[kept], factors, described, seed) if enough else (),
        trajectories=len(whole),
        left_out=int((~whole).sum()),
        missing=int(np.isnan(values).sum()),
    )


def _effects(
    grid: FloatArray, values: FloatArray, factors: Sequence[Factor], described: dict[str, Any], seed: int
) -> tuple[Effect, ...]:
    from SALib.analyze.morris import analyze

    found = analyze(described, grid, values, num_levels=LEVELS, num_resamples=RESAMPLES, seed=seed)
    effects = []
    for place, factor in zip(in_order(factors), factors, strict=True):
        alone = len(factor.columns) == 1
        size = around(found["mu_star"][place], found["mu_star_conf"][place])
        mu, sigma = float(found["mu"][place]), float(found["sigma"][place])
        effects.append(Effect(size, mu if alone else None, sigma if alone else None))
    return tuple(effects)
