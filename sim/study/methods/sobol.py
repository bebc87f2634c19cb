"""Sobol indices: the shares of an output's variance due to each input, alone and with its interactions."""

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
"""Bootstrap samples for the confidence intervals."""
Z95 = 1.959963984540054
LEAST_ROWS = 8
"""Complete rows of the design below which no index is estimated."""
NOISE = 0.005
"""Differences between indices that two decimals do not show."""


@dataclass(frozen=True, slots=True)
class Indices:
    """The decomposition of the variance of one output: `first` and `total` indices in the order of the factors.

    Both are empty where the output does not vary, or too few rows are complete. A row of the design has one run for
    each factor and two more. Of `rows` rows `left_out` are incomplete, because the output has no value in `missing`
    runs.
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

        The exact first-order index never exceeds the total one, so such a difference is sampling error.
        """
        estimates = zip(self.factors, self.first, self.total, strict=bool(self.first))
        return tuple(factor for factor, first, total in estimates if first.estimate > total.estimate + NOISE)

    def records(self) -> Iterator[dict[str, object]]:
        """Yield one record for each input, with its indices (from 0 to 1) and their confidence intervals."""
        for factor, first, total in zip(self.factors, self.first, self.total, strict=bool(self.first)):
            yield {
                "input": factor.name, "first": first.estimate, "first_low": first.low, "first_high": first.high,
                "total": total.estimate, "total_low": total.low, "total_high": total.high,
            }  # fmt: skip


def rows_for(n: int) -> int:
    """Return the smallest power of two that is at least `n` (and 2): other numbers of Sobol points are not balanced."""
    return 1 << max(n - 1, 1).bit_length()


def sobol(evaluate: Evaluate, factors: Sequence[Factor], n: int, *, seed: int = 0) -> list[Indices]:
    """Return the first-order and total Sobol indices of each output, from `rows_for(n)` x (factors + 2) evaluations.

    The coordinates are independent and uniform. Correlated inputs are grouped in one factor, since Sobol indices
    require independent inputs (Jacques, Lavergne & Devictor 2006). The points are a scrambled Sobol sequence. The
    estimators are those of Saltelli et al. (2010), table 2: (b) for first-order and (f), of Jansen, for total indices.
    The intervals are normal, with the standard error of a bootstrap over rows. It ignores that the points are balanced,
    so the intervals are too wide rather than too narrow.
    """
    from SALib.sample.sobol import sample

    rows, described = rows_for(n), problem(factors)
    points = sample(described, rows, calc_second_order=False, seed=seed)
    values = evaluate(points).reshape(rows, len(factors) + 2, -1)
    return [_indices(values[:, :, output], factors, described, seed) for output in range(values.shape[2])]


def _indices(values: FloatArray, factors: Sequence[Factor], described: dict[str, Any], seed: int) -> Indices:
    """Return the indices of one output from its values, shape (rows, factors + 2). Incomplete rows are left out."""
    whole = ~np.isnan(values).any(axis=1)
    kept = values[whole]
    # Mean and variance use only the first and the last run of a row, the matrices A and B of Saltelli: these are
    # independent. Each run between them shares coordinates with both.
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
    """Return the first-order and the total indices, each in the order of the factors, as SALib estimates them."""
    from SALib.analyze.sobol import analyze

    # SALib treats the seed 0 as no seed, which would draw another bootstrap on each call.
    found = analyze(described, kept.ravel(), calc_second_order=False, num_resamples=RESAMPLES, seed=seed + 1)
    order = in_order(factors)
    return (
        tuple(around(found["S1"][place], found["S1_conf"][place]) for place in order),
        tuple(around(found["ST"][place], found["ST_conf"][place]) for place in order),
    )


def _variance(sample: FloatArray) -> Interval:
    """Return the sample variance with a normal interval; its standard error is sqrt((m4 - m2^2) / n), for large n."""
    if len(sample) < 2:
        return Interval(float("nan"), float("nan"), float("nan"))
    squares = (sample - sample.mean()) ** 2
    error = sqrt(max(float((squares**2).mean() - squares.mean() ** 2), 0.0) / len(sample))
    return around(float(sample.var(ddof=1)), Z95 * error)
