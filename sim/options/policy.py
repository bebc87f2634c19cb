"""Fixed plans and fitted policies: which choice at each node, and what that earns on each path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.options.arrays import END, Arrays, BoolArray, FloatArray, IntArray, outcomes, taken
from sim.options.estimates import Paths
from sim.options.fitting import FOLDS
from sim.options.penalties import penalties
from sim.options.rules import Always, Rule

Fit = Callable[[FloatArray, FloatArray, FloatArray, int], Rule]
"""(features, gains, weights, base) of the training paths -> the rule of a node."""
Route = tuple[tuple[int, int], ...]
"""A fixed plan as places of nodes and of the choices made there, from the root on."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The best fixed plan from each node on: its choice, and its value on each path (nodes, paths)."""

    choices: tuple[int, ...]
    values: FloatArray


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule for each node, what following them from each node on earns on each path (nodes, paths), and the
    penalty on each choice of each node, each (choices, paths), for one who would know later shocks."""

    rules: tuple[Rule, ...]
    values: FloatArray
    penalties: tuple[FloatArray, ...]


def best_fixed(arrays: Arrays, paths: Paths, of: BoolArray | None = None) -> Fixed:
    """The fixed plan with the greatest mean from each node on; the choice listed first among equals."""
    choices: dict[int, int] = {}
    values: dict[int, FloatArray] = {}
    for place in reversed(range(len(arrays.stages))):
        found = outcomes(arrays.stages[place], values.__getitem__)
        choices[place] = int(np.argmax([paths.mean(row, of) for row in found]))
        values[place] = found[choices[place]]
    places = range(len(arrays.stages))
    return Fixed(tuple(choices[p] for p in places), np.stack([values[p] for p in places]))


def route(arrays: Arrays, choices: tuple[int, ...], start: int = 0) -> Route:
    """The nodes that a fixed plan passes from `start` on, with its choices."""
    found, place = [], start
    while place != END:
        found.append((place, choices[place]))
        place = arrays.stages[place].to[choices[place]]
    return tuple(found)


def along(arrays: Arrays, plan: Route) -> FloatArray:
    """The present value of a fixed plan on each path."""
    found: FloatArray = np.sum([arrays.stages[place].cash[choice] for place, choice in plan], axis=0)
    return found


def mean_of(arrays: Arrays, plan: Route) -> float:
    """The exactly known mean of a plan, NaN where that of one of its choices is not known."""
    return float(sum(arrays.stages[place].means[choice] for place, choice in plan))


def plans_through(arrays: Arrays, best: Fixed, paths: Paths) -> dict[Route, None]:
    """For each choice of each node the best plan found that makes it: the plans whose values serve as controls."""
    there: dict[int, Route] = {0: ()}
    arrived: dict[int, float] = {0: 0.0}
    found: dict[Route, None] = {}
    for place, stage in enumerate(arrays.stages):
        for choice, (cash, to) in enumerate(zip(stage.cash, stage.to, strict=True)):
            way = (*there[place], (place, choice))
            found[way if to == END else (*way, *route(arrays, best.choices, to))] = None
            value = arrived[place] + paths.mean(cash, paths.training)
            if to != END and value > arrived.get(to, -np.inf):
                there[to], arrived[to] = way, value
    return found


def folds_of(paths: Paths, seed: int) -> IntArray:
    """A fold for each training path, drawn at random; paths of one group are in one fold."""
    kept = np.flatnonzero(paths.training)
    groups = np.arange(len(kept)) if paths.groups is None else np.unique(paths.groups[kept], return_inverse=True)[1]
    count = int(groups.max()) + 1
    return (np.random.default_rng(seed).permutation(count) % min(FOLDS, count))[groups]


def fitted(arrays: Arrays, paths: Paths, fit: Fit) -> Policy:
    """A rule for each node, from the last to the first, fitted on the training paths.

    As Longstaff & Schwartz (2001) do, what follows a choice is what the rules fitted so far really earn on a
    path, not what a regression predicts; where later shocks are given, less the penalties, which have mean zero
    and carry most of the noise. Each node learns from all paths, whether a policy comes there or not.
    """
    training, stages = paths.training, arrays.stages
    start = best_fixed(arrays, paths, training).choices
    rules: dict[int, Rule] = {}
    earned: dict[int, FloatArray] = {}
    quiet: dict[int, FloatArray] = {}
    paid: dict[int, FloatArray] = {}
    for place in reversed(range(len(stages))):
        stage = stages[place]
        brought = outcomes(stage, quiet.__getitem__)
        paid[place] = penalties(arrays, stage, brought, paths)
        expected = brought - paid[place]
        gains = (expected - expected[start[place]]).T[training]
        rules[place] = fit(stage.features[training], gains, paths.weights[training], start[place])
        choice = rules[place].choose(stage.features)
        earned[place] = taken(outcomes(stage, earned.__getitem__), choice)
        quiet[place] = taken(expected, choice)
    places = range(len(stages))
    return Policy(
        tuple(rules[p] for p in places), np.stack([earned[p] for p in places]), tuple(paid[p] for p in places)
    )


def constant(fixed: Fixed, like: Policy) -> Policy:
    """A fixed plan as a policy, with the penalties of another one."""
    return Policy(tuple(Always(choice) for choice in fixed.choices), fixed.values, like.penalties)


def choices_made(arrays: Arrays, policy: Policy) -> IntArray:
    """The choice on each path at each node (nodes, paths); -1 where the policy does not come there."""
    made = np.full((len(arrays.stages), arrays.paths), -1, dtype=np.int64)
    here = np.zeros(arrays.paths, dtype=np.int64)
    for place, (stage, rule) in enumerate(zip(arrays.stages, policy.rules, strict=True)):
        there = here == place
        made[place, there] = rule.choose(stage.features[there])
        here[there] = np.array(stage.to)[made[place, there]]
    return made
