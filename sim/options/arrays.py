"""Decisions as arrays: nodes in topological order, cash as present values, features that may be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

END = -1
"""Where a choice leads that ends."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One node. `cash` (choices, paths) are present values, `to` places in `Arrays.stages`, `means` known or NaN.

    `features` are those that rules may use; `blind` says that nothing has been seen, in no feature at all.
    """

    name: str
    at: float
    choices: tuple[str, ...]
    cash: FloatArray
    to: tuple[int, ...]
    means: FloatArray
    names: tuple[str, ...]
    features: FloatArray
    blind: bool


@dataclass(frozen=True, slots=True)
class Later:
    """A shock in arrays: functions of it with mean zero (paths, functions), the shock itself first."""

    name: str
    after: float
    functions: FloatArray

    def later_than(self, at: float) -> bool:
        """Whether it is drawn after a gate at that date; dates are compared to a millionth of a year."""
        return self.after >= at - 1e-6


@dataclass(frozen=True, slots=True)
class Arrays:
    """All of a problem. `stages[0]` is the root, and every choice leads to a later stage."""

    stages: tuple[Stage, ...]
    shocks: tuple[Later, ...]
    weights: FloatArray
    groups: IntArray | None

    @property
    def paths(self) -> int:
        """How many paths there are."""
        return len(self.weights)


def outcomes(stage: Stage, following: Callable[[int], FloatArray]) -> FloatArray:
    """Cash of each choice with what `following(place)` brings from the node on that it leads to (choices, paths)."""
    return np.stack(
        [cash if to == END else cash + following(to) for cash, to in zip(stage.cash, stage.to, strict=True)]
    )


def taken(values: FloatArray, choice: IntArray) -> FloatArray:
    """Of `values` (choices, paths) those of the choice made on each path."""
    found: FloatArray = np.take_along_axis(values, choice[None, :], axis=0)[0]
    return found


def restricted(arrays: Arrays, kept: Callable[[str, str], bool]) -> Arrays | None:
    """The sub-graph of the choices that `kept(node, choice)` keeps; None where no plan is left.

    Choices that lead to a node without choices are left out with it, and so are nodes that are not reached.
    """
    stages = arrays.stages
    left: dict[int, list[int]] = {}
    for place in reversed(range(len(stages))):
        stage = stages[place]
        left[place] = [
            k
            for k, (choice, to) in enumerate(zip(stage.choices, stage.to, strict=True))
            if kept(stage.name, choice) and (to == END or left[to])
        ]
    if not left[0]:
        return None
    reached = {0}
    for place in range(len(stages)):
        if place in reached:
            reached |= {stages[place].to[k] for k in left[place]} - {END}
    number = {place: k for k, place in enumerate(sorted(reached))} | {END: END}
    return replace(
        arrays,
        stages=tuple(_cut(stages[place], left[place], number) for place in sorted(reached)),
    )


def _cut(stage: Stage, left: list[int], number: dict[int, int]) -> Stage:
    return replace(
        stage,
        choices=tuple(stage.choices[k] for k in left),
        cash=stage.cash[left],
        to=tuple(number[stage.to[k]] for k in left),
        means=stage.means[left],
    )
