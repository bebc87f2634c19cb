"""The value of the freedom to choose at gates, with the simulation itself as the dynamics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim import options
from sim.api import play
from sim.display import Displayed
from sim.draws.points import SCRAMBLES, point
from sim.engines.turns import TURN
from sim.errors import ModelError
from sim.flexibility.discounting import discounting_of, refuse_random_rate
from sim.flexibility.observe import features, history
from sim.flexibility.sequences import Gate, Sequence, Tree, tree_of
from sim.flexibility.shocks import shocks
from sim.plan import FloatArray
from sim.results.books import npv, yearly_rate
from sim.scenario.loader import Scenario, load_scenario
from sim.study.workers import in_order

BLOCK = 16
"""Paths that are run by one task."""
Seen = dict[tuple[int, Sequence], dict[str, float]]
"""What is seen at a gate after the choices before it."""


@dataclass(frozen=True, slots=True)
class Played:
    """One path: the NPV of each sequence, and what is seen at each node."""

    npv: tuple[float, ...]
    seen: Seen


@dataclass(frozen=True, repr=False)
class Flexibility(Displayed):
    """The value of a scenario's decisions over `n` paths.

    `npv` are dollars of each sequence on each path, shape (n, sequences); `valuation` is what `sim.options` makes of them.
    """

    scenario: Scenario
    gates: tuple[Gate, ...]
    sequences: tuple[Sequence, ...]
    n: int
    seed: int
    rate: float
    npv: FloatArray
    valuation: options.Valuation
    seconds: float


def option(
    scenario: Scenario | str | Path,
    n: int = 256,
    *,
    seed: int = 0,
    jobs: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Flexibility:
    """Value the freedom to choose at the gates of a scenario.

    Every sequence of choices is run on every path: the same inputs, drawn once, and the same random numbers. Until a gate
    planners expect the scenario's plan; that nothing before a gate depends on what is chosen there is checked on every path.

    Args:
        scenario: a shipped name, a path or a loaded scenario, with `decisions`.
        n: paths; half of them train the rules, the values are means over the other half.
        seed: the random seed; path k is replication k of `monte_carlo`.
        jobs: paths at a time; 0 for one on each core. The result does not depend on it.
        progress: called with the share of the paths that are run, from 0 to 1.

    Returns:
        A Flexibility: `valuation` (dollars of NPV), `npv` by sequence, `gates`.

    Raises:
        InputError: the scenario is wrong or has no decisions, its discount rate is random, or there are too few paths.
        ModelError: a run before a gate depends on what is chosen there.
    """
    began = time.monotonic()
    tree = tree_of(scenario if isinstance(scenario, Scenario) else load_scenario(scenario))
    for sequence in tree.sequences:
        tree.plan(sequence)  # before threads ask for it
    refuse_random_rate(tree.scenario, tree.plan(tree.planned))
    blocks = [range(first, min(first + BLOCK, n)) for first in range(0, n, BLOCK)]
    paths: list[Played] = []
    for found in in_order(((_played, (tree, block, seed)) for block in blocks), jobs=jobs, threads=True):
        paths += found
        if progress is not None:
            progress(len(paths) / n)
    plan = tree.plan(tree.planned)
    rate = yearly_rate(plan, plan.vector())
    table = np.array([path.npv for path in paths])
    drawn = shocks(plan, [gate.day for gate in tree.gates], seed, n)
    decisions = _decisions(tree, table, [path.seen for path in paths], discounting_of(tree.scenario, rate), drawn)
    valuation = options.value(decisions, seed=seed)
    return Flexibility(
        tree.scenario, tree.gates, tuple(tree.sequences), n, seed, rate, table, valuation, time.monotonic() - began
    )


def _played(tree: Tree, block: range, seed: int) -> list[Played]:
    return [_path(tree, replication, seed) for replication in block]


def _path(tree: Tree, replication: int, seed: int) -> Played:
    """Run every sequence on one path."""
    at = point(tree.plan(tree.planned).dimensions, seed, replication)
    worth: list[float] = []
    seen: Seen = {}
    before: dict[tuple[int, Sequence], bytes] = {}
    for sequence in tree.sequences:
        with TURN:
            result = play(
                tree.scenario, tree.plan(sequence), seed=seed, replication=replication, point=at, engine="batch",
                foreseen=tree.foreseen(sequence),
            )  # fmt: skip
            worth.append(npv(result.draws, result.money, salvage=False))
            for i, gate in enumerate(tree.gates):
                place = i, sequence[:i]
                if place not in seen:
                    seen[place] = features(result, gate.day)
                if before.setdefault(place, found := history(result, gate.day)) != found:
                    raise ModelError(_leak(gate, sequence[i], replication))
    return Played(tuple(worth), seen)


def _leak(gate: Gate, choice: str, replication: int) -> str:
    return (
        f"replication {replication}: decisions.{gate.name}.choices.{choice} changes what happens before its gate; "
        "its value can't be told"
    )


def _decisions(
    tree: Tree, table: FloatArray, seen: list[Seen], basis: options.Discounting, drawn: dict[str, options.Shock]
) -> options.Decisions:
    """The tree of choices as arrays; the NPV of a sequence is paid with its last choice."""
    column = {sequence: table[:, j] for j, sequence in enumerate(tree.sequences)}
    year = tree.plan(tree.planned).calendar.year
    last = len(tree.gates) - 1
    nodes = {}
    for i, gate in enumerate(tree.gates):
        for prefix in tree.prefixes(i):
            choices = {
                choice: options.Choice(column[(*prefix, choice)])
                if i == last
                else options.Choice(0.0, named(tree, i + 1, (*prefix, choice)))
                for choice in gate.choices
            }
            nodes[named(tree, i, prefix)] = options.Node(choices, gate.day / year, dict(_columns(seen, (i, prefix))))
    return options.Decisions(
        named(tree, 0, ()),
        nodes,
        basis,
        shocks=drawn,
        groups=np.arange(len(seen)) % SCRAMBLES,
        drifts={process.path: basis.drift for process in tree.plan(tree.planned).processes},
    )


def _columns(seen: list[Seen], place: tuple[int, Sequence]) -> Iterator[tuple[str, FloatArray]]:
    """What is seen at a node by name, shape (paths,); what is the same on all paths tells nothing."""
    for name in dict.fromkeys(name for one in seen for name in one[place]):
        values = np.array([one[place].get(name, 0.0) for one in seen])
        if np.ptp(values) > 0.0:
            yield name, values


def named(tree: Tree, gate: int, prefix: Sequence) -> str:
    """The name of a node: its gate, after what was chosen before it."""
    name = tree.gates[gate].name
    return f"{name} after {', '.join(prefix)}" if prefix else name
