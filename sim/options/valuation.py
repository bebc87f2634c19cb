"""The value of deciding later: a fitted rule on fresh paths, with the best fixed plan and upper bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from sim.errors import InputError, Problem, argument, nearest
from sim.options.arrays import Arrays, BoolArray, FloatArray, IntArray
from sim.options.bounds import AFTER_BLIND, PENALISED, PERFECT, Bound, bounds, why_not
from sim.options.decisions import Decisions
from sim.options.estimates import Controls, Estimate, Measured, Paths, cvar, measured
from sim.options.fitting import Candidates, chosen, kinds
from sim.options.leaks import refuse_leaks
from sim.options.parts import Part, alone, options_of, without
from sim.options.policy import (
    Fit,
    Fixed,
    Policy,
    along,
    best_fixed,
    choices_made,
    constant,
    fitted,
    folds_of,
    mean_of,
    plans_through,
    route,
)  # fmt: skip
from sim.options.tabulate import tabulate

LEAST_PATHS = 20
"""Least number of training paths, and of fresh ones."""
SURE = 2.0
"""Standard errors by which a fitted rule must beat the best fixed plan to be used."""
NEAR = 3.0
"""Paired standard errors within which best fixed plan, policy and bound must be in order."""
MOST_CONTROLS = 60
WIDE_OF_GAIN, WIDE_OF_FIXED = 0.1, 0.01
"""A warning is given if the bracket is wider than this share of the option value, or of the fixed plan."""
TAIL = 0.05
"""Share of the paths in the conditional value at risk."""


@dataclass(frozen=True, slots=True)
class NodeRule:
    """The rule at one node in words.

    `reached` is the share of the fresh paths that come to the node, `shares` are those of the choices among these paths.
    """

    node: str
    at: float
    words: str
    reached: float
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class Valuation:
    """The value of decisions, in the unit of their cash; means are over the `fresh` paths, which nothing was fitted on.

    `gain` is the option value: `policy` less `fixed`, the best fixed plan. If the fitted rules do not beat that plan by
    two standard errors, the policy is the plan and the gain 0; `fitted` is the difference of the rules in either case.
    `upper` is the lowest valid bound, and `room` the difference between it and the policy. Standard errors of
    differences are paired. `better` and `worse` are the shares of paths on which the policy earns more and less than the
    plan. `fixed_values` and `policy_values`, shape (fresh,), are the values on each fresh path.
    """

    basis: str
    plan: dict[str, str]
    fixed: Estimate
    policy: Estimate
    gain: Estimate
    fitted: Estimate
    used: bool
    upper: Bound
    room: Estimate
    bounds: tuple[Bound, ...]
    rules: tuple[NodeRule, ...]
    better: float
    worse: float
    cvar_fixed: float
    cvar_policy: float
    parts: tuple[Part, ...]
    warnings: tuple[str, ...]
    fresh: int
    fixed_values: FloatArray
    policy_values: FloatArray
    weights: FloatArray

    @property
    def ordered(self) -> bool:
        """Whether best fixed plan, policy and bound are in order, within three paired standard errors."""
        # Where an error is zero, rounding in sums over paths remains.
        small = 1e-9 * abs(self.fixed.mean)
        return min(gap.mean + NEAR * gap.error + small for gap in (self.gain, self.room)) >= 0.0

    def __str__(self) -> str:
        assert self.upper.value is not None
        lines = [
            f"Freedom to choose later: {self.gain}, at most {self.upper.value.mean - self.fixed.mean:.5g}",
            f"best fixed plan {self.fixed} ({', '.join(f'{n}: {c}' for n, c in self.plan.items())})",
            f"with the rules {self.policy}, upper bound {self.upper.value} ({self.upper.known})",
            *(f"{r.node}: {r.words} ({_shares(r)})" for r in self.rules if r.reached),
            f"better than fixed on {self.better:.0%} of paths, worse on {self.worse:.0%}; "
            f"mean of the worst 5 %: fixed {self.cvar_fixed:.5g}, with the rules {self.cvar_policy:.5g}",
            *(f"{p.option}: alone {p.alone}, removed {'no plan is left' if p.removed is None else p.removed}" for p in self.parts),
            f"under {self.basis}",
            *(f"Warning: {warning}" for warning in self.warnings),
        ]  # fmt: skip
        return "\n".join(lines)


def _shares(rule: NodeRule) -> str:
    """Return the share of each choice in words."""
    shares = ", ".join(f"{choice} {share:.0%}" for choice, share in rule.shares.items())
    return shares if rule.reached == 1.0 else f"reached on {rule.reached:.0%} of paths; of these {shares}"


def value(
    decisions: Decisions,
    *,
    training: ArrayLike | None = None,
    options: Mapping[str, Sequence[str]] | None = None,
    candidates: Candidates = kinds,
    seed: int = 0,
) -> Valuation:
    """Value decisions: a fitted rule in words, the best fixed plan, upper bounds, and each option alone and removed.

    Args:
        decisions: the decision problem, with all arrays over the same paths.
        training: marks the paths, shape (paths,), that rules, penalties and weights of control variates are fitted on;
            by default the first half of the paths, or of the groups if there are any. Means are over the other paths.
        options: the choices that make up each option; by default each choice is an option. Empty to leave options out.
        candidates: returns the rules that are tried at each node.
        seed: the random seed by which training paths are divided into folds.

    Raises:
        InputError: arrays do not fit together, a feature is correlated with a later shock, or there are fewer than 20
            training or fresh paths.
    """
    arrays = tabulate(decisions)
    refuse_leaks(arrays)
    paths = _divided(arrays, training)
    _check_options(arrays, options)
    solver = _Solver(arrays, paths, partial(chosen, candidates=candidates, folds=folds_of(paths, seed)))
    # Matrices are small: threads wait for each other longer than they compute, many times so where a core is busy, and
    # by their number the last bits of a sum would depend on the machine.
    with threadpool_limits(1, user_api="blas"):
        return solver.valued(str(decisions.discounting), options)


def _divided(arrays: Arrays, training: ArrayLike | None) -> Paths:
    """Return the weights, groups and training paths, checked."""
    groups: IntArray = np.arange(arrays.paths) if arrays.groups is None else arrays.groups
    mask: BoolArray = groups < (groups.max() + 1) // 2 if training is None else np.asarray(training, dtype=np.bool_)
    if mask.shape != (arrays.paths,):
        raise _wrong("training", "shape does not fit", str(mask.shape), f"({arrays.paths},)")
    # Fresh paths that depend on training paths would bias the estimates upward.
    if set(groups[mask]) & set(groups[~mask]):
        raise _wrong("training", "a group has both training and fresh paths: its paths are not independent")
    least = min(int((mask & (arrays.weights > 0)).sum()), int((~mask & (arrays.weights > 0)).sum()))
    if least < LEAST_PATHS:
        raise _wrong("training", "too few paths of positive weight on one side", str(least), f"{LEAST_PATHS} or more")
    return Paths(arrays.weights, arrays.groups, mask)


def _check_options(arrays: Arrays, options: Mapping[str, Sequence[str]] | None) -> None:
    """Check that the choices of the options exist."""
    names = {choice for stage in arrays.stages for choice in stage.choices}
    for option, choices in (options or {}).items():
        for choice in choices:
            if choice not in names:
                raise _wrong(f"options.{option}", "no such choice", choice, None, nearest(choice, names))


def _wrong(
    path: str, message: str, found: str | None = None, allowed: str | None = None, near: str | None = None
) -> InputError:
    """Return an InputError of one problem."""
    return InputError([Problem(argument("decisions"), path, message, found, allowed, near)])


@dataclass(frozen=True, slots=True)
class _Solved:
    """A graph with its best fixed plan, the rules fitted, and those that are used."""

    fixed: Fixed
    rules: Policy
    policy: Policy
    gain: Measured


@dataclass(frozen=True)
class _Solver:
    """Values a graph and its sub-graphs over the same paths."""

    arrays: Arrays
    paths: Paths
    fit: Fit

    def valued(self, basis: str, options: Mapping[str, Sequence[str]] | None) -> Valuation:
        """Return the valuation of the whole graph; `basis` describes the discounting."""
        arrays, paths = self.arrays, self.paths
        first = fitted(arrays, paths, self.fit)
        controls = self._controls(first)
        whole = self._solved(arrays, controls, first)
        fixed = measured(whole.fixed.values[0], paths, controls)
        policy = fixed + whole.gain if whole.policy is whole.rules else fixed
        # As differences from the policy: what a bound and the policy share cancels, and the error of the gap is paired.
        raised = {
            known: measured(values - whole.policy.values[0], paths, controls)
            for known, values in bounds(arrays, first.penalties, paths).items()
        }
        found = tuple(self._bound(known, policy, raised) for known in (PERFECT, AFTER_BLIND, PENALISED))
        upper = min((b for b in found if b.value is not None), key=lambda b: b.value.mean if b.value else np.inf)
        gain = whole.gain.estimate if whole.policy is whole.rules else Estimate(0.0, 0.0)
        room, made = raised[upper.known].estimate, choices_made(arrays, whole.policy)
        difference = (whole.policy.values[0] - whole.fixed.values[0])[paths.fresh]
        weights = paths.weights[paths.fresh]
        return Valuation(
            basis=basis,
            plan={arrays.stages[p].name: arrays.stages[p].choices[c] for p, c in route(arrays, whole.fixed.choices)},
            fixed=fixed.estimate,
            policy=policy.estimate,
            gain=gain,
            fitted=whole.gain.estimate,
            used=whole.policy is whole.rules,
            upper=upper,
            room=room,
            bounds=found,
            rules=self._rules(whole.policy, made, weights),
            better=_share(difference > 0.0, weights),
            worse=_share(difference < 0.0, weights),
            cvar_fixed=cvar(whole.fixed.values[0][paths.fresh], weights, TAIL),
            cvar_policy=cvar(whole.policy.values[0][paths.fresh], weights, TAIL),
            parts=self._parts(whole, controls, options),
            warnings=_warnings(fixed.estimate, gain, whole.gain.estimate, room, upper.known),
            fresh=int(paths.fresh.sum()),
            fixed_values=whole.fixed.values[0][paths.fresh],
            policy_values=whole.policy.values[0][paths.fresh],
            weights=weights,
        )

    def _solved(self, arrays: Arrays, controls: Controls, rules: Policy | None = None) -> _Solved:
        """Return a graph with its best fixed plan, its fitted rules, and the policy that is used."""
        paths = self.paths
        # Over all paths, not the training paths only: otherwise another fixed plan could have a greater mean, and part
        # of the gain would be that of a better plan rather than of deciding later.
        fixed = best_fixed(arrays, paths)
        rules = rules or fitted(arrays, paths, self.fit)
        gain = measured(rules.values[0] - fixed.values[0], paths, controls)
        found, size = gain.estimate, float(np.abs(fixed.values[0]).max())
        used = found.mean > SURE * found.error + 1e-12 * size
        return _Solved(fixed, rules, rules if used else constant(fixed, rules), gain)

    def _controls(self, policy: Policy) -> Controls:
        """Return the control variates: values of fixed plans, and penalties of plan and policy, whose mean is zero."""
        arrays, paths = self.arrays, self.paths
        best = best_fixed(arrays, paths, paths.training)
        # Plans of equal values count once: a second name for a choice must not change an estimate.
        plans = {along(arrays, plan).tobytes(): plan for plan in reversed(plans_through(arrays, best, paths))}
        kept = list(plans.values())[::-1][:MOST_CONTROLS]
        columns = [along(arrays, plan) for plan in kept]
        means = [mean_of(arrays, plan) for plan in kept]
        if arrays.shocks:
            for followed in (policy, constant(best, policy)):
                made = choices_made(arrays, followed)
                paid = np.zeros(arrays.paths)
                for penalty, choice in zip(policy.penalties, made, strict=True):
                    # Nothing is paid at a node that the policy does not reach.
                    paid += np.where(choice < 0, 0.0, np.take_along_axis(penalty, choice[None, :], axis=0)[0])
                columns.append(paid)
                means.append(0.0)
        return Controls(np.column_stack(columns), np.array(means))

    def _bound(self, known: str, policy: Measured, raised: Mapping[str, Measured]) -> Bound:
        """Return an upper bound, or the reason why it is not valid."""
        if known not in raised:
            return Bound(known, None, why_not(known, self.arrays))
        return Bound(known, (policy + raised[known]).estimate)

    def _rules(self, policy: Policy, made: IntArray, weights: FloatArray) -> tuple[NodeRule, ...]:
        """Return the rule of each node in words, with the shares of the choices on fresh paths."""
        found = []
        for stage, rule, choices in zip(self.arrays.stages, policy.rules, made[:, self.paths.fresh], strict=True):
            reached = _share(choices >= 0, weights)
            shares = {
                name: _share(choices == k, weights) / reached if reached else 0.0
                for k, name in enumerate(stage.choices)
            }
            found.append(NodeRule(stage.name, stage.at, rule.words(stage.choices, stage.names), reached, shares))
        return tuple(found)

    def _parts(
        self, whole: _Solved, controls: Controls, options: Mapping[str, Sequence[str]] | None
    ) -> tuple[Part, ...]:
        """Return the value of each option alone and removed."""
        base = whole.fixed.choices
        found = []
        for option, choices in (options_of(self.arrays, base) if options is None else options).items():
            single = self._solved(alone(self.arrays, base, choices), controls)
            added = single.policy.values[0] - whole.fixed.values[0]
            rest = without(self.arrays, choices)
            removed = None
            if rest is not None:
                left = self._solved(rest, controls).policy.values[0] - whole.policy.values[0]
                removed = measured(left, self.paths, controls).estimate
            found.append(Part(option, measured(added, self.paths, controls).estimate, removed))
        return tuple(found)


def _share(of: BoolArray, weights: FloatArray) -> float:
    """Return the share of the paths `of` in the weight."""
    return float(weights[of].sum() / weights.sum())


def _warnings(fixed: Estimate, gain: Estimate, tried: Estimate, room: Estimate, known: str) -> tuple[str, ...]:
    """Return warnings about rules that are not used, bounds out of order and a wide bracket."""
    found = []
    if gain.mean == 0.0 and tried.mean != 0.0:
        found.append(
            f"the fitted rules earn {tried} more than the best fixed plan, too little to be sure: they are not used"
        )
    if room.mean < -NEAR * room.error - 1e-9 * abs(fixed.mean):
        found.append(f"the upper bound ({known}) is {-room.mean:.4g} below the policy, more than three standard errors")
    if room.mean > WIDE_OF_GAIN * gain.mean + 1e-9 * abs(fixed.mean):
        found.append(
            f"the bracket is wide: {room.mean:.4g} between policy and bound, the option value is {gain.mean:.4g}"
        )
    elif room.mean > WIDE_OF_FIXED * abs(fixed.mean):
        found.append(
            f"the bracket is wide: {room.mean:.4g} between policy and bound, the fixed plan is worth {fixed.mean:.4g}"
        )
    return tuple(found)
