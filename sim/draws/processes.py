"""Random processes on paths over time: their levels month by month, and what is expected of them.

The logarithm of a process is an Ornstein-Uhlenbeck process with jumps, sampled at the beginnings of months by its
exact transition (Glasserman 2004, section 3.3); without reversion it is a Brownian motion, and the process geometric.
The jumps of a month come at its end, as a compound Poisson number of normal logarithms (Merton 1976); for a geometric
process their instant within the month makes no difference.

Written Y for the logarithm without drift and h for the length of a step in years,

    Y(t + h) = Y(t) exp(-k h) - p B(h) + s sqrt((1 - exp(-2 k h)) / (2 k)) Z + J,    B(h) = (1 - exp(-k h)) / k,
    X(t) = exp(drift t + Y(t) - C(t)),

with volatility s, reversion k, risk premium p (0 under real probabilities; Schwartz 1997) and C(t) such that the mean
of X(t) under real probabilities is exp(drift t).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.correlation import linked, normal_matrix
from sim.draws.curves import value
from sim.draws.streams import stream, uniforms
from sim.plan import FloatArray, Plan, ProcessPlan


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """What a process draws from, in a replication. Arrays are by month, with nothing in the first, which is known.

    `trend` is the logarithm of the mean, `decay` what a step leaves of a deviation, `spread` the standard deviation of
    its gradual change (`unit`: at a volatility of 1), `premium` what it loses to the risk premium, and `jumps` how many
    are expected. Row s of `known` is what the first s months take from the correction of the logarithm in each month,
    shape (months, months).
    """

    trend: FloatArray
    decay: FloatArray
    unit: FloatArray
    spread: FloatArray
    premium: FloatArray
    jumps: FloatArray
    jump_mean: float
    jump_sd: float
    left: FloatArray
    known: FloatArray


def law(process: ProcessPlan, vector: FloatArray, year: float) -> Law:
    """Return the law of a process at the inputs of a replication; `year` in days."""
    numbers = (process.drift, process.premium, process.reversion, process.jump_rate)
    yearly = (value(vector, ref) * year for ref in numbers)
    plain = (value(vector, ref) for ref in (process.volatility, process.jump_mean, process.jump_sd))
    return _law(process.months, year, *yearly, *plain)


@lru_cache(maxsize=32)
def _law(
    months: tuple[float, ...], year: float, drift: float, premium: float, reversion: float, rate: float,
    volatility: float, jump_mean: float, jump_sd: float,
) -> Law:  # fmt: skip
    """Return the law of a process from its numbers: drift, premium, reversion and rate of jumps are yearly."""
    at = np.array(months) / year
    step = np.diff(at, prepend=at[0])
    # The exact transition: sqrt((1 - exp(-2 k h)) / (2 k)), or sqrt(h) without reversion.
    unit = np.sqrt(_integral(2 * reversion, step))
    variance = (volatility * unit) ** 2
    # Row s, column m: what is left in month m of a deviation in month s.
    left = np.exp(-reversion * np.maximum(at[None, :] - at[:, None], 0.0))
    jumped = np.expm1(jump_mean * left + (jump_sd * left) ** 2 / 2)
    # Row s, column m: what the noise of month s adds to C in month m. Half the variance of the gradual change, and for
    # compound Poisson jumps J the expected number times E[exp(J)] - 1.
    correction = np.triu(variance[:, None] * left**2 / 2 + rate * step[:, None] * jumped)
    return Law(
        trend=drift * at,
        decay=np.exp(-reversion * step),
        unit=unit,
        spread=volatility * unit,
        premium=premium * _integral(reversion, step),
        jumps=rate * step,
        jump_mean=jump_mean,
        jump_sd=jump_sd,
        left=left,
        known=np.cumsum(correction, axis=0),
    )


def _integral(rate: float, span: FloatArray) -> FloatArray:
    """Return the integral of exp(-rate t) over spans from 0."""
    return span if rate == 0.0 else np.asarray(-np.expm1(-rate * span) / rate)


@dataclass(frozen=True, slots=True)
class Innovations:
    """What is drawn for a process: standard normals by month, and the sum of the logarithms of each month's jumps."""

    normal: FloatArray
    jumped: FloatArray


def innovations(plan: Plan, vector: FloatArray, seed: int, replication: int) -> list[Innovations]:
    """Draw what moves each process of a plan in a replication, by month; nothing in the first."""
    if not plan.processes:
        return []
    from scipy import special

    streams, months = plan.process_streams, len(plan.processes[0].months)
    drawn = [uniforms(stream(seed, replication, f"process/{name}"), months - 1) for name in streams]
    normals = np.zeros((len(streams), months))
    normals[:, 1:] = _correlated(special.ndtri(np.array(drawn)), plan.process_correlations)
    laws = (law(process, vector, plan.calendar.year) for process in plan.processes)
    return [
        Innovations(normals[streams.index(process.stream)], _jumped(process, one, seed, replication))
        for process, one in zip(plan.processes, laws, strict=True)
    ]


