"""The variance of a KPI, decomposed into disagreement among sources, uncertainty and noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from sim.dimensions import Dimension
from sim.distributions import Draw
from sim.draws.inputs import input_quantile
from sim.plan import FloatArray
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.knobs import Knob, contested, knobs, settled
from sim.study.runs.compiled import compiled, new_study
from sim.study.runs.design import Design, Row
from sim.study.runs.run import Progress, run_design

RESAMPLES = 2000
Combination = tuple[tuple[str, str], ...]
"""A reading of every contested figure."""


@dataclass(frozen=True, slots=True)
class VariancePart:
    """A part of the variance of a KPI as a share of the whole, with its 95 % bootstrap interval."""

    name: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Side:
    """One reading of a contested figure: the KPI's mean over the combinations that take it."""

    figure: str
    reading: str
    combinations: int
    mean: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A KPI over combinations of readings: its mean, standard deviation, and the parts of its variance.

    `combinations` of `possible` were run, each with `draws` of the uncertain figures and two random seeds in each draw.
    `dropped` of them had no value of the KPI or were refused.
    """

    kpi: str
    mean: float
    sd: float
    parts: tuple[VariancePart, ...]
    sides: tuple[Side, ...]
    combinations: int
    draws: int
    possible: int
    dropped: int


def combinations(readings: dict[str, tuple[str, ...]], most: int, seed: int) -> list[Combination]:
    """Return all combinations of readings, or a random sample of `most` different ones."""
    possible = prod(len(names) for names in readings.values())
    if possible <= most:
        return [tuple(zip(readings, names, strict=True)) for names in product(*readings.values())]
    chosen = np.random.default_rng(seed).choice(possible, size=most, replace=False)
    return [_combination(readings, int(index)) for index in chosen]


def _combination(readings: dict[str, tuple[str, ...]], index: int) -> Combination:
    found = []
    for figure, names in readings.items():
        index, which = divmod(index, len(names))
        found.append((figure, names[which]))
    return tuple(found)


def disagreement(
    base: Asked,
    scenario: Scenario,
    kpi: str,
    *,
    most: int = 60,
    seed: int = 0,
    jobs: int = 0,
    progress: Progress | None = None,
    announce: Callable[[int], None] | None = None,
) -> Disagreement | None:
    """Run combinations of readings, draws of all ranges in each and two seeds in each of those.

    Every number with a range is drawn from the triangular distribution (low, value, high): twice under each of `most`
    combinations, more often where there are fewer. Returns None if the KPI has no value under any combination.
    `announce` is called with the number of runs.
    """  # fmt: skip
    readings = dict(contested(scenario))
    chosen = combinations(readings, most, seed)
    possible = prod(len(names) for names in readings.values())
    draws = max(2 * most // len(chosen), 2)
    if announce is not None:
        announce(len(chosen) * draws * 2)
    study = new_study()
    named = [settled(scenario.ledger, dict(taken)) for taken in chosen]
    rows = [row for k, names in enumerate(named) for row in _rows(study, base, names, seed, k, draws)]
    outcomes = run_design(Design(base, rows), jobs=jobs, progress=progress)
    table = outcomes.column(kpi).reshape(len(chosen), draws, 2)
    whole = np.array([not np.isnan(cells).any() for cells in table])
    if not whole.any():
        return None
    kept = table[whole]
    return Disagreement(
        kpi=kpi,
        mean=float(kept.mean()),
        sd=float(np.sqrt(sum(components(kept)))),
        parts=_parts(kept, seed, whole=len(chosen) == possible),
        sides=_sides([c for c, good in zip(chosen, whole, strict=True) if good], kept.mean(axis=(1, 2)), readings),
        combinations=len(chosen),
        draws=draws,
        possible=possible,
        dropped=int((~whole).sum()),
    )


def _rows(study: str, base: Asked, names: tuple[str, ...], seed: int, k: int, draws: int) -> list[Row]:
    """Return the rows of the draws of all ranges under one combination, two seeds each."""
    made = compiled(study, base, Row(readings=names))
    if made is None:
        return [Row(readings=names, seed=seed)] * 2 * draws
    drawn = [drawn_row(made[0], np.random.default_rng((seed, k, d))) for d in range(draws)]
    first = seed + 2 * draws * k
    return [replace(r, readings=names, seed=first + 2 * d + j) for d, r in enumerate(drawn) for j in range(2)]


def drawn_row(scenario: Scenario, generator: np.random.Generator) -> Row:
    """Draw every number with a range behind a scenario and return the row that sets them."""
    ranged = [(knob, limits) for knob in knobs(scenario) if (limits := _range(knob)) is not None]
    uniforms = generator.random(len(ranged))
    rows = [knob.at(_drawn(limits, float(u))) for (knob, limits), u in zip(ranged, uniforms, strict=True)]
    return Row(
        values=tuple(value for row in rows for value in row.values),
        numbers=tuple(number for row in rows for number in row.numbers),
    )


def _range(knob: Knob) -> tuple[float, float, float] | None:
    if isinstance(knob.value, (int, float)) and knob.low is not None and knob.high is not None:
        return knob.low, float(knob.value), knob.high
    return None


def _drawn(limits: tuple[float, float, float], u: float) -> float:
    low, mode, high = limits
    value = input_quantile(Dimension("", "", low, mode, high, Draw.TRIANGULAR, ""), u)
    # A range between whole numbers counts things (parts in a terminal): half a part is no value.
    return float(round(value)) if all(float(end).is_integer() for end in limits) else value


def components(table: FloatArray) -> tuple[float, float, float]:
    """Return the variance among combinations, among draws within them, and among seeds within those.

    `table`, shape (combinations, draws, seeds), is balanced and nested. The mean squares of a two-level nested analysis
    of variance are solved for its components (Searle, Casella & McCulloch 1992, ch. 3); negative estimates are set to 0.
    """
    a, b, n = table.shape
    cells, rows = table.mean(axis=2), table.mean(axis=(1, 2))
    noise = float(((table - cells[:, :, None]) ** 2).sum() / (a * b * (n - 1)))
    draws = float(n * ((cells - rows[:, None]) ** 2).sum() / (a * (b - 1)))
    # One combination alone has no variance among combinations.
    readings = float(b * n * ((rows - rows.mean()) ** 2).sum() / (a - 1)) if a > 1 else 0.0
    return max((readings - draws) / (b * n), 0.0), max((draws - noise) / n, 0.0), noise


def _shares(table: FloatArray) -> FloatArray:
    parts = np.array(components(table))
    total = parts.sum()
    return parts / total if total > 0.0 else parts


def _parts(table: FloatArray, seed: int, *, whole: bool) -> tuple[VariancePart, ...]:
    """Return the shares of the variance with bootstrap intervals.

    Combinations are resampled. If all that are possible were run (`whole`), they are no sample, and draws are resampled.
    """
    axis = 1 if whole or len(table) == 1 else 0
    size = table.shape[axis]
    generator = np.random.default_rng((seed, size))
    again = np.array([_shares(np.take(table, generator.integers(0, size, size), axis)) for _ in range(RESAMPLES)])
    low, high = np.quantile(again, [0.025, 0.975], axis=0)
    names = ("disagreement among sources", "uncertainty within their ranges", "noise")
    return tuple(
        VariancePart(n, float(s), float(a), float(b))
        for n, s, a, b in zip(names, _shares(table), low, high, strict=True)
    )


def _sides(
    chosen: Sequence[Combination], means: NDArray[np.float64], readings: dict[str, tuple[str, ...]]
) -> tuple[Side, ...]:
    """Return the mean of the KPI under each reading; figures whose readings differ most come first."""
    taken = [dict(c) for c in chosen]
    found: list[list[Side]] = []
    for figure, names in readings.items():
        groups = {name: [m for t, m in zip(taken, means, strict=True) if t[figure] == name] for name in names}
        found.append([Side(figure, name, len(g), float(np.mean(g))) for name, g in groups.items() if g])
    found.sort(key=lambda sides: min(s.mean for s in sides) - max(s.mean for s in sides))
    return tuple(side for sides in found for side in sides)
