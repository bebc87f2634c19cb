"""What is linted: a scenario, its plan, and the typical value of every input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sim.compiler import compile_plan
from sim.draws.curves import value
from sim.linting.place import Place, places
from sim.plan import FloatArray, PathPlan, Plan, Ref
from sim.scenario.loader import Scenario


@dataclass(frozen=True, slots=True)
class MeasuredInput:
    """One number to compare with a bound: where it is written, the figures it comes from, where it stands."""

    paths: tuple[str, ...]
    figures: tuple[str, ...]
    value: float
    unit: str
    place: Place


class LintSubject:
    """A scenario with its plan. Uncertain inputs count at their typical value, and nothing is drawn."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    @cached_property
    def plan(self) -> Plan:
        """The compiled scenario."""
        return compile_plan(self.scenario)

    @cached_property
    def vector(self) -> FloatArray:
        """The typical value of every input, in the plan's units."""
        return self.plan.vector()

    @cached_property
    def _places(self) -> dict[str, Place]:
        return places(self.scenario)

    def place(self, path: str) -> Place:
        """Return the place of the entry that a path belongs to."""
        parts = path.split(".")
        found = self._places.get(".".join(parts[:2]), Place())
        # A die area is given by node (items.NAME.die_area.NODE): it is about that node alone.
        return replace(found, nodes=frozenset(parts[3:])) if parts[2:3] == ["die_area"] else found

    @cached_property
    def grid(self) -> FloatArray:
        """Every day of the horizon."""
        return np.arange(0.0, self.plan.calendar.days + 1)

    @property
    def dated(self) -> bool:
        """Whether time is counted in days; in an abstract model a year means nothing."""
        return self.plan.calendar.start is not None

    def number(self, ref: Ref, default: float = 0.0) -> float:
        """Return the value of a reference, in the plan's units."""
        return value(self.vector, ref, default)

    def read(self, path: str) -> float:
        """Return the value of an input in the unit of its field."""
        return self.scenario.inputs.number(path)

    def figures(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return the figures behind these inputs, each once."""
        found = (self.scenario.inputs[path].figure for path in paths)
        return tuple(dict.fromkeys(figure for figure in found if figure))

    def path_of(self, ref: Ref) -> str:
        """Return the path of the input that a reference stands for."""
        return self.plan.inputs[ref].path

    def largest(self, path: PathPlan) -> Ref:
        """Return the reference of the largest value of a path, up to the first point after the horizon."""
        # The first point after the horizon still counts: a linear path moves towards it within the horizon.
        last = np.searchsorted([self.number(at) for at in path.at], self.plan.calendar.days) if len(path.at) > 1 else 0
        return max(path.values[: int(last) + 1], key=self.number)
