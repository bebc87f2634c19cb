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
    """What is replicated: a name, the row that makes it of the base, and its scenario and plan."""

    label: str
    row: Row
    scenario: Scenario
    plan: Plan


def variants(base: Asked, rows: Iterable[tuple[str, Row]]) -> tuple[Variant, ...]:
    """The variants that rows make of a base, by label.

    Raises:
        InputError: what is wrong with any of them, all at once.
    """
    found: list[Variant] = []
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

    Variants share seed and replications, and inputs of one name share their probabilities. More
    replications only add blocks, or rows to the last ones.
    """

    def __init__(self, study: str, base: Asked, variants: Sequence[Variant], n: int, seed: int) -> None:
        refuse_out_of_range(1, MOST_RUNS, n=n)
        refuse_out_of_range(0, MOST_SEED, seed=seed)
        self.study, self.base, self.variants, self.n, self.seed = study, base, tuple(variants), n, seed
        shared = {d.stream: d for v in self.variants for d in v.plan.dimensions}
        self.dimensions: tuple[Dimension, ...] = tuple(shared.values())
        place = {stream: i for i, stream in enumerate(shared)}
        self._taken = [[place[d.stream] for d in v.plan.dimensions] for v in self.variants]
        self._points = lru_cache(maxsize=2)(self._points_of)

    @property
    def scrambled(self) -> bool:
        """Whether replications have points."""
        return bool(self.dimensions)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return self.blocks_of(self.n)

    def blocks_of(self, n: int) -> int:
        """How many blocks n replications of each variant make."""
        return -(-n // BLOCK) * len(self.variants)

    def block(self, index: int) -> Sequence[Row]:
        """The rows of one block: up to BLOCK replications of one variant."""
        group, which = divmod(index, len(self.variants))
        replications = range(group * BLOCK, min((group + 1) * BLOCK, self.n))
        drawn = self._points(replications.start, len(replications))[:, self._taken[which]]
        row = replace(self.variants[which].row, seed=self.seed)
        return [
            replace(row, replication=k, point=tuple(point))
            for k, point in zip(replications, drawn.tolist(), strict=True)
        ]

    def identity(self) -> dict[str, Any]:
        """What the outcomes depend on, as plain data; how many replications there are is no part of it."""
        scenarios = {v.label: fingerprint(v.scenario) for v in self.variants}
        return {"study": self.study, "seed": self.seed, "scenarios": scenarios}

    def resolved(self) -> dict[str, Any]:
        """The scenarios that the variants are made of, in full."""
        found: dict[str | None, list[Variant]] = {}
        for variant in self.variants:
            found.setdefault(variant.row.scenario, []).append(variant)
        return {
            group[0].label: told(group[0].scenario if len(group) == 1 else loaded(self.base, Row(scenario=scenario)))
            for scenario, group in found.items()
        }

    def parts(self, outcomes: Outcomes) -> list[Outcomes]:
        """The outcomes of each variant, a row for each replication that was run."""
        n = len(outcomes.table) // len(self.variants)
        parts = [outcomes.rows(self._where(which, n)) for which in range(len(self.variants))]
        # Of several scenarios none need have the KPIs of another.
        return parts if len({v.row.scenario for v in self.variants}) == 1 else [part.filled() for part in parts]

    def _where(self, which: int, n: int) -> IntArray:
        """Where the rows of one variant stand in the table of n replications of each, shape (n,)."""
        replication = np.arange(n)
        group, count = replication // BLOCK, len(self.variants)
        size = np.minimum(BLOCK, n - group * BLOCK)
        return np.asarray(group * BLOCK * count + which * size + replication % BLOCK)

    def _points_of(self, first: int, n: int) -> FloatArray:
        return points(self.dimensions, self.seed, first, n)
