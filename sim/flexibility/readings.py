"""Readings of contested figures: the best fixed plan under each, and the regret of the plan chosen without it."""

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
"""Characters that are not used in the name of a directory."""
RunPaths = Callable[[Tree, str], list[Played]]
"""(tree, part of the study) -> its paths."""


@dataclass(frozen=True, slots=True)
class UnderReading:
    """The fixed plans under one reading of a contested figure; without a figure, under the scenario's own readings.

    `best` is the sequence of greatest mean NPV under the reading. `fixed` is the NPV of the plan chosen under the
    scenario's own readings. `regret` is the paired difference between the two, 0 where the plan is the best. All three
    are None where the reading makes the scenario invalid.
    """

    figure: str
    reading: str
    best: Sequence | None
    fixed: Estimate | None
    regret: Estimate | None


def others(scenario: Scenario) -> list[tuple[str, str]]:
    """Return each reading of each contested figure that is not in force in the scenario."""
    return [(figure, name) for figure, names in contested(scenario) for name in names[1:]]


def under_readings(tree: Tree, own: FloatArray, plan: Sequence, run: RunPaths) -> Iterator[UnderReading]:
    """Yield the fixed plans under each reading of each contested figure, all other figures as in the scenario.

    The first entry is the scenario itself. `own`, shape (paths, sequences), is the NPV of its sequences; `run` returns
    the same paths of another tree.
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
    """Return the tree of the same scenario under another reading of a figure.

    Raises:
        InputError: the reading makes the scenario invalid.
    """
    texts = settled(tree.scenario.ledger, {figure: name})
    chosen = {left: right for left, _, right in (text.partition("=") for text in texts)}
    found = revalued(tree.scenario, readings=chosen, values={}, numbers={})
    if found is None:
        return tree_of(loaded(based(tree.scenario), Row(readings=texts)))
    # Only numbers differ: the plans are given the new ones, which is much faster than compiling each anew.
    return replace(
        tree_of(found), _plans={sequence: renumbered(tree.plan(sequence), found) for sequence in tree.sequences}
    )


def _under(figure: str, name: str, tree: Tree, plan: Sequence, npv: FloatArray) -> UnderReading:
    """Return the plans under one reading from the NPV of the sequences, shape (paths, sequences)."""
    means = npv.mean(axis=0)
    chosen = tree.sequences.index(plan)
    # Among equals the chosen plan is the best, so that its regret is 0.
    best = chosen if means[chosen] >= means.max() else int(means.argmax())
    return UnderReading(
        figure, name, tree.sequences[best], estimated(npv[:, chosen]), estimated(npv[:, best] - npv[:, chosen])
    )


def estimated(values: FloatArray, of: BoolArray | None = None) -> Estimate:
    """Return the mean over paths, with a standard error from the means of scrambles (`sim.study.methods.intervals`).

    `values` are those of paths 0, 1, 2, ... or, in this order, of the paths that the mask `of` marks.
    """
    groups = np.arange(len(values)) % SCRAMBLES if of is None else np.flatnonzero(of) % SCRAMBLES
    if not len(values):
        return Estimate(0.0, 0.0)
    parts = np.bincount(groups, values - values.mean())[np.unique(groups)] / len(values)
    return Estimate(float(values.mean()), float(np.sqrt((parts**2).sum() * len(parts) / max(len(parts) - 1, 1))))
