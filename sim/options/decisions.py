"""The decisions that an analyst writes: nodes with choices, their cash on each path, features and later shocks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from numpy.typing import ArrayLike

from sim.options.discounting import Discounting, Drift

Law = Literal["normal", "uniform"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice at a node: the cash that it brings on each path, and the node that it leads to.

    `cash` is a number, an array (paths,), or an array (paths or 1, dates) of several payments. `at` are the dates of
    the payments in years from now: one number, an array (dates,) or an array of the shape of `cash`. Cash at 0, the
    default, is a present value already and is not discounted. `to` is None where the choice ends the decisions. `mean`
    is the exact expected present value of the cash, if it is known; known means serve as control variates and reduce
    the error of all estimates.
    """

    cash: ArrayLike
    to: str | None = None
    at: ArrayLike = 0.0
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A gate in one state: the choices open there, and what is known on each path.

    Among choices of equal value the one listed first is preferred. `at` is the date of the gate in years from now; where
    it differs between paths, the latest. `features` are arrays (paths,) of what is known at the gate. `relevant` names
    those that a rule may use, by default all. A node without features, or with constant ones, is one at which nothing
    has been seen.
    """

    choices: Mapping[str, Choice]
    at: float = 0.0
    features: Mapping[str, ArrayLike] = field(default_factory=dict)
    relevant: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Shock:
    """A random number drawn after the date `after` (years from now): unknown at every gate up to and on that date.

    `values`, an array (paths,), have mean zero given everything that happened before. With a `law` they are also
    independent of it, and standard normal or uniform on (0, 1): then further functions of them have mean zero (Hermite
    and Legendre polynomials). Increments of any martingale are a shock without a law.
    """

    values: ArrayLike
    after: float
    law: Law | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """A decision problem: a directed acyclic graph of nodes, entered at `root`, with all arrays over the same paths.

    `weights` (paths,) are the weights of the paths, equal by default. `groups` (paths,) are equal for paths that were
    not drawn independently of one another (the points of one scramble, an antithetic pair): standard errors are those
    of the sums of groups, and a group is never divided between training and fresh paths. `drifts` says for each price
    process with which drift its paths were drawn; it must agree with `discounting`.
    """

    root: str
    nodes: Mapping[str, Node]
    discounting: Discounting
    shocks: Mapping[str, Shock] = field(default_factory=dict)
    weights: ArrayLike | None = None
    groups: ArrayLike | None = None
    drifts: Mapping[str, Drift] = field(default_factory=dict)
