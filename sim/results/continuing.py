"""What a run leaves at the end of the horizon, at what was paid for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.draws import Draws
from sim.draws.curves import value
from sim.results.books import discount, npv
from sim.results.run import Run, cost, of
from sim.results.suppliers import prepaid_left
from sim.results.unit_costs import Costs, direct_cost, material_cost, mean_cost, rolled_up, sources_of, starts_per_good
from sim.results.worth import value_at_end


@dataclass(frozen=True, slots=True)
class Continuing:
    """Dollars at the end of the horizon, undiscounted: stock, what is under way, what suppliers were paid ahead and not yet
    gave goods for, and the terminal value stated.

    Each unit counts at what was paid for its item and its materials, on average over their sources and the run: prices,
    variable cost, orders and shipments; what customers take counts at its value on the last day where that is less (lower of
    cost and net realisable value, IAS 2.9), since a value may fall with time. A site's fixed cost and depreciation are not part of it: capacity has its salvage, and a unit that
    bears more of them the less is made would be worth the more, the worse the run. `npv` is today's value of the run
    with salvage and all of these.
    """

    stock: float
    under_way: float
    prepaid: float
    terminal: float
    npv: float


def continuing_value(run: Run) -> Continuing:
    """Returns what is left at the end, the warm-up counted in like in every NPV."""
    whole = replace(run, counted=slice(0, None))
    plan, draws = run.draws.plan, run.draws
    sources = range(len(plan.sources))
    takes = [starts_per_good(whole, r) for r in sources]
    paid = rolled_up(whole, [direct_cost(whole, r) for r in sources], takes)
    left = run.records.item["stock"][-1].tolist()
    stock = sum(
        units * _at_most(draws, int(plan.item_pool[i]), _each(whole, sources_of(plan, i), paid))
        for i, units in enumerate(left)
        if units
    )
    under_way = _to_customers(whole, paid) + sum(
        _in_process(whole, r, paid) + _in_transit(whole, r, paid) for r in sources
    )
    prepaid = sum(prepaid_left(draws, run.records, s) for s in range(len(plan.sites))) / 100.0
    terminal = value(draws.vector, plan.terminal_value)
    factor = float(discount(draws, np.array([plan.calendar.days]))[0])
    with_salvage = npv(draws, run.entries, salvage=True)
    return Continuing(
        stock, under_way, prepaid, terminal, with_salvage + factor * (stock + under_way + prepaid + terminal)
    )


def _each(run: Run, sources: Sequence[int], paid: Costs) -> float:
    """Dollars paid for a unit, whichever source it is from; nothing where none was made or bought."""
    return mean_cost(run, sources, paid) or 0.0


def _at_most(draws: Draws, pool: int, paid: float) -> float:
    """Dollars paid for a unit of a pool, or what customers would give for it at the end if that is less."""
    worth = value_at_end(draws, pool)
    return paid if worth is None else min(paid, worth)


def _to_customers(run: Run, paid: Costs) -> float:
    """Units handed out and not yet delivered."""
    plan, book = run.draws.plan, run.records.flow
    units = (book["served"].sum(axis=0) - book["delivered"].sum(axis=0)).tolist()
    each = [_each(run, plan.pools[flow.pool].sources, paid) for flow in run.draws.flows]
    return float(
        sum(n * _at_most(run.draws, flow.pool, e) for n, flow, e in zip(units, run.draws.flows, each, strict=True) if n)
    )


def _in_process(run: Run, r: int, paid: Costs) -> float:
    """Materials of the starts in process, and the variable cost of those of them that a bottleneck has begun.

    Suppliers are paid on arrival: what they have in process has cost the materials sent to them.
    """
    book = run.records.source
    starts = int(book["in_process"][-1, r])
    each = run.draws.sources[r].variable_cost / 100.0
    finished = run.total(book["out"], [r]) + run.total(book["scrapped"], [r])
    begun = run.total(book["variable_cents"], [r]) / 100.0 - finished * each
    return starts * (material_cost(run, r, paid) or 0.0) + min(max(begun, 0.0), starts * each)


def _in_transit(run: Run, r: int, paid: Costs) -> float:
    """Good units on their way to stock; suppliers' only at what was paid before they arrive."""
    plan, book = run.draws.plan, run.records.source
    units = int(book["in_transit"][-1, r])
    if not units:
        return 0.0
    if plan.sites[plan.sources[r].site].in_house:
        return units * _at_most(run.draws, int(plan.item_pool[plan.sources[r].item]), paid[r] or 0.0)
    mine = of("recipe", plan.sources[r].name)
    ahead = cost(run, lambda e: mine(e) and e.category in ("order", "shipment"))
    of_all = units / (units + run.total(book["received"], [r]) + run.total(book["seeded"], [r]))
    return units * starts_per_good(run, r) * (material_cost(run, r, paid) or 0.0) + ahead * of_all
