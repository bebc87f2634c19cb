"""Replications of one scenario, or of several variants on common random numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from sim.compiler import compile_plan
from sim.dimensions import Dimension
from sim.draws.points import points
from sim.errors import MOST_RUNS, MOST_SEED, InputError, Problem, refuse_out_of_range
from sim.plan import FloatArray, IntArray, Plan
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.runs.design import BLOCK, Row, loaded
from sim.study.runs.outcomes import Outcomes
from sim.study.runs.provenance import fingerprint, told


@dataclass(frozen=True)
class Variant:
    """What is replicated: a label, the row that changes the base, and the resulting scenario and plan."""

    label: str
    row: Row
    scenario: Scenario
    plan: Plan


def variants(base: Asked, rows: Iterable[tuple[str, Row]]) -> tuple[Variant, ...]:
    """Return the variants of a base, one for each labelled row.

    Raises:
        InputError: everything that is wrong with any of them.
    """
    found: list[Variant] = []
    # A dictionary rather than a set: each problem once, in the order in which they are found.
    problems: dict[Problem, None] = {}
    for label, row in rows:
        try:
            scenario = loaded(base, row)
            found.append(Variant(label, row, scenario, compile_plan(scenario)))
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise InputError(problems)
    return tuple(found)


class Replicated:
    """A design: replications 0 to n - 1 of each variant, in blocks of one variant each.

    Variants share seed and replications, and inputs with the same random stream share their probabilities. More
    replications only add blocks, or rows to the last ones: a study can be extended.
    """

    def __init__(self, study: str, base: Asked, variants: Sequence[Variant], n: int, seed: int) -> None:
        refuse_out_of_range(1, MOST_RUNS, n=n)
        refuse_out_of_range(0, MOST_SEED, seed=seed)
        self.study, self.base, self.variants, self.n, self.seed = study, base, tuple(variants), n, seed
        # One coordinate for each random stream of any variant: common random numbers also where variants draw
        # different inputs.
        shared = {dimension.stream: dimension for variant in self.variants for dimension in variant.plan.dimensions}
        self.dimensions: tuple[Dimension, ...] = tuple(shared.values())
        column = {stream: number for number, stream in enumerate(shared)}
        self._taken = [[column[dimension.stream] for dimension in variant.plan.dimensions] for variant in self.variants]
        # Blocks of the variants come in turn and need the same points.
        self._points = lru_cache(maxsize=2)(self._points_of)

    @property
    def scrambled(self) -> bool:
        """Whether replications have points."""
        return bool(self.dimensions)

    @property
    def blocks(self) -> int:
        """The number of blocks."""
        return self.blocks_of(self.n)

    def blocks_of(self, n: int) -> int:
        """Return the number of blocks of n replications of each variant."""
        return -(-n // BLOCK) * len(self.variants)

    def block(self, index: int) -> Sequence[Row]:
        """Return the rows of one block: up to BLOCK replications of one variant."""
        # Blocks of all variants take turns: a study that stops early has the same replications of each.
        group, which = divmod(index, len(self.variants))
        replications = range(group * BLOCK, min((group + 1) * BLOCK, self.n))
        drawn = self._points(replications.start, len(replications))[:, self._taken[which]]
        row = replace(self.variants[which].row, seed=self.seed)
        return [
            replace(row, replication=k, point=tuple(point))
            for k, point in zip(replications, drawn.tolist(), strict=True)
        ]

    def identity(self) -> dict[str, Any]:
        """Return all that the outcomes depend on as plain data. The number of replications is not part of it."""
        scenarios = {variant.label: fingerprint(variant.scenario) for variant in self.variants}
        return {"study": self.study, "seed": self.seed, "scenarios": scenarios}

    def resolved(self) -> dict[str, Any]:
        """Return in full the scenarios that the variants are made of."""
        found: dict[str | None, list[Variant]] = {}
        for variant in self.variants:
            found.setdefault(variant.row.scenario, []).append(variant)
        return {
            group[0].label: told(group[0].scenario if len(group) == 1 else loaded(self.base, Row(scenario=scenario)))
            for scenario, group in found.items()
        }

    def parts(self, outcomes: Outcomes) -> list[Outcomes]:
        """Return the outcomes of each variant, with a row for each replication that was run."""
        n = len(outcomes.table) // len(self.variants)
        parts = [outcomes.rows(self._where(which, n)) for which in range(len(self.variants))]
        # The table has the columns of all variants. Different scenarios have different KPIs, and those that a scenario
        # does not have are removed.
        scenarios = {variant.row.scenario for variant in self.variants}
        return parts if len(scenarios) == 1 else [part.filled() for part in parts]

    def _where(self, which: int, n: int) -> IntArray:
        """Return the indices of the rows of one variant in the table of n replications of each, shape (n,)."""
        replication = np.arange(n)
        group, count = replication // BLOCK, len(self.variants)
        # The last blocks may be shorter, those of all variants alike.
        size = np.minimum(BLOCK, n - group * BLOCK)
        return np.asarray(group * BLOCK * count + which * size + replication % BLOCK)

    def _points_of(self, first: int, n: int) -> FloatArray:
        """Return the points of n replications from `first` on, shape (n, dimensions)."""
        return points(self.dimensions, self.seed, first, n)
