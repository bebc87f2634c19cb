"""PRIM, the patient rule induction method: finds boxes in the space of inputs in which an event happens often.

Friedman & Fisher 1999 (peeling, pasting, covering); Bryant & Lempert 2010 (coverage, density, significance,
reproducibility in half samples).
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
    significances,
    tightened,
    without,
)

PEEL = 0.05
"""Share of the runs in a box that one peel takes away."""
PASTE = 0.05
"""Share of the runs in a box by which one limit is moved outward."""
LEAST_RUNS = 10
"""A box is not peeled below this number of runs."""
LEAST_COVERAGE = 0.05
"""Share of the hits that a box must cover to be chosen for its density."""
SIGNIFICANT = 0.05
"""Quasi-p-value above which a limit is dropped."""
HALVES = 20
"""Half samples in which the box is looked for again."""
BINS, FALSE_DISCOVERIES = 4, 0.1
"""Bins of a column of numbers in the test of independence, and the accepted rate of false discoveries."""
LEAST_HITS = 10
"""No box is looked for where the event happens in fewer runs than this."""


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
    """A box that PRIM chose, and the trajectory that it was chosen from.

    `held_out` is the density to expect in new runs: a box is found on each half sample, and its density is taken on the
    other half; this is the mean. It is None where no box was found. `considered` is the number of inputs that are
    `telling`; only these are limited.
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
    """Yield boxes in which the event happens often, each found in the runs that the boxes before it leave.

    It stops after `most` boxes, when few hits are left, or when a box is no denser than all runs together. `density` is
    the density asked of a box. `happens`, shape (runs,), says in which runs the event happens. Runs of one of the
    `groups`, shape (runs,), share something that was drawn once; half samples keep them together. By default each run
    is a group. The scores of the second and later boxes count the runs that are left, except for `happened` and `runs`,
    which count all.
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


def first_box(
    columns: Sequence[InputColumn], happens: BoolArray, *, density: float = 0.8
) -> tuple[Limits, Score] | None:
    """Return the limits and the score of the first of `boxes`, without asking how well it is found again.

    Nearly all the time that `boxes` takes goes into half samples.
    """
    hits, runs = int(happens.sum()), len(happens)
    if hits < LEAST_HITS or hits == runs:
        return None
    _, limits = _searched(columns, happens, density)
    found = score(limits, columns, happens)
    return (limits, found) if limits and found.density > hits / runs else None


def _taken(columns: Sequence[InputColumn], rows: BoolArray) -> list[InputColumn]:
    """Return the columns restricted to the rows where `rows`, shape (runs,), is true."""
    return [InputColumn(c.name, c.values[rows], c.labels) for c in columns]


def _box(columns: Sequence[InputColumn], happens: BoolArray, density: float, groups: IntArray, seed: int) -> Box | None:
    """Return the box found in these runs with its significance and reproducibility; None where no limit remains."""
    trajectory, limits = _searched(columns, happens, density)
    if not limits:
        return None
    again, held_out = _reproduced(limits, columns, happens, density, groups, seed)
    found = tuple(map(Found, limits, significances(limits, columns, happens), again))
    considered = len(telling(columns, happens))
    return Box(found, score(limits, columns, happens), held_out, considered, tuple(trajectory))


def _searched(columns: Sequence[InputColumn], happens: BoolArray, density: float) -> tuple[list[PeelingStep], Limits]:
    """Return the peeling trajectory, and the limits of the box that is chosen from it.

    Every box of the trajectory is trimmed before one is chosen: otherwise a box could be chosen for a density that
    comes from limits without significance.
    """
    trajectory = peel(columns, happens, among=telling(columns, happens))
    # Different steps may be trimmed to the same box. A dictionary drops the repetitions and keeps the order, which
    # decides between equals.
    significant = dict.fromkeys(_significant(step.limits, columns, happens) for step in trajectory)
    pasted = dict.fromkeys(paste(limits, columns, happens) for limits in significant)
    # Pasting adds runs, which may make a limit insignificant that was not before: the test is repeated.
    trimmed = dict.fromkeys(_significant(limits, columns, happens) for limits in pasted)
    chosen = choose([PeelingStep(limits, score(limits, columns, happens)) for limits in trimmed], density).limits
    return trajectory, tuple(sorted(chosen, key=lambda limit: (limit.column, limit.side)))


# --- which inputs are looked at ------------------------------------------------------------------


def telling(columns: Sequence[InputColumn], happens: BoolArray) -> tuple[int, ...]:
    """Return the indices of the inputs that are associated with the event on their own.

    With a hundred inputs and a few dozen hits, peeling an input without effect always looks best somewhere. So the
    independence of each column and the event is tested by chi-squared, with numbers in quarters and labels as they are.
    Columns are kept at a false discovery rate of a tenth (Benjamini & Hochberg 1995). An input that has an effect only
    in interaction with others is missed.
    """
    from scipy.stats import false_discovery_control

    p_values = np.array([_chance(column, happens) for column in columns])
    return tuple(int(k) for k in np.flatnonzero(false_discovery_control(p_values) <= FALSE_DISCOVERIES))


def _chance(column: InputColumn, happens: BoolArray) -> float:
    """Return the p-value of the chi-squared test of independence of a column and the event; 1 if it is constant."""
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
    """Return the trajectory from all runs to the smallest box; each step removes about the share `alpha` of the runs.

    Only the columns at the indices `among` are limited; None means all.

    The peel chosen is the one that raises the density most for each run removed (Kwakkel & Jaxa-Rozen 2016). This does
    not favour columns of few values. Peeling ends when no peel raises the density.
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
    """Return the values of the numeric columns among those considered, shape (runs, columns); all others are NaN."""
    # A comparison with NaN is false, so no limit is ever proposed for these columns.
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
    """Return the limit that raises the density most for each run removed; None where none raises it."""
    rows, hit = numbers[within], happens[within]
    candidates = [*_numeric_peels(rows, hit, alpha), *_label_peels(columns, among, within, happens)]
    best, gain = None, 0.0
    for limit, kept, hits in candidates:
        # A limit that removes no run changes nothing, and would divide by zero below.
        if LEAST_RUNS <= kept < len(hit):
            raised = (hits / kept - hit.mean()) / (len(hit) - kept)
            if raised > gain:
                best, gain = limit, raised
    return best


