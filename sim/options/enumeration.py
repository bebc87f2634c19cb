"""Exact values of finite trees, with which the regressions are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.options.arrays import END, Arrays, IntArray
from sim.options.decisions import Decisions
from sim.options.estimates import Paths
from sim.options.policy import best_fixed, route
from sim.options.tabulate import tabulate


@dataclass(frozen=True, slots=True)
class Exact:
    """Exact values of the best policy, of the best fixed plan (with its choices), and with perfect information."""

    policy: float
    fixed: float
    plan: dict[str, str]
    perfect_information: float

    @property
    def gain(self) -> float:
        """The option value: that of the best policy less that of the best fixed plan."""
        return self.policy - self.fixed


def enumerate_states(decisions: Decisions) -> Exact:
    """Return the exact value of decisions whose paths are all states of the world, weighted by their probabilities.

    States are indistinguishable at a node if their features are equal there and at all nodes on the way. The tree is
    rolled back over every sequence of choices, so that a policy may use all that it has seen. Shocks are not used.

    Raises:
        InputError: the decisions are invalid, as in `value`.
    """
    arrays = tabulate(decisions)
    every = np.ones(arrays.paths, dtype=np.bool_)
    paths = Paths(arrays.weights / arrays.weights.sum(), None, every)
    fixed = best_fixed(arrays, paths)
    plan = {arrays.stages[p].name: arrays.stages[p].choices[c] for p, c in route(arrays, fixed.choices)}
    # With perfect information each state is told apart from all others: a tree of its own.
    one_by_one = sum(_rolled_back(arrays, 0, np.array([k]), paths) for k in range(arrays.paths))
    return Exact(_rolled_back(arrays, 0, np.arange(arrays.paths), paths), paths.mean(fixed.values[0]), plan, one_by_one)


def _rolled_back(arrays: Arrays, place: int, states: IntArray, paths: Paths) -> float:
    """Return the greatest expected value from a node on over states that are indistinguishable so far.

    The expectation is not divided by the probability of these states.
    """
    stage = arrays.stages[place]
    seen = np.unique(stage.features[states], axis=0, return_inverse=True)[1].ravel()
    total = 0.0
    for cell in range(int(seen.max()) + 1):
        alike = states[seen == cell]
        total += max(
            float(paths.weights[alike] @ cash[alike]) + (0.0 if to == END else _rolled_back(arrays, to, alike, paths))
            for cash, to in zip(stage.cash, stage.to, strict=True)
        )
    return total
