"""The value of deciding later at gates, with the simulation itself as the dynamics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import options
from sim.api import play
from sim.draws.gates import deadline
from sim.draws.kept import Kept
from sim.draws.points import SCRAMBLES
from sim.engines.batch.compiling.turns import TURN
from sim.errors import ModelError
from sim.flexibility.discounting import discounting_of, refuse_random_rate
from sim.flexibility.documents import option_json
from sim.flexibility.hindsight import Best, best_with_hindsight
from sim.flexibility.kept import keep
from sim.flexibility.leaks import leaking
from sim.flexibility.lots import lots_of
from sim.flexibility.named import refuse_unknown, relevant
from sim.flexibility.observe import features, history
from sim.flexibility.played import Played, Seen
from sim.flexibility.readings import UnderReading, estimated, others, under_readings
from sim.flexibility.running import run_paths
from sim.flexibility.sequences import Sequence, Tree, TreeGate, sells, tree_of
from sim.flexibility.shocks import shocks
from sim.plan import FloatArray
from sim.plotting import Plotted
from sim.results.books import npv, yearly_rate
from sim.results.result import Result
from sim.scenario.loader import Scenario, load_scenario
from sim.scenario.seen import DAY
from sim.study.runs.lots import Bias
from sim.study.runs.run import Progress
from sim.study.runs.subject import Stages

if TYPE_CHECKING:
    import pandas as pd


PathsOf = Callable[[Tree, str, int], list[Played]]
"""(tree, part of the study, paths) -> that many paths of it."""


@dataclass(frozen=True, slots=True)
class Sooner:
    """The value if lead times after gates are shorter by `days`, and the paired differences to the value as it is.

    `fixed` is the difference of the best fixed plans, `policy` that of the policies, over the fresh paths.
    """

    days: float
    valuation: options.Valuation
    fixed: options.Estimate
    policy: options.Estimate


@dataclass(frozen=True, repr=False)
class Flexibility(Plotted):
    """The value of a scenario's decisions over `n` paths.

    `npv`, shape (n, sequences), is in dollars, with salvage if a choice closes a site. `valuation` is the result of
    `sim.options`. `nodes` maps the name of each node to its gate, counted from 0, and the choices before it. `best`
    describes where each sequence is best with hindsight. If they were asked for, `readings` are the plans under other
    readings of contested figures, on `contested` paths each, and `sooner` is the value with shorter lead times. Lots are
    `lot_scale` times as large as the scenario's own, and `bias` is the resulting bias. Rules may use the `features`
    named; if none are, all.
    """

    scenario: Scenario
    gates: tuple[TreeGate, ...]
    sequences: tuple[Sequence, ...]
    n: int
    seed: int
    rate: float
    npv: FloatArray
    valuation: options.Valuation
    seconds: float
    nodes: dict[str, tuple[int, Sequence]]
    best: tuple[Best, ...]
    readings: tuple[UnderReading, ...] = ()
    sooner: Sooner | None = None
    features: tuple[str, ...] = ()
    contested: int = 0
    lot_scale: int = 1
    bias: Bias | None = None

    @property
    def plan(self) -> Sequence:
        """The choices of the best fixed plan, gate by gate."""
        return self.sequence(_made(self.valuation, self.nodes))

    def sequence(self, made: Sequence) -> Sequence:
        """Return the first sequence that begins with these choices; after the last decision it is the only one."""
        return next(sequence for sequence in self.sequences if sequence[: len(made)] == made)

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Tidy frames by name: values, sequences, choices, states, rules, options, best, readings."""
        from sim.flexibility.frames import frames

        return frames(self)

    def to_json(self) -> dict[str, Any]:
        """Return the document of `fabshift option --json`."""
        return option_json(self)