def _numeric_peels(rows: FloatArray, hit: BoolArray, alpha: float) -> Iterator[tuple[Limit, int, int]]:
    """Yield the two peels of every numeric column: the limit, the runs that it keeps, and the hits among them."""
    # A peel from above is a peel from below of the negated values.
    for side, ordered in ((LimitSide.AT_LEAST, rows), (LimitSide.AT_MOST, -rows)):
        bounds = _bounds(ordered, alpha)
        kept = ordered >= bounds
        counts, hits = kept.sum(axis=0), kept[hit].sum(axis=0)
        sign = 1.0 if side is LimitSide.AT_LEAST else -1.0
        for column in np.flatnonzero(~np.isnan(bounds)):
            yield Limit(int(column), side, sign * float(bounds[column])), int(counts[column]), int(hits[column])


def _bounds(rows: FloatArray, alpha: float) -> FloatArray:
    """Return for each column the lowest value that is kept; the share `alpha` of the rows are below it.

    Where more rows than that share the lowest value, all of them are removed together. NaN stands for a column that is
    constant.
    """
    taken = max(int(np.ceil(alpha * len(rows))), 1)
    lowest, cut = rows.min(axis=0), np.partition(rows, taken, axis=0)[taken]
    above = np.where(rows > lowest, rows, np.inf).min(axis=0)
    bounds = np.where(cut > lowest, cut, above)
    return np.where(np.isinf(bounds), np.nan, bounds)


def _label_peels(
    columns: Sequence[InputColumn], among: Sequence[int], within: BoolArray, happens: BoolArray
) -> Iterator[tuple[Limit, int, int]]:
    """Yield for every label in the box the limit that excludes it, the runs that it keeps, and the hits among them."""
    for column in (index for index in among if columns[index].labels):
        values = columns[column].values
        for label in np.unique(values[within]):
            kept = within & (values != label)
            yield Limit(column, LimitSide.IS_NOT, float(label)), int(kept.sum()), int(happens[kept].sum())


# --- choosing, pasting, pruning ------------------------------------------------------------------


