"""Decisions as arrays; all problems of the input are reported together."""

from __future__ import annotations

from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter
from math import isfinite
from typing import Any

import numpy as np
from numpy.polynomial import hermite_e, legendre

from sim.errors import InputError, Problem, argument, nearest
from sim.options.arrays import END, Arrays, FloatArray, IntArray, Later, Stage
from sim.options.decisions import Choice, Decisions, Law, Node

DEGREES = 3
"""Greatest degree of the polynomials of a shock with a known law."""


def tabulate(decisions: Decisions) -> Arrays:
    """Return the decisions as arrays, with nodes in topological order and cash discounted.

    Raises:
        InputError: an array has another number of paths or is not finite, a name is unknown, a choice leads backward in
            time or in a circle, or the drifts do not belong to the discounting.
    """
    return _Tabulator(decisions).arrays()


class _Tabulator:
    """Builds the arrays and collects problems on the way, so that all are reported together."""

    def __init__(self, decisions: Decisions) -> None:
        self.given = decisions
        self.problems: list[Problem] = []
        self.paths = _paths(decisions)

    def arrays(self) -> Arrays:
        """Return the arrays, or raise InputError with all problems found."""
        self._discounting()
        order = self._order()
        stages = [self._stage(name, order) for name in order]
        shocks = tuple(self._shock(name) for name in self.given.shocks)
        weights, groups = self._weights(), self._groups()
        if self.problems:
            raise InputError(self.problems)
        return Arrays(tuple(s for s in stages if s is not None), shocks, weights, groups)

    def _wrong(self, path: str, message: str, found: object = None, expected: str | None = None, **more: Any) -> None:
        """Collect a problem."""
        said = None if found is None else str(found)
        self.problems.append(Problem(argument("decisions"), path, message, said, expected, **more))

    def _discounting(self) -> None:
        """Check that the rate is a number, and that price paths were drawn with the drift that belongs to it."""
        basis = self.given.discounting
        if np.ndim(basis.rate):
            self._wrong("discounting", "a random discount rate: uncertainty belongs into cash", expected="one number")
        elif not (isfinite(basis.rate) and basis.rate > -1.0):
            self._wrong("discounting", "no discount rate", basis.rate, "a finite number above -1")
        for name, drift in self.given.drifts.items():
            if drift != basis.drift:
                reason = f"does not go with {type(basis).__name__}: the premium for risk would count twice or never"
                self._wrong(f"drifts.{name}", reason, drift, basis.drift)

    def _order(self) -> list[str]:
        """Return the nodes that can be reached, each before those that it leads to."""
        nodes = self.given.nodes
        if self.given.root not in nodes:
            self._wrong("root", "no such node", self.given.root, nearest=nearest(self.given.root, nodes))
            return []
        reached, waiting = {self.given.root: None}, [self.given.root]
        while waiting:
            name = waiting.pop()
            for where, choice in self._choices(name):
                if choice.to is None or choice.to in reached:
                    continue
                if choice.to not in nodes:
                    self._wrong(f"{where}.to", "no such node", choice.to, nearest=nearest(choice.to, nodes))
                    continue
                reached[choice.to] = None
                waiting.append(choice.to)
        for name in nodes:
            if name not in reached:
                self._wrong(f"nodes.{name}", "no choice leads to this node")
        ways = {
            name: [c.to for _, c in self._choices(name) if c.to is not None and c.to in reached] for name in reached
        }
        return self._sorted(ways)

    def _sorted(self, ways: dict[str, list[str]]) -> list[str]:
        """Return the nodes in topological order; `ways` are the nodes that each leads to."""
        try:
            # The sorter puts first what others depend on. Here nodes depend on those that they lead to: the order is
            # reversed.
            return list(TopologicalSorter(ways).static_order())[::-1]
        except CycleError as error:
            self._wrong("nodes", "choices lead in a circle", " -> ".join(reversed(error.args[1])))
            return []

    def _choices(self, name: str) -> list[tuple[str, Choice]]:
        """Return the choices of a node, each with its path in the input."""
        node = self.given.nodes[name]
        return [(f"nodes.{name}.choices.{choice}", content) for choice, content in node.choices.items()]

    def _stage(self, name: str, order: list[str]) -> Stage | None:
        """Return a node as arrays; None where it has no choices."""
        node, cash = self.given.nodes[name], []
        if not node.choices:
            self._wrong(f"nodes.{name}", "no choices: end by leading to None instead")
            return None
        for where, choice in self._choices(name):
            cash.append(self._present_value(where, choice))
            following = self.given.nodes[choice.to] if choice.to in order else None
            if following is not None and following.at < node.at:
                self._wrong(f"{where}.to", "leads to an earlier date", following.at, f"{node.at:g} or later")
        names, features = self._features(name, node)
        return Stage(
            name,
            float(node.at),
            tuple(node.choices),
            np.stack(cash),
            tuple(END if c.to not in order else order.index(c.to) for c in node.choices.values()),
            np.array([np.nan if c.mean is None else c.mean for c in node.choices.values()], dtype=np.float64),
            names,
            features,
            # All features count, also those that no rule uses: they have been seen.
            not any(np.ptp(np.asarray(feature, dtype=np.float64)) for feature in node.features.values()),
        )

    def _features(self, name: str, node: Node) -> tuple[tuple[str, ...], FloatArray]:
        """Return the names and the values, shape (paths, names), of the features that a rule may use."""
        relevant: Collection[str] = node.features if node.relevant is None else node.relevant
        for feature in relevant:
            if feature not in node.features:
                self._wrong(
                    f"nodes.{name}.relevant", "no such feature", feature, nearest=nearest(feature, node.features)
                )
        kept = tuple(feature for feature in node.features if feature in relevant)
        columns = [self._over_paths(f"nodes.{name}.features.{feature}", node.features[feature]) for feature in kept]
        return kept, np.column_stack(columns) if columns else np.empty((self.paths, 0))

    def _present_value(self, where: str, choice: Choice) -> FloatArray:
        """Return the present value of the cash of a choice on each path, shape (paths,)."""
        cash, at = np.asarray(choice.cash, dtype=np.float64), np.asarray(choice.at, dtype=np.float64)
        if cash.ndim == 2:
            if cash.shape[0] not in (1, self.paths) or at.shape not in ((), cash.shape[1:], cash.shape):
                self._wrong(where, "shapes do not fit", f"cash {cash.shape}, at {at.shape}", f"({self.paths}, dates)")
                return np.zeros(self.paths)
            present = (cash * self._factor(f"{where}.at", np.broadcast_to(at, cash.shape))).sum(axis=1)
            return self._over_paths(f"{where}.cash", present[0] if cash.shape[0] == 1 else present)
        dates = self._over_paths(f"{where}.at", at)
        return self._over_paths(f"{where}.cash", cash) * self._factor(f"{where}.at", dates)

    def _factor(self, where: str, dates: FloatArray) -> FloatArray:
        """Return the discount factor at each date, in years from now."""
        if (dates < 0).any():
            self._wrong(where, "cash before now", f"{dates.min():g}", "0 years or more")
        rate = self.given.discounting.rate
        # A rate that was refused discounts nothing, so that the other problems are found as well.
        base = 1.0 + rate if np.ndim(rate) == 0 and rate > -1.0 else 1.0
        factor: FloatArray = base**-dates
        return factor

    def _over_paths(self, where: str, content: Any) -> FloatArray:
        """Return a number or an array as an array (paths,); zeros, and a problem, where it is neither."""
        values = np.asarray(content, dtype=np.float64)
        if values.shape not in ((), (self.paths,)):
            self._wrong(where, "shape does not fit", values.shape, f"a number or ({self.paths},)")
            return np.zeros(self.paths)
        if not np.isfinite(values).all():
            self._wrong(where, "not finite", "NaN or infinity", "finite numbers")
            return np.zeros(self.paths)
        return np.broadcast_to(values, (self.paths,)).astype(np.float64)

    def _shock(self, name: str) -> Later:
        """Return a shock with its functions of mean zero."""
        shock = self.given.shocks[name]
        values = self._over_paths(f"shocks.{name}.values", shock.values)
        if shock.law == "uniform" and (values.min() < 0.0 or values.max() > 1.0):
            self._wrong(
                f"shocks.{name}.values", "not uniform on (0, 1)", f"{values.min():g} to {values.max():g}", "0 to 1"
            )
        return Later(name, float(shock.after), _functions(values, shock.law))

    def _weights(self) -> FloatArray:
        """Return the weight of each path, shape (paths,)."""
        if self.given.weights is None:
            return np.ones(self.paths)
        weights = self._over_paths("weights", self.given.weights)
        if (weights < 0).any() or not weights.any():
            self._wrong("weights", "no weights", f"{weights.min():g}", "0 or more, not all 0")
        return weights

    def _groups(self) -> IntArray | None:
        """Return the groups of the paths numbered from 0, shape (paths,); None where paths are independent."""
        if self.given.groups is None:
            return None
        groups = np.asarray(self.given.groups)
        if groups.shape != (self.paths,):
            self._wrong("groups", "shape does not fit", groups.shape, f"({self.paths},)")
            return None
        return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def _paths(decisions: Decisions) -> int:
    """Return the number of paths that most arrays have; 1 where all are plain numbers."""
    lengths = [len(a) for a in (decisions.weights, decisions.groups) if a is not None and np.ndim(a)]  # type: ignore[arg-type]
    for node in decisions.nodes.values():
        arrays = [*node.features.values(), *(choice.cash for choice in node.choices.values())]
        lengths += [np.shape(a)[0] for a in arrays if np.ndim(a)]
    # The most frequent length: one array of a wrong length is then reported, and not all the others.
    counted = np.bincount([length for length in lengths if length > 1] or [1])
    return int(counted.argmax())


def _functions(values: FloatArray, law: Law | None) -> FloatArray:
    """Return functions of a shock with mean zero, shape (paths, functions); without a law only the shock itself."""
    if law is None:
        return values[:, None]
    if law == "normal":
        # Orthogonal to the constant under the law, so each has mean zero; the constant itself is left out.
        return np.asarray(hermite_e.hermevander(values, DEGREES)[:, 1:], dtype=np.float64)
    return np.asarray(legendre.legvander(2.0 * values - 1.0, DEGREES)[:, 1:], dtype=np.float64)
