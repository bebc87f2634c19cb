"""Sites, stages and demand lines as nodes in columns, and the units that flow between them as links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import numpy as np

from sim.report.chain import titled
from sim.results.unit_flows import UnitFlow, unit_flows

if TYPE_CHECKING:
    from sim.plan import FloatArray, Plan
    from sim.results.result import Result

OWN, OUTSIDE, ONWARD = "own", "outside", "onward"
"""What a link is: from an own site, from another, or from a stage to where its units are used or wanted."""
Inputs = Mapping[str, set[str]]
"""Stage -> the stages whose units its sites take."""


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A site, a stage or a demand line. `unit` is that of its numbers, empty where it has none of its own."""

    key: str
    title: str
    column: int
    unit: str


@dataclass(frozen=True, slots=True)
class Link:
    """Units of a stage from one node to another by reporting period, shape (periods,)."""

    source: str
    target: str
    stage: str
    kind: str
    units: FloatArray


@dataclass(frozen=True)
class Graph:
    """Nodes by key in the order of the scenario, and the links between them that carry anything."""

    nodes: Mapping[str, FlowNode]
    links: tuple[Link, ...]

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return 1 + max((node.column for node in self.nodes.values()), default=-1)

    def unit(self, link: Link) -> str:
        """Return the unit of a link: that of its stage."""
        return self.nodes[link.stage].unit


def graph(result: Result, which: list[int]) -> Graph:
    """Return the flow of a run in the reporting periods `which`.

    Items of one stage and family are one node, as in in-house shares. Where such nodes would form a cycle, each pool of
    items is a node of its own.
    """
    plan = result.plan
    flows = [flow for flow in unit_flows(result.draws, result.records) if flow.units[which].any()]
    stages = {p: f"stage {pool.name}" for p, pool in enumerate(plan.pools)}
    for chosen in (_families(plan), stages):
        try:
            levels = _levels(plan, flows, chosen)
        except CycleError:
            continue
        return _graph(result, which, flows, chosen, levels)
    raise AssertionError("a bill of materials has no circle")


def _families(plan: Plan) -> dict[int, str]:
    """Return the node of each pool: its stage and family."""
    first = [plan.items[pool.members[0]] for pool in plan.pools]
    return {p: f"stage {item.stage} {item.family}" for p, item in enumerate(first)}


def _levels(plan: Plan, flows: list[UnitFlow], stages: Mapping[int, str]) -> dict[str, int]:
    """Return how many stages precede each; one without materials stands right before the first that uses it."""
    inputs: dict[str, set[str]] = {stages[flow.pool]: set() for flow in flows}
    homes = {flow.source: stages[flow.pool] for flow in flows if flow.made}
    for flow in flows:
        if not flow.made and flow.source >= 0:
            inputs.setdefault(homes.get(flow.source) or _home(plan, flow.source, stages), set()).add(stages[flow.pool])
    levels: dict[str, int] = {}
    for stage in TopologicalSorter(inputs).static_order():
        levels[stage] = 1 + max((levels[i] for i in inputs[stage]), default=-1)
    last = max(levels.values(), default=0)
    for stage in levels:
        if not inputs[stage]:
            takers = [levels[other] for other, taken in inputs.items() if stage in taken]
            levels[stage] = min(takers) - 1 if takers else last
    return levels


def _home(plan: Plan, source: int, stages: Mapping[int, str]) -> str:
    """Return the node of what a source makes."""
    return next(stages[p] for p, pool in enumerate(plan.pools) if plan.sources[source].item in pool.members)


def _graph(
    result: Result, which: list[int], flows: list[UnitFlow], stages: Mapping[int, str], levels: Mapping[str, int]
) -> Graph:
    plan, last = result.plan, 2 * (1 + max(levels.values(), default=0))
    nodes: dict[str, FlowNode] = {}
    units: dict[tuple[str, str, str, str], FloatArray] = {}
    for flow in flows:
        stage = stages[flow.pool]
        nodes.setdefault(
            stage, FlowNode(stage, _title(result, stage, stages), 2 * levels[stage] + 1, _unit(plan, stage, stages))
        )
        if flow.line >= 0:
            key = f"line {plan.lines[flow.line].name}"
            title = titled(result.scenario.document.demand, plan.lines[flow.line].name)
            nodes.setdefault(key, FlowNode(key, title, last, "unit"))
            ends = (stage, key, stage, ONWARD)
        else:
            site = plan.sites[plan.sources[flow.source].site]
            level = levels[_home(plan, flow.source, stages)]
            # A site that makes several stages is a node in each of their columns: links go from left to right only.
            key = f"site {site.name} {level}"
            nodes.setdefault(key, FlowNode(key, titled(result.scenario.document.sites, site.name), 2 * level, ""))
            kind = ONWARD if not flow.made else OWN if site.in_house else OUTSIDE
            ends = (key, stage, stage, kind) if flow.made else (stage, key, stage, kind)
        units[ends] = units.get(ends, np.zeros(len(which))) + flow.units[which]
    return Graph(nodes, tuple(Link(*ends, amount) for ends, amount in units.items()))


def _title(result: Result, stage: str, stages: Mapping[int, str]) -> str:
    """Return the title of the in-house share of a stage, else that of its only pool, else its name in words."""
    plan, document = result.plan, result.scenario.document
    pools = [pool for p, pool in enumerate(plan.pools) if stages[p] == stage]
    item = plan.items[pools[0].members[0]]
    families = {other.family for other in plan.items if other.stage == item.stage}
    if stage != f"stage {pools[0].name}":
        for name, share in document.shares.items():
            if share.stage == item.stage and (set(share.families) or families) == {item.family}:
                return titled(document.shares, name)
    if len(pools) == 1:
        name = pools[0].name
        return titled(document.pools, name) if name in document.pools else titled(document.items, item.name)
    words = item.stage if len(families) == 1 else f"{item.stage} ({item.family})"
    return f"{words[:1].upper()}{words[1:]}".replace("_", " ")


def _unit(plan: Plan, stage: str, stages: Mapping[int, str]) -> str:
    """Return the unit of all items of a stage; `unit` if they differ."""
    found = {plan.items[i].unit for p, pool in enumerate(plan.pools) if stages[p] == stage for i in pool.members}
    return found.pop() if len(found) == 1 else "unit"


def touching(graph: Graph, key: str, *, into: bool) -> Iterator[Link]:
    """Yield the links into a node, or out of it."""
    return (link for link in graph.links if (link.target if into else link.source) == key)