def option(
    scenario: Scenario | str | Path, n: int = 256, *, seed: int = 0, jobs: int = 0, features: Iterable[str] = (),
    contested: int = 0, sooner: float = 0.0, lot_scale: int | str = 1, out: Path | None = None, cluster: str | None = None,
    progress: Progress | None = None, announce: Callable[[int], None] | None = None,
) -> Flexibility:  # fmt: skip
    """Value the right to choose at the gates of a scenario.

    Every sequence of choices is run on every path, with common random numbers. Before a gate, planners expect the
    scenario's plan, and that no gate comes that waits for a milestone. On every path it is checked that nothing before a
    gate depends on the choice made there.

    Args:
        scenario: a shipped name, a path or a loaded scenario, with `decisions`.
        n: the number of paths; rules are fitted on half of them, values are means over the other half.
        seed: the random seed; path k is replication k of `monte_carlo`.
        jobs: paths at a time; 0 for one on each core. The result does not depend on it.
        features: the features that rules may use, by kind ("demand") or by name ("capacity of hall"); by default those
            that each decision of the scenario names, or all.
        contested: paths on which fixed plans are also run under each other reading of each contested figure; 0 for none.
        sooner: days by which lead times after gates are shorter in a second valuation on the same paths; 0 for none.
        lot_scale: lots this many times as large as the scenario's, to save time; "auto" keeps enough of them. The resulting
            bias is reported.
        out: a directory that keeps finished paths; a study found there is resumed or extended.
        cluster: the address of a Dask scheduler, whose workers run the paths instead.
        progress: called with the share of the runs that is done, from 0 to 1.
        announce: called once with the number of runs there will be.

    Returns:
        A Flexibility: `valuation` (dollars of NPV), `npv` by sequence, `frames` (pandas), `plot()`.

    Raises:
        InputError: the scenario is wrong or has no decisions, its discount rate is random, there are too few paths, nothing is seen
            that `features` name, or `out` holds something else.
        ModelError: a run before a gate depends on what is chosen there.
        LostError: the cluster was lost on the way.
    """
    began = time.monotonic()
    asked = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    lots = lots_of(asked, lot_scale)
    tree, chosen = tree_of(lots.scenario), tuple(features)
    refuse_unknown(tree.scenario, chosen)
    refuse_random_rate(tree.scenario, tree.plan(tree.planned))
    how: dict[str, Any] = {"jobs": jobs, "cluster": cluster}
    readings, many = others(tree.scenario), len(tree.sequences)
    runs = many * (n * (2 if sooner else 1) + min(contested, n) * len(readings))
    stages = Stages(runs + lots.runs, progress, announce)

    def paths_of(tree: Tree, part: str, count: int) -> list[Played]:
        there = None if out is None else out / part
        return run_paths(tree, count, seed, _played, out=there, progress=stages(count * many), **how)

    found = valued(tree, n, seed, paths_of, features=chosen, contested=contested, sooner=sooner)
    bias = lots.bias(seed=seed, out=out, progress=stages(lots.runs), **how)
    found = replace(found, lot_scale=lots.factor, bias=bias, seconds=time.monotonic() - began)
    if out is not None:
        keep(found, out)
    return found


def valued(
    tree: Tree, n: int, seed: int, paths_of: PathsOf, *, features: tuple[str, ...], contested: int, sooner: float
) -> Flexibility:
    """Return the value of the decisions from the paths of a tree, which `paths_of` runs or reads.

    `contested` and `sooner` are as in `option`; the paths that they need are taken from `paths_of` too.
    """
    paths = paths_of(tree, "", n)
    table = np.array([path.npv for path in paths])
    valuation = _valuation(tree, paths, seed, features)
    own = table[: min(contested, n)]
    found = Flexibility(
        scenario=tree.scenario, gates=tree.gates, sequences=tuple(tree.sequences), n=n, seed=seed, rate=_rate(tree), npv=table,
        valuation=valuation, seconds=0.0, nodes=nodes_of(tree),
        best=tuple(best_with_hindsight(tree.sequences, table, tree.plan(tree.planned), seed)),
        sooner=_hastened(tree, valuation, n, seed, paths_of, features, sooner) if sooner else None, features=features, contested=len(own),
    )  # fmt: skip
    readings = under_readings(tree, own, found.plan, lambda other, part: paths_of(other, part, len(own)))
    return replace(found, readings=tuple(readings))


def _made(valuation: options.Valuation, nodes: dict[str, tuple[int, Sequence]]) -> Sequence:
    """Return the choices of the best fixed plan up to and including its last decision."""
    node, choice = list(valuation.plan.items())[-1]
    return (*nodes[node][1], choice)


def _rate(tree: Tree) -> float:
    """Return the effective discount rate a year."""
    plan = tree.plan(tree.planned)
    return yearly_rate(plan, plan.vector())


def _valuation(tree: Tree, paths: list[Played], seed: int, words: tuple[str, ...]) -> options.Valuation:
    """Value the decisions from the NPV of each sequence on each path."""
    table = np.array([path.npv for path in paths])
    return options.value(_decisions(tree, table, paths, seed, words), seed=seed)


def _hastened(
    tree: Tree, before: options.Valuation, n: int, seed: int, paths_of: PathsOf, words: tuple[str, ...], days: float
) -> Sooner:
    """Return the value of the same decisions with lead times after gates shorter by some days, on the same paths."""
    other = replace(tree, sooner=days, _plans={})
    after = _valuation(other, paths_of(other, f"sooner/{days:g}", n), seed, words)
    # The fresh paths of `options.value`, which takes the first half of the groups, here scrambles, for training.
    fresh = np.arange(n) % SCRAMBLES >= SCRAMBLES // 2
    return Sooner(
        days,
        after,
        estimated(after.fixed_values - before.fixed_values, fresh),
        estimated(after.policy_values - before.policy_values, fresh),
    )


def _played(tree: Tree, block: range, seed: int, at: FloatArray) -> list[Played]:
    """Run every sequence on each path of a block; `at` has the point of each, shape (paths, dimensions)."""
    return [_path(tree, replication, seed, point) for replication, point in zip(block, at, strict=True)]


