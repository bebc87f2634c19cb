"""Decisions as arrays: nodes in topological order, cash as present values, the features that rules may use."""

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
    """One node of the decision graph.

    `cash` (choices, paths) are present values, `means` (choices,) their exact means or NaN, `to` indices in
    `Arrays.stages`. `features` (paths, names) are those that rules may use; `blind` means that no feature of the node,
    used or not, differs between paths.
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
    """A shock as arrays: functions of it with mean zero, shape (paths, functions), the shock itself first."""

    name: str
    after: float
    functions: FloatArray

    def later_than(self, at: float) -> bool:
        """Return whether the shock is drawn after a gate on that date."""
        # Dates are days divided by the length of a year: the tolerance, half a minute, absorbs the rounding.
        return self.after >= at - 1e-6


@dataclass(frozen=True, slots=True)
class Arrays:
    """A decision problem as arrays: `stages[0]` is the root, and every choice leads to a later stage or ends."""

    stages: tuple[Stage, ...]
    shocks: tuple[Later, ...]
    weights: FloatArray
    groups: IntArray | None

    @property
    def paths(self) -> int:
        """The number of paths."""
        return len(self.weights)


def outcomes(stage: Stage, following: Callable[[int], FloatArray]) -> FloatArray:
    """Return the cash of each choice plus the value of the node that it leads to, shape (choices, paths).

    `following(index)` returns the value of the node with that index on each path, shape (paths,).
    """
    return np.stack(
        [cash if to == END else cash + following(to) for cash, to in zip(stage.cash, stage.to, strict=True)]
    )


def taken(values: FloatArray, choice: IntArray) -> FloatArray:
    """Return the `values`, shape (choices, paths), of the choice made on each path, shape (paths,)."""
    found: FloatArray = np.take_along_axis(values, choice[None, :], axis=0)[0]
    return found


def restricted(arrays: Arrays, kept: Callable[[str, str], bool]) -> Arrays | None:
    """Return the sub-graph of the choices for which `kept(node, choice)` is true; None where no plan remains.

    A choice that leads to a node without choices is left out with that node. So are nodes that can't be reached.
    """
    stages = arrays.stages
    left: dict[int, list[int]] = {}
    # Backward, so that it is known of the nodes that a choice leads to whether any choice remains there.
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
    # Forward: every node comes after those that lead to it.
    for place in range(len(stages)):
        if place in reached:
            reached |= {stages[place].to[k] for k in left[place]} - {END}
    number = {place: k for k, place in enumerate(sorted(reached))} | {END: END}
    return replace(
        arrays,
        stages=tuple(_cut(stages[place], left[place], number) for place in sorted(reached)),
    )


def _cut(stage: Stage, left: list[int], number: dict[int, int]) -> Stage:
    """Return the node with the choices `left`; `number` maps old indices of nodes to new ones."""
    return replace(
        stage,
        choices=tuple(stage.choices[k] for k in left),
        cash=stage.cash[left],
        to=tuple(number[stage.to[k]] for k in left),
        means=stage.means[left],
    )
