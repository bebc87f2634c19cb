"""Readings of contested figures: which fixed plan is best under each, and the regret of the one chosen without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from sim.compiler import renumbered
from sim.draws.points import SCRAMBLES
from sim.errors import InputError
from sim.flexibility.played import Played
from sim.flexibility.sequences import Sequence, Tree, tree_of
from sim.options import Estimate
from sim.plan import BoolArray, FloatArray
from sim.scenario.loader import Scenario
from sim.scenario.revalue import revalued
from sim.study.knobs import contested, settled
from sim.study.runs.design import Row, based, loaded

_NO_FILE = re.compile(r"[^\w.=-]")
"""What a directory is not called by."""
RunPaths = Callable[[Tree, str], list[Played]]
"""(tree, part of the study) -> its paths."""


@dataclass(frozen=True, slots=True)
class UnderReading:
    """The fixed plans under one reading of a contested figure; without a figure, under the scenario's own readings.

    `best` is the sequence of the greatest mean there, `fixed` the NPV of the plan that was chosen under the scenario's own
    readings, `regret` how much less that is worth than the best one: paired, 0 where it is the best. None for all three where
    the scenario contradicts the reading.
    """

    figure: str
    reading: str
    best: Sequence | None
    fixed: Estimate | None
    regret: Estimate | None


def others(scenario: Scenario) -> list[tuple[str, str]]:
    """Each reading, other than the one in force, of each contested figure of a scenario."""
    return [(figure, name) for figure, names in contested(scenario) for name in names[1:]]


def under_readings(tree: Tree, own: FloatArray, plan: Sequence, run: RunPaths) -> Iterator[UnderReading]:
    """The fixed plans under each reading of each contested figure, all others as the scenario takes them.

    The first entry is the scenario itself, with the NPV of its sequences on the paths, `own` (paths, sequences). `run`
    returns the same paths of another tree.
    """
    if not len(own):
        return
    yield _under("", "", tree, plan, own)
    for figure, name in others(tree.scenario):
        try:
            other = under_reading(tree, figure, name)
        except InputError:
            yield UnderReading(figure, name, None, None, None)
            continue
        paths = run(other, f"readings/{_NO_FILE.sub('_', f'{figure}={name}')}")
        yield _under(figure, name, other, plan, np.array([path.npv for path in paths]))


def under_reading(tree: Tree, figure: str, name: str) -> Tree:
    """The tree of the same scenario under another reading of a figure.

    Raises:
        InputError: the reading makes the scenario invalid.
    """
    texts = settled(tree.scenario.ledger, {figure: name})
    chosen = {left: right for left, _, right in (text.partition("=") for text in texts)}
    found = revalued(tree.scenario, readings=chosen, values={}, numbers={})
    if found is None:
        return tree_of(loaded(based(tree.scenario), Row(readings=texts)))
    return replace(tree_of(found), _plans={s: renumbered(tree.plan(s), found) for s in tree.sequences})


def _under(figure: str, name: str, tree: Tree, plan: Sequence, npv: FloatArray) -> UnderReading:
    means = npv.mean(axis=0)
    chosen = tree.sequences.index(plan)
    # Of equals the plan that was chosen.
    best = chosen if means[chosen] >= means.max() else int(means.argmax())
    return UnderReading(
        figure, name, tree.sequences[best], estimated(npv[:, chosen]), estimated(npv[:, best] - npv[:, chosen])
    )


def estimated(values: FloatArray, of: BoolArray | None = None) -> Estimate:
    """The mean over paths, its error from the means of the scrambles that their points belong to (`sim.study.methods.intervals`).

    `values` are those of paths 0, 1, 2 and so on, or only of those among them that `of` marks.
    """
    groups = np.arange(len(values)) % SCRAMBLES if of is None else np.flatnonzero(of) % SCRAMBLES
    if not len(values):
        return Estimate(0.0, 0.0)
    parts = np.bincount(groups, values - values.mean())[np.unique(groups)] / len(values)
    return Estimate(float(values.mean()), float(np.sqrt((parts**2).sum() * len(parts) / max(len(parts) - 1, 1))))
