"""Sobol indices: the parts of an output's variance that its inputs are behind, alone and in interaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from sim.plan import FloatArray
from sim.study.methods.factors import Evaluate, Factor, around, in_order, problem
from sim.study.methods.intervals import Interval

RESAMPLES = 1000
Z95 = 1.959963984540054
LEAST_ROWS = 8
"""Rows of the design below which no index is given."""

NOISE = 0.005
"""Differences of indices up to this one do not show in two decimals."""


@dataclass(frozen=True, slots=True)
class Indices:
    """What the variance of one output is made of; `first` and `total` in the order of the factors.

    Both are empty where the output does not vary, or too few rows are whole. A row of the design is
    one run for each factor and two more; of `rows` rows `left_out` were not whole, for the `missing`
    runs in which the output had no value.
    """

    factors: tuple[Factor, ...]
    mean: float
    variance: Interval
    first: tuple[Interval, ...]
    total: tuple[Interval, ...]
    rows: int
    left_out: int
    missing: int

    @property
    def noisy(self) -> tuple[Factor, ...]:
        """The factors whose first-order estimate exceeds the total one by more than `NOISE`.

        The exact first-order index never exceeds the total one, so the difference is sampling error.
        """
        estimates = zip(self.factors, self.first, self.total, strict=bool(self.first))
        return tuple(factor for factor, first, total in estimates if first.estimate > total.estimate + NOISE)

    def records(self) -> Iterator[dict[str, object]]:
        """One for each input."""
        for factor, first, total in zip(self.factors, self.first, self.total, strict=bool(self.first)):
            yield {
                "input": factor.name, "first": first.estimate, "first_low": first.low, "first_high": first.high,
                "total": total.estimate, "total_low": total.low, "total_high": total.high,
            }  # fmt: skip


def rows_for(n: int) -> int:
    """The power of two from `n` up: fewer points of a Sobol sequence are not balanced."""
    return 1 << max(n - 1, 1).bit_length()


def sobol(evaluate: Evaluate, factors: Sequence[Factor], n: int, *, seed: int = 0) -> list[Indices]:
    """First-order and total indices of each output, from `rows_for(n)` x (factors + 2) evaluations.

    The coordinates are independent and uniform; correlated inputs belong into one factor, for which
    indices are defined (Jacques, Lavergne & Devictor 2006). Points: a scrambled Sobol sequence.
    Estimators: Saltelli et al. 2010, table 2, b (first order) and f (Jansen, total). Intervals:
    normal, with the standard error of a bootstrap over rows, which ignores the sequence's balance
    and so is rather too wide.
    """
    from SALib.sample.sobol import sample

    rows, described = rows_for(n), problem(factors)
    points = sample(described, rows, calc_second_order=False, seed=seed)
    values = evaluate(points).reshape(rows, len(factors) + 2, -1)
    return [_indices(values[:, :, output], factors, described, seed) for output in range(values.shape[2])]


def _indices(values: FloatArray, factors: Sequence[Factor], described: dict[str, Any], seed: int) -> Indices:
    whole = ~np.isnan(values).any(axis=1)
    kept = values[whole]
    # The first and the last run of a row are independent of each other; those between are not.
    ends = kept[:, [0, -1]].ravel()
    enough = len(kept) >= LEAST_ROWS and np.ptp(ends) > 0.0
    first, total = _analysed(kept, factors, described, seed) if enough else ((), ())
    return Indices(
        factors=tuple(factors),
        mean=float(ends.mean()) if len(ends) else float("nan"),
        variance=_variance(ends),
        first=first,
        total=total,
        rows=len(values),
        left_out=int((~whole).sum()),
        missing=int(np.isnan(values).sum()),
    )


def _analysed(
    kept: FloatArray, factors: Sequence[Factor], described: dict[str, Any], seed: int
) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    from SALib.analyze.sobol import analyze

    # SALib takes seed 0 for none.
    found = analyze(described, kept.ravel(), calc_second_order=False, num_resamples=RESAMPLES, seed=seed + 1)
    order = in_order(factors)
    return (
        tuple(around(found["S1"][k], found["S1_conf"][k]) for k in order),
        tuple(around(found["ST"][k], found["ST_conf"][k]) for k in order),
    )


def _variance(sample: FloatArray) -> Interval:
    """Variance, with the large-sample standard error sqrt((m4 - m2^2) / n)."""
    if len(sample) < 2:
        return Interval(float("nan"), float("nan"), float("nan"))
    squares = (sample - sample.mean()) ** 2
    error = sqrt(max(float((squares**2).mean() - squares.mean() ** 2), 0.0) / len(sample))
    return around(float(sample.var(ddof=1)), Z95 * error)
