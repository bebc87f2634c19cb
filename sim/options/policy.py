"""Fixed plans and fitted policies: the choice at each node, and the value that results on each path."""

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
"""A fixed plan as (index of the node, index of the choice made there), from the root on."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The best fixed plan from each node on: its choice, and its value on each path (nodes, paths)."""

    choices: tuple[int, ...]
    values: FloatArray


@dataclass(frozen=True, slots=True)
class Policy:
    """A rule for each node, with the value of following the rules from each node on, shape (nodes, paths).

    `penalties` are one array for each node, shape (choices, paths): what a decision maker pays for each choice who knows
    later shocks.
    """

    rules: tuple[Rule, ...]
    values: FloatArray
    penalties: tuple[FloatArray, ...]


def best_fixed(arrays: Arrays, paths: Paths, of: BoolArray | None = None) -> Fixed:
    """Return the fixed plan of greatest mean from each node on; among equals the choice listed first.

    Means are over the paths `of` (paths,), by default all.
    """
    choices: dict[int, int] = {}
    values: dict[int, FloatArray] = {}
    for place in reversed(range(len(arrays.stages))):
        found = outcomes(arrays.stages[place], values.__getitem__)
        # One choice for all paths: a fixed plan uses nothing that is seen.
        choices[place] = int(np.argmax([paths.mean(row, of) for row in found]))
        values[place] = found[choices[place]]
    places = range(len(arrays.stages))
    return Fixed(tuple(choices[p] for p in places), np.stack([values[p] for p in places]))


def route(arrays: Arrays, choices: tuple[int, ...], start: int = 0) -> Route:
    """Return the nodes that a fixed plan passes from `start` on, each with its choice."""
    found, place = [], start
    while place != END:
        found.append((place, choices[place]))
        place = arrays.stages[place].to[choices[place]]
    return tuple(found)


def along(arrays: Arrays, plan: Route) -> FloatArray:
    """Return the present value of a fixed plan on each path, shape (paths,)."""
    found: FloatArray = np.sum([arrays.stages[place].cash[choice] for place, choice in plan], axis=0)
    return found


def mean_of(arrays: Arrays, plan: Route) -> float:
    """Return the exact mean of a plan; NaN where the mean of one of its choices is not known."""
    return float(sum(arrays.stages[place].means[choice] for place, choice in plan))


def plans_through(arrays: Arrays, best: Fixed, paths: Paths) -> dict[Route, None]:
    """Return for each choice of each node the best plan found that makes it; their values serve as control variates.

    The dictionary is used as an ordered set.
    """
    there: dict[int, Route] = {0: ()}
    arrived: dict[int, float] = {0: 0.0}
    found: dict[Route, None] = {}
    for place, stage in enumerate(arrays.stages):
        for choice, (cash, to) in enumerate(zip(stage.cash, stage.to, strict=True)):
            plan = (*there[place], (place, choice))
            found[plan if to == END else (*plan, *route(arrays, best.choices, to))] = None
            # Stages are in topological order, so the best way to this node is final when it is left.
            value = arrived[place] + paths.mean(cash, paths.training)
            if to != END and value > arrived.get(to, -np.inf):
                there[to], arrived[to] = plan, value
    return found


def folds_of(paths: Paths, seed: int) -> IntArray:
    """Return a random fold for each training path; the paths of one group are in the same fold."""
    kept = np.flatnonzero(paths.training)
    groups = np.arange(len(kept)) if paths.groups is None else np.unique(paths.groups[kept], return_inverse=True)[1]
    count = int(groups.max()) + 1
    return (np.random.default_rng(seed).permutation(count) % min(FOLDS, count))[groups]


def fitted(arrays: Arrays, paths: Paths, fit: Fit) -> Policy:
    """Fit a rule at each node on the training paths, from the last node to the first.

    As in Longstaff & Schwartz (2001), the value that follows a choice is what the rules fitted so far earn on the path,
    not a regression's prediction. Where later shocks are given it is reduced by the penalties, which have mean zero and
    carry most of the noise. Each rule is fitted on all training paths, whether the policy reaches the node on them or
    not.
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
        # Gains over the choice of the fixed plan: noise that all choices share cancels.
        gains = (expected - expected[start[place]]).T[training]
        rules[place] = fit(stage.features[training], gains, paths.weights[training], start[place])
        choice = rules[place].choose(stage.features)
        # The policy is valued by real cash; the values less penalties are only for fitting.
        earned[place] = taken(outcomes(stage, earned.__getitem__), choice)
        quiet[place] = taken(expected, choice)
    places = range(len(stages))
    return Policy(
        tuple(rules[p] for p in places), np.stack([earned[p] for p in places]), tuple(paid[p] for p in places)
    )


def constant(fixed: Fixed, like: Policy) -> Policy:
    """Return a fixed plan as a policy, with the penalties of another policy."""
    return Policy(tuple(Always(choice) for choice in fixed.choices), fixed.values, like.penalties)


def choices_made(arrays: Arrays, policy: Policy) -> IntArray:
    """Return the choice on each path at each node, shape (nodes, paths); -1 where the policy does not come there."""
    made = np.full((len(arrays.stages), arrays.paths), -1, dtype=np.int64)
    here = np.zeros(arrays.paths, dtype=np.int64)
    for place, (stage, rule) in enumerate(zip(arrays.stages, policy.rules, strict=True)):
        there = here == place
        made[place, there] = rule.choose(stage.features[there])
        here[there] = np.array(stage.to)[made[place, there]]
    return made
