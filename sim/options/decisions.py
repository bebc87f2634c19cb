"""What an analyst writes: nodes with choices, their cash on each path, what is seen there, and what is drawn later."""

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

    `cash` is a number, an array (paths,), or an array (paths or 1, dates) of several payments; `at` dates them,
    in years from now, as one number or an array (dates,) or of the shape of `cash`. Cash at 0, the default, is
    not discounted: it is a present value already. `to` None ends. `mean`, where it is known exactly, is the
    expected present value of the cash; the known means of a plan reduce the error of all estimates.
    """

    cash: ArrayLike
    to: str | None = None
    at: ArrayLike = 0.0
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A gate in one state: the choices open there, in order of preference among equals, and what has been seen.

    `at` is the date of the gate in years from now; where that differs from path to path, the latest. `features`
    are arrays (paths,) of what is known at the gate on each path; `relevant` names those that a rule may use
    (all by default). A node without features, or with constant ones, declares that nothing has been seen.
    """

    choices: Mapping[str, Choice]
    at: float = 0.0
    features: Mapping[str, ArrayLike] = field(default_factory=dict)
    relevant: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Shock:
    """A random number drawn after `after` (years from now): unknown at every gate up to and including that date.

    `values`, an array (paths,), have mean zero given everything that happened before. With a `law` they are
    independent of it, standard normal or uniform on (0, 1), so that further functions with mean zero are known
    (Hermite and Legendre polynomials). Increments of any martingale are a shock without a law.
    """

    values: ArrayLike
    after: float
    law: Law | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """A chain of decisions: a graph of nodes without circles, entered at `root`. All arrays are over the same paths.

    `weights` (paths,) are those of the paths, equal by default; `groups` (paths,) numbers the paths that were not
    drawn independently of one another (the points of one scramble, an antithetic pair): standard errors go by the
    sums of groups, and no group is in both the training and the fresh paths. `drifts` says for each priced path
    with which drift it was drawn, and is compared with `discounting`.
    """

    root: str
    nodes: Mapping[str, Node]
    discounting: Discounting
    shocks: Mapping[str, Shock] = field(default_factory=dict)
    weights: ArrayLike | None = None
    groups: ArrayLike | None = None
    drifts: Mapping[str, Drift] = field(default_factory=dict)
