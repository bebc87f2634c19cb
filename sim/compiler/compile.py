"""Compile a scenario: give everything an index and put pools in the order of the bill of materials."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from graphlib import TopologicalSorter

import numpy as np

from sim.compiler.calendar import calendar, process_months
from sim.compiler.courses import courses
from sim.compiler.gates import refuse_gates_between_reviews
from sim.compiler.limits import refuse_beyond_limits
from sim.compiler.parts import disruption_plan, item_plan, line_plan, payment_plan, site_plan, source_plan
from sim.compiler.references import References
from sim.compiler.uncertain import correlations, dimensions, process_correlations
from sim.dimensions import Lineage
from sim.plan import (
    GatePlan,
    IntArray,
    MilestonePlan,
    OpenOrderPlan,
    Plan,
    PoolPlan,
    Ref,
    SharePlan,
    SourcePlan,
    WipLimitPlan,
)
from sim.scenario.loader import Scenario
from sim.scenario.schema import Document
from sim.scenario.schema.document import Share
from sim.scenario.schema.supply import DrawnEntry, Sourcing
from sim.vocabulary import Discounting


def pool_members(document: Document) -> dict[str, tuple[str, ...]]:
    """Return the members of each pool; an item in no pool is a pool of its own."""
    pooled = {item: name for name, pool in document.pools.items() for item in pool.members}
    pools = {name: tuple(pool.members) for name, pool in document.pools.items()}
    pools.update({item: (item,) for item in document.items if item not in pooled})
    return pools


def pool_recipes(document: Document) -> dict[str, tuple[str, ...]]:
    """Return the recipes that each pool is sourced from: those of its sourcing, else all that make a member."""
    found = {}
    for pool, members in pool_members(document).items():
        sourcing = document.sourcing.get(pool)
        makers = [name for name, recipe in document.recipes.items() if recipe.item in members]
        found[pool] = tuple(sourcing.sources if sourcing else makers)
    return found


def compile_plan(
    scenario: Scenario,
    chosen: Mapping[str, str] | None = None,
    *,
    left_out: Collection[str] = (),
    sooner: float = 0.0,
) -> Plan:
    """Return the plan of a validated scenario, with these choices at its decisions instead of those it takes.

    What choices bring some time after their gates comes `sooner` by so many days, but not before the gate. `left_out`
    names values of choices, by where they stand in the scenario, that change nothing.

    Raises:
        InputError: a run of it could not be played or counted.
    """
    document = scenario.document
    refs, gates = _references(scenario, chosen, left_out, sooner)
    taken = courses(refs, document, document.chosen | dict(chosen or {}), left_out, sooner)
    members, recipes = pool_members(document), pool_recipes(document)
    items = {name: i for i, name in enumerate(document.items)}
    sites = {name: i for i, name in enumerate(document.sites)}
    pools = {name: i for i, name in enumerate(members)}
    pool_of = {item: pools[pool] for pool, held in members.items() for item in held} | pools
    names = [name for pool in members for name in recipes[pool]]
    index = {name: i for i, name in enumerate(names)}
    shares = {r: refs.ref(f"sourcing.{pool}.shares.{r}") for pool in members for r in recipes[pool]}
    sources = tuple(
        source_plan(refs, name, document.recipes[name], items, sites, index, shares[name]) for name in names
    )
    place = {name: (sites[name], site.owner, site.region) for name, site in document.sites.items()}
    ranks = {name: i for i, name in enumerate(document.disruptions)}
    lines = {name: i for i, name in enumerate(document.demand)}
    start, input_pool, input_ref = _bill_of_materials(refs, document, names, pool_of)
    plan = Plan(
        name=scenario.name,
        calendar=calendar(document),
        initial_pipeline=document.initial == "pipeline",
        yield_noise=document.yield_noise,
        lot_scale=document.lot_scale,
        discount_rate=refs.ref(document.money.rate),
        terminal_value=refs.ref("money.terminal_value"),
        inputs=(),
        dimensions=(),
        correlations=(),
        lineage=Lineage(),
        known=(),
        processes=(),
        process_correlations=(),
        items=tuple(item_plan(refs, name, item) for name, item in document.items.items()),
        pools=tuple(
            _pool_plan(refs, document, pool, tuple(items[m] for m in held), tuple(index[r] for r in recipes[pool]))
            for pool, held in members.items()
        ),
        sites=tuple(site_plan(refs, name, site, document.horizon, taken) for name, site in document.sites.items()),
        sources=sources,
        wip_limits=tuple(
            WipLimitPlan(name, refs.ref(f"wip_limits.{name}.limit"), tuple(sites[s] for s in limit.sites))
            for name, limit in document.wip_limits.items()
        ),
        open_orders=tuple(
            OpenOrderPlan(index[o.recipe], refs.ref(f"open_orders.{i}.quantity"), refs.ref(f"open_orders.{i}.due"))
            for i, o in enumerate(document.open_orders)
        ),
        payments=tuple(
            payment_plan(refs, name, payment, index.get(payment.qualification or "", -1))
            for name, payment in document.payments.items()
            if payment.qualification is None or payment.qualification in index
        )
        + taken.payments,
        lines=tuple(line_plan(refs, name, line, pool_of, index, lines) for name, line in document.demand.items()),
        disruptions=tuple(disruption_plan(refs, n, d, place, ranks) for n, d in document.disruptions.items()),
        shares=_shares(document, sources),
        milestones=_milestones(refs, document, sources, items, sites, pool_of),
        gates=gates,
        item_pool=_frozen([pool_of[item] for item in document.items]),
        inputs_start=_frozen(start),
        input_pool=_frozen(input_pool),
        input_ref=tuple(input_ref),
        order=_frozen(_order(len(pools), sources, [pool_of[i] for i in document.items], start, input_pool)),
    )
    # Compiling registers inputs and processes as it meets them: the vector is complete only now.
    return _numbered(replace(plan, processes=tuple(refs.processes)), scenario, refs)


def renumbered(plan: Plan, scenario: Scenario) -> Plan:
    """Return what `compile_plan` returns for a scenario that differs from the compiled one in numbers only."""
    refs, _ = _references(scenario)
    # In the order of the plan, so that every reference stays what it is.
    for known in plan.inputs:
        refs.ref(known.path)
    return _numbered(plan, scenario, refs)


def _references(
    scenario: Scenario, chosen: Mapping[str, str] | None = None, left_out: Collection[str] = (), sooner: float = 0.0
) -> tuple[References, tuple[GatePlan, ...]]:
    """Return what registers the numbers of a plan, after those of its decisions."""
    document = scenario.document
    refs = References(
        scenario.inputs,
        dated=document.horizon.start is not None,
        streams=_streams(document),
        months=process_months(document.horizon),
        risk_neutral=document.money.discounting is Discounting.RISK_NEUTRAL,
    )
    return refs, refs.choose(document, document.chosen | dict(chosen or {}), left_out, sooner)


def _numbered(plan: Plan, scenario: Scenario, refs: References) -> Plan:
    """Return the plan with the inputs registered, and with the uncertain numbers behind them."""
    found, lineage = dimensions(scenario, refs)
    whole = replace(
        plan,
        inputs=tuple(refs.planned),
        dimensions=found,
        correlations=correlations(scenario, found),
        lineage=lineage,
        known=tuple(
            (refs.ref(p.path), refs.scale(p.path))
            for p in refs.planned
            if p.path in scenario.inputs and scenario.inputs[p.path].known
        ),
        process_correlations=process_correlations(scenario, plan),
    )
    refuse_gates_between_reviews(whole, scenario)
    refuse_beyond_limits(whole, scenario.mark)
    return whole


def _streams(document: Document) -> dict[str, str]:
    """Return the paths of entities that draw from a stream other than their name's, and the paths they draw from."""
    sections: dict[str, Mapping[str, DrawnEntry]] = {
        "items": document.items, "sites": document.sites, "recipes": document.recipes,
        "sourcing": document.sourcing, "demand": document.demand, "disruptions": document.disruptions,
        "nodes": document.nodes,
    }  # fmt: skip
    return {
        f"{section}.{name}": f"{section}.{entry.stream}"
        for section, entries in sections.items()
        for name, entry in entries.items()
        if entry.stream
    }


