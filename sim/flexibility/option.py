"""The value of the freedom to choose at gates, with the simulation itself as the dynamics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from sim import options
from sim.api import play
from sim.display import Displayed
from sim.draws.gates import deadline
from sim.draws.points import SCRAMBLES, point
from sim.engines.turns import TURN
from sim.errors import ModelError
from sim.flexibility.leaks import leaking
from sim.flexibility.observe import features, history
from sim.flexibility.sequences import Gate, Sequence, Tree, tree_of
from sim.plan import FloatArray
from sim.results.books import npv, yearly_rate
from sim.results.result import Result
from sim.scenario.loader import Scenario, load_scenario
from sim.study.workers import in_order

BLOCK = 16
"""Paths that are run by one task."""
Seen = dict[Sequence, dict[str, float]]
"""What is seen at a gate, by what was chosen before it."""


@dataclass(frozen=True, slots=True)
class Played:
    """One path: the NPV of each sequence, and what is seen at each node and on which day, by the choices before it."""

    npv: tuple[float, ...]
    seen: Seen
    days: dict[Sequence, float]


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
    planners expect the scenario's plan, and that no gate comes that waits for a milestone. That nothing before a gate
    depends on what is chosen there is checked on every path.

    Args:
        scenario: a shipped name, a path or a loaded scenario, with `decisions`.
        n: paths; half of them train the rules, the values are means over the other half.
        seed: the random seed; path k is replication k of `monte_carlo`.
        jobs: paths at a time; 0 for one on each core. The result does not depend on it.
        progress: called with the share of the paths that are run, from 0 to 1.

    Returns:
        A Flexibility: `valuation` (dollars of NPV), `npv` by sequence, `gates`.

    Raises:
        InputError: the scenario is wrong or has no decisions, or there are too few paths.
        ModelError: a run before a gate depends on what is chosen there.
    """
    began = time.monotonic()
    tree = tree_of(scenario if isinstance(scenario, Scenario) else load_scenario(scenario))
    for sequence in tree.sequences:
        tree.foreseen(sequence)  # before threads ask for their plans
        tree.plan(sequence)
    blocks = [range(first, min(first + BLOCK, n)) for first in range(0, n, BLOCK)]
    paths: list[Played] = []
    for found in in_order(((_played, (tree, block, seed)) for block in blocks), jobs=jobs, threads=True):
        paths += found
        if progress is not None:
            progress(len(paths) / n)
    plan = tree.plan(tree.planned)
    rate = yearly_rate(plan, plan.vector())
    table = np.array([path.npv for path in paths])
    valuation = options.value(_decisions(tree, table, paths, rate), seed=seed)
    return Flexibility(
        tree.scenario, tree.gates, tuple(tree.sequences), n, seed, rate, table, valuation, time.monotonic() - began
    )


def _played(tree: Tree, block: range, seed: int) -> list[Played]:
    return [_path(tree, replication, seed) for replication in block]


def _path(tree: Tree, replication: int, seed: int) -> Played:
    """Run every sequence on one path."""
    drawn: dict[str, Any] = {
        "seed": seed, "replication": replication, "engine": "batch",
        "point": point(tree.plan(tree.planned).dimensions, seed, replication),
    }  # fmt: skip
    worth: list[float] = []
    seen: Seen = {}
    days: dict[Sequence, float] = {}
    first: dict[Sequence, tuple[bytes, Sequence]] = {}
    decisions = set(tree.decisions())
    for sequence in tree.sequences:
        with TURN:
            plan, known = tree.plan(sequence), tuple(days[p] for p in _prefixes(sequence) if p in days)
            result = play(tree.scenario, plan, foreseen=tree.foreseen(sequence), gates=known, **drawn)
            worth.append(npv(result.draws, result.money, salvage=False))
            for i, prefix in enumerate(_prefixes(sequence)):
                days[prefix] = result.draws.gates[i]
                until = min(days[prefix], deadline(plan, result.draws.gates, i))
                found, other = first.setdefault(prefix, (history(result, until), sequence))
                if found != history(result, until):
                    leaks = [leaking(tree, s, i, result.draws.gates, until, **drawn) for s in (sequence, other)]
                    raise ModelError(_leak(tree.gates[i], sequence[i], replication, leaks))
                if prefix in decisions and prefix not in seen:
                    seen[prefix] = _seen(result, i)
    return Played(tuple(worth), seen, days)


def _prefixes(sequence: Sequence) -> list[Sequence]:
    """What was chosen before each gate."""
    return [sequence[:i] for i in range(len(sequence))]


def _seen(result: Result, gate: int) -> dict[str, float]:
    """What is known at a gate, with the days of those before it and its own that waited for milestones; nothing of one that
    does not come, for nothing is chosen there."""
    days, plan = result.draws.gates, result.plan
    if days[gate] == inf:
        return {}
    waited = {
        f"days until {g.name}": min(day, plan.calendar.days)
        for g, day in zip(plan.gates[: gate + 1], days, strict=False)
        if g.waits
    }
    return features(result, days[gate]) | waited


def _leak(gate: Gate, choice: str, replication: int, leaks: list[list[str]]) -> str:
    named = ", ".join(dict.fromkeys(place for places in leaks for place in places))
    return (
        f"replication {replication}: decisions.{gate.name}.choices.{choice} changes what happens before its gate; "
        f"its value can't be told{f'. What leaks: {named}' if named else ''}"
    )


def _decisions(tree: Tree, table: FloatArray, played: list[Played], rate: float) -> options.Decisions:
    """The tree of choices as arrays; the NPV of a sequence is paid with its last choice."""
    column = {sequence: table[:, j] for j, sequence in enumerate(tree.sequences)}
    calendar = tree.plan(tree.planned).calendar
    nodes: dict[str, options.Node] = {}
    latest: dict[Sequence, float] = {}
    for prefix in tree.decisions():
        # A gate on a milestone comes on another day on each path; no node is before the one that leads to it.
        came = [one.days[prefix] for one in played if one.days[prefix] < inf]
        before = (latest[p] for p in _prefixes(prefix) if p in latest)
        latest[prefix] = max([*came, *before], default=calendar.days)
        choices = {}
        for choice in tree.open_after(prefix):
            following = tree.decided((*prefix, choice))
            ends = len(following) == len(tree.gates)
            choices[choice] = (
                options.Choice(column[following])
                if ends
                else options.Choice(0.0, named(tree, len(following), following))
            )
        seen = dict(_columns([one.seen[prefix] for one in played]))
        nodes[named(tree, len(prefix), prefix)] = options.Node(choices, latest[prefix] / calendar.year, seen)
    return options.Decisions(
        next(iter(nodes)), nodes, options.RealProbabilities(rate), groups=np.arange(len(played)) % SCRAMBLES
    )


def _columns(seen: list[dict[str, float]]) -> Iterator[tuple[str, FloatArray]]:
    """What is seen at a node by name, shape (paths,); what is the same on all paths tells nothing."""
    for name in dict.fromkeys(name for one in seen for name in one):
        values = np.array([one.get(name, 0.0) for one in seen])
        if np.ptp(values) > 0.0:
            yield name, values


def named(tree: Tree, gate: int, prefix: Sequence) -> str:
    """The name of a node: its gate, after what was chosen before it."""
    name = tree.gates[gate].name
    return f"{name} after {', '.join(prefix)}" if prefix else name