def _correlated(normals: FloatArray, pairs: tuple[tuple[int, int, float], ...]) -> FloatArray:
    """Return normals of streams with these rank correlations month by month, shape (streams, months).

    Of those that are correlated, each is a sum of its own draw and of those that correlations name before it
    (Cholesky), so that what is named later moves none before.
    """
    order = list(dict.fromkeys(k for pair in pairs for k in pair[:2]))
    found = normals.copy()
    for linked_group in linked(pairs):
        group = tuple(sorted(linked_group, key=order.index))
        found[list(group)] = _root(group, pairs) @ normals[list(group)]
    return found


@lru_cache(maxsize=64)
def _root(group: tuple[int, ...], pairs: tuple[tuple[int, int, float], ...]) -> FloatArray:
    """Return the lower triangular root of a group's matrix, which may be singular."""
    # By eigenvalues, since Cholesky routines refuse a singular matrix; QR then makes the root triangular.
    values, vectors = np.linalg.eigh(normal_matrix(group, pairs))
    upper = np.asarray(np.linalg.qr((vectors * np.sqrt(np.maximum(values, 0.0))).T, mode="r"))
    # QR leaves signs open. With a positive diagonal each normal follows its own draw.
    root = upper.T * np.where(np.diag(upper) < 0.0, -1.0, 1.0)
    return np.asarray(root / np.sqrt((root**2).sum(axis=1, keepdims=True)))


def _jumped(process: ProcessPlan, of: Law, seed: int, replication: int) -> FloatArray:
    """Draw the sum of the logarithms of the jumps of each month."""
    if not of.jumps.any():
        return np.zeros(len(of.jumps))
    from scipy import special

    # Two uniforms a month, however many jumps it has: no month shifts the draws of those after it.
    pairs = uniforms(stream(seed, replication, f"process/{process.stream}/jumps"), 2 * (len(of.jumps) - 1))
    count = np.append(0.0, _poisson(of.jumps[1:], pairs[0::2]))
    normal = np.append(0.0, special.ndtri(pairs[1::2]))
    return np.asarray(count * of.jump_mean + np.sqrt(count) * of.jump_sd * normal)


def _poisson(mean: FloatArray, u: FloatArray) -> FloatArray:
    """Return the quantiles of Poisson numbers, same shape."""
    from scipy import special

    # So far out that no double below 1 reaches it.
    most = int(mean.max() + 12.0 * np.sqrt(mean.max()) + 20.0)
    return np.asarray((u[:, None] > special.pdtr(np.arange(most), mean[:, None])).sum(axis=1), dtype=np.float64)


def draw_levels(plan: Plan, vector: FloatArray, seed: int, replication: int) -> None:
    """Draw the levels of all processes of a replication and put them into its vector of inputs."""
    for process, drawn in zip(plan.processes, innovations(plan, vector, seed, replication), strict=True):
        of = law(process, vector, plan.calendar.year)
        changes = (of.spread * drawn.normal + drawn.jumped - of.premium).tolist()
        logarithm, found = 0.0, []
        for decay, change in zip(of.decay.tolist(), changes, strict=True):
            logarithm = logarithm * decay + change
            found.append(logarithm)
        vector[process.levels] = np.exp(of.trend + np.array(found) - np.diagonal(of.known))


def set_mean_levels(plan: Plan, vector: FloatArray) -> None:
    """Put the means of all processes, as known at the start, into a vector of inputs."""
    for process in plan.processes:
        vector[process.levels] = expected_levels(plan, process, vector)[0]


def expected_levels(plan: Plan, process: ProcessPlan, vector: FloatArray) -> FloatArray:
    """Return the levels of a process as known in each month, shape (months, months).

    Row s holds the levels up to month s, and what is expected of later ones by then. Planners expect what real
    probabilities say, whatever the measure of valuation: the conditional mean. Of a geometric process that is its
    level, grown by the drift; of a mean-reverting one, a level that returns to the path as written.
    """
    of, levels = law(process, vector, plan.calendar.year), vector[process.levels]
    logarithm = np.log(levels) - of.trend + np.diagonal(of.known)
    ahead = np.exp(of.trend + logarithm[:, None] * of.left - of.known)
    return np.where(np.triu(np.ones(ahead.shape, dtype=np.bool_), 1), ahead, levels)


__all__ = ["Innovations", "Law", "draw_levels", "expected_levels", "innovations", "law", "set_mean_levels"]
