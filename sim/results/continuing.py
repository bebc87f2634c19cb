"""The continuing value of a run: what is left at the end of the horizon, at cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.draws import Draws
from sim.draws.curves import value
from sim.results.books import discount, npv
from sim.results.run import Run, cost, within
from sim.results.suppliers import prepaid_left
from sim.results.unit_costs import Costs, direct_cost, material_cost, mean_cost, rolled_up, sources_of, starts_per_good
from sim.results.worth import value_at_end


@dataclass(frozen=True, slots=True)
class Continuing:
    """Undiscounted dollars at the end of the horizon: stock, units under way, unused prepayments, terminal value.

    A unit counts at what was paid for its item and its materials, on average over their sources and the run: prices,
    variable cost, orders and shipments. What customers take counts at its value on the last day if that is lower (lower
    of cost and net realisable value, IAS 2.9). The fixed cost and depreciation of sites are left out: capacity has its
    salvage, and if units carried these costs, those of a run that makes few would be worth most. `npv` is the NPV of
    the run with salvage and all of these.
    """

    stock: float
    under_way: float
    prepaid: float
    terminal: float
    npv: float


def continuing_value(run: Run) -> Continuing:
    """Return what is left at the end; costs include those of the warm-up, as those of every NPV do."""
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
    """Return the mean dollars paid for a unit over its sources; 0 where none was made or bought."""
    return mean_cost(run, sources, paid) or 0.0


def _at_most(draws: Draws, pool: int, paid: float) -> float:
    """Return the dollars paid for a unit of a pool, or its value to customers at the end if that is lower."""
    worth = value_at_end(draws, pool)
    return paid if worth is None else min(paid, worth)


def _to_customers(run: Run, paid: Costs) -> float:
    """Return the dollars of units that were served and are not yet delivered."""
    plan, book = run.draws.plan, run.records.flow
    units = (book["served"].sum(axis=0) - book["delivered"].sum(axis=0)).tolist()
    each = [_each(run, plan.pools[flow.pool].sources, paid) for flow in run.draws.flows]
    return float(
        sum(n * _at_most(run.draws, flow.pool, e) for n, flow, e in zip(units, run.draws.flows, each, strict=True) if n)
    )


def _in_process(run: Run, r: int, paid: Costs) -> float:
    """Return the dollars of the starts in process: their materials, and the variable cost of those already begun.

    Suppliers are paid on arrival, so what they have in process has cost only the materials sent to them.
    """
    book = run.records.source
    starts = int(book["in_process"][-1, r])
    each = run.draws.sources[r].variable_cost / 100.0
    finished = run.total(book["out"], [r]) + run.total(book["scrapped"], [r])
    begun = run.total(book["variable_cents"], [r]) / 100.0 - finished * each
    return starts * (material_cost(run, r, paid) or 0.0) + min(max(begun, 0.0), starts * each)


def _in_transit(run: Run, r: int, paid: Costs) -> float:
    """Return the dollars of good units in transit to stock; those of suppliers count what is paid before arrival."""
    plan, book = run.draws.plan, run.records.source
    units = int(book["in_transit"][-1, r])
    if not units:
        return 0.0
    if plan.sites[plan.sources[r].site].in_house:
        return units * _at_most(run.draws, int(plan.item_pool[plan.sources[r].item]), paid[r] or 0.0)
    ahead = cost(run, within({"order", "shipment"}), of=("recipe", plan.sources[r].name))
    of_all = units / (units + run.total(book["received"], [r]) + run.total(book["seeded"], [r]))
    return units * starts_per_good(run, r) * (material_cost(run, r, paid) or 0.0) + ahead * of_all
