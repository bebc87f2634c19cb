"""PRIM, the patient rule induction method: finds boxes of inputs in which something happens often.

Friedman & Fisher 1999 (peeling, pasting, covering); Bryant & Lempert 2010 (coverage, density,
significance, reproducibility in half samples).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.plan import BoolArray, FloatArray, IntArray
from sim.study.methods.boxes import (
    InputColumn,
    Limit,
    Limits,
    LimitSide,
    Score,
    inside,
    score,
    significance,
    tightened,
    without,
)

PEEL = 0.05
"""Share of the runs in a box that one peel takes away."""
PASTE = 0.05
LEAST_RUNS = 10
"""A box is not peeled below so many runs."""
LEAST_COVERAGE = 0.05
SIGNIFICANT = 0.05
HALVES = 20
BINS, FALSE_DISCOVERIES = 4, 0.1
LEAST_HITS = 10
"""Where it happens in fewer runs than this, nothing is looked for."""


@dataclass(frozen=True, slots=True)
class PeelingStep:
    """One box of the peeling trajectory."""

    limits: Limits
    score: Score


@dataclass(frozen=True, slots=True)
class Found:
    """A limit of a box, with its quasi-p-value and the share of half samples that limit the same side too."""

    limit: Limit
    significance: float
    again: float


@dataclass(frozen=True, slots=True)
class Box:
    """A box that PRIM chose, and the trajectory it was chosen from.

    `held_out` is its density where it was not looked for: the mean over half samples of the density,
    on the other half, of the box found on one (None: none was found). It was looked for among the
    `considered` inputs that are `telling`.
    """

    found: tuple[Found, ...]
    score: Score
    held_out: float | None
    considered: int
    trajectory: tuple[PeelingStep, ...]

    @property
    def limits(self) -> Limits:
        """The limits alone."""
        return tuple(each.limit for each in self.found)


def boxes(
    columns: Sequence[InputColumn], happens: BoolArray, *, density: float = 0.8, most: int = 3, seed: int = 0,
    groups: IntArray | None = None,
) -> Iterator[Box]:  # fmt: skip
    """Boxes in which it happens, one after the other, each looked for in the runs that those before leave.

    It ends after `most`, when few hits are left, or when a box is no denser than all runs are. Scores
    of the second and later boxes are of the runs left, but for `happened` and `runs`: of all. Runs of
    one of the `groups` (None: each its own) have something drawn once for all; halves keep them together.
    """
    together = np.arange(len(happens)) if groups is None else groups
    left = np.ones(len(happens), dtype=np.bool_)
    hits, runs = int(happens.sum()), len(happens)
    for number in range(most):
        if happens[left].sum() < max(LEAST_HITS, LEAST_COVERAGE * hits) or happens[left].all():
            return
        box = _box(_taken(columns, left), happens[left], density, together[left], seed + number)
        if box is None or box.score.density <= hits / runs:
            return
        yield replace(box, score=replace(box.score, happened=hits, runs=runs))
        left &= ~inside(box.limits, columns)


def _taken(columns: Sequence[InputColumn], rows: BoolArray) -> list[InputColumn]:
    return [InputColumn(c.name, c.values[rows], c.labels) for c in columns]


def _box(columns: Sequence[InputColumn], happens: BoolArray, density: float, groups: IntArray, seed: int) -> Box | None:
    trajectory, limits = _searched(columns, happens, density)
    if not limits:
        return None
    again, held_out = _reproduced(limits, columns, happens, density, groups, seed)
    found = tuple(
        Found(limit, significance(limits, limit, columns, happens), share)
        for limit, share in zip(limits, again, strict=True)
    )
    considered = len(telling(columns, happens))
    return Box(found, score(limits, columns, happens), held_out, considered, tuple(trajectory))


def _searched(columns: Sequence[InputColumn], happens: BoolArray, density: float) -> tuple[list[PeelingStep], Limits]:
    """The trajectory, and the box chosen among all of its boxes, each trimmed first: a dense box of many
    limits that may be chance is none."""
    trajectory = peel(columns, happens, among=telling(columns, happens))
    trimmed = dict.fromkeys(_trimmed(step.limits, columns, happens) for step in trajectory)
    chosen = choose([PeelingStep(limits, score(limits, columns, happens)) for limits in trimmed], density).limits
    return trajectory, tuple(sorted(chosen, key=lambda limit: (limit.column, limit.side)))


def _trimmed(limits: Limits, columns: Sequence[InputColumn], happens: BoolArray) -> Limits:
    """Limits without those that may be chance, the others let out where that costs no density."""
    return _significant(paste(_significant(limits, columns, happens), columns, happens), columns, happens)


# --- which inputs are looked at ------------------------------------------------------------------


def telling(columns: Sequence[InputColumn], happens: BoolArray) -> tuple[int, ...]:
    """The places of the inputs that on their own tell something of where it happens.

    With a hundred inputs and a few dozen hits some peel of an idle input always looks best. Each
    column is tested by chi-squared, its values in quarters or by label, and those are kept of which
    a tenth is expected to be chance (Benjamini & Hochberg 1995). An input that matters only together
    with others is missed.
    """
    from scipy.stats import false_discovery_control

    chances = np.array([_chance(column, happens) for column in columns])
    return tuple(int(k) for k in np.flatnonzero(false_discovery_control(chances) <= FALSE_DISCOVERIES))


def _chance(column: InputColumn, happens: BoolArray) -> float:
    """How probably a column would part the hits so unevenly, if it told nothing."""
    from scipy.stats import chi2_contingency

    values = column.values
    cuts = np.unique(values if column.labels else np.quantile(values, np.arange(1, BINS) / BINS))
    _, groups = np.unique(np.searchsorted(cuts, values), return_inverse=True)
    counts = np.array([np.bincount(groups, happens), np.bincount(groups, ~happens)])
    return float(chi2_contingency(counts).pvalue) if counts.shape[1] > 1 else 1.0


# --- peeling -------------------------------------------------------------------------------------


def peel(
    columns: Sequence[InputColumn], happens: BoolArray, alpha: float = PEEL, among: Sequence[int] | None = None
) -> list[PeelingStep]:
    """The trajectory from all runs to the smallest box, each step taking about `alpha` of the runs away.

    Only the columns at the places `among` are limited (None: all).

    The peel taken is the one that raises the density most for each run lost (Kwakkel & Jaxa-Rozen
    2016), which does not favour columns of few values; it ends when none raises it.
    """
    considered = range(len(columns)) if among is None else among
    numbers = _matrix(columns, considered)
    limits: Limits = ()
    steps = [PeelingStep(limits, score(limits, columns, happens))]
    within = np.ones(len(happens), dtype=np.bool_)
    while True:
        best = _best_peel(numbers, columns, considered, within, happens, alpha)
        if best is None:
            return steps
        limits = tightened(limits, best)
        within = within & best.holds(columns)
        steps.append(PeelingStep(limits, score(limits, columns, happens)))


def _matrix(columns: Sequence[InputColumn], among: Sequence[int]) -> FloatArray:
    """Values of the columns of numbers (runs, columns); others, and those not looked at, are NaN, which no limit keeps."""
    numbers = np.full((len(columns[0].values), len(columns)), np.nan)
    for place in among:
        if not columns[place].labels:
            numbers[:, place] = columns[place].values
    return numbers


def _best_peel(
    numbers: FloatArray,
    columns: Sequence[InputColumn],
    among: Sequence[int],
    within: BoolArray,
    happens: BoolArray,
    alpha: float,
) -> Limit | None:
    rows, hit = numbers[within], happens[within]
    candidates = [*_numeric_peels(rows, hit, alpha), *_label_peels(columns, among, within, happens)]
    best, gain = None, 0.0
    for limit, kept, hits in candidates:
        if LEAST_RUNS <= kept < len(hit):
            raised = (hits / kept - hit.mean()) / (len(hit) - kept)
            if raised > gain:
                best, gain = limit, raised
    return best


def _numeric_peels(rows: FloatArray, hit: BoolArray, alpha: float) -> Iterator[tuple[Limit, int, int]]:
    """The two peels of every column of numbers: the limit, the runs it keeps, and the hits among them."""
    for side, ordered in ((LimitSide.AT_LEAST, rows), (LimitSide.AT_MOST, -rows)):
        bounds = _bounds(ordered, alpha)
        kept = ordered >= bounds
        counts, hits = kept.sum(axis=0), kept[hit].sum(axis=0)
        sign = 1.0 if side is LimitSide.AT_LEAST else -1.0
        for column in np.flatnonzero(~np.isnan(bounds)):
            yield Limit(int(column), side, sign * float(bounds[column])), int(counts[column]), int(hits[column])


def _bounds(rows: FloatArray, alpha: float) -> FloatArray:
    """For each column the lowest value that is kept: `alpha` of the rows lie below, or the lowest tie."""
    taken = max(int(np.ceil(alpha * len(rows))), 1)
    lowest, cut = rows.min(axis=0), np.partition(rows, taken, axis=0)[taken]
    above = np.where(rows > lowest, rows, np.inf).min(axis=0)
    bounds = np.where(cut > lowest, cut, above)
    return np.where(np.isinf(bounds), np.nan, bounds)


def _label_peels(
    columns: Sequence[InputColumn], among: Sequence[int], within: BoolArray, happens: BoolArray
) -> Iterator[tuple[Limit, int, int]]:
    """For every label that occurs in the box: the runs without it."""
    for place in (k for k in among if columns[k].labels):
        values = columns[place].values
        for label in np.unique(values[within]):
            kept = within & (values != label)
            yield Limit(place, LimitSide.IS_NOT, float(label)), int(kept.sum()), int(happens[kept].sum())


# --- choosing, pasting, pruning ------------------------------------------------------------------


def wanted(rate: float, density: float) -> float:
    """The density asked of a box: at least half-way from the rate of all runs to one."""
    return max(density, (1.0 + rate) / 2)


def choose(trajectory: Sequence[PeelingStep], density: float) -> PeelingStep:
    """The box of greatest coverage that is dense enough; if none is, the best balance of the two.

    Dense enough: `wanted`, in a box that covers a twentieth of the hits. Balance: the harmonic mean.
    """
    least = wanted(trajectory[0].score.rate, density)
    enough = [s for s in trajectory if s.score.density >= least and s.score.coverage >= LEAST_COVERAGE]
    if enough:
        return max(enough, key=lambda step: (step.score.coverage, step.score.density))
    return max(trajectory, key=lambda step: step.score.balance)


def paste(limits: Limits, columns: Sequence[InputColumn], happens: BoolArray, alpha: float = PASTE) -> Limits:
    """Limits moved outward, one at a time, as long as the density does not fall."""
    while True:
        now = score(limits, columns, happens)
        wider = [w for limit in limits if (w := _wider(limits, limit, columns, alpha)) is not None]
        scored = [(s.density, s.hits, w) for w in wider if (s := score(w, columns, happens)).inside > now.inside]
        best = max(scored, key=lambda entry: entry[:2], default=None)
        if best is None or best[0] < now.density:
            return limits
        limits = best[2]


def _wider(limits: Limits, limit: Limit, columns: Sequence[InputColumn], alpha: float) -> Limits:
    """Limits with one let out by `alpha` of the runs in the box, or dropped when nothing is beyond."""
    rest = without(limits, limit)
    if limit.side is LimitSide.IS_NOT:
        return rest
    values = columns[limit.column].values[inside(rest, columns)]
    sign = 1.0 if limit.side is LimitSide.AT_LEAST else -1.0
    beyond = np.sort(sign * values[sign * values < sign * limit.bound])[::-1]
    more = max(int(np.ceil(alpha * (len(values) - len(beyond)))), 1)
    if len(beyond) <= more:
        return rest
    return (*rest, Limit(limit.column, limit.side, sign * float(beyond[more - 1])))


def _significant(limits: Limits, columns: Sequence[InputColumn], happens: BoolArray) -> Limits:
    """Limits without those that may be chance, the weakest dropped first."""
    while limits:
        weakest = max(limits, key=lambda limit: significance(limits, limit, columns, happens))
        if significance(limits, weakest, columns, happens) <= SIGNIFICANT:
            return limits
        limits = without(limits, weakest)
    return limits


# --- how far to trust a box ----------------------------------------------------------------------


def _reproduced(
    limits: Limits, columns: Sequence[InputColumn], happens: BoolArray, density: float, groups: IntArray, seed: int
) -> tuple[list[float], float | None]:
    """For each limit the share of half samples that find one like it; and the density on the other halves."""
    generator = np.random.default_rng((seed, len(happens)))
    halves = [_half(generator, groups) for _ in range(HALVES)]
    found = [_found_on(half, columns, happens, density) for half in halves]
    again = [sum(any(_alike(limit, each) for each in other) for other in found) / HALVES for limit in limits]
    others = [score(f, _taken(columns, ~h), happens[~h]) for h, f in zip(halves, found, strict=True) if f]
    densities = [each.density for each in others if each.inside]
    return again, float(np.mean(densities)) if densities else None


def _half(generator: np.random.Generator, groups: IntArray) -> BoolArray:
    """Half of the groups."""
    names = np.unique(groups)
    return np.isin(groups, generator.permutation(names)[: len(names) // 2])


def _found_on(half: BoolArray, columns: Sequence[InputColumn], happens: BoolArray, density: float) -> Limits:
    part, hit = _taken(columns, half), happens[half]
    return _searched(part, hit, density)[1] if 0 < hit.sum() < len(hit) else ()


def _alike(limit: Limit, other: Limit) -> bool:
    same = (limit.column, limit.side) == (other.column, other.side)
    return same and (limit.side is not LimitSide.IS_NOT or limit.bound == other.bound)