def _bill_of_materials(
    refs: References, document: Document, names: list[str], pool_of: dict[str, int]
) -> tuple[list[int], list[int], list[Ref]]:
    """Return where the inputs of each recipe begin, their pools, and the references of their quantities."""
    start, pools, quantities = [0], [], []
    for name in names:
        for wanted in document.recipes[name].inputs:
            pools.append(pool_of[wanted])
            quantities.append(refs.ref(f"recipes.{name}.inputs.{wanted}"))
        start.append(len(pools))
    return start, pools, quantities


def _order(
    count: int, sources: tuple[SourcePlan, ...], item_pool: list[int], start: list[int], input_pool: list[int]
) -> list[int]:
    """Return the pools in order, each before those that it is made from."""
    sorter: TopologicalSorter[int] = TopologicalSorter({p: set() for p in range(count)})
    for r, source in enumerate(sources):
        for wanted in input_pool[start[r] : start[r + 1]]:
            sorter.add(wanted, item_pool[source.item])
    return list(sorter.static_order())


def _pool_plan(
    refs: References, document: Document, name: str, members: tuple[int, ...], sources: tuple[int, ...]
) -> PoolPlan:
    """Return a pool with its replenishment policy and its sourcing."""
    first = (document.pools[name].members if name in document.pools else [name])[0]
    item, at = document.items[first], f"items.{first}.policy"
    sourcing = document.sourcing.get(name) or Sourcing(sources=["all"])
    here = f"sourcing.{name}.phase_out"
    return PoolPlan(
        name=name,
        members=members,
        sources=sources,
        policy=item.policy.type,
        level=refs.ref(f"{at}.level"),
        reorder=refs.ref(f"{at}.reorder"),
        quantity=refs.ref(f"{at}.quantity"),
        safety=refs.ref(f"{at}.safety"),
        review=refs.ref(f"{at}.review"),
        priority=item.priority,
        bypass=item.bypass,
        partial=item.partial,
        sourcing=sourcing.policy,
        overflow=sourcing.overflow,
        floor=refs.ref(f"sourcing.{name}.second_source_floor"),
        phase_out=(refs.ref(f"{here}.begins"), refs.ref(f"{here}.ends"), refs.ref(f"{here}.to")),
        withdraw_on_announced=sourcing.withdraw_on == "announced",
    )