def wanted(rate: float, density: float) -> float:
    """Return the density required of a box: `density`, but at least half-way from that of all runs to one."""
    return max(density, (1.0 + rate) / 2)


def choose(trajectory: Sequence[PeelingStep], density: float) -> PeelingStep:
    """Return the box of greatest coverage that is dense enough; if none is, the one of greatest balance.

    A box is dense enough with the density `wanted`, if it covers a twentieth of the hits. The balance is the harmonic
    mean of coverage and density.
    """
    least = wanted(trajectory[0].score.rate, density)
    # A box of a few runs can be dense by chance: it must also cover a share of the hits.
    enough = [step for step in trajectory if step.score.density >= least and step.score.coverage >= LEAST_COVERAGE]
    if enough:
        return max(enough, key=lambda step: (step.score.coverage, step.score.density))
    return max(trajectory, key=lambda step: step.score.balance)


def paste(limits: Limits, columns: Sequence[InputColumn], happens: BoolArray, alpha: float = PASTE) -> Limits:
    """Return the limits moved outward, one at a time, as long as the density does not fall.

    Each move adds about the share `alpha` of the runs in the box, or drops the limit.
    """
    while True:
        now = score(limits, columns, happens)
        moved = [_wider(limits, limit, columns, alpha) for limit in limits]
        scores = [score(wider, columns, happens) for wider in moved]
        # A move that adds no run would be repeated forever.
        scored = [
            (found.density, found.hits, wider)
            for found, wider in zip(scores, moved, strict=True)
            if found.inside > now.inside
        ]
        best = max(scored, key=lambda entry: entry[:2], default=None)
        if best is None or best[0] < now.density:
            return limits
        limits = best[2]


def _wider(limits: Limits, limit: Limit, columns: Sequence[InputColumn], alpha: float) -> Limits:
    """Return the limits with one moved outward by the share `alpha` of the runs in the box, or dropped at the end."""
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
    """Return the limits without the insignificant ones, the least significant dropped first."""
    while limits:
        found = significances(limits, columns, happens)
        if max(found) <= SIGNIFICANT:
            return limits
        # One at a time: the significance of each other limit changes when this one is gone.
        limits = without(limits, limits[found.index(max(found))])
    return limits


# --- how far to trust a box ----------------------------------------------------------------------


def _reproduced(
    limits: Limits, columns: Sequence[InputColumn], happens: BoolArray, density: float, groups: IntArray, seed: int
) -> tuple[list[float], float | None]:
    """Return how well the box is found again in half samples.

    The first result is for each limit the share of half samples in which a similar limit is found; the second is the
    mean density, on the other half, of the boxes found on a half, None where there are none.
    """
    generator = np.random.default_rng((seed, len(happens)))
    halves = [_half(generator, groups) for _ in range(HALVES)]
    found = [_found_on(half, columns, happens, density) for half in halves]
    again = [sum(any(_alike(limit, each) for each in other) for other in found) / HALVES for limit in limits]
    # Density on the half that the box was found on is optimistic: it was chosen to be high there.
    others = [
        score(box, _taken(columns, ~half), happens[~half]) for half, box in zip(halves, found, strict=True) if box
    ]
    densities = [each.density for each in others if each.inside]
    return again, float(np.mean(densities)) if densities else None


def _half(generator: np.random.Generator, groups: IntArray) -> BoolArray:
    """Draw half of the groups; return for each run whether its group is drawn."""
    names = np.unique(groups)
    return np.isin(groups, generator.permutation(names)[: len(names) // 2])


def _found_on(half: BoolArray, columns: Sequence[InputColumn], happens: BoolArray, density: float) -> Limits:
    """Return the limits found in one half sample; none where the event happens in all of its runs or in none."""
    part, hit = _taken(columns, half), happens[half]
    return _searched(part, hit, density)[1] if 0 < hit.sum() < len(hit) else ()


def _alike(limit: Limit, other: Limit) -> bool:
    """Return whether two limits restrict the same column on the same side; excluded labels must be equal."""
    # The bounds may differ: in half of the runs they can't be expected to be the same.
    same = (limit.column, limit.side) == (other.column, other.side)
    return same and (limit.side is not LimitSide.IS_NOT or limit.bound == other.bound)