def _path(tree: Tree, replication: int, seed: int, point: FloatArray) -> Played:
    """Run every sequence of choices on one path, and check that sequences cannot be told apart before they differ."""
    drawn: dict[str, Any] = {"seed": seed, "replication": replication, "engine": "batch", "point": point}
    worth: list[float] = []
    seen: Seen = {}
    kept = Kept()
    days: dict[Sequence, float] = {}
    first: dict[Sequence, tuple[bytes, Sequence]] = {}
    decisions = set(tree.decisions)
    for sequence in tree.sequences:
        with TURN:
            plan, known = tree.plan(sequence), tuple(days[p] for p in _prefixes(sequence) if p in days)
            result = play(tree.scenario, plan, foreseen=tree.foreseen(sequence), gates=known, kept=kept, **drawn)
            worth.append(npv(result.draws, result.money, salvage=sells(tree.scenario)))
            for i, prefix in enumerate(_prefixes(sequence)):
                days[prefix] = result.draws.gates[i]
                until = min(days[prefix], deadline(plan, result.draws.gates, i))
                # Sequences with the same choices before a gate must be the same run up to it; the first of them is the
                # reference.
                found = history(result, until)
                before, other = first.setdefault(prefix, (found, sequence))
                if found != before:
                    leaks = [leaking(tree, s, i, result.draws.gates, until, **drawn) for s in (sequence, other)]
                    raise ModelError(_leak(tree.gates[i], sequence[i], replication, leaks))
                if prefix in decisions and prefix not in seen:
                    seen[prefix] = _seen(result, i)
    return Played(tuple(worth), seen, days)


def _prefixes(sequence: Sequence) -> list[Sequence]:
    """Return for each gate the choices made before it."""
    return [sequence[:i] for i in range(len(sequence))]


def _seen(result: Result, gate: int) -> dict[str, float]:
    """Return the features at a gate: those of the run, and the days of the gates so far that waited for milestones.

    A gate that does not come has no features, since nothing is chosen there.
    """
    days, plan = result.draws.gates, result.plan
    if days[gate] == inf:
        return {}
    waited = {
        f"{DAY} of {g.name}": min(day, plan.calendar.days)
        for g, day in zip(plan.gates[: gate + 1], days, strict=False)
        if g.waits
    }
    return features(result, days[gate]) | waited


def _leak(gate: TreeGate, choice: str, replication: int, leaks: list[list[str]]) -> str:
    """Return the error message of a choice that changes what happens before its gate."""
    named = ", ".join(dict.fromkeys(place for places in leaks for place in places))
    return (
        f"replication {replication}: decisions.{gate.name}.choices.{choice} changes what happens before its gate; "
        f"its value can't be told{f'. What leaks: {named}' if named else ''}"
    )


def _decisions(
    tree: Tree, table: FloatArray, played: list[Played], seed: int, words: tuple[str, ...]
) -> options.Decisions:
    """Return the decision problem as arrays; the NPV of a sequence is paid with its last choice."""
    column = {sequence: table[:, j] for j, sequence in enumerate(tree.sequences)}
    plan, basis = tree.plan(tree.planned), discounting_of(tree.scenario, _rate(tree))
    nodes: dict[str, options.Node] = {}
    latest: dict[Sequence, float] = {}
    for prefix in tree.decisions:
        # The day of a gate on a milestone differs between paths: its node has the latest, which is also not before the
        # node that leads to it. A shock then counts as unknown only if it is drawn after the gate on all paths.
        came = [one.days[prefix] for one in played if one.days[prefix] < inf]
        before = (latest[p] for p in _prefixes(prefix) if p in latest)
        latest[prefix] = max([*came, *before], default=plan.calendar.days)
        choices = {}
        for choice in tree.open_after(prefix):
            following = tree.decided((*prefix, choice))
            ends = len(following) == len(tree.gates)
            choices[choice] = (
                options.Choice(column[following])
                if ends
                else options.Choice(0.0, named(tree, len(following), following))
            )
        seen = dict(_columns([one.seen.get(prefix, {}) for one in played]))
        asked = words or tuple(tree.scenario.document.decisions[tree.gates[len(prefix)].name].features)
        node = options.Node(choices, latest[prefix] / plan.calendar.year, seen, relevant(asked, seen))
        nodes[named(tree, len(prefix), prefix)] = node
    return options.Decisions(
        next(iter(nodes)),
        nodes,
        basis,
        shocks=shocks(plan, sorted(set(latest.values())), seed, len(played)),
        # Points of one scramble are not independent of one another.
        groups=np.arange(len(played)) % SCRAMBLES,
        drifts={process.path: basis.drift for process in plan.processes},
    )


def _columns(seen: list[dict[str, float]]) -> Iterator[tuple[str, FloatArray]]:
    """Yield each feature of a node by name, shape (paths,); one that is the same on all paths is left out."""
    for name in dict.fromkeys(name for one in seen for name in one):
        values = np.array([one.get(name, 0.0) for one in seen])
        if np.ptp(values) > 0.0:
            yield name, values


def named(tree: Tree, gate: int, prefix: Sequence) -> str:
    """Return the name of a node: its gate, and the choices before it."""
    name = tree.gates[gate].name
    return f"{name} after {', '.join(prefix)}" if prefix else name


def nodes_of(tree: Tree) -> dict[str, tuple[int, Sequence]]:
    """Return by the name of each node its gate, counted from 0, and the choices before it."""
    return {named(tree, len(prefix), prefix): (len(prefix), prefix) for prefix in tree.decisions}
