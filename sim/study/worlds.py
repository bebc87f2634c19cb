"""States of the world in which plans are compared: points, random streams and, on request, readings of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.compiler import compile_plan
from sim.dimensions import Dimension
from sim.draws.inputs import input_quantile, probabilities
from sim.draws.points import points
from sim.errors import InputError
from sim.plan import BoolArray, FloatArray, IntArray, Plan
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.disagreement import Combination, combinations
from sim.study.knobs import contested, settled
from sim.study.methods.boxes import InputColumn
from sim.study.runs.design import Row, loaded
from sim.study.runs.outcomes import Outcomes
from sim.study.runs.run import Progress
from sim.study.runs.subject import Subject

MOST_COMBINATIONS = 256
RUNS_EACH = 4
"""The least number of worlds of one combination: more combinations separate the effects of readings better, but each
takes time to compile."""


@dataclass(frozen=True)
class Sight:
    """A plan under one combination of readings; scenario and plan are None where the two contradict each other."""

    scenario: Scenario | None
    plan: Plan | None
    row: Row
    """The row of the plan with its readings."""


@dataclass(frozen=True)
class Worlds:
    """`n` worlds for several plans: world k has replication k, a point and a combination of readings.

    `dimensions` are the uncertain inputs of all plans under all combinations. `points`, shape (worlds, dimensions), has
    a probability for each of them, so that an input is drawn at the same probability for all plans. `taken[k]` is the
    combination of world k, and `sights[plan][combination]` the plan under it.
    """

    names: tuple[str, ...]
    seed: int
    readings: dict[str, tuple[str, ...]]
    combinations: tuple[Combination, ...]
    taken: IntArray
    sights: tuple[tuple[Sight, ...], ...]
    dimensions: tuple[Dimension, ...]
    points: FloatArray

    @property
    def groups(self) -> IntArray:
        """The group of each world, shape (worlds,): its combination of readings; without readings, its own."""
        return self.taken if self.readings else np.arange(len(self.taken))

    def row(self, plan: int, world: int) -> Row | None:
        """Return the row that runs a plan in a world; None where the readings contradict it."""
        seen = self.sights[plan][int(self.taken[world])]
        if seen.plan is None:
            return None
        place = {d.stream: k for k, d in enumerate(self.dimensions)}
        point = tuple(float(self.points[world, place[d.stream]]) for d in seen.plan.dimensions)
        return replace(seen.row, seed=self.seed, replication=world, point=point)

    def outcomes(self, of: Subject, plan: int, progress: Progress | None = None) -> Outcomes:
        """Run a plan in every world and return the outcomes; those whose readings contradict it are not valid."""
        rows = [self.row(plan, world) for world in range(len(self.taken))]
        there = np.array([row is not None for row in rows])
        found = of.run(f"worlds-{plan}", [row for row in rows if row is not None], progress)
        table = np.full((len(rows), len(found.names)), np.nan)
        valid = np.zeros(len(rows), dtype=np.bool_)
        table[there], valid[there] = found.table, found.valid
        return replace(found, table=table, valid=valid)

    def columns(self, plan: int, worlds: BoolArray) -> tuple[InputColumn, ...]:
        """Return every input of a plan in the selected worlds: numbers in their own units, and readings."""
        values = np.array([self._values(plan, int(world)) for world in np.flatnonzero(worlds)])
        numbers = (InputColumn(d.name, values[:, k]) for k, d in enumerate(self.dimensions))
        return (*numbers, *(self._labels(figure, worlds) for figure in self.readings))

    def _values(self, plan: int, world: int) -> list[float]:
        seen = self.sights[plan][int(self.taken[world])]
        if seen.scenario is None or seen.plan is None:
            return [d.mode for d in self.dimensions]
        row = self.row(plan, world)
        assert row is not None
        u = probabilities(seen.plan, row.point or ())
        drawn = {d.stream: input_quantile(d, float(x)) for d, x in zip(seen.plan.dimensions, u, strict=True)}
        return [drawn.get(d.stream, _fixed(seen.scenario, d)) for d in self.dimensions]

    def _labels(self, figure: str, worlds: BoolArray) -> InputColumn:
        names = self.readings[figure]
        places = [names.index(dict(combination)[figure]) for combination in self.combinations]
        return InputColumn(figure, np.array(places, dtype=np.float64)[self.taken[worlds]], names)


def _fixed(scenario: Scenario, dimension: Dimension) -> float:
    """Return the value of a number that is not drawn under these readings."""
    name = dimension.name
    if name in scenario.ledger.figures:
        value = scenario.ledger.resolve(name).value
        return float(value) if isinstance(value, (int, float)) else dimension.mode
    entry = scenario.inputs.get(name)
    return float(entry.value) if entry is not None and not isinstance(entry.value, str) else dimension.mode


def worlds(base: Asked, names: Sequence[str], n: int, seed: int, *, over_readings: bool) -> Worlds:
    """Return `n` worlds for plans, given by their names, with the settings of `base`.

    Raises:
        InputError: a plan is wrong under its own readings.
    """
    plans = [loaded(base, Row(scenario=name)) for name in names]
    readings = _contested(plans) if over_readings else {}
    most = max(min(n // RUNS_EACH, MOST_COMBINATIONS), 1)
    chosen = tuple(combinations(readings, most, seed)) if readings else ((),)
    sights = tuple(
        tuple(_sight(base, plan, combination) for combination in chosen) for plan in zip(names, plans, strict=True)
    )
    found = {d.stream: d for plan in sights for s in plan if s.plan is not None for d in s.plan.dimensions}
    dimensions = tuple(found.values())
    return Worlds(
        names=tuple(names), seed=seed, readings=readings, combinations=chosen,
        # Worlds of one combination are next to each other, so that it is compiled once.
        taken=np.arange(n) * len(chosen) // n, sights=sights, dimensions=dimensions,
        points=points(dimensions, seed, 0, n),
    )  # fmt: skip


def _contested(scenarios: Sequence[Scenario]) -> dict[str, tuple[str, ...]]:
    """Return each contested figure behind any of the plans, with its readings."""
    found: dict[str, tuple[str, ...]] = {}
    for scenario in scenarios:
        for figure, names in contested(scenario):
            found.setdefault(figure, names)
    return found


def _sight(base: Asked, plan: tuple[str, Scenario], combination: Combination) -> Sight:
    """Return a plan under a combination; `plan` is its name, and its scenario under its own readings."""
    row = Row(scenario=plan[0], readings=settled(plan[1].ledger, dict(combination)))
    try:
        scenario = loaded(base, row)
        return Sight(scenario, compile_plan(scenario), row)
    except InputError:
        return Sight(None, None, row)
