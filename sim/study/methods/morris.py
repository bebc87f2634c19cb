"""Morris screening: elementary effects of each input on an output, from many base points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.plan import BoolArray, FloatArray
from sim.study.methods.factors import Evaluate, Factor, around, in_order, problem
from sim.study.methods.intervals import Interval

RESAMPLES = 1000
"""Bootstrap samples for the confidence interval of mu*."""
LEVELS = 4
LEAST_TRAJECTORIES = 2
"""Complete trajectories that are needed for a standard deviation."""


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
    """The effects of all factors on one output, in their order; empty if too few trajectories are complete.

    A trajectory has one run for each factor and one more. Of `trajectories`, `left_out` are incomplete, because the
    output has no value in `missing` runs.
    """

    factors: tuple[Factor, ...]
    effects: tuple[Effect, ...]
    trajectories: int
    left_out: int
    missing: int

    def records(self) -> Iterator[dict[str, object]]:
        """Yield one record for each input, with its effects in the unit of the output."""
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
    """Compute elementary effects on each output from `trajectories` x (factors + 1) evaluations.

    Coordinates move on a grid of four levels between the `ends`, by two thirds of that range (Morris 1991; for groups
    Campolongo, Cariboni & Saltelli 2007). After the coordinates of the factors come `held` further ones, which are
    drawn once for each trajectory and do not change along it. Returns one `Screening` for each output.
    """
    from SALib.sample.morris import sample

    described = problem(factors)
    grid = sample(described, trajectories, num_levels=LEVELS, seed=seed)
    low, high = ends
    points = np.hstack([low + (high - low) * grid, _held(trajectories, len(factors) + 1, held, seed)])
    values = evaluate(points)
    return [_screening(grid, values[:, output], factors, described, seed) for output in range(values.shape[1])]


def _held(trajectories: int, length: int, held: int, seed: int) -> FloatArray:
    """Draw the coordinates that are constant along each trajectory, shape (trajectories * length, held)."""
    uniforms = np.random.default_rng((seed, trajectories)).random((trajectories, held))
    # If they changed along a trajectory, their effect would be attributed to the factor that is moved.
    return np.repeat(uniforms, length, axis=0)


def _screening(
    grid: FloatArray, values: FloatArray, factors: Sequence[Factor], described: dict[str, Any], seed: int
) -> Screening:
    """Return the effects on one output. A trajectory with a missing value is left out as a whole."""
    length = len(factors) + 1
    whole: BoolArray = np.invert(np.isnan(values.reshape(-1, length)).any(axis=1))
    # SALib requires complete trajectories: rows come in blocks of `length`.
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
    """Return the elementary effects of each factor, as SALib computes them on the unscaled grid."""
    from SALib.analyze.morris import analyze

    found = analyze(described, grid, values, num_levels=LEVELS, num_resamples=RESAMPLES, seed=seed)
    effects = []
    for place, factor in zip(in_order(factors), factors, strict=True):
        alone = len(factor.columns) == 1
        size = around(found["mu_star"][place], found["mu_star_conf"][place])
        mu, sigma = float(found["mu"][place]), float(found["sigma"][place])
        # In a group each coordinate moves up or down on its own, so the sign of the effect has no meaning.
        effects.append(Effect(size, mu if alone else None, sigma if alone else None))
    return tuple(effects)