def _shares(document: Document, sources: tuple[SourcePlan, ...]) -> tuple[SharePlan, ...]:
    """Return the in-house shares to report: those declared, else one for each stage."""
    stages = dict.fromkeys(item.stage for item in document.items.values())
    declared = document.shares or {stage: Share(stage=stage) for stage in stages}
    items = list(document.items.values())
    site_list = list(document.sites.values())
    plans = []
    for name, share in declared.items():
        counted = tuple(
            r
            for r, source in enumerate(sources)
            if items[source.item].stage == share.stage
            and (not share.families or items[source.item].family in share.families)
        )
        echoes = dict.fromkeys(site_list[sources[r].site].echoes_assumption for r in counted)
        plans.append(SharePlan(name, share.title or name, counted, tuple(e for e in echoes if e)))
    return tuple(plans)


def _milestones(
    refs: References, document: Document, sources: tuple[SourcePlan, ...], items: dict[str, int],
    sites: dict[str, int], pool_of: dict[str, int],
) -> tuple[MilestonePlan, ...]:  # fmt: skip
    """Return the milestones with the sources and pools that they watch."""
    share_names = [s.name for s in _shares(document, sources)]
    plans = []
    for name, milestone in document.milestones.items():
        watched = {items[i] for i in milestone.items}
        where = {sites[s] for s in milestone.sites}
        plans.append(
            MilestonePlan(
                name=name,
                title=milestone.title or name,
                rule=milestone.rule,
                sources=tuple(r for r, s in enumerate(sources) if s.item in watched and (not where or s.site in where)),
                pools=tuple(dict.fromkeys(pool_of[i] for i in milestone.items)),
                share=share_names.index(milestone.share) if milestone.share else -1,
                level=refs.ref(f"milestones.{name}.level"),
                months=refs.ref(f"milestones.{name}.months"),
            )
        )
    return tuple(plans)


__all__ = ["compile_plan", "pool_members", "pool_recipes", "renumbered"]


def _frozen(values: Sequence[int]) -> IntArray:
    """Return a read-only array of integers."""
    array = np.asarray(values, dtype=np.int64)
    array.setflags(write=False)
    return array
